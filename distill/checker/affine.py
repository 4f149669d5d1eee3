"""Whether a program that loops over a list is a given integer recurrence, at every length.

A pass of the loop is evaluated on sums of symbols: every variable, and every place of one that is a
list, is a sum of multiples of those before the pass and of the inputs, and a constant. What a sum
cannot bear (a comparison, a product of two, a place in a list) is refused. Two loops whose passes
are the same sums, from the same first values, never differ.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from .errors import ProgramError
from .linear_bound import IntegerSystem
from .loop import loop_of, places_of


def _refuse(*_: Any) -> Any:
    raise ProgramError("the program does more than add, and multiply by constants")


class Sum:
    """Multiples of names, none of them 0, and a constant; at last perhaps divided, rounding down.

    Attributes:
        factors: by name.
        constant: what is added.
        divisor: 1 where it is not divided; a quotient can only be answered.
    """

    def __init__(self, factors: dict[str, int], constant: int = 0, divisor: int = 1) -> None:
        self.factors = {name: factor for name, factor in factors.items() if factor}
        self.constant, self.divisor = constant, divisor

    @staticmethod
    def of(value: Any) -> Sum:
        """A sum, or an integer as one."""
        if isinstance(value, Sum):
            return value
        return Sum({}, value) if type(value) is int else _refuse()

    def __add__(self, other: Any) -> Sum:
        other = Sum.of(other)
        if self.divisor != 1 or other.divisor != 1:
            _refuse()
        factors = dict(self.factors)
        for name, factor in other.factors.items():
            factors[name] = factors.get(name, 0) + factor
        return Sum(factors, self.constant + other.constant)

    def __mul__(self, other: Any) -> Sum:
        one, other = self, Sum.of(other)
        if (one.factors and other.factors) or one.divisor != 1 or other.divisor != 1:
            _refuse()
        if other.factors:
            one, other = other, one
        times = other.constant
        return Sum({name: times * f for name, f in one.factors.items()}, times * one.constant)

    def __neg__(self) -> Sum:
        return self * -1

    def __sub__(self, other: Any) -> Sum:
        return self + Sum.of(other) * -1

    def __rsub__(self, other: Any) -> Sum:
        return self * -1 + other

    def __floordiv__(self, parts: Any) -> Sum:
        if type(parts) is not int or parts < 1 or self.divisor != 1:
            _refuse()
        return Sum(self.factors, self.constant, parts)

    __radd__, __rmul__ = __add__, __mul__
    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __ne__ = __bool__ = __index__ = _refuse
    __hash__ = None  # type: ignore[assignment]  # a sum is no key

    def same(self, other: Sum) -> bool:
        """Whether both are the same multiples and constant, undivided."""
        return (self.factors, self.constant) == (other.factors, other.constant)


@dataclass(frozen=True)
class Pass:
    """One pass of a loop, as sums of what was there before it.

    Attributes:
        variables: with their first values, in the order of the program; a list is its places.
        inputs: the names that stand for what is read.
        following: the next value of every variable.
        answers: the numbers of the answer, each with what it is divided by.
    """

    variables: tuple[tuple[str, int], ...]
    inputs: tuple[str, ...]
    following: tuple[Sum, ...]
    answers: tuple[Sum, ...]


def affine_pass(source: str) -> Pass:
    """Read the loop of a program as sums.

    Raises:
        ProgramError: it is no loop, or does anything but add and multiply by constants.
    """
    loop = loop_of(source)
    target = loop.statement.target
    channels = len(target.elts) if isinstance(target, ast.Tuple) else 1
    inputs = tuple(f"input {place}" for place in range(channels))
    read = [Sum({name: 1}) for name in inputs]
    held: dict[str, Any] = {}
    for name, value in loop.start.items():
        places = [Sum({place: 1}) for place in places_of({name: value})]
        held[name] = places if isinstance(value, list) else places[0]
    given = tuple(read) if isinstance(target, ast.Tuple) else read[0]
    said, after = loop.one_pass(held, given, 1)
    following, first = list[Sum](), list[int]()
    for name, value in loop.start.items():
        now = after[name] if isinstance(after[name], list) else [after[name]]
        before = value if isinstance(value, list) else [value]
        if isinstance(after[name], list) != isinstance(value, list) or len(now) != len(before):
            raise ProgramError(f"{name} is {value!r} at first, and of another kind after a pass")
        first += before
        following += map(Sum.of, now)
    if any(sum_.divisor != 1 for sum_ in following):
        _refuse()
    answers = tuple(map(Sum.of, said if isinstance(said, tuple) else (said,)))
    variables = tuple(zip(places_of(loop.start), first, strict=True))
    return Pass(variables, inputs, tuple(following), answers)


def is_system(found: Pass, system: IntegerSystem) -> bool:
    """Whether a pass is that of an integer system, its variables in the order of the registers."""
    if tuple(value for _, value in found.variables) != tuple(system.start):
        return False
    if len(found.inputs) != len(system.B[0] if system.B else system.D[0]):
        return False
    registers = [Sum({name: 1}) for name, _ in found.variables]
    inputs = [Sum({name: 1}) for name in found.inputs]

    def combined(own: list[Sum], row: tuple[int, ...], given: tuple[int, ...], rest: int) -> Sum:
        terms = [*zip(own, row, strict=True), *zip(inputs, given, strict=True)]
        return sum((term * factor for term, factor in terms), Sum({}, rest))

    after = [
        combined(registers, row, given, rest)
        for row, given, rest in zip(system.A, system.B, system.constant, strict=True)
    ]
    seen = after if system.after else registers
    answers = [
        combined(seen, row, given, rest)
        for row, given, rest in zip(system.C, system.D, system.offset, strict=True)
    ]
    divisors = tuple(system.divisors) or (1,) * len(answers)
    if tuple(answer.divisor for answer in found.answers) != divisors:
        return False
    pairs = [(found.following, after), (found.answers, answers)]
    return all(
        len(one) == len(other) and all(a.same(b) for a, b in zip(one, other, strict=True))
        for one, other in pairs
    )
