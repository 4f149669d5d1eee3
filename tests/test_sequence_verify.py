"""Programs over sequences held against their networks: what is wrong is found, and said."""

import dataclasses
import shutil

import numpy as np
import pytest
import torch
from changed_folder import changed
from exploring import window
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_machine import planted_network

import distill
from distill.checker.check import check_run
from distill.checker.conformance import padded, telling_apart, walks
from distill.checker.loop import walk
from distill.cross_checks.learner import apart, learned_machine
from distill.domains.sequences import Channels
from distill.errors import ProgramError
from distill.kinds.automaton.evidence import walks_through
from distill.kinds.automaton.extract import ExtractedMachine, extract_machine
from distill.kinds.automaton.hidden import decoded, interchanged, moved, visits
from distill.kinds.automaton.machine import Machine, random_minimal
from distill.kinds.automaton.mechanism import AutomatonMechanism, Variable
from distill.kinds.loops import emit_loop
from distill.kinds.reading import MachineReading
from distill.networks.recurrent_model import RecurrentModel
from distill.networks.second_order import Recurrent
from distill.networks.sequence_network import SequenceNetwork
from distill.records.refusal import Refusal
from distill.verify.answers import answered
from distill.verify.sequences import verify_sequences


def drawn(seed, states, symbols):
    return random_minimal(np.random.default_rng(seed), states, symbols)


def one_wrong(machine, seed):
    """The machine with one transition, drawn at random, that leads elsewhere."""
    rng = np.random.default_rng(seed)
    state, symbol = rng.integers(machine.states), rng.integers(len(machine.symbols))
    targets = [list(row) for row in machine.transitions]
    targets[state][symbol] = int(targets[state][symbol] + rng.integers(1, machine.states)) % (
        machine.states
    )
    return dataclasses.replace(machine, transitions=tuple(map(tuple, targets)))


def written(machine):
    return emit_loop(MachineReading(machine, machine.states, 0))


def verified(machine, network, length):
    """A program of a machine, held against a network that may be another."""
    reads = SequenceNetwork(network, Channels((range(len(machine.symbols)),)))
    return verify_sequences(written(machine), (), reads, length, None, "x").report


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 100), st.integers(2, 3))
def test_the_walks_meet_every_transition_that_is_wrong(seed, states, symbols):
    machine = drawn(seed, states, symbols)
    wrong = one_wrong(machine, seed)
    differs = [
        (machine.run(words) != wrong.run(words)).any()
        for words in padded(walks(machine.delta, machine.answers), symbols, 0)
    ]
    assert any(differs)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 60), st.integers(2, 3))
def test_every_two_states_are_told_apart(seed, states, symbols):
    machine = drawn(seed, states, symbols)
    said = []
    for word in telling_apart(machine.delta, machine.answers):
        state, row = np.arange(states), []
        for symbol in word:
            row.append(machine.answers[state, symbol])
            state = machine.delta[state, symbol]
        said.append(np.stack(row, axis=1))
    assert len(np.unique(np.concatenate(said, axis=1), axis=0)) == states


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


def test_a_network_without_any_order_is_refused():
    """Large random weights: what it says is chaos, and no machine of a few states."""
    generator = torch.Generator().manual_seed(0)
    shape = Recurrent(2, 2, 12)
    weights = {
        name: 4 * torch.randn(size, generator=generator) for name, size in shape.shapes().items()
    }
    run = distill.distill(RecurrentModel(shape, weights, (0, 1)), [range(2)], length=10)
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


def test_a_hidden_state_holds_the_machine_and_not_another():
    """Two counters in one network: both are decoded, and machines that are shuffled are not."""
    states = [(p, q) for p in range(2) for q in range(3)]
    place = {pair: number for number, pair in enumerate(states)}
    transitions = tuple(
        tuple(place[(p + (x == 1)) % 2, (q + (x == 2)) % 3] for x in range(3)) for p, q in states
    )
    outputs = tuple(tuple(p * 3 + (q + x) % 3 for x in range(3)) for p, q in states)
    machine = Machine(transitions, outputs, ((0,), (1,), (2,)))
    network = planted_network(machine, 4)
    seen = visits(network, machine, np.random.default_rng(0).integers(0, 3, (600, 10)))
    variables = (("p", tuple(p for p, _ in states)), ("q", tuple(q for _, q in states)))
    held = decoded(seen, machine, variables)
    assert list(held) == ["variable: p", "variable: q"]
    assert min(read.value for read in held.values()) > 0.99
    assert max(read.decoy for read in held.values()) < 0.5
    exchanged = interchanged(network, machine, seen)
    assert exchanged.value == 1
    assert exchanged.decoy < 0.1
    shifted = moved(network, machine, seen)
    assert shifted.value > 0.95
    assert shifted.decoy < 0.5


def test_what_may_be_anything_in_some_state_is_not_looked_for():
    """No network that answers alike has to hold it there; nor what never changes."""
    variables = (
        Variable("anything", (None, 1)),
        Variable("constant", (1, 1)),
        Variable("parity", (0, 1)),
    )
    rows = ((0, 1), (1, 0))
    machine = AutomatonMechanism(((0,), (1,)), rows, rows, ((), (1,)), 2, 0, variables=variables)
    assert machine.remembered == ("parity",)
    assert machine.state_variables == (("parity", (0, 1)),)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    task = distill.SequenceTask(
        {"a": range(2), "b": range(2)},
        distill.scan(lambda carry, x: ((carry + sum(x)) // 2, (carry + sum(x)) % 2), 0),
        length=6,
        name="sum",
    )
    run = distill.run(task, out=tmp_path_factory.mktemp("outputs"))
    assert run.report.verdict == "proved"
    assert run.report.located
    return run.folder


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
        other = RecurrentModel(model.architecture, altered, model.answers)
        if np.array_equal(other.run(words), model.run(words)):
            continue
        folder = tmp_path / name
        shutil.copytree(stored, folder)
        save_file(altered, folder / "model.safetensors")
        assert load_file(folder / "model.safetensors")[name].shape == weights.shape
        assert not check_run(folder).ok
        caught += 1
    assert caught >= 2


def loop(body, before="    state = 0\n", top="", after="    return outputs\n"):
    return (
        f'__all__ = ["f"]\n{top}\ndef f(xs: list[int]) -> list[int]:\n    outputs = []\n{before}'
        f"    for x in xs:\n{body}{after}"
    )


NEXT_TO = "    state = 0\n    seen = "
SAME = '__all__ = ["f"]\ndef f(xs: list[int]) -> list[int]:\n'
PARITY = Machine(((0, 1), (1, 0)), ((0, 1), (1, 0)), ((0,), (1,)))
TWO_LINES = "        state ^= x\n        outputs.append(state)\n"
PUT = "        seen = [x, *seen[1:]]\n" + TWO_LINES


def walked(source):
    return walk(source, PARITY.delta, PARITY.answers, PARITY.values)


def test_a_loop_is_followed_through_every_length():
    found = walked(loop(TWO_LINES))
    assert (found.differs, found.names, found.values) == (None, ("state",), ((0, 1),))
    wrong = loop("        outputs.append(state)\n        state ^= x\n")
    assert "to [1]: the program answers 0, not 1" in walked(wrong).differs


def test_a_loop_may_keep_a_list_and_begin_several_variables_alike():
    """Here the parity is of the last two inputs: what was kept of them is all that is kept."""
    lines = (
        "        outputs.append(sum(recent) % 2 ^ x ^ other)\n        recent = [x, *recent[:-1]]\n"
    )
    before = "    other = unused = 0\n    recent = [0] * 2\n"
    machine = window(lambda x, p, q: x ^ p ^ q, 3)
    found = walk(loop(lines, before), machine.delta, machine.answers, machine.values)
    assert (found.differs, found.pairs) == (None, 4)
    assert found.names == ("recent[0]", "recent[1]")  # the others never change
    wrong = loop(lines.replace("[x, *recent[:-1]]", "[*recent[1:], 0]"), before)
    assert walk(wrong, machine.delta, machine.answers, machine.values).differs is not None


def test_an_answer_of_the_input_alone_is_followed():
    machine = Machine(((0, 0),), ((1, 0),), ((0,), (1,)))
    for answer, differs in (("1 - x", False), ("x", True)):
        source = SAME + f"    return [{answer} for x in xs]\n"
        found = walk(source, machine.delta, machine.answers, machine.values)
        assert (found.differs is not None) == differs
    same = Machine(((0, 0),), ((0, 1),), ((0,), (1,)))
    source = SAME + "    return list(xs)\n"
    assert walk(source, same.delta, same.answers, same.values).differs is None


def test_a_loop_that_is_wrong_only_after_many_steps_is_found_out():
    late = "        n = min(n + 1, 300)\n        state ^= x if n < 300 else 0\n"
    source = loop(late + "        outputs.append(state)\n", "    state = 0\n    n = 0\n")
    assert walked(source).differs is not None


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (loop("        n += 1\n" + TWO_LINES, "    state = 0\n    n = 0\n"), "no end to the val"),
        (loop("        SEEN.append(x)\n" + TWO_LINES, top="SEEN = []\n"), "not known: SEEN.append"),
        (loop("        SEEN[0] = x\n" + TWO_LINES, top="SEEN = [0]\n"), "no variable"),
        (loop("        SEEN.pop()\n" + TWO_LINES, top="SEEN = [0]\n"), "not known: SEEN.pop"),
        (loop(TWO_LINES + "        if len(outputs) > 50:\n            state = 0\n"), "does more"),
        (loop(TWO_LINES + "        if x > 5:\n            break\n"), "may end early"),
        (loop(TWO_LINES, "    state = len(xs) // 100\n"), "more with its argument"),
        (loop(TWO_LINES, "    state = 0\n    xs = xs[:9]\n"), "more with its argument"),
        (loop(TWO_LINES, top="IT = iter([1])\n"), "calls iter"),
        (loop(TWO_LINES, top="IT = reversed([1])\n"), "gone through"),
        (loop(TWO_LINES, after="    return outputs[:90]\n"), "not a loop over its argument"),
        (loop("        seen += [x]\n" + TWO_LINES, NEXT_TO + "[0]\n"), "adds to a list"),
        (
            loop("        s = SEEN\n        s += [x]\n" + TWO_LINES, top="SEEN = [0]\n"),
            "adds to a list",
        ),
        (
            loop("        seen = [x, *seen]\n" + TWO_LINES, NEXT_TO + "[0]\n"),
            "is not 1 integers",
        ),
        (loop("        seen = x\n" + TWO_LINES, NEXT_TO + "[0]\n"), "is not 1 integers"),
        (loop("        seen = [seen]\n" + TWO_LINES, NEXT_TO + "[0]\n"), "is not 1 integers"),
        (loop(PUT, NEXT_TO + "[0] * 9999\n"), "neither integers nor one"),
        (loop(PUT, NEXT_TO + "[]\n"), "neither integers nor one"),
        (SAME + "    return [x for x in xs if x]\n", "not a loop over its argument"),
        (SAME + "    return [len(xs) for x in xs]\n", "more with its argument"),
        (SAME + "    print(0)\n    return [x for x in xs]\n", "not known: print"),
        (
            SAME.replace("def f", "def list") + "    return list(xs)\n",
            "which is taken",
        ),
        (loop("        old = new\n        new = x\n" + TWO_LINES), "before it is bound"),
        (loop(TWO_LINES, top="def g(x): return x\n"), "only one function"),
    ],
)
def test_a_program_that_could_hide_something_is_not_followed(source, message):
    with pytest.raises(ProgramError, match=message):
        walked(source)


def test_an_active_learner_arrives_at_the_same_machine():
    machine = drawn(7, 12, 2)
    network = planted_network(machine, 1)
    found = learned_machine(network.run, 2, 12)
    assert apart(found, (machine.delta, machine.answers)) is None
    wrong = one_wrong(machine, 1)
    word = apart(found, (wrong.delta, wrong.answers))
    words = np.array([word])
    assert machine.run(words)[0, -1] != wrong.run(words)[0, -1]


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
