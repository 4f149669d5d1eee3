"""Two integers that steer one another come out of answers alone; what is no sum does not."""

import numpy as np
import pytest

from distill.domains.sequences import Channels
from distill.kinds.recurrence.linear.answered import answered_linearly, is_more_than_sums

LENGTH = 8


def run_of(step, answer, start, before=False):
    """A network that holds some integers, sequence by sequence."""

    def run(sequences):
        said = []
        for sequence in np.asarray(sequences).tolist():
            held, row = start, []
            for symbol in sequence:
                after = step(held, *symbol)
                row.append([answer(held if before else after)])
                held = after
            said.append(row)
        return np.array(said, dtype=np.int64)

    return run


PAIRS = {
    "as Fibonacci's": (lambda h, x: (h[1] + x, h[0] + h[1]), lambda h: h[0], (0, 1)),
    "the second of them": (lambda h, x: (h[1] + x, h[0] + h[1]), lambda h: h[1], (0, 1)),
    "a difference": (
        lambda h, x: (h[0] - h[1] + x, h[0] + 1),
        lambda h: 2 * h[0] - h[1] + 3,
        (0, 0),
    ),
    "turning": (lambda h, x: (x - h[1], h[0]), lambda h: h[0] + h[1], (1, 0)),
    "doubled": (lambda h, x: (2 * h[0] + h[1], h[0] - x), lambda h: h[1], (1, 2)),
}


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("values", [range(3), range(-2, 3), range(1, 4)])
def test_two_integers_that_steer_one_another_are_found(name, before, values):
    step, answer, start = PAIRS[name]
    run = run_of(step, answer, start, before)
    channels = Channels((values,))
    found = answered_linearly(run, channels, LENGTH)
    assert found is not None
    assert len(found.recurrence.registers) <= 3
    assert is_more_than_sums(found)
    longer = np.random.default_rng(0).integers(values.start, values.stop, (50, 3 * LENGTH, 1))
    assert (found.recurrence.run(longer) == run(longer)).all()


def test_what_counts_may_be_which_symbol_it_is():
    run = run_of(lambda h, x: (h[1] + (x == 2), h[0] + h[1]), lambda h: h[0], (0, 1))
    found = answered_linearly(run, Channels((range(4),)), LENGTH)
    assert found is not None
    longer = np.random.default_rng(0).integers(0, 4, (50, 3 * LENGTH, 1))
    assert (found.recurrence.run(longer) == run(longer)).all()


@pytest.mark.parametrize(
    "step",
    [
        lambda h, x: (h[1] * x % 7, h[0] + 1),
        lambda h, x: (max(h[0], x), h[0]),
        lambda h, x: (h[0] * h[1] + x, h[1] + 1),
        lambda h, x: (h[1] + x, min(h[0] + h[1], 9)),
    ],
)
def test_what_is_no_sum_of_responses_is_not_read(step):
    run = run_of(step, lambda h: h[0], (1, 1))
    assert answered_linearly(run, Channels((range(3),)), LENGTH) is None


def test_sums_and_delays_are_left_to_those_who_have_names_for_them():
    for step in (
        lambda h, x: (h[0] + x, h[0]),
        lambda h, x: (x, h[0]),
        lambda h, x: (h[0] + h[1], h[1] + x),
    ):
        run = run_of(step, lambda h: h[0], (0, 0))
        found = answered_linearly(run, Channels((range(3),)), LENGTH)
        assert found is not None
        assert not is_more_than_sums(found)
