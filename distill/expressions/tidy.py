"""Rewrite an expression into what a person would have written, without a change of its values.

A search finds the cheapest form among those that it tries, which may be an odd one: two comparisons
of the same numbers (a >= b and a != b), a difference held against a negative number, a choice
between a condition and 1, a branch that only says again what is so already. Every rule here is a
law of arithmetic; where the rows that an expression is evaluated on are given, and are all that
can occur, rules may also use what is so on the rows that reach a branch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from itertools import combinations

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.expressions.expression import (
    Constant,
    Expression,
    Name,
    Operation,
    add,
    conjuncts,
    cost,
    evaluate,
    is_truth,
    names,
    operands_of,
    opposite,
    terms_of,
    with_operands,
)

Columns = Mapping[str, Int[ndarray, " rows"]]

SIGNS = {
    "==": {0},
    "<": {-1},
    ">": {1},
    "<=": {-1, 0},
    ">=": {0, 1},
    "!=": {-1, 1},
}
"""The signs of the difference of two numbers for which a comparison of them holds."""

TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}
"""The comparison with its sides exchanged."""


OPPOSITE = {"<": ">=", ">=": "<", ">": "<=", "<=": ">", "==": "!=", "!=": "=="}


def tidied(
    expression: Expression, columns: Columns | None = None, stays: str | None = None
) -> Expression:
    """The same values, as a person would write them.

    Args:
        expression: any.
        columns: all rows that can occur; without them only laws of arithmetic are used.
        stays: the variable that the expression is the next value of, which need not be said where
            it stays as it is.
    """
    found = _tidied(expression, columns, stays)
    if columns is None or np.array_equal(evaluate(found, columns), evaluate(expression, columns)):
        return found
    return expression


def _tidied(expression: Expression, columns: Columns | None, stays: str | None) -> Expression:
    match expression:
        case Operation("if", (condition, yes, no)):
            return _choice(condition, yes, no, columns, stays)
    parts = tuple(_tidied(part, columns, None) for part in operands_of(expression))
    expression = with_operands(expression, parts)
    match expression:
        case Operation("and" | "or" as operator) if is_truth(expression):
            joined = _together(operator, conjuncts(operator, parts), columns)
            return min((joined, *_of_one_value(joined, columns)), key=cost)
        case Operation("==" | "!=" as how, (truth, Constant(0 | 1 as value))) if is_truth(truth):
            same = (how == "==") == (value == 1)
            return min((expression, truth if same else opposite(truth)), key=cost)
        case Operation(operator) if operator in SIGNS:
            return min((expression, *_comparisons(expression, columns)), key=cost)
    return expression


def _rows(columns: Columns, where: Int[ndarray, " rows"]) -> Columns:
    return {name: column[where] for name, column in columns.items()}


def _choice(
    condition: Expression,
    yes: Expression,
    no: Expression,
    columns: Columns | None,
    stays: str | None,
) -> Expression:
    """A choice, each branch on the rows that reach it."""
    condition = _tidied(condition, columns, None)
    sides: list[Columns | None] = [None, None]
    if columns is not None:
        holds = evaluate(condition, columns) != 0
        if holds.all() or not holds.any():
            return _tidied(yes if holds.all() else no, columns, stays)
        otherwise = _tidied(opposite(condition), columns, None)
        if cost(otherwise) < cost(condition):
            condition, yes, no, holds = otherwise, no, yes, ~holds
        sides = [_rows(columns, holds), _rows(columns, ~holds)]
    yes, no = (_branch(b, s, stays) for b, s in zip((yes, no), sides, strict=True))
    if yes == no:
        return yes
    whole = Operation("if", (condition, yes, no))
    offered = [*_without_choice(condition, yes, no)]
    if columns is not None:
        offered += _adding_a_bit(condition, yes, no, columns)
    return min((whole, *offered), key=cost)


def _adding_a_bit(
    condition: Expression, yes: Expression, no: Expression, columns: Columns
) -> Iterator[Expression]:
    """One more where a bit is 1 as well is the bit more: `if a == b: n + bit else n`."""
    if terms_of(yes) != (terms_of(no)[0], terms_of(no)[1] + 1):
        return
    parts = _listed("and", condition)
    for part in parts:
        match part:
            case Operation("==" | "!=" as how, (Name(bit), Constant(value))) if len(parts) > 1:
                bits = {*np.unique(columns[bit]).tolist()} == {0, 1}
                if bits and (how == "==") == (value == 1):
                    rest = [other for other in parts if other is not part]
                    both = reduce(lambda a, b: Operation("and", (a, b)), rest)
                    more = add([(1, no), (1, Name(bit))])
                    yield Operation("if", (both, more, no))


def _branch(branch: Expression, columns: Columns | None, stays: str | None) -> Expression:
    """One side of a choice: as it is already, where it is; a number, where it is only that."""
    if columns is not None:
        values = evaluate(branch, columns)
        if stays is not None and np.array_equal(values, columns[stays]):
            return Name(stays)
        if not isinstance(branch, Constant) and values.min() == values.max():
            return Constant(int(values[0]))
    return _tidied(branch, columns, stays)


def _without_choice(condition: Expression, yes: Expression, no: Expression) -> Iterator[Expression]:
    """A choice between a truth and 0 or 1 is a truth; one between a number and its bound is that
    bound.
    """
    yield from _bounded(condition, yes, no)
    if not is_truth(condition):
        return
    match yes, no:
        case Constant(1), _ if is_truth(no):
            yield _together("or", (condition, *_listed("or", no)), None)
        case Constant(0), _ if is_truth(no):
            yield _together("and", (opposite(condition), *_listed("and", no)), None)
        case _, Constant(0) if is_truth(yes):
            yield _together("and", (condition, *_listed("and", yes)), None)
        case _, Constant(1) if is_truth(yes):
            yield _together("or", (opposite(condition), *_listed("or", yes)), None)


def _bounded(condition: Expression, yes: Expression, no: Expression) -> Iterator[Expression]:
    """2 if a >= 3 else a: the smaller of a and 2."""
    match condition:
        case Operation(how, (Name(name), Constant(bound))) if how in TURNED:
            for one, other, operator in ((yes, no, how), (no, yes, OPPOSITE[how])):
                match one, other:
                    case Constant(number), Name(same) if same == name:
                        above = operator in {">", ">="} and number - bound in (
                            (0, 1) if operator == ">" else (-1, 0)
                        )
                        below = operator in {"<", "<="} and number - bound in (
                            (-1, 0) if operator == "<" else (0, 1)
                        )
                        if above or below:
                            which = "min" if above else "max"
                            yield Operation(which, (Name(name), Constant(number)))


def _listed(operator: str, truth: Expression) -> tuple[Expression, ...]:
    match truth:
        case Operation(inner, parts) if inner == operator:
            return conjuncts(operator, parts)
    return (truth,)


def _together(operator: str, parts: tuple[Expression, ...], columns: Columns | None) -> Expression:
    """Truths joined: none that the others imply, and one comparison of two numbers."""

    def joined(chosen: list[Expression]) -> Expression:
        return reduce(lambda a, b: Operation(operator, (a, b)), chosen)

    left = list(dict.fromkeys(parts))
    while (shorter := _merged(operator, left)) is not None:
        left = shorter
    if columns is not None:
        wanted = evaluate(joined(left), columns)
        for part in sorted(left, key=cost, reverse=True):
            rest = [other for other in left if other is not part]
            if rest and np.array_equal(evaluate(joined(rest), columns), wanted):
                left = rest
    return joined(left)


def _merged(operator: str, parts: list[Expression]) -> list[Expression] | None:
    """The truths with two comparisons of the same numbers made one; null without such."""
    for one, other in combinations(parts, 2):
        match one, other:
            case (
                Operation(first, (a, b)),
                Operation(second, (c, d)),
            ) if first in SIGNS and second in SIGNS and {a, b} == {c, d}:
                second = second if (a, b) == (c, d) else TURNED[second]
                of, also = SIGNS[first], SIGNS[second]
                signs = of & also if operator == "and" else of | also
                made = [op for op, those in SIGNS.items() if those == signs]
                if made:
                    whole = Operation(made[0], (a, b))
                    return [whole if p is one else p for p in parts if p is not other]
    return None


def _comparisons(comparison: Operation, columns: Columns | None) -> Iterator[Expression]:
    """Other ways to write a comparison of two numbers."""
    operator, (left, right) = comparison.operator, comparison.operands
    match left, right:
        case Operation("%", (inner, Constant(by))), Constant(rest) if operator in {"==", "!="}:
            terms, offset = terms_of(inner)  # (a - b) % 4 == 3 is (b - a) % 4 == 1
            turned = add([(-factor, term) for factor, term in terms], -offset)
            if by > 0 and 0 < rest < by:
                mod = Operation("%", (turned, Constant(by)))
                yield Operation(operator, (mod, Constant(by - rest)))
        case Operation("+" | "-" | "neg"), _:
            yield from _without_negatives(operator, left, right)
        case _, Operation("+" | "-" | "neg"):
            yield from _without_negatives(operator, left, right)
        case Name(), Constant() if operator not in {"==", "!="}:
            yield from _of_one_value(comparison, columns)


def _of_one_value(truth: Expression, columns: Columns | None) -> Iterator[Expression]:
    """A truth of one variable that holds for one of its values, or for all but one.

    At an end of all that can be, x < 1 is x == 0.
    """
    if columns is None or len(read := names(truth)) != 1:
        return
    (name,) = read
    holds = evaluate(truth, columns) != 0
    for where, how in ((holds, "=="), (~holds, "!=")):
        seen = np.unique(columns[name][where])
        # of a comparison the order says more than that one value is left out
        if how == "!=" and isinstance(truth, Operation) and truth.operator in SIGNS:
            continue
        if len(seen) == 1 and seen[0] not in columns[name][~where]:
            yield Operation(how, (Name(name), Constant(int(seen[0]))))


def _without_negatives(operator: str, left: Expression, right: Expression) -> Iterator[Expression]:
    """What is subtracted stands on the other side; among integers, a + 1 <= b is a < b."""
    terms, offset = terms_of(Operation("-", (left, right)))
    if not terms or (offset < 0 and isinstance(right, Constant)):
        return  # a difference that is above a number is how one says it
    plus = [(factor, term) for factor, term in terms if factor > 0]
    minus = [(-factor, term) for factor, term in terms if factor < 0]
    for how, shift in ((operator, 0), *STRICTER.get(operator, ())):
        whole = offset + shift
        yield Operation(how, (add(plus, max(whole, 0)), add(minus, max(-whole, 0))))


STRICTER = {
    "<": (("<=", 1),),
    "<=": (("<", -1),),
    ">": ((">=", -1),),
    ">=": ((">", 1),),
}
"""Comparisons of integers that are the same when one side is shifted by one."""
