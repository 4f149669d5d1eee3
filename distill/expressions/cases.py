"""A formula and the inputs that it does not hold for, in LaTeX and as sympy reads it."""

from __future__ import annotations

import re
from collections.abc import Sequence

Rows = Sequence[tuple[int, ...]]
"""Inputs that are answered otherwise, as values, each with its answer last."""


def listed_beside(names: Sequence[str], exceptions: Rows) -> str:
    """Comments below a formula that say what is answered otherwise."""
    return "".join(
        f"\n# not for ({', '.join(names)}) = ({', '.join(map(str, values))}): there the answer is "
        f"{answer}"
        for *values, answer in exceptions
    )


def with_exceptions(names: Sequence[str], exceptions: Rows, formula: str) -> str:
    """The answer by cases, where some inputs are answered otherwise; LaTeX."""
    if not exceptions:
        return formula
    written = ", ".join(re.sub(r"(\d+)", r"_{\1}", name) for name in names)
    cases = [
        rf"{answer} & \text{{if }} ({written}) = ({', '.join(map(str, values))})"
        for *values, answer in exceptions
    ]
    cases.append(rf"{formula} & \text{{otherwise}}")
    return "\\begin{cases}\n" + " \\\\\n".join(cases) + "\n\\end{cases}"
