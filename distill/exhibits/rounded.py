"""Numbers for looking at: few digits, no negative zero."""

from __future__ import annotations

from jaxtyping import Real
from numpy import ndarray

DIGITS = 4


def rounded(values: Real[ndarray, " n"]) -> tuple[float, ...]:
    """Significant digits that a picture can show."""
    return tuple(float(f"{value:.{DIGITS}g}") + 0.0 for value in values)
