"""A study as it is seen on a terminal: a bar while it runs, then gates and result."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from distill.studies.listing import TONES
from distill.studies.page import in_words, row_of
from distill.studies.plan import Plan
from distill.studies.record import StudyRecord
from distill.studies.runner import PAGE
from distill.terminal.bars import Bars
from distill.terminal.grid import STYLE, Cell, Grid, GridColumn, show_grid


class Shown(Bars):
    """Watches studies; what ended is printed, and kept.

    Attributes:
        ended_with: results, in the order in which they came.
    """

    def __init__(self, console: Console, total: int) -> None:
        super().__init__(
            console,
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TextColumn("{task.fields[what]}", markup=False),
            TimeElapsedColumn(),
        )
        self.ended_with = list[StudyRecord]()
        self._done = 0.0
        self._total = total
        self._bar = self.bar.add_task("studies", total=total, what="")

    def part(self, plan: Plan, part: str, done: float, what: str) -> None:
        """So much of a part is done."""
        count = len(plan.parts)
        self._done += 1 / count if done >= 1 else 0
        title = plan.study.name if part == "all" else f"{plan.study.name}, {part}"
        now = min(self._total, self._done + (done % 1) / count)
        self.bar.update(self._bar, completed=now, description=title, what=what)

    def ended(self, plan: Plan, record: StudyRecord) -> None:
        """Print a result."""
        self.ended_with.append(record)
        show_result(self.console, record)
        self.console.print(str(plan.folder / PAGE), style="dim", soft_wrap=True)


def show_result(console: Console, record: StudyRecord) -> None:
    """Claim, gates and result."""
    console.print()
    console.print(Text(record.study, style="bold"))
    console.print(record.claim)
    columns = (
        GridColumn("gate", shrinks=True),
        GridColumn("published", shrinks=True, optional=True),
        GridColumn("needed"),
        GridColumn("measured"),
        GridColumn("held"),
    )
    rows = []
    for each in record.gates:
        row = row_of(each)
        held = Cell("yes", "good") if row.held else Cell("no", "bad")
        rows.append(
            (Cell(row.says), Cell(row.published), Cell(row.needs), Cell(row.measured), held)
        )
    show_grid(console, Grid(columns, tuple(rows)))
    console.print(Text(in_words(record), style=STYLE[TONES[record.result]]))
    for remark in record.remarks:
        console.print(remark)
