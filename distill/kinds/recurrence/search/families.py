"""Answers of a family of registers, one for each value of the input: which of them is largest."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.expressions import expression as ex
from distill.expressions.expression import Constant, Expression, Name, Operation
from distill.kinds.recurrence.search.bank import Bank, after
from distill.kinds.recurrence.search.grammar import op
from distill.kinds.recurrence.search.joins import Candidate, weighed

LARGEST_FAMILY = 10
"""Values up to which there is a register for each."""


def families(bank: Bank, ranges: tuple[range, ...]) -> Iterator[list[int]]:
    """Registers that are alike but for the value that a channel is compared with."""
    by_form: dict[tuple[Expression, Expression, int], dict[int, int]] = {}
    for register in bank.registers:
        draft = register.draft
        match draft.feature:
            case Operation("==", (Name(name), Constant(value))) if len(register.needs) == 1:
                if name in bank.inputs:
                    alike = by_form.setdefault((draft.form, draft.value, draft.start), {})
                    alike[value] = register.number
    sizes = {len(values): values for values in ranges if len(values) <= LARGEST_FAMILY}
    for found in by_form.values():
        values = sizes.get(len(found))
        if values is not None and len(found) > 1 and set(found) == set(values):
            yield [found[value] for value in values]


def of_families(
    bank: Bank, ranges: tuple[range, ...], answer: Int[ndarray, " rows"]
) -> Iterator[Candidate]:
    """The value whose register is largest or smallest, and the largest, smallest and sum."""
    for numbers in families(bank, ranges):
        terms: list[Expression] = [after(number) for number in numbers]
        held = np.stack([bank.evaluate(term) for term in terms])
        needs = frozenset[int]().union(*(bank.registers[number].needs for number in numbers))
        low = min(values.start for values in ranges if len(values) == len(numbers))
        yield from weighed(bank, [after(number).name for number in numbers], answer)
        wholes: list[tuple[Expression, Int[ndarray, " rows"]]] = [
            (ex.add([(1, term) for term in terms]), held.sum(axis=0)),
            (reduce(lambda a, b: op("max", a, b), terms), held.max(axis=0)),
            (reduce(lambda a, b: op("min", a, b), terms), held.min(axis=0)),
        ]
        for whole, values in wholes:
            offset = int(answer[0] - values[0])
            if (values + offset == answer).all():
                moved = ex.add(ex.terms_of(whole)[0], offset) if offset else whole
                yield Candidate(moved, bank.cost(moved, needs))
        for operator, sign in ((">=", 1), ("<=", -1)):
            for last in (False, True):
                places = (sign * held)[:: -1 if last else 1].argmax(axis=0)
                places = len(terms) - 1 - places if last else places
                if (places + low == answer).all():
                    whole = _which(terms, operator, last, low)
                    yield Candidate(whole, bank.cost(whole, needs))


def _which(terms: list[Expression], operator: str, last: bool, low: int) -> Expression:
    """The number of the first, or the last, of the largest, or the smallest, of some terms."""
    order = list(range(len(terms)))
    order = order[::-1] if last else order
    whole: Expression = Constant(low + order[-1])
    for place in range(len(order) - 2, -1, -1):
        mine = terms[order[place]]
        tests = [op(operator, mine, terms[other]) for other in order[place + 1 :]]
        condition = reduce(lambda a, b: op("and", a, b), tests)
        whole = op("if", condition, Constant(low + order[place]), whole)
    return whole
