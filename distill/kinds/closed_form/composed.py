"""A function of a function: inputs that count only by one value of them, and a plain form around.

Where the target is a function of max(a, b) and c, and of nothing else of a and b, the table of
these two is smaller, and is looked at in the same way (a simple disjoint decomposition: Ashenhurst,
The decomposition of switching functions, 1957). So max(a, b) - c and min(max(a, b), c) are found,
which no form of single inputs is, and choices between the inputs would only imitate.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.expressions.expression import Expression, Name, Operation, evaluate, replace
from distill.expressions.forms import plain
from distill.expressions.printing import source
from distill.expressions.table import Table, is_function_of
from distill.kinds.closed_form.ranked import order_statistics, ranks

MOST = 5
"""Inputs that are put together."""

DEEPEST = 3
"""Functions within functions."""

FEWER = 0.75
"""Of so many rows, as a part, those must be left that differ: else any table is such a function."""


def composed(table: Table, deep: int = DEEPEST) -> Iterator[Expression]:
    """Plain forms of one value of some inputs and of the other inputs."""
    names = tuple(table.varying)
    if not deep or table.is_bits or not 1 < len(names) <= MOST:
        return
    for inner, parts in _inner(names):
        value = evaluate(inner, table.columns)
        rest = tuple(name for name in names if name not in parts)
        known = {source(inner): value} | {name: table.columns[name] for name in rest}
        fewer = _fewer(Table(known, table.target), len(table.columns))
        if fewer is None:
            continue
        within = plain(fewer)
        found = [within] if within is not None else []
        found += order_statistics(fewer)
        for form in found or composed(fewer, deep - 1):
            yield replace(form, Name(source(inner)), inner)


def _inner(names: tuple[str, ...]) -> Iterator[tuple[Expression, tuple[str, ...]]]:
    """Values of some inputs, with the inputs."""
    for pair in combinations(names, 2):
        one, other = map(Name, pair)
        for operator in ("max", "min", "+", "-", "*"):
            yield Operation(operator, (one, other)), pair
        yield Operation("abs", (Operation("-", (one, other)),)), pair
    for form in ranks(names) if len(names) > 2 else ():
        yield form, names


def _fewer(table: Table, columns: int) -> Table | None:
    """The rows that differ, each once; null where the target is no function of these columns."""
    codes: Int[ndarray, " rows"] = table.codes(tuple(table.columns))
    if not is_function_of(codes, table.target) or len(table.columns) >= columns:
        return None
    first = np.unique(codes, return_index=True)[1]
    return table.where(np.sort(first)) if len(first) <= FEWER * len(codes) else None
