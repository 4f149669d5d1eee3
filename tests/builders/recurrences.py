"""Recurrences as values, without a network that they were read from."""

from __future__ import annotations

from functools import reduce

from builders.emitted_recurrences import op
from distill.expressions.expression import Constant, Expression, Operation
from distill.kinds.recurrence.mechanism import RecurrenceMechanism


def recurrence(registers, start, updates, outputs, linear=None):
    """A mechanism of one input, written as its program would be."""
    return RecurrenceMechanism(
        ("x",), tuple(registers), tuple(start), tuple(updates), tuple(outputs), True, linear, None
    )


def cascade(operator: str, order: list[int], low: int) -> Expression:
    """The first in an order that is largest or smallest, as a choice between constants."""
    whole: Expression = Constant(low + order[-1])
    for place in range(len(order) - 2, -1, -1):
        mine = f"count_{order[place]}"
        tests = [op(operator, mine, f"count_{other}") for other in order[place + 1 :]]
        condition = reduce(lambda a, b: Operation("and", (a, b)), tests)
        whole = Operation("if", (condition, Constant(low + order[place]), whole))
    return whole
