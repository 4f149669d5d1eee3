"""Small machines of many families, which programs are written of.

Counters, latches, windows, phases, groups, extremes, carries and tables, each also a little off:
begun elsewhere, answered otherwise, with a bound on one side only. What is said of a program must
be true of all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

import numpy as np
from planted_machine import random_minimal

from builders.exploring import explore, said, window
from distill.kinds.automaton.machine import Machine

BITS = (0, 1)


def machines() -> Iterator[tuple[str, Machine]]:
    """Machines by a name that says what they were made of."""
    yield from _counters()
    yield from _extremes()
    yield from _bits()
    yield from _windows()
    yield from _divisions()
    yield from _groups()
    yield from _phases()
    yield from _listed()


def _counters() -> Iterator[tuple[str, Machine]]:
    for n, start, factor in product((2, 3, 5), (0, 1), (1, 2, -1)):
        yield (
            f"count {n} {start} {factor}",
            said(lambda s, x, n=n, f=factor: (s + f * x) % n, start, range(3)),
        )
    yield (
        "count answered otherwise",
        explore(lambda s, x: ((s + x) % 5, 4 - (s + x) % 5), 0, range(5)),
    )
    yield "count before", explore(lambda s, x: ((s + x) % 4, s), 0, range(4))
    yield "count of two", said(lambda s, a, b: (s + a + b) % 4, 0, range(3), range(2))
    yield "count of a difference", said(lambda s, a, b: (s + a - b) % 5, 0, range(3), range(3))
    steps = (3, 1, 4, 0, 2, 2, 4)
    yield "listed steps", said(lambda s, x: (s + steps[x]) % 5, 0, range(7))
    for factor, modulus, start in ((2, 5, 0), (3, 7, 1), (-1, 7, 0), (2, 7, 3)):
        yield (
            f"affine {factor} {modulus} {start}",
            said(lambda s, x, f=factor, m=modulus: (f * s + x) % m, start, range(2)),
        )
    yield "affine of a weight", said(lambda s, x: (2 * s + 3 * x + 1) % 7, 0, range(3))
    yield "product", said(lambda s, x: s * x % 5, 1, range(5))
    yield "product from 2", said(lambda s, x: s * x % 7, 2, range(7))
    yield "affine by the input", said(lambda s, x: (s * x + 1) % 7, 0, range(7))
    yield "collatz", said(lambda s, x: ((s // 2 if s % 2 == 0 else 3 * s + 1) + x) % 16, 1, BITS)
    for low, high, step in ((0, 4, 1), (-2, 3, 1), (-3, 3, 2)):
        yield (
            f"clipped {low} {high} {step}",
            said(
                lambda s, x, low=low, high=high, d=step: max(low, min(high, s + d * x)),
                0,
                range(-1, 2),
            ),
        )
    yield "only up", said(lambda s, x: min(s + x, 5), 0, range(3))
    yield "only down", said(lambda s, x: max(s - x, -4), 0, range(3))
    yield (
        "clipped sign",
        explore(lambda s, x: (t := max(-3, min(3, s + 2 * x - 1)), t > 0), 0, BITS),
    )
    yield "vending", explore(lambda s, x: _vend(s, (1, 2, 4)[x]), 0, range(3))
    yield "halved", said(lambda s, x: (s + x) // 2, 0, range(8))


def _vend(paid: int, coin: int) -> tuple[int, int]:
    return (0, 1) if paid + coin >= 6 else (paid + coin, 0)


def _extremes() -> Iterator[tuple[str, Machine]]:
    for values, start in ((range(5), 0), (range(5), 2), (range(-2, 3), -2), (range(-2, 3), 0)):
        yield f"max {values} {start}", said(max, start, values)
        yield f"min {values} {start}", said(min, start, values)
    yield "max answered otherwise", explore(lambda s, x: (max(s, x), max(s, x) % 3), 0, range(6))
    yield "max before", explore(lambda s, x: (max(s, x), s), 0, range(5))
    yield "max of two", said(max, 0, range(4), range(4))
    for top in (4, 7):
        both = (lambda s, x: (max(s[0], x), min(s[1], x)), (0, top - 1), range(top))
        for name, answer in (
            ("difference", lambda h, low: h - low),
            ("other difference", lambda h, low: low - h),
            ("sum", lambda h, low: h + low),
            ("product", lambda h, low: h * low),
            ("comparison", lambda h, low: h > low + 1),
        ):
            yield (
                f"{name} of extremes {top}",
                explore(
                    lambda s, x, both=both, f=answer: (t := both[0](s, x), f(*t)), both[1], both[2]
                ),
            )


def _bits() -> Iterator[tuple[str, Machine]]:
    for start in BITS:
        yield f"parity {start}", said(lambda s, x: s ^ x, start, BITS)
        yield f"parity of zeros {start}", said(lambda s, x: s ^ (x == 0), start, BITS)
        yield f"parity of steps {start}", said(lambda s, x: 1 - s, start, BITS)
        yield (
            f"latch {start}",
            explore(
                lambda s, x, start=start: (t := s | x if start == 0 else s & x, t), start, BITS
            ),
        )
    yield "opposite of a parity", explore(lambda s, x: (s ^ x, 1 - (s ^ x)), 0, BITS)
    yield "parity of both", explore(lambda s, a, b: (s ^ (a & b), s ^ (a & b)), 0, BITS, BITS)
    yield "parity of threes", said(lambda s, x: s ^ (x == 3), 0, range(5))
    for bits in (2, 3):
        yield f"xor of {bits} bits", said(lambda s, x: s ^ x, 0, range(2**bits))
        yield f"and of {bits} bits", said(lambda s, x: s & x, 2**bits - 1, range(2**bits))
        yield f"or of {bits} bits", said(lambda s, x: s | x, 0, range(2**bits))
    yield "xor with a begin", said(lambda s, x: s ^ x, 5, range(8))
    yield "shifted in", said(lambda s, x: (s << 1 | x) & 7, 0, BITS)
    yield "resettable", said(lambda s, a, b: 0 if a else (s + b) % 4, 0, BITS, BITS)
    yield (
        "two parities",
        explore(
            lambda s, x: (t := (s[0] ^ (x == 0), s[1] ^ (x == 1)), t[0] & t[1]), (0, 0), range(3)
        ),
    )
    yield (
        "two parities begun",
        explore(
            lambda s, x: (t := (s[0] ^ (x == 0), s[1] ^ (x == 1)), 2 * t[0] + t[1]), (1, 0), BITS
        ),
    )
    for m, n in ((2, 4), (3, 3), (2, 3)):
        yield (
            f"product {m} {n}",
            explore(
                lambda s, x, m=m, n=n: (t := ((s[0] + x) % m, (s[1] + 1) % n), n * t[0] + t[1]),
                (0, 0),
                BITS,
            ),
        )
    yield "runs", said(lambda s, x: min(s + 1, 3) if x == 0 else 0, 0, BITS)
    yield "runs begun", said(lambda s, x: min(s + 1, 3) if x == 0 else 0, 2, BITS)
    yield "runs met", explore(lambda s, x: (t := s if s == 3 else (s + 1) * (x == 1), t), 0, BITS)
    yield "runs of small", said(lambda s, x: min(s + 1, 4) if x < 2 else 0, 0, range(4))


def _windows() -> Iterator[tuple[str, Machine]]:
    for name, length, function, values in (
        ("equal", 2, lambda x, p: x == p, BITS),
        ("xor", 3, lambda x, p, q: x ^ p ^ q, BITS),
        ("xor of numbers", 2, lambda x, p: x ^ p, range(4)),
        ("alternating", 3, lambda x, p, q: p != q and p != x, BITS),
        ("neighbours", 3, lambda x, p, q: p != q and p != x, range(3)),
        ("delay", 3, lambda x, p, q: q, BITS),
        ("delay and one", 3, lambda x, p, q: q + 1, BITS),
        ("sum", 3, lambda x, p, q: x + p + q, range(3)),
        ("sum of those before", 3, lambda x, p, q: p + q, range(3)),
        ("change", 2, lambda x, p: x - p, range(4)),
        ("distance", 2, lambda x, p: abs(x - p), range(4)),
        ("change of sizes", 2, lambda x, p: abs(x) - abs(p), range(-2, 3)),
        ("distance of sizes", 2, lambda x, p: abs(abs(x) - abs(p)), range(-2, 3)),
        ("max", 3, lambda x, p, q: max(x, p, q), range(3)),
        ("other", 3, lambda x, p, q: x & (p ^ q), BITS),
        ("pattern", 3, lambda x, p, q: (q, p, x) == (1, 0, 1), BITS),
    ):
        yield f"window {name}", window(function, length, values)
    yield "window of two", explore(lambda s, a, b: ((a, b), a + s[1]), (0, 0), BITS, BITS)
    for name, answer in (
        ("even", lambda x: x % 2 == 0),
        ("square", lambda x: x in (0, 1, 4, 9)),
        ("large", lambda x: x >= 4),
        ("same", lambda x: x),
        ("mirrored", lambda x: 9 - x),
        ("third", lambda x: x % 3 == 0),
    ):
        yield f"now {name}", explore(lambda s, x, f=answer: (0, f(x)), 0, range(10))
    for name, answer in (
        ("larger", max),
        ("xor", lambda a, b: a ^ b),
        ("and", lambda a, b: a & b),
        ("first", lambda a, b: a),
        ("first even", lambda a, b: a % 2 == 0),
        ("first large", lambda a, b: a > 2),
        ("sum", lambda a, b: a + b),
        ("size of first", lambda a, b: abs(a - 2)),
    ):
        yield (
            f"now {name} of two",
            explore(lambda s, a, b, f=answer: (0, f(a, b)), 0, range(4), range(4)),
        )
    for word in ((1, 0, 1), (0, 0), (1, 1, 1)):
        yield (
            f"search {word}",
            explore(
                lambda s, x, w=word: (
                    t := s if s == w else _matched((*s, x), w),
                    t == w,
                ),
                (),
                BITS,
            ),
        )
        yield (
            f"avoid {word}",
            explore(
                lambda s, x, w=word: (
                    t := s if s == w else _matched((*s, x), w),
                    t != w,
                ),
                (),
                BITS,
            ),
        )


def _matched(read: tuple[int, ...], word: tuple[int, ...]) -> tuple[int, ...]:
    """The longest beginning of a word that was read last."""
    return next(
        word[:size] for size in range(len(word), -1, -1) if read[len(read) - size :] == word[:size]
    )


def _divisions() -> Iterator[tuple[str, Machine]]:
    for base, values, start in ((2, 2, 0), (3, 3, 0), (3, 2, 0), (3, 3, 1), (3, 5, 0)):
        yield (
            f"addition {base} {values} {start}",
            explore(
                lambda c, a, b, base=base: divmod(a + b + c, base),
                start,
                range(values),
                range(values),
            ),
        )
    yield "tripled", explore(lambda c, x: divmod(3 * x + c, 10), 0, range(10))
    yield "doubled carry", explore(lambda c, x: divmod(x + 2 * c, 5), 0, range(6))
    for base, divisor, values, start in (
        (2, 3, 2, 0),
        (2, 7, 2, 0),
        (3, 5, 3, 0),
        (2, 5, 4, 0),
        (2, 5, 2, 1),
    ):
        yield (
            f"long division {base} {divisor} {values} {start}",
            explore(
                lambda r, x, b=base, d=divisor: divmod(b * r + x, d)[::-1], start, range(values)
            ),
        )
    for divisor, top, factor, start in ((15, 16, 1, 0), (5, 4, 1, 0), (5, 4, 2, 0), (4, 6, 1, 2)):
        yield (
            f"dithering {divisor} {top} {factor} {start}",
            explore(
                lambda r, x, d=divisor, f=factor: divmod(f * x + r, d)[::-1], start, range(top)
            ),
        )


def _groups() -> Iterator[tuple[str, Machine]]:
    def turned(n):
        def step(state, x):
            reflected, turns = state
            state = (1 - reflected, turns) if x else (reflected, (turns + 1 - 2 * reflected) % n)
            return state, n * state[0] + state[1]

        return explore(step, (0, 0), BITS)

    def mirrored(n):
        def step(state, x):
            reflected, turns = state
            state = (1 - reflected, -turns % n) if x else (reflected, (turns + 1) % n)
            return state, n * state[0] + state[1]

        return explore(step, (0, 0), BITS)

    def shuffles(n, first):
        def step(things, x):
            one, two, *rest = things
            things = (two, *rest, one) if x else (two, one, *rest)
            return things, sorted(permutations(range(n))).index(things)

        return explore(step, first, BITS)

    for n in (3, 5):
        yield f"dihedral {n}", turned(n)
        yield f"mirrored {n}", mirrored(n)
    yield "shuffles", shuffles(3, (0, 1, 2))
    yield "shuffles begun", shuffles(3, (1, 2, 0))
    yield (
        "steered",
        explore(
            lambda s, x: (t := (s[0] ^ x, (s[1] + 1 + s[0]) % 3), 3 * t[0] + t[1]), (0, 0), BITS
        ),
    )


def _phases() -> Iterator[tuple[str, Machine]]:
    def table(after, words):
        return explore(lambda s, x: (after[s][x], after[s][x] in words), 0, BITS)

    yield "tomita 3", table([(0, 1), (2, 0), (3, 4), (2, 3), (4, 4)], {0, 1, 3})
    yield "found 101", table([(0, 1), (2, 1), (0, 3), (3, 3)], {3})
    yield "stages", explore(lambda s, x: (t := s + (s < 4 and x != s % 2), t != 4), 0, BITS)
    for depth in (1, 3):

        def bounded(height, x, depth=depth):
            height = height if height in (-1, depth + 1) else height + 1 - 2 * x
            return height, 0 <= height <= depth

        yield f"walk {depth}", explore(bounded, 0, BITS)
    yield "once up", explore(lambda s, x: (t := min(s + (x == 2), 3), t), 0, range(3))
    yield "dyck", explore(_brackets, (), range(4))


def _brackets(stack: tuple[int, ...] | None, x: int) -> tuple[tuple[int, ...] | None, int]:
    if stack is None or (x < 2 and len(stack) == 2) or (x >= 2 and stack[-1:] != (x - 2,)):
        return None, 0
    stack = (*stack, x) if x < 2 else stack[:-1]
    return stack, int(not stack)


def _listed() -> Iterator[tuple[str, Machine]]:
    for seed, states, symbols in ((0, 5, 2), (1, 6, 3), (2, 4, 4), (3, 3, 2), (4, 7, 2)):
        rng = np.random.default_rng(seed)
        yield f"random {seed}", random_minimal(rng, states, symbols, outputs=2 + seed)
