"""Faults by kind: texts of programs, each right but where a condition holds.

`planted_faults.py` beside this file searches for them. A kind is a function of a generator; what
it plants can be reached within the length that the search is given.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np
from numpy import ndarray
from planted_loops import (
    Loop,
    Planted,
    Rng,
    drawn_length,
    drawn_range,
    drawn_value,
    planted,
    streak,
)


def wrong_transition(rng: Rng) -> Planted:
    """One of a machine of 200 states."""
    states, symbols = 200, int(rng.integers(2, 5))
    length = drawn_length(rng, 10, 20)
    while True:
        table = rng.integers(0, states, (states, symbols))
        said = rng.integers(0, 3, states)
        wrong = table.copy()
        wrong[rng.integers(states), rng.integers(symbols)] = rng.integers(states)
        if _parts_within(table, wrong, said, length):
            break
    right, faulty = (
        Loop(
            f"s = 0\nNEXT = np.array({one.tolist()})\nSAID = np.array({said.tolist()})",
            "s = NEXT[s, x]\nsaid = SAID[s]",
        )
        for one in (table, wrong)
    )
    return Planted((range(symbols),), length, right, faulty)


def _parts_within(table: ndarray, wrong: ndarray, said: ndarray, length: int) -> bool:
    """Whether two machines answer some sequence of the length differently."""
    ways, queue = {(0, 0): 0}, deque([(0, 0)])
    while queue:
        p, q = queue.popleft()
        for pair in zip(table[p].tolist(), wrong[q].tolist(), strict=True):
            if said[pair[0]] != said[pair[1]]:
                return True
            if pair not in ways and ways[p, q] + 2 <= length:
                ways[pair] = ways[p, q] + 1
                queue.append(pair)
    return False


def late(rng: Rng) -> Planted:
    """From some step after the twelfth on, always or for one value only."""
    values, length = drawn_range(rng, 2, 10, 100), drawn_length(rng, 13, 16, 20)
    step = int(rng.integers(12, length))
    more = ["", f" & (x == {drawn_value(rng, values)})", " & (x % 2 == 0)"][int(rng.integers(3))]
    return planted(rng, (values,), length, f"(t >= {step}){more}")


def threshold(rng: Rng) -> Planted:
    """A large value, a large sum, or both."""
    values, length = range(100), drawn_length(rng, 6, 10, 20)
    large = int(97 + rng.integers(3))
    much = int(length * rng.integers(75, 98))
    least = int(length * rng.integers(1, 12))
    condition = [
        f"x >= {large}",
        f"total2 > {much}",
        f"(t == {length - 1}) & (total2 < {least})",
        f"(x >= {large}) & (h[0] >= {large})",
        f"(x >= {large}) & (total2 > {length * 60})",
    ][int(rng.integers(5))]
    return planted(rng, (values,), length, condition, "total2 = 0", "total2 = total2 + x")


def many_times(rng: Rng) -> Planted:
    """One input for the n-th time."""
    values, length = drawn_range(rng, 3, 10, 30, 100), drawn_length(rng, 10, 12, 20)
    value, times = drawn_value(rng, values), int(rng.integers(4, min(10, length) + 1))
    return planted(
        rng,
        (values,),
        length,
        f"(x == {value}) & (n == {times})",
        "n = 0",
        f"n = n + (x == {value})",
    )


def nine_times_at_the_end(rng: Rng) -> Planted:
    """One input exactly nine times at the last step."""
    values, length = drawn_range(rng, 10, 30, 100), drawn_length(rng, 10, 12)
    value = drawn_value(rng, values)
    condition = f"(n == 9) & (t == {length - 1})"
    return planted(rng, (values,), length, condition, "n = 0", f"n = n + (x == {value})")


def three_in_a_row(rng: Rng) -> Planted:
    """Three given values in a row."""
    values, length = drawn_range(rng, 30, 100), drawn_length(rng, 6, 10, 20)
    a, b, c = rng.choice(values, 3, replace=False).tolist()
    if rng.integers(2):
        condition = f"(len(h) >= 3) and ((h[-3] == {a}) & (h[-2] == {b}) & (x == {c}))"
        return planted(rng, (values,), length, condition)
    then = f"np.where((w == 1) & (x == {b}), 2, 3 * ((w == 2) & (x == {c})))"
    step = f"w = np.where(x == {a}, 1, {then})"
    return planted(rng, (values,), length, "w == 3", "w = 0", step)


def coded_three(rng: Rng) -> Planted:
    """Three values in a row, given as one number in the base of the range."""
    size, length = int(rng.choice([30, 100])), drawn_length(rng, 6, 10, 20)
    code = int(rng.integers(size**2, size**3))
    step = f"code = (code * {size} + x) % {size**3}"
    return planted(rng, (range(size),), length, f"(t >= 2) & (code == {code})", "code = 0", step)


def beside_a_table(rng: Rng) -> Planted:
    """Three values in a row, in a text with a table of hundreds of other values."""
    length = drawn_length(rng, 6, 10, 20)
    a, b, c = rng.integers(100, size=3).tolist()
    table = rng.integers(100, size=int(rng.integers(100, 400))).tolist()
    start = f"TABLE = np.array({table})\nu = v = w = -1"
    condition = f"(w == {a}) & (v == {b}) & (u == {c})"
    return planted(rng, (range(100),), length, condition, start, "w, v, u = v, u, x")


def rising(rng: Rng) -> Planted:
    """So many rising, or falling, values in a row."""
    values, length = drawn_range(rng, 30, 100), drawn_length(rng, 10, 20)
    sign = ">" if rng.integers(2) else "<"
    steps = int(rng.integers(6, 10))
    rises = streak(f"len(h) >= 2 and (x {sign} h[-2])", steps)
    return planted(rng, (values,), length, *rises)


def progression(rng: Rng) -> Planted:
    """Equal differences for some steps, any or a given one."""
    values, length = drawn_range(rng, 30, 100), drawn_length(rng, 6, 10, 20)
    steps = int(rng.integers(3, 6))
    if rng.integers(2):
        stride = int(rng.integers(1, max(2, (len(values) - 1) // steps)))
        return planted(
            rng, (values,), length, *streak(f"len(h) >= 2 and (x - h[-2] == {stride})", steps)
        )
    same = "len(h) >= 3 and ((x - h[-2] == h[-2] - h[-3]) & (x != h[-2]))"
    return planted(rng, (values,), length, *streak(same, steps - 1))


def palindrome(rng: Rng) -> Planted:
    """The beginning, or the last values, read backwards are the same."""
    values, length = drawn_range(rng, 10, 30, 100), drawn_length(rng, 6, 10, 20)
    size = int(rng.integers(6, length + 1))
    last = "len(h)" if rng.integers(2) else str(size)
    condition = (
        f"len(h) >= {size} and (np.all([h[-1 - i] == h[i - {last}] for i in range({last})], axis=0)"
        " & (x != h[-2]))"
    )
    return planted(rng, (values,), length, condition)


def exact_sum(rng: Rng) -> Planted:
    """The sum of everything at one step, or of the last few values."""
    values, length = drawn_range(rng, 30, 100), drawn_length(rng, 6, 10, 20)
    top = values.stop - 1
    if rng.integers(2):
        target = int(rng.integers(length * values.start, length * top))
        return planted(
            rng, (values,), length, f"(t == {length - 1}) & (s == {target})", "s = 0", "s = s + x"
        )
    k = int(rng.integers(3, 6))
    target = int(rng.integers(k * values.start, k * top))
    return planted(rng, (values,), length, f"len(h) >= {k} and (sum(h[-{k}:]) == {target})")


def carry_chain(rng: Rng) -> Planted:
    """A carry that goes through so many digits."""
    base, length = int(rng.choice([2, 7, 10])), drawn_length(rng, 10, 12, 20)
    steps = int(rng.integers(5, length - 1))
    right = Loop("c = 0", f"d = x + y + c\nc = d // {base}\nsaid = d % {base}")
    faulty = Loop(
        "c = 0\nrun = 0",
        f"run = np.where((x + y == {base - 1}) & (c > 0), run + 1, 0)\n"
        f"d = x + y + c\nc = d // {base}\nc = np.where(run == {steps}, 0, c)\nsaid = d % {base}\n"
        f"said = np.where(run == {steps}, (said + 1) % {base}, said)",
    )
    return Planted((range(base), range(base)), length, right, faulty)


def same_as_before(rng: Rng) -> Planted:
    """The input before it, so many times in a row."""
    values, length = drawn_range(rng, 10, 30, 100), drawn_length(rng, 6, 10, 20)
    steps = int(rng.integers(3, min(length, 12)))
    return planted(rng, (values,), length, *streak("len(h) >= 2 and (x == h[-2])", steps))


def least_then_most(rng: Rng) -> Planted:
    """The ends of the range one after the other, once or a few times."""
    values, length = drawn_range(rng, 30, 100), drawn_length(rng, 6, 10, 20)
    low, top, times = values.start, values.stop - 1, int(rng.integers(1, 4))
    step = f"n = n + (len(h) >= 2 and ((h[-2] == {low}) & (x == {top})))"
    return planted(rng, (values,), length, f"(n == {times}) & (x == {top})", "n = 0", step)


def one_place(rng: Rng) -> Planted:
    """One value at one step, with another before it."""
    values, length = drawn_range(rng, 30, 100), drawn_length(rng, 6, 10, 20)
    step, a, b = int(rng.integers(1, length)), drawn_value(rng, values), drawn_value(rng, values)
    return planted(rng, (values,), length, f"(t == {step}) and ((x == {a}) & (h[-2] == {b}))")


def alternation(rng: Rng) -> Planted:
    """Two values, any or given ones, in turn."""
    values, length = drawn_range(rng, 30, 100), drawn_length(rng, 6, 10, 20)
    steps = int(rng.integers(3, min(length - 2, 9)))
    if rng.integers(2):
        return planted(
            rng,
            (values,),
            length,
            *streak("len(h) >= 3 and ((x == h[-3]) & (x != h[-2]))", steps),
        )
    a, b = rng.choice(values, 2, replace=False).tolist()
    return planted(rng, (values,), length, *streak(f"x == np.where(run % 2 == 0, {a}, {b})", steps))


def state_again(rng: Rng) -> Planted:
    """A state that is visited for the second, third, fourth time."""
    values, length = drawn_range(rng, 10, 100), drawn_length(rng, 10, 20)
    m, times = int(rng.choice([50, 97])), int(rng.integers(2, 5))
    state = int(rng.integers(m))
    step = f"s = (s + x) % {m}\nn = n + (s == {state})"
    return planted(rng, (values,), length, f"(n == {times}) & (s == {state})", "n = s = 0", step)


def two_places(rng: Rng) -> Planted:
    """Given values at two places, or two given values at a distance."""
    values, length = drawn_range(rng, 30, 100), drawn_length(rng, 6, 10, 20)
    a, b = drawn_value(rng, values), drawn_value(rng, values)
    i, j = sorted(rng.choice(length, 2, replace=False).tolist())
    if rng.integers(2):
        return planted(rng, (values,), length, f"(t == {j}) and ((h[{i}] == {a}) & (x == {b}))")
    return planted(
        rng, (values,), length, f"len(h) > {j - i} and ((h[-1 - {j - i}] == {a}) & (x == {b}))"
    )


def block_again(rng: Rng) -> Planted:
    """The last block is the one before it."""
    values, length = drawn_range(rng, 10, 30, 100), drawn_length(rng, 10, 20)
    w = int(rng.integers(3, 6))
    condition = (
        f"len(h) >= {2 * w} and (np.all([h[-1 - i] == h[-1 - {w} - i] for i in range({w})], axis=0)"
        " & (x != h[-2]))"
    )
    return planted(rng, (values,), length, condition)


def near_zero(rng: Rng) -> Planted:
    """A sum that stays small for so many steps, while the input does not rest."""
    values, length = range(-9, 10), drawn_length(rng, 10, 20)
    steps = int(rng.integers(7, 11))
    condition, start, step = streak("(abs(s) <= 2) & (x != 0)", steps)
    return planted(rng, (values,), length, condition, f"{start}\ns = 0", f"s = s + x\n{step}")


def remainders(rng: Rng) -> Planted:
    """Inputs with one remainder, so many in a row."""
    values, length = drawn_range(rng, 30, 100), drawn_length(rng, 10, 20)
    m = int(rng.integers(2, 7))
    r, steps = int(rng.integers(m)), int(rng.integers(6, 11))
    return planted(rng, (values,), length, *streak(f"x % {m} == {r}", steps))


def close_together(rng: Rng) -> Planted:
    """Inputs in a small part of the range, so many in a row."""
    values, length = drawn_range(rng, 30, 100), drawn_length(rng, 6, 10, 20)
    width, steps = len(values) // int(rng.integers(5, 12)), int(rng.integers(5, 7))
    if rng.integers(2):
        bound = values.stop - 1 - width
        return planted(rng, (values,), length, *streak(f"x > {bound}", steps))
    condition, start, step = streak(
        f"len(h) >= 2 and (abs(x - h[-2]) <= {width // 3 + 1})", steps - 1
    )
    return planted(
        rng, (values,), length, f"len(h) > 5 and (({condition}) & (x != h[-2]))", start, step
    )


def all_different(rng: Rng) -> Planted:
    """Every value of a small range once."""
    size, length = int(rng.integers(7, 11)), drawn_length(rng, 10, 20)
    condition = (
        f"len(h) >= {size} and "
        f"np.all(np.diff(np.sort(np.stack(h[-{size}:]), axis=0), axis=0) > 0, axis=0)"
    )
    return planted(rng, (range(size),), length, condition)


def doubling(rng: Rng) -> Planted:
    """Inputs that follow a rule of their own: twice the one before, or the sum of two."""
    values, length = drawn_range(rng, 30, 100), drawn_length(rng, 10, 20)
    m, steps = len(values), int(rng.integers(4, 7))
    rule = [
        f"len(h) >= 2 and ((x - 2 * h[-2]) % {m} == 0)",
        f"len(h) >= 3 and ((x - h[-2] - h[-3]) % {m} == 0)",
    ][int(rng.integers(2))]
    condition, start, step = streak(rule, steps)
    return planted(rng, (values,), length, f"({condition}) & (x != 0)", start, step)


def both_channels(rng: Rng) -> Planted:
    """Something between two channels, so many steps in a row."""
    values, length = drawn_range(rng, 10, 30, 100), drawn_length(rng, 6, 10, 20)
    top, k = values.start + values.stop - 1, int(rng.integers(4, 7))
    other = drawn_value(rng, values) + drawn_value(rng, values)
    rule = [
        "x == y",
        f"x + y == {top}",
        f"x + y == {other}",
        "len(h) >= 2 and (y == h[-2])",
        f"(x == {drawn_value(rng, values)}) & (y == {drawn_value(rng, values)})",
    ][int(rng.integers(5))]
    return planted(rng, (values, values), length, *streak(rule, min(k, length - 2)))


def two_pairs(rng: Rng) -> Planted:
    """Two given pairs in a row."""
    values, length = drawn_range(rng, 30, 100), drawn_length(rng, 6, 10, 20)
    a, b, c, d = (drawn_value(rng, values) for _ in range(4))
    condition = f"len(h) >= 2 and ((h[-2] == {a}) & (g[-2] == {b}) & (x == {c}) & (y == {d}))"
    return planted(rng, (values, values), length, condition)


def inputs(rng: Rng) -> Planted:
    """Over a finite domain: some inputs, given or in a relation."""
    k = int(rng.integers(4, 7))
    size = int(rng.choice([50, 113, 1000]))
    v = [int(rng.integers(size)) for _ in range(k)]
    total = int(rng.integers(k * size))
    condition = [
        " & ".join(f"(h[{i}] == {v[i]})" for i in range(3)),
        " & ".join(f"(h[{i}] == {v[i]})" for i in range(k)),
        " & ".join(f"(h[{i}] == h[0])" for i in range(1, k)),
        " & ".join(f"(h[{i}] < h[{i + 1}])" for i in range(k - 1)) + f" & (h[0] > {size // 2})",
        f"(sum(h) == {total}) & (h[0] == h[1])",
        f"sum(h) == {int(rng.integers(k * size // 20))}",
        f"(h[0] + h[1] == {v[0]}) & (h[2] == {v[1]})",
        f"((h[0] + h[1] + h[2] + h[3]) % {size} == {v[0]}) & (h[1] == {v[1]})",
        " & ".join(f"(h[{i}] == 0)" for i in range(1, k)),
        " & ".join(f"((h[{i}] == 0) | (h[{i}] == {size - 1}))" for i in range(k)),
    ][int(rng.integers(10))]
    return planted(rng, (range(size),) * k, None, f"(t == {k - 1}) and ({condition})")


def of_the_network(rng: Rng) -> Planted:
    """A small region where the network is wrong, unsure around it, and no text names it."""
    values, length = drawn_range(rng, 30, 100), drawn_length(rng, 6, 10)
    at = sorted(rng.choice(length, 3, replace=False).tolist())
    centre = np.array([drawn_value(rng, values) for _ in at])

    def off(rows: ndarray) -> ndarray:
        far = np.abs(rows[:, at, 0] - centre).sum(axis=1)
        return np.where(np.arange(length) < at[-1], 9.0, far[:, None] / len(values))

    near = " + ".join(f"abs(h[{i}] - ({c}))" for i, c in zip(at, centre.tolist(), strict=True))
    right = planted(rng, (values,), length, "False")
    network = Loop(
        right.faulty.start, f"{right.right.step}\nsaid = said + (t == {at[-1]} and ({near}) <= 2)"
    )
    return Planted((values,), length, network, right.right, off, named=False)


TUNED: tuple[Callable[[Rng], Planted], ...] = (
    wrong_transition,
    late,
    threshold,
    many_times,
    nine_times_at_the_end,
    three_in_a_row,
    coded_three,
    beside_a_table,
    rising,
    progression,
    palindrome,
    exact_sum,
    carry_chain,
    same_as_before,
    least_then_most,
    one_place,
    alternation,
    state_again,
    two_places,
    block_again,
    near_zero,
    remainders,
    close_together,
    all_different,
    doubling,
    both_channels,
    two_pairs,
    inputs,
    of_the_network,
)
"""Kinds that the families were chosen with."""
