"""A comparison as an answer by cases, for LaTeX."""

from __future__ import annotations

import re

from distill.kinds.comparison.mechanism import ComparisonMechanism
from distill.kinds.notation import Notation

MECHANISM = ComparisonMechanism
FORMS: tuple[Notation, ...] = ("latex",)


def written(mechanism: ComparisonMechanism, form: Notation) -> str:
    """The answer by cases."""
    said = mechanism.condition
    for python, written in ((" * ", r" "), ("<=", r"\le"), (">=", r"\ge")):
        said = said.replace(python, written)
    said = re.sub(r"\bx(\d+)", r"x_{\1}", said)
    return (
        "\\begin{cases}\n"
        rf"{mechanism.then} & \text{{if }} {said} \\"
        "\n"
        rf"{mechanism.otherwise} & \text{{otherwise}}"
        "\n\\end{cases}"
    )
