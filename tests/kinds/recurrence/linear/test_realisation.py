"""Linear networks are read as integer recurrences, exactly or not at all; the bound is a bound."""

from __future__ import annotations

import math

import numpy as np
import pytest
from builders.amount import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_linear import linear_network, planted, system

from distill.checker.linear_bound import IntegerSystem, linear_bound
from distill.domains.sequences import Channels
from distill.expressions.printing import source
from distill.kinds.recurrence.linear.lattice import integer_state_space, inverse, responses_of
from distill.kinds.recurrence.linear.realisation import Realisation, matrices, realise
from distill.records.refusal import Refusal

LENGTH = 14
SMALL = st.integers(-1, 1)
NAMED = {
    "running sum": (
        system([[1]], [[1]], [[1]]),
        ["total = total + x"],
        ["total"],
    ),
    "running sum from 5": (
        system([[1]], [[1]], [[1]], start=[5]),
        ["total = total + x"],
        ["total"],
    ),
    "free body": (
        system([[1, 0], [1, 1]], [[1], [1]], [[0, 1]]),
        ["velocity = velocity + x", "position = position + velocity"],
        ["position"],
    ),
    "gravity": (
        system([[1, 0], [1, 1]], [[1], [1]], [[0, 1]], constant=[-1, -1]),
        ["velocity = velocity + x - 1", "position = position + velocity"],
        ["position"],
    ),
    "spring": (
        system([[1, -1], [1, 0]], [[1], [1]], [[0, 1]]),
        ["velocity = velocity + x - position", "position = position + velocity"],
        ["position"],
    ),
    "magnetic field": (
        system(
            [[1, -1, 0, 0], [1, 1, 0, 0], [1, -1, 1, 0], [1, 1, 0, 1]],
            [[1, 0], [0, 1], [1, 0], [0, 1]],
            [[0, 0, 1, 0], [0, 0, 0, 1]],
        ),
        [
            "velocity_a, velocity_b = velocity_a + a - velocity_b, velocity_b + velocity_a + b",
            "position_a = position_a + velocity_a",
            "position_b = position_b + velocity_b",
        ],
        ["position_a", "position_b"],
    ),
    "difference": (
        system([[0, 0], [1, 0]], [[1], [0]], [[1, -1]]),
        ["previous = x"],
        ["x - previous"],
    ),
    "the opposite": (system([[0]], [[-1]], [[1]], offset=[1]), [], ["1 - x"]),
    "sum of the last three, of two channels": (
        system(
            [[0, 0, 0], [1, 0, 0], [0, 1, 0]],
            [[1, 1], [0, 0], [0, 0]],
            [[1, 1, 1]],
        ),
        [
            "previous2_a = previous_a",
            "previous2_b = previous_b",
            "previous_a = a",
            "previous_b = b",
        ],
        ["a + b + previous_a + previous2_a + previous_b + previous2_b"],
    ),
}


@st.composite
def systems(draw):
    """Arguments of `system`."""
    n, channels, outputs = draw(st.integers(1, 3)), draw(st.integers(1, 2)), draw(st.integers(1, 2))

    def matrix(rows, columns, entries=SMALL):
        return [[draw(entries) for _ in range(columns)] for _ in range(rows)]

    return {
        "A": matrix(n, n),
        "B": matrix(n, channels),
        "C": matrix(outputs, n),
        "constant": [draw(SMALL) for _ in range(n)] if draw(st.booleans()) else None,
        "start": [draw(SMALL) for _ in range(n)] if draw(st.booleans()) else None,
        "offset": [draw(st.integers(-5, 5)) for _ in range(outputs)],
    }


def channels_of(planted_system: IntegerSystem) -> Channels:
    return Channels((range(-4, 6),) * len(planted_system.B[0]), len(planted_system.C))


def in_turn(found: Realisation, sequence: np.ndarray) -> list[list[int]]:
    """The answers by the assignments, one after another, as a program would run them."""
    r, answers = found.recurrence, []
    state = dict(zip(r.registers, r.start, strict=True))
    for row in sequence.tolist():
        inputs = dict(zip(r.inputs, row, strict=True))
        before = dict(state)
        for group in found.assignments:
            new = {name: eval(source(e), {}, state | inputs) for name, e in group}
            state |= new
        seen = (state if r.after else before) | inputs
        answers.append([eval(source(e), {}, seen) for e in r.outputs])
    return answers


@given(systems(), st.integers(0, 2**32 - 1))
@settings(max_examples=examples(15), deadline=None)
def test_a_planted_system_comes_back_with_exactly_its_behaviour(parts, seed):
    planted_system = system(**parts)
    rng = np.random.default_rng(seed)
    channels = channels_of(planted_system)
    found = realise(planted(planted_system, rng, 1e-10), channels, LENGTH)
    assert isinstance(found, Realisation), found
    assert (found.system.markov(30) == planted_system.markov(30)).all()
    assert (found.system.drift(30) == planted_system.drift(30)).all()
    assert matrices(found.recurrence) == found.system
    sequence = rng.integers(-4, 6, (1, 20, len(channels.inputs)))
    assert found.recurrence.run(sequence)[0].tolist() == in_turn(found, sequence[0])


@pytest.mark.parametrize("name", NAMED)
def test_what_is_known_by_name_is_written_as_one_would(name):
    planted_system, lines, answers = NAMED[name]
    network = planted(planted_system, np.random.default_rng(3), 1e-9)
    found = realise(network, channels_of(planted_system), LENGTH)
    assert isinstance(found, Realisation), found
    written = [
        f"{', '.join(n for n, _ in group)} = {', '.join(source(e) for _, e in group)}"
        for group in found.assignments
    ]
    assert written == lines
    assert [source(e) for e in found.recurrence.outputs] == answers


@given(st.lists(st.integers(-2, 2), min_size=1, max_size=6), st.integers(0, 2**32 - 1))
@settings(max_examples=examples(15), deadline=None)
def test_a_response_that_ends_is_a_delay_line(taps, seed):
    n = len(taps)
    shift = [[int(j == i - 1) for j in range(n)] for i in range(n)]
    line = system(shift, [[int(i == 0)] for i in range(n)], [taps])
    found = realise(planted(line, np.random.default_rng(seed), 1e-10), channels_of(line), LENGTH)
    assert isinstance(found, Realisation), found
    longest = max((lag for lag, tap in enumerate(taps) if tap), default=0)
    expected = [f"previous{lag if lag > 1 else ''}" for lag in range(1, longest + 1)]
    assert list(found.recurrence.registers) == expected
    assert [source(e) for e in found.recurrence.updates] == ["x", *expected[:-1]][:longest]


def test_a_response_that_pauses_is_no_delay_line():
    """2, 0, -2, 0, 2, ...: the last of an even number of lags is 0, and it goes on all the same."""
    turning = system([[0, 1], [-1, 0]], [[1], [1]], [[-1, -1]])
    network = planted(turning, np.random.default_rng(0), 1e-10)
    found = realise(network, channels_of(turning), LENGTH)
    assert isinstance(found, Realisation)
    assert len(found.recurrence.registers) == 2


def test_first_values_of_a_delay_line_are_kept():
    line = system([[0, 0], [1, 0]], [[1], [0]], [[0, 1]], start=[7, 3])
    found = realise(planted(line, np.random.default_rng(0), 1e-10), channels_of(line), LENGTH)
    assert isinstance(found, Realisation)
    assert found.recurrence.start == (7,)


@pytest.mark.parametrize(
    ("function", "line"),
    [
        (lambda x: 1 - x % 2, "total = total + (x % 2 == 0)"),
        (lambda x: x * x, "total = total + x * x"),
        (lambda x: 2 * x - 3, "total = total + 2 * x - 3"),
        (lambda x: int(x == 4), "total = total + (x == 4)"),
    ],
    ids=["evens", "squares", "a line", "fours"],
)
def test_what_symbols_count_for_is_written_as_arithmetic(function, line):
    """What every symbol adds and what every step adds cannot be told apart in the weights."""
    counts = np.array([[float(function(x)) for x in range(8)]])
    network = linear_network([[1]], counts / 3 + 0.7, [-0.7], [0], [[3]], [0], one_hot=True)
    channels = Channels((range(8),))
    found = realise(network, channels, 10)
    assert isinstance(found, Realisation), found
    assert [source(e) for group in found.assignments for _, e in group] == [line.split("= ", 1)[1]]
    sequences = np.random.default_rng(0).integers(0, 8, (20, 60, 1))
    expected = np.cumsum(np.vectorize(function)(sequences), axis=1)
    assert (found.recurrence.run(sequences) == expected).all()
    bound = linear_bound(network.weights, found.system, None, 60)
    assert bound.holds_to == 60
    sequences[0] = 7
    apart = np.abs(values(network, sequences) - np.cumsum(counts[0][sequences], axis=1))
    assert (apart.max(axis=(0, 2)) <= bound.errors).all()


def test_the_bound_over_symbols_ends_where_one_of_them_is_off():
    """Symbol 2 counts 2.01: after 50 of them the answer is 101 at most, and never before."""
    network = linear_network([[1]], [[0, 1, 2.01]], [0], [0], [[1]], [0], one_hot=True)
    total = IntegerSystem(((1,),), ((0, 1, 2),), (0,), (0,), ((1,),), ((0, 0, 0),), (0,), True)
    bound = linear_bound(network.weights, total, None, 100)
    assert bound.holds_to in {49, 50}


@pytest.mark.parametrize(
    ("rate", "gain"),
    [(0.5, 1.0), (1.0, 0.59), (0.97, 1.0)],
    ids=["it fades", "it is no simple part", "it leaks"],
)
def test_a_response_that_is_not_of_integers_is_refused(rate, gain):
    network = linear_network([[rate]], [[gain]], [0], [0], [[1]], [0])
    found = realise(network, Channels((range(10),)), 10)
    assert isinstance(found, Refusal)
    assert "from integers within 10 steps" in found.reasons[0]
    deviation = found.numbers["deviation"]
    assert deviation is not None
    assert deviation > 0.05


def test_a_response_near_integers_that_answers_otherwise_is_refused():
    """Each Markov parameter is 0.04 off: rounded to nothing, over inputs up to 99 it is a lot."""
    network = linear_network([[1]], [[1.04]], [0], [0], [[1]], [0])
    found = realise(network, Channels((range(100),)), 10)
    assert isinstance(found, Refusal)
    assert "as the network does" in found.reasons[0]


def test_a_response_that_is_not_determined_is_refused():
    n = 9
    shift = [[int(j == i - 1) for j in range(n)] for i in range(n)]
    shift[0][n - 1] = 1  # a ring: the first 6 steps say nothing of it
    line = system(shift, [[int(i in (0, 3, 4))] for i in range(n)], [[1] + [0] * (n - 1)])
    responses = line.markov(6)
    assert integer_state_space(responses) is None
    assert integer_state_space(line.markov(20)) is not None


@given(systems())
@settings(max_examples=examples(30), deadline=None)
def test_the_state_space_has_the_rank_of_the_hankel_matrix(parts):
    planted_system = system(**parts)
    M = planted_system.markov(LENGTH)
    space = integer_state_space(M)
    assert space is not None
    assert (responses_of(space, LENGTH) == M).all()
    half = LENGTH // 2
    hankel = np.block([[M[i + j].astype(float) for j in range(half)] for i in range(half)])
    assert len(space.A) == np.linalg.matrix_rank(hankel)


def test_only_integer_inverses_are_given():
    assert inverse(np.array([[1, 1], [1, -1]], dtype=object)) is None
    assert inverse(np.array([[1, 1], [1, 1]], dtype=object)) is None
    found = inverse(np.array([[2, 1], [1, 1]], dtype=object))
    assert found is not None
    assert found.tolist() == [[1, -1], [-1, 2]]


@given(systems(), st.integers(0, 2**32 - 1), st.sampled_from([0.0, 1e-9, 1e-5]))
@settings(max_examples=examples(25), deadline=None)
def test_the_bound_holds_and_is_not_far_from_what_occurs(parts, seed, noise):
    planted_system = system(**parts)
    rng, steps = np.random.default_rng(seed), 12
    network = planted(planted_system, rng, noise)
    channels = channels_of(planted_system)
    bound = linear_bound(network.weights, planted_system, channels.inputs, steps)
    sequences = rng.integers(-4, 6, (40, steps, len(channels.inputs)))
    sequences[0], sequences[1] = -4, 5
    sequences[2] = worst(network, planted_system, steps)
    apart = np.abs(values(network, sequences) - answers(planted_system, sequences))
    assert (apart.max(axis=(0, 2)) <= bound.errors).all()
    if noise == 1e-5 and apart[2, -1, 0] > 1e-6 and len(planted_system.C) == 1:
        assert bound.errors[-1] < 1.01 * apart[2, -1, 0]
    same = network.run(sequences) == answers(planted_system, sequences)
    assert same[:, : bound.holds_to].all()


def test_the_bound_ends_where_a_leak_is_seen():
    """A total that leaks 10^-4 of itself: 0.5 apart after some hundred steps of 1 to 9."""
    total = system([[1]], [[1]], [[1]])
    network = linear_network([[1 - 1e-4]], [[1]], [0], [0], [[1]], [0])
    bound = linear_bound(network.weights, total, (range(1, 10),), 400)
    highest = np.full((1, 400, 1), 9)
    wrong = np.flatnonzero((network.run(highest) != answers(total, highest))[0, :, 0])
    assert bound.holds_to == wrong[0] > 20
    exact = linear_bound(linear_network([[1]], [[1]], [0], [0], [[1]], [0]).weights, total,
                         (range(1, 10),), 400)  # fmt: skip
    assert exact.holds_to == 400
    assert exact.errors[-1] < 1e-7


def test_rounding_in_float64_is_part_of_the_bound():
    """1/3 is no float64: three times it, summed for long, drifts from 1; the bound knows."""
    total = system([[1]], [[1]], [[1]])
    network = linear_network([[1]], [[1 / 3]], [0], [0], [[3]], [0])
    bound = linear_bound(network.weights, total, (range(2),), 1000)
    ones = np.ones((1, 1000, 1), dtype=np.int64)
    apart = np.abs(values(network, ones) - answers(total, ones))[0, :, 0]
    assert apart.max() > 0
    assert (apart <= bound.errors).all()
    assert bound.holds_to == 1000


def values(network, sequences):
    hidden = network.hidden(sequences)
    flat = network.values(hidden.reshape(-1, hidden.shape[-1]))
    return flat.reshape(*sequences.shape[:2], -1)


def answers(planted_system: IntegerSystem, sequences):
    """The integer system's answers, by its own matrices and in Python integers."""
    n, steps, _ = sequences.shape
    M, z = planted_system.markov(steps), planted_system.drift(steps)
    said = np.empty((n, steps, M.shape[1]), dtype=np.int64)
    for t in range(steps):
        past = sequences[:, t::-1].astype(object)
        said[:, t] = np.einsum("njc,joc->no", past, M[: t + 1]) + z[t]
    return said


def worst(network, planted_system: IntegerSystem, steps: int):
    """The inputs that take network and system apart the most, for the first output's last step."""
    A, B, C = (network.weights[name] for name in "ABC")
    M, z = planted_system.markov(steps).astype(float), planted_system.drift(steps).astype(float)
    gaps = np.array([(C @ np.linalg.matrix_power(A, j) @ B - M[j])[0] for j in range(steps)])
    quiet = values(network, np.zeros((1, steps, B.shape[1]), dtype=np.int64))[0, -1, 0] - z[-1, 0]
    middle = quiet + 0.5 * gaps.sum()
    sign = 1 if middle >= 0 else -1
    return np.where(sign * gaps[::-1] > 0, 5, -4)


def divided(planted_system: IntegerSystem, parts, offsets, rng, noise=1e-9):
    """A network whose answers are n / q + θ, with n // q the rounded one wherever none ties."""
    network = planted(planted_system, rng, noise)
    q = np.array(parts, dtype=float)
    weights = network.weights
    weights["C"] = weights["C"] / q[:, None]
    weights["d"] = weights["d"] / q + np.array(offsets)
    weights["d"] -= 0.5
    A, B, b, h_0, C, d = (weights[name] for name in ("A", "B", "b", "h_0", "C", "d"))
    return linear_network(A, B, b, h_0, C, d)


def told_parts(planted_system: IntegerSystem, parts) -> bool:
    """Whether the responses to single inputs show what every answer is divided by."""
    M = planted_system.markov(LENGTH)
    return all(math.gcd(q, *(int(v) for v in M[:, o].ravel())) == 1 for o, q in enumerate(parts))


@given(systems(), st.integers(0, 2**32 - 1), st.data())
@settings(max_examples=examples(15), deadline=None)
def test_a_planted_system_whose_answers_are_divided_comes_back(parts, seed, data):
    planted_system = system(**parts)
    rng, outputs = np.random.default_rng(seed), len(planted_system.C)
    q = [data.draw(st.integers(2, 9)) for _ in range(outputs)]
    # never nearer to a tie than what is refused, also where the responses have no such parts
    within = [0.5 / part for part in q]
    network = divided(planted_system, q, within, rng)
    channels = channels_of(planted_system)
    found = realise(network, channels, LENGTH)
    # an input tells what an answer is divided by, where its responses have no factor of that: what
    # no input shows is one of many sequences that begin alike, right within the length or refused
    told = told_parts(planted_system, q)
    steps = 2 * LENGTH if told else LENGTH
    assert isinstance(found, Realisation) or not told, found
    if isinstance(found, Refusal):
        return
    sequences = rng.integers(-4, 6, (50, steps, len(channels.inputs)))
    expected = answers(planted_system, sequences) // np.array(q)
    assert (found.recurrence.run(sequences) == expected).all()
    if max(q) * float(np.abs(planted_system.markov(LENGTH)).max()) < 1e4:
        bound = linear_bound(network.weights, found.system, channels.inputs, LENGTH)
        assert bound.holds_to == LENGTH
        hidden_values = values(network, sequences[:, :LENGTH])
        middle = answers(planted_system, sequences[:, :LENGTH]) + (1 - np.array(q)) / 2
        if found.system.divisors == tuple(q):  # and not of fewer parts
            apart = np.abs(hidden_values * q - middle)
            assert (apart.max(axis=(0, 2)) <= bound.errors).all()


def test_a_mean_is_written_with_its_division_and_bounded():
    mean = system([[0, 0], [1, 0]], [[1], [0]], [[1, 1]])
    network = divided(mean, [2], [0.25], np.random.default_rng(0))
    channels = Channels((range(10),))
    found = realise(network, channels, 10)
    assert isinstance(found, Realisation), found
    assert [source(e) for e in found.recurrence.outputs] == ["(x + previous) // 2"]
    assert found.system.divisors == (2,)
    bound = linear_bound(network.weights, found.system, channels.inputs, 100)
    assert bound.holds_to == 100
    assert bound.errors.max() < 1e-5
    # 0.3 of the way to the next half, in parts of 1/2: the bound knows how near the others are
    aside = divided(mean, [2], [0.1], np.random.default_rng(0))
    assert linear_bound(aside.weights, found.system, channels.inputs, 9).errors[0] == pytest.approx(
        0.3, abs=1e-5
    )
    below = divided(mean, [2], [-0.05], np.random.default_rng(0))
    assert linear_bound(below.weights, found.system, channels.inputs, 9).holds_to == 0


def test_answers_half_way_between_integers_are_refused():
    network = linear_network([[1]], [[0.5]], [0], [0], [[1]], [0])
    found = realise(network, Channels((range(10),)), 10)
    assert isinstance(found, Refusal)
    assert "half-way between two integers" in found.reasons[0]
    assert found.numbers["tie"] == 0
