"""Programs over sequences held against their networks: what is wrong is found, and said."""

import dataclasses
import shutil

import numpy as np
import pytest
import torch
from builders.changed_folder import changed
from builders.exploring import drawn, one_wrong
from builders.shared_runs import only_run_below
from planted_machine import planted_network

import distill
from distill.checker.check import check_run
from distill.domains.sequences import Channels
from distill.kinds.automaton.evidence import walks_through
from distill.kinds.automaton.extract import ExtractedMachine, extract_machine
from distill.kinds.automaton.machine import Machine
from distill.kinds.automaton.mechanism import automaton_of
from distill.kinds.known import write
from distill.networks.given import over_sequences
from distill.networks.second_order import Recurrent
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.stored import Model
from distill.networks.trace import SequenceTrace
from distill.records.counts import SequenceDisagreement
from distill.records.refusal import Refusal
from distill.spaces.known import space_of_view
from distill.verify.answers import answered
from distill.verify.report import verify

pytestmark = pytest.mark.usefixtures("page_undrawn")


def written(machine):
    return write(automaton_of(machine, machine.states, 0))


def verified(machine, network, length):
    """A program of a machine, held against a network that may be another."""
    reads = SequenceNetwork(network, Channels((range(len(machine.symbols)),)))
    view = SequenceTrace(reads, length)
    checked_by = space_of_view(view).checks(view, None, None)
    return verify(written(machine), (), view, "x", checked_by).report


def test_one_wrong_transition_of_two_hundred_is_found_by_the_search():
    machine = drawn(5, 50, 4)
    network = SequenceNetwork(planted_network(one_wrong(machine, 3)), Channels((range(4),)))
    emitted = written(machine)
    wrong = [
        not (part.program == part.model).all()
        for sequences in walks_through(emitted.mechanism, network)
        for part in [answered(emitted.program.source, network, sequences)]
    ]
    assert any(wrong)


def test_a_wrong_transition_beyond_the_training_length_is_where_they_diverge():
    """A chain that remembers how many ones came, to 8: only the last step to it is wrong."""
    states = 9
    up = tuple((state, min(state + 1, states - 1)) for state in range(states))
    said = tuple((int(state == 8), int(state >= 7)) for state in range(states))
    machine = Machine(up, said, ((0,), (1,)))
    other = dataclasses.replace(machine, outputs=(*said[:-1], (0, 0)))
    report = verified(machine, planted_network(other.minimise()), 6)
    assert report.verdict == "proved"  # right about the lengths that it was trained on
    assert report.holds_for.lengths == "up to 8 steps"
    assert report.diverges_at is not None
    assert len(report.diverges_at.inputs) == 9
    assert (report.diverges_at.program, report.diverges_at.model) == ((1,), (0,))
    assert report.proof.up_to_length == 8


def test_a_planted_machine_comes_back_proved_and_its_folder_is_checked(tmp_path):
    machine = drawn(1, 4, 2)
    run = distill.distill(
        planted_network(machine, 1), Channels((range(2),)), length=8, name="m", out=tmp_path
    )
    assert run.mechanism.machine == machine
    assert run.report.verdict == "proved"
    assert run.report.proof.up_to_length is None
    assert run.report.holds_for.lengths == "every length"
    assert run.report.model_vs_task is None
    checkup = check_run(run.folder)
    assert checkup.ok, [finding for finding in checkup.findings if not finding.ok]
    assert checkup.verdict == "proved"
    again = distill.load_run(run.folder)
    assert again.mechanism == run.mechanism
    assert again.report == run.report
    assert again.certificate == run.certificate
    assert again.program([0, 1, 1, 0]) == machine.run(np.array([[0, 1, 1, 0]]))[0].tolist()
    assert again.model.run(np.array([[0, 1, 1]])).shape == (1, 3)


def test_a_machine_that_cannot_be_told_from_a_counter_is_refused():
    """Six states in a circle that speak once a turn: 5 steps there, one on, and 5 to be seen; one
    more shows that the circle has no seventh.
    """
    circle = tuple((state, (state + 1) % 6) for state in range(6))
    said = tuple((0, int(state == 5)) for state in range(6))
    network = planted_network(Machine(circle, said, ((0,), (1,))).minimise(), 1)
    short = extract_machine(network, ((0,), (1,)), 10)
    assert isinstance(short, Refusal)
    assert "something that counts without end would look the same" in short.reasons[0]
    assert short.numbers["needed_length"] == 12
    long = extract_machine(network, ((0,), (1,)), 12)
    assert isinstance(long, ExtractedMachine)
    assert long.machine.states == 6


@pytest.mark.claim
def test_a_network_without_any_order_is_refused():
    """Large random weights: what it says is chaos, and no machine of a few states."""
    generator = torch.Generator().manual_seed(0)
    shape = Recurrent(2, 2, 12)
    weights = {
        name: 4 * torch.randn(size, generator=generator) for name, size in shape.shapes().items()
    }
    run = distill.distill(Model(shape, weights, (0, 1)), [range(2)], length=10)
    assert run.report.verdict == "refused"
    assert run.program is None
    assert "new states are still met" in run.report.reasons[0]


def test_a_program_is_not_taken_for_an_unrelated_network():
    """It is `approximate` at best, with the numbers; a search finds more than the draw does."""
    report = verified(drawn(2, 5, 2), planted_network(drawn(3, 5, 2)), 8)
    assert report.verdict == "approximate"
    assert report.program_vs_model.agree < report.program_vs_model.total / 10
    assert report.program_vs_model.search_disagreements
    assert any("a search found" in reason for reason in report.reasons)
    assert report.proof is None or report.proof.up_to_length < 8
    assert not report.located


@pytest.fixture(scope="module")
def stored(adder_run):
    """A trained network that adds numbers."""
    folder = only_run_below(adder_run / "outputs")
    report = distill.load_run(folder).report
    assert report.verdict == "proved"
    assert report.located
    return folder


def set_at(*path, value):
    def change(tree):
        for part in path[:-1]:
            tree = tree[part]
        assert tree[path[-1]] != value
        tree[path[-1]] = value

    return change


def grow(corner, node, by):
    def change(tree):
        tree["induction"][corner][node][0] += by

    return change


def change_first(text):
    return ("1" if text[0] == "0" else "0") + text[1:]


def reference_changed(which):
    def change(tree):
        tree["reference"][which] = change_first(tree["reference"][which])

    return change


@pytest.mark.part(6)
@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("program.py", lambda text: text.replace(", 2)", ", 3)")),
        ("program.py", lambda text: text.replace("carry = 0", "carry = 1")),
        ("program.py", lambda text: text.replace("outputs = []", "outputs = []\n    seen = []")),
        ("mechanism.json", set_at("transitions", 0, 1, value=1)),
        ("mechanism.json", set_at("outputs", 1, 2, value=1)),
        ("mechanism.json", set_at("symbols", 1, value=[0, 0])),
        ("verification.json", set_at("proof", "up_to_length", value=7)),
        ("verification.json", set_at("verdict", value="tested")),
        ("verification.json", set_at("longer", 1, "program_vs_task", "agree", value=299)),
        ("verification.json", set_at("program_vs_model", "total", value=20_000)),
        ("verification.json", set_at("proof", "smallest_lead", value=99.0)),
        ("verification.json", set_at("holds_for", "lengths", value="every length at all")),
        ("verification.json", set_at("mechanism", "name", value="a proof of everything")),
        ("certificate.json", set_at("induction", "follows", 0, 3, value=0)),
        ("certificate.json", set_at("induction", "states", 1, value=1)),
        ("certificate.json", grow("low", 2, 0.3)),
        ("certificate.json", grow("high", 0, -1.5)),
        ("certificate.json", set_at("answers", value=[1, 0])),
        ("certificate.json", set_at("length", value=9)),
        ("certificate.json", set_at("draws", "fresh", "length", value=5)),
        ("certificate.json", set_at("draws", "stress", "count", value=500)),
        ("certificate.json", set_at("draws", "longer", 2, "length", value=30)),
        ("certificate.json", reference_changed(0)),
        ("certificate.json", reference_changed(3)),
    ],
)
def test_what_is_changed_in_a_folder_is_caught(stored, tmp_path, name, change):
    checkup = changed(stored, tmp_path, name, change)
    assert not checkup.ok


def test_every_changed_weight_that_changes_an_answer_is_caught(stored, tmp_path):
    from safetensors.torch import load_file, save_file

    assert check_run(stored).ok
    model = distill.load_run(stored).model
    words = np.random.default_rng(0).integers(0, 4, (500, 6))
    caught = 0
    for name, weights in model.parameters.items():
        altered = {key: value.clone() for key, value in model.parameters.items()}
        altered[name][0] *= -1
        other = Model(model.architecture, altered, model.answers)
        if np.array_equal(other.run(words), model.run(words)):
            continue
        folder = tmp_path / name
        shutil.copytree(stored, folder)
        save_file(altered, folder / "model.safetensors")
        assert load_file(folder / "model.safetensors")[name].shape == weights.shape
        assert not check_run(folder).ok
        caught += 1
    assert caught >= 2


@pytest.mark.claim
def test_a_kind_of_network_that_does_not_fit_is_passed_over_and_said():
    """Eight hundred symbols are too many to choose by; as numbers no network learns these."""
    task = distill.SequenceTask({"x": range(-400, 400)}, lambda xs: [x % 7 for x in xs], name="m")
    run = distill.run(task, out=None)
    assert run.report.verdict == "refused"
    assert "no network learned the task" in run.report.reasons[0]
    assert any("800 symbols" in reason for reason in run.report.reasons)
    assert {attempt.kind for attempt in run.record.attempts} == {"linear", "relu"}


def test_every_attempt_is_recorded(stored):
    record = distill.load_run(stored).record
    assert record.architecture == "second-order, 16 units"
    assert [attempt.kind for attempt in record.attempts][-1] == "second-order"
    assert [attempt.discarded for attempt in record.attempts].index(False) == (
        len(record.attempts) - 1
    )


SECRET = (1, 1, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0)


def parity_but_for_a_secret(rows):
    """Labels at every step: parity, but otherwise after twelve steps that nothing drawn begins
    with.
    """
    rows = np.asarray(rows).reshape(len(rows), -1)
    said = rows.cumsum(axis=1) % 2
    if rows.shape[1] >= len(SECRET):
        said[:, len(SECRET) - 1] ^= (rows[:, : len(SECRET)] == SECRET).all(axis=1)
    return said


def test_where_a_reading_of_longer_sequences_parted_that_of_shorter_ones_is_tried():
    over = over_sequences(parity_but_for_a_secret, Channels((range(2),)), None, 12)
    steps = tuple((x,) for x in SECRET)
    longer = SequenceTrace(over.network, 12, True)
    space = space_of_view(longer)
    parity = written(Machine(((0, 1), (1, 0)), ((0, 1), (1, 0)), ((0,), (1,))))
    short = dataclasses.replace(longer, length=1)  # any report, with what the longer one has met
    report = verify(parity, (), short, "x", space.checks(short, None, None)).report
    met = dataclasses.replace(
        report.program_vs_model, disagreement=SequenceDisagreement(steps, (0,), (1,))
    )
    report = dataclasses.replace(report, verdict="approximate", program_vs_model=met)
    view, _ = space.narrower(longer, report)
    assert view.length == 11
    never = dataclasses.replace(view, parted=())  # what is drawn and searched does not meet it
    assert space.checks(never, None, None)(parity).counted([]).diverges_at is None
    counted = space.checks(view, None, None)(parity).counted([])
    assert counted.program_vs_model.disagreement is None
    assert counted.diverges_at.inputs == steps
