"""Networks that somebody else trained: as far as they hold, and never hundreds of states."""

import hashlib
import json
from dataclasses import asdict, replace

import numpy as np
import pytest
import torch
from builders.library_networks import ends_in, parity, planted
from safetensors.torch import load_file, save_file

import distill
from distill import Channels, Model, RecurrentLayers
from distill.checker.sequences import answers_of
from distill.kinds.automaton.kind import AutomatonKind
from distill.networks.given import over_sequences
from distill.networks.trace import SequenceTrace
from distill.records.refusal import Refusal
from distill.search.folder import check_run

pytestmark = pytest.mark.usefixtures("page_undrawn")

BITS = (range(2),)


def read(network, length, **changed):
    given = over_sequences(network, Channels(BITS), None, length)
    return list(AutomatonKind().read(SequenceTrace(given.network, length, True, **changed)))


def right_up_to(steps):
    """Parity, but for a state that counts and spoils it after so many steps."""
    return (
        (0, 0),
        lambda state, x: (state[0] ^ x, state[1] + 1),
        lambda state: state[0] if state[1] <= steps else int(state[1] % 3 == 0),
    )


def test_a_network_that_is_wrong_beyond_a_length_is_distilled_up_to_it():
    run = distill.distill(right_up_to(5), BITS, length=6)
    assert run.report.verdict == "tested"
    assert run.report.holds_for.up_to_length == 5
    assert run.mechanism.states == 2
    assert any(
        r.startswith("asked for 6 steps") and "about 5 steps" in r for r in run.report.remarks
    )
    # the shortest that is known, which the reading of 6 steps has met, is where they part
    assert len(run.report.diverges_at.inputs) == 6
    assert "beyond 5 steps they part: on a sequence of 6." in run.report.sentence


def test_what_is_noise_is_no_machine_of_hundreds_of_states():
    def step(state, x):
        return (state * 1103515245 + 12345 + 7919 * x) % 2**31

    found = read((123456789, step, lambda state: (state >> 17) & 1), 10)
    assert [type(each) for each in found] == [Refusal]
    assert found[0].numbers["states"] > 50  # and what it says of them is a line
    assert "new states are still met" in found[0].reasons[0]
    assert "(--max-states)" in read((123456789, step, lambda s: (s >> 17) & 1), 14)[0].reasons[0]


def test_a_leaky_counter_is_no_machine_where_it_has_not_come_to_rest():
    leaky = (0.0, lambda s, x: 0.97 * s + (1.0 if x else -1.0), lambda s: int(s > 0))
    found = read(leaky, 8)
    assert isinstance(found[0], Refusal)
    assert all(isinstance(each, Refusal) or each.states <= 6 for each in found)


def test_a_rare_mistake_leaves_the_machine_of_the_rest():
    # right but after nine ones in a row, as an acceptor that was trained on random words is
    def step(state, x):
        run = state[1] + 1 if x else 0
        return (state[0] or (not x and run == 0), min(run, 9))

    def answer(state):
        return int(not state[0]) if state[1] < 9 else 0

    found = read(((False, 0), step, answer), 10)
    assert [each.states for each in found if not isinstance(each, Refusal)] == [2]


def test_no_more_states_are_read_than_are_asked_for():
    network = planted(parity(5))
    assert [type(each) for each in read(network, 12, max_states=4)] == [Refusal]
    assert read(network, 12, max_states=5)[0].states == 5


SHAPES = [
    RecurrentLayers(3, 2, 4, "rnn", 5, n_layers=2, activation="relu"),
    RecurrentLayers(3, 2, 4, "gru", 5, n_layers=2, head=(6,), head_activation="sigmoid"),
    RecurrentLayers(3, 2, 4, "gru", 5, reset="before", update="takes", biases=1),
    RecurrentLayers(3, 2, 4, "gru", 5, reset="unused", biases=0, readout="value"),
    RecurrentLayers(3, 2, 4, "lstm", 5, n_layers=2),
    RecurrentLayers(3, 2, 4, "lstm", 5, peepholes=True, coupled=True),
]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_checkers_own_forward_pass_is_the_networks(shape):
    generator = torch.Generator().manual_seed(0)
    weights = {name: 3 * value for name, value in shape.initialise(generator).items()}
    model = Model(shape, weights, (4, 7) if shape.readout == "choice" else ())
    words = np.random.default_rng(0).integers(0, 3, (200, 15, 1))
    arrays = {name: value.numpy() for name, value in weights.items()}
    answers = np.array(model.answers, dtype=np.int64)
    said, lead = answers_of(asdict(shape), arrays, answers, (range(3),), words)
    expected = model.run(words[..., 0])
    np.testing.assert_array_equal(said, expected.reshape(said.shape))
    assert (lead > 0).all()


def test_a_run_is_derived_again_and_a_changed_weight_is_caught(tmp_path):
    run = distill.distill(planted(ends_in("10"), "lstm"), BITS, length=6, out=tmp_path)
    assert run.report.verdict in {"exhaustive", "proved"}
    assert check_run(run.folder).ok
    weights = load_file(run.folder / "model.safetensors")
    weights["layers.0.W_hg"] = -weights["layers.0.W_hg"]
    save_file(weights, run.folder / "model.safetensors")
    certificate = json.loads((run.folder / "certificate.json").read_text())
    changed = (run.folder / "model.safetensors").read_bytes()
    certificate["sha256"]["model.safetensors"] = hashlib.sha256(changed).hexdigest()
    (run.folder / "certificate.json").write_text(json.dumps(certificate))
    wrong = [finding.name for finding in check_run(run.folder).findings if not finding.ok]
    assert wrong
    assert "sha256" not in wrong


def test_a_black_box_is_checked_by_what_it_answered(tmp_path):
    machine = ends_in("11")
    given = (0, lambda q, x: machine.transitions[q][x], lambda q: int(q == 2))
    run = distill.distill(given, BITS, length=5, out=tmp_path)
    assert (run.report.verdict, run.report.stored) == ("tested", False)
    assert not run.report.located
    assert check_run(run.folder).ok
    assert distill.load_run(run.folder).report == run.report
    certificate = json.loads((run.folder / "certificate.json").read_text())
    first = certificate["recorded"][0]
    certificate["recorded"][0] = ("1" if first[0] == "0" else "0") + first[1:]
    (run.folder / "certificate.json").write_text(json.dumps(certificate))
    assert not check_run(run.folder).ok


def test_two_answers_that_tie_are_not_proved():
    network = over_sequences(planted(parity()), Channels(BITS), None, 6).network.stored
    assert network is not None
    level = {"W_out": torch.zeros_like(network.parameters["W_out"]), "b_out": torch.zeros(2)}
    run = distill.distill(replace(network.with_parameters(**level)), BITS, length=6)
    assert run.report.verdict != "proved"
