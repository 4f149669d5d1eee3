"""What a title claims, as a function that can be run: no program has a title that it contradicts.

A title such as "sum of the last 3 inputs" is read as what it says, without looking at the program,
and run beside it. What a title says of variables ("counter mod 5", "latch") is read in
`variable_claims`; each kind of mechanism puts the two together, and adds what it has of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from math import isqrt, prod

import numpy as np

from distill.errors import MachineError
from distill.expressions.expression import evaluate, names
from distill.expressions.reading import read_expression

Symbol = tuple[int, ...]
State = tuple[int, ...]


@dataclass(frozen=True)
class Claim:
    """What a title says of every answer.

    Attributes:
        start: what is remembered before the first step.
        step: from that and a symbol to what is remembered next and the answer; an answer of null
            where the title says nothing of it (inputs before the start).
    """

    start: State
    step: Callable[[State, Symbol], tuple[State, int | None]]


def claim_of(title: str) -> Claim | None:
    """What a title says of the answers, or null where it says nothing of them."""
    for pattern, made in PATTERNS:
        found = re.fullmatch(pattern, title)
        if found is not None:
            return made(*found.groups())
    return None


def _channel(symbol: Symbol, letter: str) -> int:
    """What is read on a channel by its letter."""
    return symbol[ord(letter) - ord("a")]


def _now(answer: Callable[[Symbol], int]) -> Claim:
    return Claim((), lambda held, symbol: ((), int(answer(symbol))))


def _windowed(count: int, answer: Callable[[State], int]) -> Claim:
    """A function of the last inputs of the one channel, the latest first."""

    def step(held: State, symbol: Symbol) -> tuple[State, int | None]:
        window = (*symbol, *held)[:count]
        return window, int(answer(window)) if len(window) == count else None

    return Claim((), step)


def _carried(
    update: Callable[[int, Symbol], int],
    answer: Callable[[int], int] = lambda held: held,
    start: int | str | None = 0,
    before: str | None = None,
) -> Claim:
    """One integer that is carried along, and what is answered of it."""

    def step(held: State, symbol: Symbol) -> tuple[State, int | None]:
        after = update(held[0], symbol)
        return (after,), int(answer(held[0] if before else after))

    return Claim((int(start or 0),), step)


def _extreme(which: str, channel: str | None, start: str | None, before: str | None) -> Claim:
    """The largest or the smallest input so far, and perhaps of a number that it begins with."""
    best = {"maximum": max, "minimum": min}[which]

    def step(held: State, symbol: Symbol) -> tuple[State, int | None]:
        read = symbol if channel is None else (_channel(symbol, channel),)
        after = (best((*held, *read)),)
        said = held if before else after
        return after, said[0] if said else None

    return Claim(() if start is None else (int(start),), step)


def _running_bitwise(which: str, start: str | None, before: str | None) -> Claim:
    """The bitwise operator over all inputs so far, and perhaps a number that it begins with."""
    combine = BITWISE[f"bitwise {which}"]
    nothing = -1 if which == "and" else 0
    return _carried(
        lambda held, symbol: reduce(combine, symbol, held), start=start or nothing, before=before
    )


def _division(divisor: int, base: int) -> Claim:
    def step(held: State, symbol: Symbol) -> tuple[State, int | None]:
        quotient, rest = divmod(base * held[0] + sum(symbol), divisor)
        return (rest,), quotient

    return Claim((0,), step)


def _addition(base: int, first: int) -> Claim:
    def step(held: State, symbol: Symbol) -> tuple[State, int | None]:
        carry, digit = divmod(sum(symbol) + held[0], base)
        return (carry,), digit

    return Claim((first,), step)


BITWISE: dict[str, Callable[[int, int], int]] = {
    "bitwise xor": lambda a, b: a ^ b,
    "bitwise and": lambda a, b: a & b,
    "bitwise or": lambda a, b: a | b,
    "parity": lambda a, b: a ^ b,
    "maximum": max,
    "minimum": min,
    "sum": lambda a, b: a + b,
}
"""What a noun makes of two numbers, and so of many."""

WRONG = 1 << 62
"""What no program answers: a title that speaks of inputs that there are not is not so."""

ORDERED: dict[str, Callable[[int, int], bool]] = {
    "above": lambda a, b: a > b,
    "at least": lambda a, b: a >= b,
    "below": lambda a, b: a < b,
    "at most": lambda a, b: a <= b,
}
"""Comparisons in words."""

KINDS = r"even|odd|a square|a multiple of \d+|(?:not |above |at least |below |at most )?-?\d+"
"""What an input may be said to be."""

FROM = r"(?:,? from (-?\d+))?"
BEFORE = r"( before(?: the step)?)?"


def is_kind(kind: str, value: int) -> bool:
    """Whether a number is of a kind, in words."""
    match kind.split():
        case ["even"]:
            return value % 2 == 0
        case ["odd"]:
            return value % 2 == 1
        case ["a", "square"]:
            return value >= 0 and isqrt(value) ** 2 == value
        case ["a", "multiple", "of", number]:
            return value % int(number) == 0
        case ["not", number]:
            return value != int(number)
        case ["above", number]:
            return value > int(number)
        case ["at", "least", number]:
            return value >= int(number)
        case ["below", number]:
            return value < int(number)
        case ["at", "most", number]:
            return value <= int(number)
        case [number]:
            return value == int(number)
    raise ValueError(f"'{kind}' is no kind of number")


def _all_of(noun: str, values: Sequence[int]) -> int:
    return reduce(BITWISE[noun], values)


NOUNS = "|".join(BITWISE)

PATTERNS: tuple[tuple[str, Callable[..., Claim | None]], ...] = (
    ("current input", lambda: _now(lambda s: s[0])),
    ("input ([a-z])", lambda c: _now(lambda s: _channel(s, c))),
    ("absolute value of the input", lambda: _now(lambda s: abs(s[0]))),
    ("opposite bit", lambda: _now(lambda s: 1 - s[0])),
    (f"({NOUNS}) of the inputs", lambda noun: _many(noun)),
    (f"whether the input is ({KINDS})", lambda kind: _now(lambda s: is_kind(kind, s[0]))),
    ("absolute value of input ([a-z])", lambda c: _now(lambda s: abs(_channel(s, c)))),
    ("opposite bit of input ([a-z])", lambda c: _now(lambda s: 1 - _channel(s, c))),
    (
        f"whether input ([a-z]) is ({KINDS})",
        lambda c, kind: _now(lambda s: is_kind(kind, _channel(s, c))),
    ),
    ("previous input", lambda: _windowed(2, lambda w: w[1])),
    (r"input (\d+) steps before", lambda n: _windowed(int(n) + 1, lambda w: w[-1])),
    (
        rf"({NOUNS}) of the last (\d+) inputs",
        lambda noun, n: _windowed(int(n), lambda w: _all_of(noun, w)),
    ),
    (r"sum of the (\d+) inputs before", lambda n: _windowed(int(n) + 1, lambda w: sum(w[1:]))),
    ("change from the previous input", lambda: _windowed(2, lambda w: w[0] - w[1])),
    ("distance from the previous input", lambda: _windowed(2, lambda w: abs(w[0] - w[1]))),
    ("change in the (absolute value of the input|whether.*|opposite bit)", lambda of: _change(of)),
    (
        r"whether the input is (above|at least|below|at most) the one (?:(\d+) steps )?before",
        lambda how, n: _windowed(int(n or 1) + 1, lambda w: ORDERED[how](w[0], w[-1])),
    ),
    (
        r"whether the last (\d+) inputs are equal",
        lambda n: _windowed(int(n), lambda w: len(set(w)) == 1),
    ),
    (
        r"whether the last (\d+) inputs are (all -?\d+|-?\d+(?:, -?\d+)+)",
        lambda n, told: _numbers(int(n), told),
    ),
    (
        r"whether (input [a-z] is -?\d+(?: and input [a-z] is -?\d+)+)",
        lambda told: _channels(told),
    ),
    (
        r"whether (?:the last|neighbours of the last) (\d+) inputs (?:alternate|differ)",
        lambda n: _windowed(int(n), lambda w: all(a != b for a, b in pairwise(w))),
    ),
    (
        f"(parity|evenness) of the number of steps{BEFORE}",
        lambda which, b: _carried(lambda h, s: 1 - h, start=int(which == "evenness"), before=b),
    ),
    (
        f"parity of the inputs that are ({KINDS})",
        lambda kind: _carried(lambda h, s: h ^ is_kind(kind, s[0])),
    ),
    (
        "parity of the steps with all inputs 1",
        lambda: _carried(lambda h, s: h ^ all(v == 1 for v in s)),
    ),
    (
        rf"running sum mod (\d+){FROM}",
        lambda m, a: _carried(lambda h, s: (h + sum(s)) % int(m), start=a),
    ),
    (
        rf"running product mod (\d+){FROM}",
        lambda m, a: _carried(lambda h, s: prod((h, *s)) % int(m), start=a or 1),
    ),
    (f"running bitwise (xor|and|or){FROM}{BEFORE}", _running_bitwise),
    (
        f"running sum{FROM}{BEFORE}",
        lambda a, b: _carried(lambda h, s: h + sum(s), start=a, before=b),
    ),
    (f"running (maximum|minimum)(?: of ([a-z]))?{FROM}{BEFORE}", _extreme),
    (r"long division by (\d+) in base (\d+)", lambda d, b: _division(int(d), int(b))),
    (
        r"addition with carry, base (\d+)(?:, from a carry of (\d+))?",
        lambda b, a: _addition(int(b), int(a or 0)),
    ),
    (r"(?:whether )?(.+), of the (?:current input|last (\d+) inputs)", lambda t, n: _symbols(t, n)),
    (
        f"number of steps{FROM}{BEFORE}",
        lambda a, b: _carried(lambda h, s: h + 1, start=a, before=b),
    ),
    (
        f"number of inputs that are ({KINDS}){FROM}{BEFORE}",
        lambda kind, a, b: _carried(lambda h, s: h + is_kind(kind, s[0]), start=a, before=b),
    ),
)
"""Titles that say what is answered, and what they say."""


def _symbols(text: str, count: str | None) -> Claim | None:
    """An expression of the input and of those before it, or of the channels of a step."""
    try:
        expression = read_expression(text)
    except MachineError:
        return None
    read = names(expression)

    def answer(window: State) -> int:
        ages = dict(zip(("x", "previous", "previous2", "previous3"), window, strict=False))
        if count is None and len(window) > 1:
            ages = {chr(ord("a") + place): value for place, value in enumerate(window)}
        if not read <= {*ages} or (count is not None and [*ages][-1] not in read):
            return WRONG  # of inputs that there are not, or of more than it speaks of
        return int(evaluate(expression, {n: np.array([v]) for n, v in ages.items()})[0])

    return _now(answer) if count is None else _windowed(int(count), answer)


def _numbers(count: int, told: str) -> Claim:
    """Whether the last inputs are some numbers, the oldest first."""
    numbers = tuple(map(int, told.removeprefix("all ").split(", ")))
    due = numbers * count if told.startswith("all ") else numbers
    return _windowed(count, lambda w: w[::-1] == due)


def _channels(told: str) -> Claim:
    """Whether channels have some values, all at once."""
    held = re.findall(r"input ([a-z]) is (-?\d+)", told)
    return _now(lambda s: all(_channel(s, c) == int(value) for c, value in held))


def _many(noun: str) -> Claim:
    """Of all channels of a step; of one channel, of all its steps."""

    def step(held: State, symbol: Symbol) -> tuple[State, int | None]:
        if len(symbol) > 1:
            return (), _all_of(noun, symbol)
        after = _all_of(noun, (*held, *symbol))
        return (after,), after

    return Claim((), step)


def _change(of: str) -> Claim | None:
    """By how much what is answered of the input alone differs from that of the one before."""
    inner = claim_of(of)
    if inner is None:
        return None
    return _windowed(2, lambda w: (inner.step((), w[:1])[1] or 0) - (inner.step((), w[1:])[1] or 0))
