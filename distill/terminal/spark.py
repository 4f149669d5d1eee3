"""Curves and spectra as a line of block characters, for a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a table of tasks does not wait for torch
    from rich.console import Console

    from distill.runs.shown import Shown

BLOCKS = "▁▂▃▄▅▆▇█"
WIDTH = 36
"""Characters of a line at most; of several numbers that share one, the largest is shown."""


def spark(values: Sequence[float]) -> str:
    """Numbers as blocks, from the least to the greatest; those that are not finite are blank."""
    per = max(1, math.ceil(len(values) / WIDTH))
    shown = [max(values[place : place + per]) for place in range(0, len(values), per)]
    finite = [value for value in shown if math.isfinite(value)]
    if not finite:
        return ""
    low, span = min(finite), (max(finite) - min(finite)) or 1.0
    steps = len(BLOCKS) - 1
    return "".join(
        BLOCKS[round((value - low) / span * steps)] if math.isfinite(value) else " "
        for value in shown
    )


def sparks(run: Shown) -> list[tuple[str, str, str]]:
    """What of a run can be shown so: a name, the blocks, and what they go from and to."""
    from distill.records.curve import BoxCurve, BoxPoint, TrainingCurve

    lines = []
    curve = run.curve
    if curve is not None and len(curve.points) > 1:
        if isinstance(curve, TrainingCurve):
            heldout = [p.heldout_loss for p in curve.points if p.heldout_loss is not None]
            parts = [("train loss", [point.train_loss for point in curve.points])]
            parts += [("held-out loss", heldout)] if heldout else []
        else:
            losses = [
                point.error if isinstance(point, BoxPoint) else point.loss
                for point in curve.points
                if point.attempt == curve.points[-1].attempt
            ]
            name = "error" if isinstance(curve, BoxCurve) else "loss"
            more = len(losses) < len(curve.points)  # one line does not go through several
            parts = [(f"{name}, last training" if more else name, losses)]
        for name, losses in parts:
            logs = [math.log10(loss) if loss > 0 else -math.inf for loss in losses]
            lines.append((name, spark(logs), f"{losses[0]:.2g} to {losses[-1]:.2g} (log)"))
    if sizes := run.spectrum:
        lines.append(
            (
                "logit spectrum",
                spark(sizes),
                f"frequencies 1 to {len(sizes)}, at most {max(sizes):.3g}",
            )
        )
    return lines


def show_sparks(console: Console, run: Shown) -> None:
    """The loss, and the spectrum of the logits, in a line each."""
    from rich.table import Table
    from rich.text import Text

    from distill.terminal.run import show_whole

    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for name, blocks, note in sparks(run):
        table.add_row(Text(name, style="bold"), Text(blocks, style="cyan"), Text(note, style="dim"))
    if table.rows:
        show_whole(console, table)
