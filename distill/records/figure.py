"""A row of evidence: one measurement, and what it is held against."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from distill.checker.located import rule


@dataclass(frozen=True)
class Figure:
    """A row: one measurement, and what it is held against.

    Attributes:
        name: a stable key; `distill.records.figures` has it in words. What is measured of several
            things has a row for each: `variable: total`, `decoy: NAME`, `isolated: 3`.
        value: null where the test could not be made: that is no test passed.
        decoy: what a wrong explanation reached in the same test; null where there is none.
        needs: the bound that `located` asks of the value; null where it asks nothing.
        at_least: whether the value must be at least that, or at most.
        derived: whether `distill verify` derives the value from the folder.
        note: what the row says of itself beside its numbers.
    """

    name: str
    value: float | None
    decoy: float | None
    needs: float | None
    at_least: bool
    derived: bool
    note: str | None


def figure_of(
    kind: str,
    name: str,
    value: float | None,
    decoy: float | None = None,
    *,
    note: str | None = None,
    stored: bool = True,
) -> Figure:
    """The row of a measurement for a kind of mechanism, with the bound that `located` asks of it.

    Args:
        kind: of the mechanism.
        name: of the row.
        value: of the measurement; what is no finite number counts as not measured.
        decoy: of the same test.
        note: what the row says of itself.
        stored: whether the network can be run again.
    """
    needs, at_least, derived = rule(kind, name, stored)
    value, decoy = (_finite(number) for number in (value, decoy))
    return Figure(name, value, decoy, needs, at_least, derived, note)


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and isfinite(value) else None
