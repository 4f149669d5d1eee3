"""Order statistics: the largest, the smallest, the middle one of some inputs, by min and max alone.

Of n values with another put among them, the k-th smallest is what lies between the (k - 1)-th and
the k-th of the n: max(of k - 1, min(of k, the other)). So the median of three is
max(min(a, b), min(max(a, b), c)), the smallest sorting network (Knuth, TAOCP 3, 5.3.4).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from distill.expressions.expression import Expression, Name, Operation
from distill.expressions.table import Table

MOST = 5
"""Inputs that are ranked: of more, one in the middle takes more than a line."""


def order_statistics(table: Table) -> Iterator[Expression]:
    """The k-th smallest of all inputs that matter, if the target is that one on every row."""
    names = tuple(table.varying)
    if not 2 < len(names) <= MOST:
        return
    ranked = np.sort(np.stack([table.columns[name] for name in names], axis=1), axis=1)
    for place, form in enumerate(ranks(names)):
        if (ranked[:, place] == table.target).all():
            yield form


def ranks(names: tuple[str, ...]) -> tuple[Expression, ...]:
    """The smallest of some names, the next, and so on to the largest."""
    if len(names) == 1:
        return (Name(names[0]),)
    rest, last = ranks(names[:-1]), Name(names[-1])
    between = [
        Operation("max", (low, Operation("min", (high, last)))) for low, high in pairwise(rest)
    ]
    return (Operation("min", (rest[0], last)), *between, Operation("max", (rest[-1], last)))
