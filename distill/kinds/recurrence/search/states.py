"""Answers by the search for expressions: of the input, of the last inputs, of a few registers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.expressions import expression as ex
from distill.expressions.expression import tables
from distill.expressions.portfolio import Table, synthesise
from distill.kinds.recurrence.search.bank import Bank, after, before
from distill.kinds.recurrence.search.joins import Candidate, weighed
from distill.kinds.recurrence.search.levels import best_registers

SINGLES, PAIRS = 60, 10
"""Registers that are tried alone, and of which every pair is."""

SEARCHED = 6
"""Sets of variables that are handed to the search at a time."""

THOROUGH, FEW = 200, 5
"""Different rows, and variables, up to which the search is thorough."""

SEEN_BEFORE = 0.2
"""Part of the rows that must be different at most, or a function of them says nothing."""


def of_input(bank: Bank, answer: Int[ndarray, " rows"]) -> Iterator[Candidate]:
    """The answer as an expression of the input alone."""
    yield from _synthesised(bank, bank.inputs, answer, always=True)


def of_window(bank: Bank, answer: Int[ndarray, " rows"]) -> Iterator[Candidate]:
    """The answer as an expression of the last few inputs."""
    delays = [r for r in bank.registers if r.role.startswith("previous") and r.start == 0]
    yield from weighed(bank, [*bank.inputs, *(before(r.number).name for r in delays)], answer)
    depths = sorted({len(register.needs) for register in delays})
    for depth in depths:
        names = [before(r.number).name for r in delays if len(r.needs) <= depth]
        found = list(_synthesised(bank, (*bank.inputs, *names), answer))
        yield from found
        if found:
            return


def of_states(
    bank: Bank, answer: Int[ndarray, " rows"], decoded: Float[ndarray, " registers"]
) -> Iterator[Candidate]:
    """The answer as an expression of the input and of one or two registers."""
    chosen = best_registers(bank, decoded, SINGLES)
    sets = [
        *((number,) for number in chosen),
        *combinations(chosen[:PAIRS], 2),
    ]
    tried = 0
    for numbers in sets:
        for at in (before, after):
            names = (*bank.inputs, *(at(number).name for number in numbers))
            found = list(_synthesised(bank, names, answer))
            yield from found
            tried += len(found)
            if tried >= SEARCHED:
                return


def _synthesised(
    bank: Bank, names: tuple[str, ...], answer: Int[ndarray, " rows"], always: bool = False
) -> Iterator[Candidate]:
    """What the search finds where the answer is a function that the rows say something of."""
    columns = dict(bank.named(names))
    if max(int(np.abs(column).max()) for column in columns.values()) >= 2**31:
        return
    table = Table(columns, answer)
    codes = table.codes(names)
    _, first = np.unique(codes, return_index=True)
    if (not always and len(first) > SEEN_BEFORE * len(answer)) or not table.is_function:
        return
    # every different row once, which is all that the search takes in
    distinct = {name: column[first] for name, column in columns.items()}
    thorough = len(first) <= THOROUGH and len(names) <= FEW
    found = synthesise(distinct, answer[first], thorough)
    if not tables(found) or (always and not isinstance(found, ex.Lookup)):
        yield Candidate(found, bank.cost(found, bank.needs(found)))
