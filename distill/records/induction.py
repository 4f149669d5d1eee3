"""The data behind an induction over steps: nodes, where symbols lead, and their boxes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class InductionData:
    """Nodes, where symbols lead, and their boxes; no boxes where none are closed.

    Attributes:
        states: the machine's state at every node.
        follows: the node that every symbol leads to.
        low: lower corners of the boxes in hidden space; high: upper corners.
    """

    states: tuple[int, ...]
    follows: tuple[tuple[int, ...], ...]
    low: tuple[tuple[float, ...], ...] | None
    high: tuple[tuple[float, ...], ...] | None
