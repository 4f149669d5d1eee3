"""Patterns of expressions that tests of both tables look for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.expressions import expression as ex
from distill.expressions.expression import Constant, Expression, Lookup, Member, Name, Operation
from distill.programs.recognition.variable import VariableRole
from distill.programs.recognition.words import condition_words

Terms = tuple[tuple[int, Expression], ...]


@dataclass(frozen=True)
class Linear:
    """A multiple of a variable, and what is added to it, in which the variable has no part.

    Attributes:
        factor: of the variable.
        terms: what is added, with factors.
        offset: a constant that is added.
    """

    factor: int
    terms: Terms
    offset: int

    @property
    def added(self) -> Expression:
        """All that is added, as one expression."""
        return ex.add([*self.terms], self.offset)

    def is_sum_of(self, names: Collection[str]) -> bool:
        """Whether some of these variables are added, once each, and nothing else."""
        one_each = [(1, Name(name)) for name in names]
        return not self.offset and all(term in one_each for term in self.terms)


def linear(expression: Expression, name: str) -> Linear | None:
    """An expression as a multiple of a variable and what is added to it."""
    terms, offset = ex.terms_of(expression)
    own = [factor for factor, term in terms if term == Name(name)]
    rest = tuple(pair for pair in terms if pair[1] != Name(name))
    if len(own) != 1 or any(name in ex.names(term) for _, term in rest):
        return None
    return Linear(own[0], rest, offset)


def modular(update: Expression, name: str) -> tuple[Linear, int] | None:
    """What an update takes the remainder of, and by which number; the factor as a remainder."""
    match update:
        case Operation("%", (inner, Constant(modulus))):
            found = linear(inner, name)
            if found is not None:
                return Linear(found.factor % modulus, found.terms, found.offset), modulus
    return None


def extreme(update: Expression, name: str) -> tuple[VariableRole, Expression] | None:
    """Whether a variable becomes the larger, or the smaller, of itself and something else."""
    match update:
        case Operation("max" | "min" as which, operands) if Name(name) in operands:
            other = operands[operands[0] == Name(name)]
            if name not in ex.names(other):
                return VariableRole.MAXIMUM if which == "max" else VariableRole.MINIMUM, other
    return None


def alternates(update: Expression, name: str) -> bool:
    """Whether a variable becomes 1 less itself."""
    return update == Operation("-", (Constant(1), Name(name)))


def toggles(update: Expression, name: str) -> bool:
    """Whether a bit changes on a condition that it has no part in, and else stays."""
    match update:
        case Operation("if", (condition, yes, Name(other))) if other == name and alternates(
            yes, name
        ):
            return name not in ex.names(condition)
    return alternates(update, name) or (
        Name(name) in ex.subexpressions(update)
        and all(
            isinstance(part, Name | Constant) or part.operator in {"^", "-"}
            for part in ex.subexpressions(update)
            if not isinstance(part, Lookup | Member) and name in ex.names(part)
        )
        and isinstance(update, Operation)
        and update.operator == "^"
    )


def clamped(update: Expression, name: str) -> bool:
    """Whether an update is a sum with the variable, kept between bounds; perhaps on a condition."""
    match update:
        case Operation("min" | "max", (inner, Constant())):
            return clamped(inner, name) or (1, Name(name)) in ex.terms_of(inner)[0]
    return False


def reads_digits(
    added: Expression, base: int, inputs: Sequence[str], values: Mapping[str, Collection[int]]
) -> bool:
    """Whether an expression is the one input, of which every value is a digit in a base."""
    match added:
        case Name(name):
            return [*inputs] == [name] and name in values and {*values[name]} <= {*range(base)}
    return False


def inputs_that_are(condition: Expression, inputs: Sequence[str]) -> str | None:
    """What a condition says of the one input: "even", "above 3"; null where it says other things.

    It stands behind "number of inputs that are" and "parity of the inputs that are".
    """
    if len(inputs) > 1 or ex.names(condition) != {*inputs}:
        return None
    return condition_words(condition)


def is_condition(term: Expression) -> bool:
    """Whether an expression is a condition: 1 where it holds, and else 0."""
    return isinstance(term, Member) or (
        isinstance(term, Operation) and term.operator in ex.TRUTHS | {"and", "or"}
    )


def is_affine(before: Int[ndarray, " rows"], after: Int[ndarray, " rows"], modulus: int) -> bool:
    """Whether some multiple of one column, and a number more, is the other modulo m."""
    step, gain = before - before[:1], after - after[:1]
    factors = np.arange(modulus)[:, None]
    return bool(((factors * step - gain) % modulus == 0).all(axis=1).any())
