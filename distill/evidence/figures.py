"""What was measured of the inside of a network, on the way to the rows of its report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from distill.records.figure import Figure, figure_of


@dataclass(frozen=True)
class Measure:
    """One measurement.

    Attributes:
        value: null where the test could not be made.
        decoy: what a wrong explanation reached in the same test; null where there is none.
        note: what is to be said beside the numbers.
    """

    value: float | None
    decoy: float | None = None
    note: str | None = None


Measured = dict[str, Measure]
"""Measurements by the names of their rows."""


def rows_of(kind: str, measured: Mapping[str, Measure], stored: bool) -> tuple[Figure, ...]:
    """The rows of a report about a mechanism of this kind."""
    return tuple(
        figure_of(kind, name, found.value, found.decoy, note=found.note, stored=stored)
        for name, found in measured.items()
    )
