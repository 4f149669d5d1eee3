"""Registers are found by asking: what is planted comes back, and nothing else is ever claimed."""

import ast
import time
from itertools import accumulate, count, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import distill
from distill.checker.draws import stress, uniform
from distill.domains.sequences import Channels
from distill.expressions.expression import Constant, Name, Operation, replace
from distill.expressions.printing import source
from distill.kinds.recurrence.recurrence import Recurrence
from distill.kinds.recurrence.search.assemble import merged, program_cost
from distill.kinds.recurrence.search.registers import VALUES, find_registers
from distill.records.refusal import Refusal

LONG = 60


def op(operator, *operands):
    return Operation(operator, operands)


A, B, SELF = Name("a"), Name("b"), Name("self")
ZERO, ONE, TWO = Constant(0), Constant(1), Constant(2)


def oracle(reference, state=None, outputs=1, noise=0.05):
    """A network by decree: a reference's answers, and its state mixed by a random matrix."""

    def ask(sequences):
        rows = sequences.tolist()
        lists = [[tuple(x) if len(x) > 1 else x[0] for x in row] for row in rows]
        answers = np.array([reference(xs) for xs in lists], dtype=np.int64)
        answers = answers.reshape(*sequences.shape[:2], outputs)
        held = answers if state is None else np.array([state(xs) for xs in lists])
        held = held.reshape(*sequences.shape[:2], -1).astype(float)
        rng = np.random.default_rng(3)
        mixed = held @ rng.normal(size=(held.shape[2], 8))
        return answers, mixed + noise * rng.normal(size=mixed.shape)

    return ask


def pure_noise(reference):
    """The same answers, and hidden states that say nothing."""
    ask = oracle(reference)
    return lambda sequences: (ask(sequences)[0], oracle(reference, noise=1e9)(sequences)[1])


def planted(program):
    """A network whose hidden state is a program's registers, mixed."""

    def ask(sequences):
        held, answers = program.along(sequences)
        rng = np.random.default_rng(3)
        mixed = held.astype(float) @ rng.normal(size=(held.shape[2], 8))
        return answers, mixed + 0.05 * rng.normal(size=mixed.shape)

    return ask


def long_sequences(ranges, count=100):
    return np.concatenate([uniform(ranges, count, LONG, 21), stress(ranges, count, LONG, 22)])


def agree_at_any_length(found, ask, ranges):
    assert isinstance(found, Recurrence), found
    sequences = long_sequences(ranges)
    return bool((found.run(sequences) == ask(sequences)[0]).all())


def sums(xs):
    return list(accumulate(xs))


def starts(xs):
    """Everything up to each step."""
    return [xs[: t + 1] for t in range(len(xs))]


def drawdown(xs):
    total, peak, answers = 0, 0, []
    for x in xs:
        total += x
        peak = max(peak, total)
        answers.append(peak - total)
    return answers


def longest_run(xs):
    best, run, before, answers = 0, 0, None, []
    for x in xs:
        run = run + 1 if x == before else 1
        best, before = max(best, run), x
        answers.append(best)
    return answers


def until_negative(xs):
    depths = list(accumulate(1 - 2 * x for x in xs))
    return [d if min([0, *depths[: t + 1]]) >= 0 else 0 for t, d in enumerate(depths)]


def rarest(xs):
    return [min(range(3), key=lambda v: (xs[: t + 1].count(v), v)) for t in range(len(xs))]


def carried_by(update):
    """Answers that are a number from 0 on, updated at every step."""
    return lambda xs: list(accumulate(xs, update, initial=0))[1:]


CASES = {
    "magnitude": ((range(-9, 10),), lambda xs: [abs(x) for x in xs], 0),
    "distance": ((range(-9, 10),), lambda xs: [abs(y - x) for x, y in pairwise([0, *xs])], 1),
    "largest": ((range(50),), lambda xs: list(accumulate(xs, max)), 1),
    "range": (
        (range(30),),
        lambda xs: [max(xs[: t + 1]) - min(xs[: t + 1]) for t in range(len(xs))],
        2,
    ),
    "threes": ((range(10),), lambda xs: [int(s % 3 == 0) for s in sums(xs)], 1),
    "mean": ((range(20),), lambda xs: [s // t for t, s in enumerate(sums(xs), 1)], 2),
    "blocks": ((range(12),), lambda xs: [t // 7 - s // 7 for s, t in pairwise([0, *sums(xs)])], 1),
    "rarest": ((range(3),), rarest, 3),
    "lowest sum": (
        (range(-5, 6),),
        lambda xs: [min([0, *sums(xs)[: t + 1]]) for t in range(len(xs))],
        2,
    ),
    "until negative": ((range(2),), until_negative, 3),
    "drawdown": ((range(-5, 6),), drawdown, 2),
    "chosen sum": (
        (range(3), range(9)),
        lambda xs: list(accumulate(b if a == 1 else 0 for a, b in xs)),
        1,
    ),
    "last run": ((range(2),), longest_run, 3),
    "middle of three": (
        (range(6),),
        lambda xs: [sorted(window)[1] for window in zip([0, 0, *xs], [0, *xs], xs, strict=False)],
        2,
    ),
    "third of three": (
        (range(9),),
        lambda xs: [sum(window) // 3 for window in zip([0, 0, *xs], [0, *xs], xs, strict=False)],
        2,
    ),
    "leaking": ((range(16),), carried_by(lambda a, x: (3 * a + x) // 4), 1),
    "overdraft": ((range(-5, 6),), carried_by(lambda a, x: a + x if a + x >= 0 else a), 1),
    "largest change": (
        (range(9),),
        lambda xs: [max(map(abs, np.diff(p)), default=0) for p in starts(xs)],
        2,
    ),
    "changes of sign": (
        (range(-3, 4),),
        lambda xs: [sum(a * b < 0 for a, b in pairwise(p)) for p in starts(xs)],
        2,
    ),
    "sum of the different": ((range(5),), lambda xs: [sum(set(p)) for p in starts(xs)], 4),
    "sign of a sum": ((range(-3, 4),), lambda xs: [(s > 0) - (s < 0) for s in sums(xs)], 1),
}


@pytest.mark.part(5)
@pytest.mark.parametrize("name", CASES)
def test_what_a_function_carries_is_found_and_holds_beyond_the_length_it_was_read_at(name):
    ranges, reference, registers = CASES[name]
    ask = oracle(reference)
    found = find_registers(ask, Channels(ranges), 10, 1)
    assert agree_at_any_length(found, ask, ranges)
    assert len(found.registers) <= registers


FEATURES = (
    A,
    op("abs", A),
    op("max", A, ZERO),
    op("-", A, Name("previous")),
    op("==", A, Constant(2)),
    op("==", op("%", A, TWO), ZERO),
    op(">", A, Name("previous")),
    op("==", A, Name("previous")),
)
FOLDS = (
    op("+", SELF, Name("feature")),
    op("max", SELF, Name("feature")),
    op("min", SELF, Name("feature")),
    op("-", Name("feature"), SELF),
    op("if", Name("feature"), ONE, SELF),
    op("if", Name("feature"), op("+", SELF, ONE), ZERO),
    op("if", Name("feature"), A, SELF),
)
ANSWERS = (
    lambda r, s: r,
    lambda r, s: op("+", r, s),
    lambda r, s: op("-", r, s),
    lambda r, s: op("max", r, s),
    lambda r, s: op("==", r, s),
    lambda r, s: op("<", r, s),
    lambda r, s: op("%", r, Constant(5)),
    lambda r, s: op("if", op("<", A, ONE), r, s),
)


def register(name, fold, feature):
    return replace(replace(fold, SELF, Name(name)), Name("feature"), feature)


carried = st.tuples(st.sampled_from(FOLDS), st.sampled_from(FEATURES))
law = settings(max_examples=3, deadline=None, derandomize=True, phases=[Phase.generate])


@law
@given(carried, carried, st.sampled_from(ANSWERS))
def test_random_programs_of_the_grammar_come_back_or_are_refused(one, other, answer):
    """Two registers, one way of carrying a feature each, and an answer of both."""
    updates = (A, register("r", *one), register("s", *other))
    said = answer(Name("r"), Name("s"))
    program = Recurrence(("a",), ("previous", "r", "s"), (0, 0, 0), updates, (said,))
    ranges = (range(-3, 6),)
    found = find_registers(planted(program), Channels(ranges), 10, 1)
    if isinstance(found, Recurrence):
        sequences = long_sequences(ranges)
        assert (found.run(sequences) == program.run(sequences)).all()
    else:
        assert found.numbers["agreement"] < 1


@law
@given(carried)
def test_every_fold_of_every_feature_is_found(way):
    program = Recurrence(("a",), ("previous", "r"), (0, 0), (A, register("r", *way)), (Name("r"),))
    ranges = (range(-3, 6),)
    found = find_registers(planted(program), Channels(ranges), 10, 1)
    assert agree_at_any_length(found, planted(program), ranges)


def scrambled(xs):
    state, answers = 1, []
    for x in xs:
        state = (state * 6364136223846793005 + x + 1442695040888963407) % 2**64
        answers.append(state >> 61)
    return answers


def test_random_answers_are_refused_with_what_was_tried():
    found = find_registers(oracle(scrambled), Channels((range(5),)), 10, 1)
    assert isinstance(found, Refusal)
    (reason,) = found.reasons
    assert "registers of registers" in reason
    assert "%" in reason
    assert "budget" not in reason
    assert found.numbers["agreement"] < 0.4
    assert found.numbers["values"] < VALUES / 10


def test_a_search_ends_within_its_budget_and_says_that_it_did():
    """Nothing further is begun: no stage is counted as looked at that was not."""
    spent = {}
    for budget in (1, 1_000_000, 4_000_000):
        found = find_registers(oracle(scrambled), Channels((range(5),)), 10, 1, budget)
        assert isinstance(found, Refusal)
        (reason,) = found.reasons
        assert f"its budget of {budget:,} values being used up" in reason
        assert "registers of registers" not in reason
        spent[budget] = found.numbers["values"]
    assert 1 <= spent[1] < 1_000_000 <= spent[1_000_000] < 4_000_000 <= spent[4_000_000] < 8_000_000


@pytest.mark.claim
def test_what_is_found_does_not_depend_on_a_clock(monkeypatch):
    ranges, reference, _ = CASES["distance"]
    given_ = (
        (oracle(reference), Channels(ranges), 10, 1),
        (oracle(scrambled), Channels((range(2),)), 10, 1),
    )
    calm = [find_registers(*arguments) for arguments in given_]
    leaps = count(0, 10**6)
    for clock in ("time", "monotonic", "perf_counter", "process_time", "thread_time"):
        monkeypatch.setattr(time, clock, lambda: next(leaps))
    assert [find_registers(*arguments) for arguments in given_] == calm


def test_no_stage_between_a_network_and_its_verdict_reads_a_clock():
    """Only what times a run, ends one, or says how long it takes may."""
    package = Path(distill.__file__).parent
    readers = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        and {getattr(node, "module", None), *(name.name for name in node.names)}
        & {"time", "datetime", "signal"}
    }
    # what takes too long, or outlives what began it, fails, and finds nothing
    ends = {"checker/limits.py", "cli/supervised.py", "tasks/time_limit.py", "workers.py"}
    assert readers == {
        "bench/compiled.py",
        "bench/learned.py",
        "bench/runner.py",
        "cli/run.py",
        "runs/stages.py",
        "studies/parts.py",
        *ends,
    }


@pytest.mark.part(1)
@pytest.mark.parametrize("name", ["magnitude", "distance", "largest", "range", "threes"])
def test_hidden_states_that_say_nothing_change_no_simple_result(name):
    ranges, reference, _ = CASES[name]
    held = find_registers(oracle(reference), Channels(ranges), 10, 1)
    unheld = find_registers(pure_noise(reference), Channels(ranges), 10, 1)
    assert held == unheld


def test_the_same_network_gives_the_same_program():
    ranges, reference, _ = CASES["rarest"]
    first, second = (find_registers(oracle(reference), Channels(ranges), 10, 1) for _ in range(2))
    assert isinstance(first, Recurrence)
    assert first == second


@pytest.mark.claim
def test_a_window_as_long_as_the_sequences_is_none():
    """That nothing further back counts is not seen where there is nothing further back."""

    def fibonacci(xs):
        last, answers = (0, 0), []
        for x in xs:
            last = last[1], sum(last) + x
            answers.append(last[1])
        return answers

    found = find_registers(oracle(fibonacci), Channels((range(4),)), 8, 1)
    assert isinstance(found, Refusal)


def test_what_happens_on_rare_sequences_only_is_not_passed_over():
    """The answer is the largest input, but for sequences that begin with four equal inputs."""

    def almost(xs):
        odd = len(set(xs[:4])) == 1
        return [max(xs[: t + 1]) - (1 if odd and t >= 3 else 0) for t in range(len(xs))]

    found = find_registers(oracle(almost), Channels((range(8),)), 10, 1)
    if isinstance(found, Recurrence):
        assert agree_at_any_length(found, oracle(almost), (range(8),))


def test_answers_of_several_numbers_share_registers():
    def several(xs):
        return [(s, s % 7, max(xs[: t + 1]) - s) for t, s in enumerate(sums(xs))]

    found = find_registers(oracle(several, outputs=3), Channels((range(9),), 3), 10, 3)
    assert isinstance(found, Recurrence)
    assert sorted(found.registers) == ["highest", "total"]
    assert len(found.outputs) == 3


def test_registers_that_are_equal_are_merged_and_others_renamed():
    def total(feature, answer):
        return Recurrence(("a",), ("total",), (0,), (op("+", Name("total"), feature),), (answer,))

    one, other = total(A, Name("total")), total(op("abs", A), Name("total"))
    whole = merged([(one, one), (other, other), (one, one)])
    assert whole.registers == ("total", "total_2")
    assert whole.outputs == (Name("total"), Name("total_2"), Name("total"))
    assert program_cost(whole) > program_cost(one)


def test_registers_are_named_by_what_they_do():
    ranges, reference, _ = CASES["range"]
    found = find_registers(oracle(reference), Channels(ranges), 10, 1)
    assert isinstance(found, Recurrence)
    assert found.registers == ("highest", "lowest")
    assert [source(update) for update in found.updates] == ["max(highest, x)", "min(lowest, x)"]
    assert found.start == (0, 29)
