"""Numbers for looking at: few digits, no negative zero."""

from __future__ import annotations

from jaxtyping import Real
from numpy import ndarray

DIGITS, DECIMALS = 4, 6


def rounded(values: Real[ndarray, " n"]) -> tuple[float, ...]:
    """Significant digits that a picture can show; what is nothing but rounding becomes 0."""
    return tuple(round(float(f"{value:.{DIGITS}g}"), DECIMALS) + 0.0 for value in values)


def figure_text(value: float) -> str:
    """Two digits, and no negative zero."""
    return f"{round(value, 2) + 0.0:.2f}"
