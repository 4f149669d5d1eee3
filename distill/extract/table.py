"""The network's own output table as a multiplication table: is it a group, and a cyclic one?

A table of two inputs that is a Latin square is a quasigroup. Dividing by the first row and the
first column gives its principal loop isotope; by Albert's theorem (1943) a quasigroup is isotopic
to a group exactly if that loop is that group. No candidate formula is involved.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.mechanism import TableStructure

TRIPLES = 20_000
"""Sampled triples for associativity where all of them are too many."""


def table_structure(table: Int[ndarray, "rows columns"], outputs: int) -> TableStructure | None:
    """What a table of outputs is; null where it is not square over its outputs."""
    if table.shape != (outputs, outputs):
        return None
    every = np.arange(outputs)
    rows = (np.sort(table, axis=1) == every).all(axis=1)
    columns = (every == np.sort(table, axis=0).T).all(axis=1)
    latin = float(np.concatenate([rows, columns]).mean())
    if latin < 1:
        return TableStructure(latin, None, None)
    loop = table[np.argsort(table[:, 0])][:, np.argsort(table[0])]
    rng = np.random.default_rng(0)
    x, y, z = (rng.integers(0, outputs, TRIPLES) for _ in range(3))
    associative = float((loop[loop[x, y], z] == loop[x, loop[y, z]]).mean())
    if associative < 1:
        return TableStructure(latin, associative, None)
    return TableStructure(latin, associative, _has_generator(loop, int(table[0, 0])))


def _has_generator(group: Int[ndarray, "n n"], identity: int) -> bool:
    order = len(group)
    for generator in range(order):
        element, steps = generator, 1
        while element != identity and steps < order:
            element, steps = int(group[element, generator]), steps + 1
        if element == identity and steps == order:
            return True
    return False
