"""Every training of a run as a row, those that were discarded too."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby

from distill.checker.scope import many
from distill.records.attempts import Attempt, shown_part
from distill.runs.store import RunRecord


@dataclass(frozen=True)
class AttemptsTable:
    """Trainings in the order in which they were made.

    Attributes:
        count: how many there were; a row may stand for several that were ruled out alike.
        used: for every row, whether its network is the one that the report is about.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    used: tuple[bool, ...]
    count: int


def attempts_table(record: RunRecord) -> AttemptsTable | None:
    """The attempts of a run; null where nothing was trained."""
    made = record.attempts
    if not made:
        return None
    used = tuple(not attempt.discarded for attempt in made)
    if made[0].judged_on == "held-out inputs":
        header = (
            *("attempt", "network (--arch)", "steps"),
            *("what ended it", "score at the end", "held-out right"),
        )
        rows = tuple(map(_domain_row, made))
        if all(attempt.right is None for attempt in made):  # nothing was held out
            header, rows = header[:-1], tuple(row[:-1] for row in rows)
        return AttemptsTable(header, rows, used, len(made))
    texts = any("n_layers" in attempt.sizes for attempt in made)
    header = (
        "kind",
        "size" if texts else "units",
        "steps",
        "fresh texts right" if texts else f"{made[0].judged_on or 'fresh sequences'} right",
        "what came of it",
    )
    together = [
        list(group) for _, group in groupby(made, key=lambda a: (a.kind, a.ruled_out, a.discarded))
    ]
    rows = [row for group in together for row in _cell_rows(group)]
    shown, used = zip(*rows, strict=True)
    return AttemptsTable(header, shown, used, len(made))


def _domain_row(attempt: Attempt) -> tuple[str, ...]:
    return (
        str(attempt.number),
        attempt.kind,
        f"{attempt.steps:,}",
        _ended(attempt),
        "–" if attempt.structure is None else f"{attempt.structure:.3f}",
        "–" if attempt.right is None else f"{attempt.right:.1%}",
    )


def _ended(attempt: Attempt) -> str:
    """The step from which a training was cooled down, or what ended it before."""
    if attempt.reached_at is None:
        return attempt.stopped or "all its steps were made"
    return f"cooled down from step {attempt.reached_at:,}"


def _cell_rows(group: list[Attempt]) -> list[tuple[tuple[str, ...], bool]]:
    """A row for each; for those that were ruled out for the same reason, one for all."""
    first, last = group[0], group[-1]
    if first.ruled_out is not None:
        units = _units(first) if len(group) == 1 else f"{_units(first)} to {_units(last)}"
        return [((first.kind, units, "–", "–", first.ruled_out), False)]
    return [(_cell_row(attempt), not attempt.discarded) for attempt in group]


def _units(attempt: Attempt) -> str:
    """Of its hidden layers, one after the other; of a transformer its layers, heads and width."""
    widths = attempt.sizes.get("widths")
    if isinstance(widths, tuple):
        return ", ".join(map(str, widths))
    layers, heads, width = (attempt.sizes.get(name) for name in ("n_layers", "n_heads", "d_model"))
    if isinstance(layers, int) and isinstance(heads, int) and isinstance(width, int):
        return f"{many(layers, 'layer')}, {many(heads, 'head')}, {width:,} wide"
    return str(attempt.d_hidden) if attempt.d_hidden else "–"


def _cell_row(attempt: Attempt) -> tuple[str, ...]:
    right = attempt.right or 0.0
    came_of_it = "learned" if right == 1 else "not learned"
    if attempt.judged_on == "fresh points" and attempt.loss is not None:  # nearer or further
        came_of_it = f"off by {math.sqrt(attempt.loss):.1e} by root mean square"
    if attempt.stopped is not None:
        came_of_it += f": {attempt.stopped}"
    if attempt.goes_on is not None:
        came_of_it += f"; went on from {attempt.goes_on}, with texts where it and its program part"
    bears = [
        f"{name} of {value:g}"
        for name, value in (("noise", attempt.noise), ("boxes", attempt.radius))
        if value is not None
    ]
    if bears:
        came_of_it += f"; then trained to bear {' and '.join(bears)}"
    return (
        attempt.kind,
        _units(attempt),
        f"{attempt.steps:,}",
        shown_part(right),
        came_of_it,
    )
