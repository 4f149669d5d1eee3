"""What the pictures of a formula show: the expressions that were met, by error and size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from distill.kinds.formula.mechanism import FormulaMechanism
from distill.kinds.formula.text import python_text

FORMAT_VERSION = 1


@dataclass(frozen=True)
class FormulaExhibits:
    """Expressions by size.

    Attributes:
        sizes: parts of every expression; errors: how far it is from the network, in parts of the
            spread of its values; texts: in Python.
        chosen: the position of the one that was taken.
        noise: how far the network itself is off, in parts of the same spread.
    """

    sizes: tuple[int, ...]
    errors: tuple[float, ...]
    texts: tuple[str, ...]
    chosen: int
    noise: float
    kind: Literal["formula"] = "formula"
    format_version: int = FORMAT_VERSION


def formula_exhibits(mechanism: FormulaMechanism) -> FormulaExhibits:
    """As they were met on the way."""
    met = mechanism.trade_offs
    text = python_text(mechanism.expression, mechanism.names)
    exact = [k for k, each in enumerate(met) if each.exact]
    # of the same text there is the one with fitted numbers, which may be written alike
    chosen = next((k for k in exact if met[k].text == text), exact[-1] if exact else 0)
    own = met[chosen].error if met else 0.0
    scale = own / mechanism.deviation if mechanism.deviation else 0.0
    return FormulaExhibits(
        tuple(each.size for each in met),
        tuple(each.error for each in met),
        tuple(each.text for each in met),
        chosen,
        float(f"{mechanism.noise * scale:.4g}"),
    )
