"""Kinds of faults that the search was never tuned on."""

from __future__ import annotations

from collections.abc import Callable

from planted_loops import Planted, Rng, drawn_length, drawn_range, planted, streak


def up_then_down(rng: Rng) -> Planted:
    """Values that rise for some steps, and at once fall for as many."""
    values, length = drawn_range(rng, 30, 100), drawn_length(rng, 10, 20)
    k = int(rng.integers(3, 5))
    step = (
        "up = len(h) >= 2 and (x > h[-2])\ndown = len(h) >= 2 and (x < h[-2])\n"
        "peak = np.where(down & (falls == 0), rises, peak * down)\n"
        "rises, falls = np.where(up, rises + 1, 0), np.where(down, falls + 1, 0)"
    )
    condition = f"(peak == {k}) & (falls == {k})"
    return planted(rng, (values,), length, condition, "rises = falls = peak = 0", step)


def largest_again(rng: Rng) -> Planted:
    """The largest value so far for the n-th time, where it is not the range's."""
    values, length = drawn_range(rng, 30, 100), drawn_length(rng, 10, 20)
    times = int(rng.integers(3, 7))
    step = "n = np.where(x > most, 1, n + (x == most))\nmost = np.maximum(most, x)"
    condition = f"(n == {times}) & (x == most) & (x < {values.stop - 1}) & (x != h[0])"
    return planted(rng, (values,), length, condition, "n = 0\nmost = -1000", step)


def bits(rng: Rng) -> Planted:
    """An exclusive or of the last four, at a given value."""
    length = drawn_length(rng, 6, 10, 20)
    value, code = int(rng.integers(100)), int(rng.integers(128))
    condition = f"len(h) >= 4 and ((x == {value}) & (h[-1] ^ h[-2] ^ h[-3] ^ h[-4] == {code}))"
    return planted(rng, (range(100),), length, condition)


def pair_again(rng: Rng) -> Planted:
    """Two given values one after the other, for the second or third time."""
    values, length = drawn_range(rng, 30, 100), drawn_length(rng, 10, 20)
    a, b = rng.choice(values, 2, replace=False).tolist()
    step = f"m = len(h) >= 2 and ((h[-2] == {a}) & (x == {b}))\nn = n + m"
    return planted(rng, (values,), length, f"(n == {rng.integers(2, 4)}) & m", "n = 0", step)


def by_the_clock(rng: Rng) -> Planted:
    """Inputs that are the number of the step, times or plus something, so many in a row."""
    length = drawn_length(rng, 10, 20)
    shift, k = int(rng.integers(20)), int(rng.integers(4, 8))
    rule = [f"x == t + {shift}", f"x == {shift + 20} - t", "x == t * 3", "x == t * t"]
    return planted(rng, (range(100),), length, *streak(rule[int(rng.integers(4))], k))


def sums_from_both_ends(rng: Rng) -> Planted:
    """The first and the last value, the second and the last but one, ... have one sum."""
    values, length = drawn_range(rng, 10, 30, 100), drawn_length(rng, 6, 10, 20)
    k, total = min(2 * int(rng.integers(3, 5)), length), values.start + values.stop - 1
    condition = (
        f"len(h) == {k} and np.all([h[i] + h[-1 - i] == {total} for i in range({k // 2})], axis=0)"
    )
    return planted(rng, (values,), length, condition)


def zigzag(rng: Rng) -> Planted:
    """Rising and falling in turn by a good part of the range, so many in a row."""
    values, length = drawn_range(rng, 30, 100), drawn_length(rng, 10, 20)
    k, jump = int(rng.integers(6, 9)), len(values) // int(rng.integers(2, 4))
    rule = f"len(h) >= 2 and ((x - h[-2]) * np.where(run % 2 == 0, 1, -1) > {jump})"
    return planted(rng, (values,), length, *streak(rule, k))


def sum_then_value(rng: Rng) -> Planted:
    """A given value where the sum is a given one."""
    values, length = range(100), drawn_length(rng, 6, 10, 20)
    value, total = int(rng.integers(100)), int(rng.integers(100, length * 60))
    condition = f"(s == {total}) & (x == {value})"
    return planted(rng, (values,), length, condition, "s = 0", "s = s + x")


def swapped(rng: Rng) -> Planted:
    """Two channels that change places at every step, so many in a row."""
    values, length = drawn_range(rng, 10, 30, 100), drawn_length(rng, 6, 10, 20)
    rule = "len(h) >= 2 and ((x == g[-2]) & (y == h[-2]) & (x != y))"
    return planted(rng, (values, values), length, *streak(rule, int(rng.integers(3, 5))))


def one_distance(rng: Rng) -> Planted:
    """Every value at a given distance from the one before, up or down, so many in a row."""
    values, length = drawn_range(rng, 30, 100), drawn_length(rng, 10, 20)
    distance, k = int(rng.integers(1, 12)), int(rng.integers(4, 8))
    return planted(
        rng, (values,), length, *streak(f"len(h) >= 2 and (abs(x - h[-2]) == {distance})", k)
    )


def any_order(rng: Rng) -> Planted:
    """Three given values as the last three, in any order."""
    values, length = drawn_range(rng, 30, 100), drawn_length(rng, 6, 10, 20)
    three = sorted(rng.choice(values, 3, replace=False).tolist())
    condition = (
        f"len(h) >= 3 and (np.sort(np.stack(h[-3:]), axis=0) == np.array([{three}]).T).all(axis=0)"
    )
    return planted(rng, (values,), length, condition)


def rest_then_value(rng: Rng) -> Planted:
    """The smallest value for some steps, then a given one."""
    values, length = drawn_range(rng, 30, 100), drawn_length(rng, 10, 20)
    value, k = int(rng.integers(values.start + 1, values.stop)), int(rng.integers(3, 8))
    step = f"m = (rest >= {k}) & (x == {value})\nrest = np.where(x == {values.start}, rest + 1, 0)"
    return planted(rng, (values,), length, "m", "rest = 0", step)


def one_after_another(rng: Rng) -> Planted:
    """Three given values in their order, with anything between them."""
    values, length = drawn_range(rng, 30, 100), drawn_length(rng, 6, 10, 20)
    a, b, c = rng.choice(values, 3, replace=False).tolist()
    step = f"s = s + ((s == 0) & (x == {a}) | (s == 1) & (x == {b}) | (s == 2) & (x == {c}))"
    return planted(rng, (values,), length, f"(s == 3) & (x == {c})", "s = 0", step)


def back_at_the_first(rng: Rng) -> Planted:
    """The first value again, where the sum has a given remainder."""
    values, length = range(100), drawn_length(rng, 10, 20)
    r = int(rng.integers(97))
    condition = f"(t == {length - 1}) & (x == h[0]) & (s % 97 == {r})"
    return planted(rng, (values,), length, condition, "s = 0", "s = s + x")


HELD_OUT: tuple[Callable[[Rng], Planted], ...] = (
    up_then_down,
    largest_again,
    bits,
    pair_again,
    by_the_clock,
    sums_from_both_ends,
    zigzag,
    sum_then_value,
    swapped,
    one_distance,
    any_order,
    rest_then_value,
    one_after_another,
    back_at_the_first,
)
"""Kinds that were written down afterwards."""
