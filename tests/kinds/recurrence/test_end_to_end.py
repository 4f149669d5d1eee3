"""Integer recurrences end to end: networks by construction come back as loops that are checked."""

import dataclasses
import shutil

import numpy as np
import pytest
from builders.amount import examples
from builders.changed_folder import changed
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_linear import planted, system
from planted_recurrences import KINDS, plant

import distill
from distill.checker.affine import affine_pass, is_system
from distill.checker.check import check_run
from distill.checker.sandbox import run_sequences
from distill.domains.sequences import Channels
from distill.errors import ProgramError
from distill.expressions.expression import Constant, Name, Operation
from distill.kinds.recurrence.emit import emit_recurrence
from distill.kinds.recurrence.evidence import look_inside
from distill.kinds.recurrence.linear.realisation import matrices
from distill.kinds.recurrence.recurrence import Recurrence
from distill.networks.integer_recurrent import IntegerRecurrent
from distill.networks.sequence_network import SequenceNetwork

pytestmark = pytest.mark.usefixtures("page_undrawn")

SPRING = system([[1, -1], [1, 0]], [[1], [1]], [[0, 1]])


def x_plus(*names):
    total = Name("x")
    for name in names:
        total = Operation("+", (total, Name(name)))
    return total


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    network = planted(SPRING, np.random.default_rng(0), 1e-9)
    run = distill.distill(
        network,
        Channels((range(-3, 4),)),
        length=8,
        name="spring",
        out=tmp_path_factory.mktemp("o"),
    )
    assert run.report.verdict == "proved"
    assert run.report.located
    return run.folder


def test_a_planted_recurrence_comes_back_proved_up_to_a_length_and_is_checked(stored):
    run = distill.load_run(stored)
    assert isinstance(run.model.architecture, IntegerRecurrent)
    assert run.mechanism.kind == "recurrence"
    assert run.report.proof.up_to_length >= 100
    assert run.report.holds_for.lengths.startswith("up to ")
    said = np.array(run.program([3, -1, 0, 2, 2, 0, -3]))
    np.testing.assert_array_equal(said, SPRING_ANSWERS)
    checkup = check_run(stored)
    assert checkup.ok, [finding for finding in checkup.findings if not finding.ok]
    assert checkup.verdict == "proved"


def by_hand(xs):
    A, B, C = (np.array(rows) for rows in (SPRING.A, SPRING.B, SPRING.C))
    r, out = np.zeros(2, dtype=int), []
    for x in xs:
        r = A @ r + B[:, 0] * x
        out.append(int((C @ r)[0]))
    return out


SPRING_ANSWERS = by_hand([3, -1, 0, 2, 2, 0, -3])


def plus_one(*path):
    def change(tree):
        for part in path[:-1]:
            tree = tree[part]
        tree[path[-1]] += 1

    return change


@pytest.mark.part(6)
@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("program.py", lambda text: text.replace("+=", "-=", 1)),
        ("program.py", lambda text: text.replace(" = 0\n", " = 1\n", 1)),
        ("mechanism.json", plus_one("system", "A", 0, 0)),
        ("mechanism.json", plus_one("system", "B", 0, 0)),
        ("mechanism.json", plus_one("system", "C", 0, 0)),
        ("mechanism.json", plus_one("system", "start", 1)),
        ("mechanism.json", plus_one("system", "offset", 0)),
        ("verification.json", plus_one("proof", "up_to_length")),
        ("verification.json", plus_one("holds_for", "up_to_length")),
        ("certificate.json", plus_one("inputs", 0, 1)),
        ("certificate.json", plus_one("outputs")),
        ("certificate.json", plus_one("length")),
    ],
)
def test_what_is_changed_in_a_folder_is_caught(stored, tmp_path, name, change):
    assert not changed(stored, tmp_path, name, change).ok


@pytest.mark.part(3)
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_reads_a_recurrence_its_program_states_its_domain(kind, tmp_path):
    """By impulses, by comparisons, by decoding: `verify` takes no program without one."""
    network = plant(kind, 1, 0)
    run = distill.distill(network.network, network.channels, length=6, name="r", out=tmp_path)
    assert run.program is not None
    low, high = network.channels.inputs[0][0], network.channels.inputs[0][-1]
    with pytest.raises(ValueError, match=rf"range\({low}, {high + 1}\)"):
        run.program([high + 1])
    assert check_run(run.folder).ok


def test_changed_weights_are_caught(stored, tmp_path):
    from safetensors.torch import load_file, save_file

    weights = load_file(stored / "model.safetensors")
    for name in ("A", "B", "C", "d"):
        altered = {key: value.clone() for key, value in weights.items()}
        altered[name].view(-1)[0] += 0.7
        folder = tmp_path / name
        shutil.copytree(stored, folder)
        save_file(altered, folder / "model.safetensors")
        assert not check_run(folder).ok, name


FACTORS = st.integers(-3, 3)


def linear_recurrence(registers, channels, outputs, after, factors):
    """A recurrence whose registers and answers are sums, its factors from an endless list."""
    names = tuple(f"r{place}" for place in range(registers))
    inputs = ("x",) if channels == 1 else ("a", "b")
    source = iter(factors * 20)

    def total():
        expression = Constant(next(source))
        for name in (*names, *inputs):
            term = Operation("*", (Constant(next(source)), Name(name)))
            expression = Operation("+", (expression, term))
        return expression

    said, updates = (tuple(total() for _ in range(count)) for count in (outputs, registers))
    start = tuple(next(source) for _ in names)
    return Recurrence(inputs, names, start, updates, said, after)


@settings(max_examples=examples(40), deadline=None)
@given(
    st.integers(0, 3),
    st.integers(1, 2),
    st.integers(1, 2),
    st.booleans(),
    st.lists(FACTORS, min_size=5, max_size=40),
    st.integers(0, 2**32),
)
def test_an_emitted_recurrence_is_the_recurrence(
    registers, channels, outputs, after, factors, seed
):
    """Run in the sandbox it answers alike, and followed as sums it is the same system."""
    recurrence = linear_recurrence(registers, channels, outputs, after, factors)
    emitted = emit_recurrence(recurrence)
    rng = np.random.default_rng(seed)
    sequences = rng.integers(-4, 5, (6, 9, len(recurrence.inputs)))
    said = run_sequences(emitted.program.source, sequences, len(recurrence.outputs))
    np.testing.assert_array_equal(said, recurrence.run(sequences))
    found = affine_pass(emitted.program.source)
    matrix = matrices(recurrence)
    assert matrix is not None
    assert is_system(found, matrix)
    other = dataclasses.replace(matrix, offset=(matrix.offset[0] + 1, *matrix.offset[1:]))
    assert not is_system(found, other)


def test_a_next_value_is_used_by_the_lines_after_it():
    """The smallest total so far is of the total that was just set, and is not added up again."""
    step = Operation("-", (Constant(1), Operation("*", (Constant(2), Name("x")))))
    total = Operation("+", (Name("total"), step))
    lowest = Operation("min", (Name("lowest"), total))
    recurrence = Recurrence(("x",), ("lowest", "total"), (0, 0), (lowest, total), (Name("lowest"),))
    source = emit_recurrence(recurrence).program.source
    assert source.index("total += 1 - 2 * x") < source.index("lowest = min(lowest, total)")
    sequences = np.random.default_rng(0).integers(0, 2, (20, 12, 1))
    np.testing.assert_array_equal(run_sequences(source, sequences), recurrence.run(sequences))
    # where the old value is needed too, both lines are of old values
    both = Operation("min", (Name("total"), total))
    mixed = Recurrence(("x",), ("lowest", "total"), (0, 0), (both, total), (Name("lowest"),))
    source = emit_recurrence(mixed).program.source
    np.testing.assert_array_equal(run_sequences(source, sequences), mixed.run(sequences))


def test_what_is_no_sum_is_not_followed_as_one():
    for update in (
        Operation("max", (Name("r"), Name("x"))),
        Operation("*", (Name("r"), Name("x"))),
        Operation("//", (Name("r"), Constant(2))),
    ):
        emitted = emit_recurrence(Recurrence(("x",), ("r",), (0,), (update,), (Name("r"),)))
        with pytest.raises(ProgramError, match="does more than add"):
            affine_pass(emitted.program.source)


def test_registers_that_a_network_does_not_hold_are_not_located():
    """A network that sums holds the sum, and neither its square nor the largest input."""
    total = system([[1]], [[1]], [[1]])
    network = SequenceNetwork(
        planted(total, np.random.default_rng(1), 0.0), Channels((range(-5, 6),))
    )
    sequences = np.random.default_rng(2).integers(-5, 6, (600, 10, 1))
    held = Recurrence(("x",), ("total",), (0,), (x_plus("total"),), (Name("total"),))
    inside = look_inside(held, network, sequences)
    assert inside["variable: total"].value > 0.999
    assert inside["variable: total"].decoy < 0.6
    assert inside["moved_accuracy"].value == 1
    assert inside["moved_accuracy"].decoy < 0.7  # of two directions one is right
    largest = Recurrence(
        ("x",), ("best",), (0,), (Operation("max", (Name("best"), Name("x"))),), (Name("best"),)
    )
    assert look_inside(largest, network, sequences)["variable: best"].value < 0.6


def test_a_network_of_another_kind_than_claimed_is_refused_with_both():
    weights = planted(SPRING, np.random.default_rng(3), 0.0)
    two = Channels((range(2), range(2)))
    with pytest.raises(distill.DistillError, match="reads 1 channels"):
        distill.distill(weights, two, length=8)


@pytest.mark.claim
def test_two_numbers_an_answer_are_written_as_tuples():
    task = distill.SequenceTask(
        {"x": range(-4, 5)},
        lambda xs: [(x, sum(xs[: t + 1])) for t, x in enumerate(xs)],
        outputs=2,
        length=6,
        name="pair",
    )
    run = distill.run(task, out=None)
    assert run.report.verdict == "proved"
    assert run.program([2, -1, 3]) == [(2, 2), (-1, 1), (3, 4)]
    assert run.report.program_vs_task.agree == run.report.program_vs_task.total
