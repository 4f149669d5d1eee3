"""Numbers for looking at: few digits, no negative zero."""

from __future__ import annotations

from jaxtyping import Real
from numpy import ndarray

DIGITS, DECIMALS = 4, 6


def rounded(values: Real[ndarray, " n"]) -> tuple[float, ...]:
    """Significant digits that a picture can show; what is nothing but rounding becomes 0."""
    return tuple(round(float(f"{value:.{DIGITS}g}"), DECIMALS) + 0.0 for value in values)
