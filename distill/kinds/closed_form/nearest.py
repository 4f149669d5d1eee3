"""Expressions for answers of which a part follows no rule, as those of a network that errs.

None holds on many rows at once, so the other searches, which want one that does, miss what is
there. The sum of multiples of the inputs, modulo the number of answers, that most answers agree
with is found without: by one Fourier transform.
"""

from __future__ import annotations

import numpy as np

from distill.expressions.expression import Constant, Expression, Name, Operation, add
from distill.expressions.table import Table

MOST_WAVES = 1 << 20
"""Waves that the answers are compared with, at most."""


def nearest_sum(table: Table, outputs: range) -> Expression | None:
    """The sum of multiples of all inputs modulo the number of answers that fits most answers.

    Answers as angles are compared with every wave: the largest sum is where most agree.

    Args:
        table: inputs, and what is answered to them.
        outputs: what may be answered.

    Returns:
        Null where there are fewer than three answers, or too many waves.
    """
    modulus, count = len(outputs), len(table.columns)
    if modulus < 3 or modulus**count > MOST_WAVES:
        return None
    turns = np.exp(2j * np.pi / modulus * (table.target - outputs.start))
    phases = np.zeros((modulus,) * count, dtype=complex)
    np.add.at(phases, tuple(column % modulus for column in table.columns.values()), turns)
    alike = np.fft.fftn(phases)
    weights = np.unravel_index(int(np.abs(alike).argmax()), alike.shape)
    shift = round(float(np.angle(alike[weights])) * modulus / (2 * np.pi)) % modulus
    near = [int(w) - modulus if 2 * w > modulus else int(w) for w in weights]
    terms: list[tuple[int, Expression]] = [
        (factor, Name(name)) for factor, name in zip(near, table.columns, strict=True) if factor
    ]
    remainder = Operation("%", (add(terms, shift), Constant(modulus)))
    return add([(1, remainder)], outputs.start) if terms else None
