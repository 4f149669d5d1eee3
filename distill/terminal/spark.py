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


def spark(values: Sequence[float], width: int = WIDTH) -> str:
    """Numbers as blocks, from the least to the greatest; those that are not finite are blank."""
    per = max(1, math.ceil(len(values) / width))
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


def sparks(run: Shown, width: int = WIDTH) -> list[tuple[str, str, str]]:
    """What of a run can be shown so: a name, the blocks, and what they go from and to.

    Of several trainings the one whose network the report is of is shown, and the last where there
    is no network.
    """
    from distill.records.curve import BoxCurve, BoxPoint, TrainingCurve, of_network

    lines = []
    curve = run.curve
    if curve is not None and len(curve.points) > 1:
        if isinstance(curve, TrainingCurve):
            heldout = [p.heldout_loss for p in curve.points if p.heldout_loss is not None]
            parts = [("train loss", [point.train_loss for point in curve.points])]
            parts += [("held-out loss", heldout)] if heldout else []
        else:
            own = of_network(curve, run.attempts)
            points = own or [p for p in curve.points if p.attempt == curve.points[-1].attempt]
            losses = [p.error if isinstance(p, BoxPoint) else p.loss for p in points]
            name = "error" if isinstance(curve, BoxCurve) else "loss"
            if len(losses) < len(curve.points):  # one line does not go through several
                name += " of this network" if own else ", last training"
            parts = [(name, losses)]
        for name, losses in parts:
            logs = [math.log10(loss) if loss > 0 else -math.inf for loss in losses]
            ends = f"{losses[0]:.2g} to {losses[-1]:.2g} (log)"
            lines.append((name, spark(logs, width), ends))
    if sizes := run.spectrum:
        note = f"frequencies 1 to {len(sizes)}, at most {max(sizes):.3g}"
        lines.append(("logit spectrum", spark(sizes, width), note))
    return lines


def show_sparks(console: Console, run: Shown) -> None:
    """The loss, and the spectrum of the logits, in a line each."""
    from rich.table import Table
    from rich.text import Text

    from distill.terminal.run import NARROW, show_whole

    if console.is_terminal and console.width < NARROW:
        for name, blocks, note in sparks(run, min(WIDTH, console.width)):
            console.print(Text.assemble((name, "bold"), ("  " + note, "dim")))
            console.print(Text(blocks, style="cyan"))
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column()
    for name, blocks, note in sparks(run):
        table.add_row(Text(name, style="bold"), Text(blocks, style="cyan"), Text(note, style="dim"))
    if table.rows:
        show_whole(console, table)
