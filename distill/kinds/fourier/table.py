"""The network's own output table as a multiplication table: is it a group, and a cyclic one?

A table of two inputs that is a Latin square is a quasigroup. Dividing by the first row and the
first column gives its principal loop isotope; by Albert's theorem (1943) a quasigroup is isotopic
to a group exactly if that loop is that group. In a cyclic one, the powers of a generator put a
number on every row, column and output, and the table adds these numbers: a coordinate, found
without a candidate and without the logits. The network may make mistakes: a row and a column
without any are enough to divide by.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.kinds.fourier.mechanism import TableStructure

TRIPLES = 20_000
"""Sampled triples for associativity."""


MIN_ASSOCIATIVE = 0.9
"""Part of the triples that associates in the table of a group with a few mistakes.

A mistake in 1% of the entries spoils 4% of the triples; in a random Latin square about one triple
in as many as there are elements associates.
"""


def table_structure(
    table: Int[ndarray, "rows columns"], outputs: int
) -> tuple[TableStructure, Int[ndarray, " outputs"] | None] | None:
    """What a table of outputs is; null where it is not square over its outputs.

    Returns:
        The structure, and where it is cyclic the power of a generator that every output is.
    """
    if table.shape != (outputs, outputs):
        return None
    every = np.arange(outputs)
    rows = (np.sort(table, axis=1) == every).all(axis=1)
    columns = (every == np.sort(table, axis=0).T).all(axis=1)
    latin = float(np.concatenate([rows, columns]).mean())
    if not rows.any() or not columns.any():
        return TableStructure(latin, None, None, None), None
    row, column = int(rows.argmax()), int(columns.argmax())
    loop = table[np.argsort(table[:, column])][:, np.argsort(table[row])]
    rng = np.random.default_rng(0)
    x, y, z = (rng.integers(0, outputs, TRIPLES) for _ in range(3))
    associative = float((loop[loop[x, y], z] == loop[x, loop[y, z]]).mean())
    if associative < MIN_ASSOCIATIVE:
        return TableStructure(latin, associative, None, None), None
    logarithm = _logarithm(loop, int(table[row, column]))
    if logarithm is not None:
        numbers = [logarithm[table[:, column]], logarithm[table[row]], logarithm]
        added = (numbers[0][:, None] + numbers[1] - numbers[2][table[row, column]]) % outputs
        if (logarithm[table] == added).mean() >= MIN_ASSOCIATIVE:
            return TableStructure(latin, associative, True, _affine_weights(numbers)), logarithm
    # that a group is not cyclic is said of a whole table only
    return TableStructure(latin, associative, False if latin == 1 else None, None), None


def _logarithm(group: Int[ndarray, "n n"], identity: int) -> Int[ndarray, " n"] | None:
    """For every element the power of a generator that it is; null where no element generates."""
    order = len(group)
    for generator in range(order):
        powers, element = [identity], generator
        while element != identity and len(powers) < order:
            powers.append(element)
            element = int(group[element, generator])
        if element == identity and len(powers) == order:
            logarithm = np.empty(order, dtype=np.int64)
            logarithm[powers] = np.arange(order)
            return logarithm
    return None


def _affine_weights(numbers: list[Int[ndarray, " n"]]) -> tuple[int, int] | None:
    """(u, v) with output = u·a + v·b + w modulo n, if the numbers of both inputs and of the output
    say so.
    """
    order = len(numbers[0])
    steps = [int(line[1] - line[0]) % order for line in numbers]
    places = np.arange(order)
    for line, step in zip(numbers, steps, strict=True):
        if ((line - line[0] - step * places) % order).any():
            return None
    per_output = pow(steps[2], -1, order)
    return steps[0] * per_output % order, steps[1] * per_output % order
