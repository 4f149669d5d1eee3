"""What a run looks like on a terminal: a bar while it trains, a line a stage, then the result."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

from distill.checker.verdict import CLAIMS
from distill.terminal.bars import Bars
from distill.terminal.grid import WIDEST, show_lines

if TYPE_CHECKING:  # a table of tasks does not wait for torch
    from distill.checker.check import Checkup
    from distill.programs.program import Program
    from distill.records.report import Report


NOTHING_CAME = re.compile(r"refused\b|approximate\b")
"""How the line of a stage begins whose end is nothing that is claimed: it is no success."""

NARROW = 90
"""Columns below which what a row says stands on lines of its own, below its name."""

NO_BAR = 60
"""Columns below which there is no bar beside the line of a stage: the line has its room."""


class TerminalProgress(Bars):
    """Stages on a terminal; on a pipe, only the line of each stage that ended."""

    def __init__(self, console: Console) -> None:
        whole = (
            SpinnerColumn(),
            TextColumn("{task.description:9}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[line]}", markup=False),
            TimeElapsedColumn(),
        )
        room = Column(ratio=1, overflow="fold")  # the line has all of it, and is not cut
        line = TextColumn("{task.fields[line]}", markup=False, table_column=room)
        narrow = SpinnerColumn(), TextColumn("{task.description}"), line
        super().__init__(console, *(narrow if console.width < NO_BAR else whole))

    def begin(self, stage: str) -> None:
        """Show a bar for the stage; it pulses until there is something to measure."""
        self.current = self.bar.add_task(stage, total=None, line="")

    def training(self, done: float, line: str) -> None:
        """Fill the bar; where nobody knows how far it is, it pulses on beside the line."""
        total = 1.0 if done > 0 else None
        self.bar.update(self.current, total=total, completed=done, line=line)

    def done(self, stage: str, line: str, seconds: float) -> None:
        """Replace the bar with a line on what came of the stage."""
        self.bar.remove_task(self.current)
        mark = ("– ", "yellow") if NOTHING_CAME.match(line) else ("✓ ", "green")
        text = Text.assemble(mark, (f"{stage:8}", "bold"), (f"{seconds:6.1f} s  ", "dim"), line)
        self.console.print(text, soft_wrap=True)


def show_result(
    console: Console,
    report: Report,
    program: Program | None,
    folder: Path | None,
    verdict_first: bool = False,
) -> None:
    """The program, highlighted, and the verdict with its evidence.

    The verdict is the last that is left to see on a terminal; where the first lines are what is
    read, it can come first.
    """
    from distill.pages.evidence import evidence_rows

    if verdict_first:
        _show_sentence(console, report)
        console.print()
    if program is not None:
        show_program(console, program)
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(style="dim")
    rows = evidence_rows(report)
    if console.is_terminal and console.width < NARROW:
        named = _named([(row.name, row.figure) for row in rows], console.width)
        _show_stacked(console, zip(named, [[row.note] for row in rows], strict=True))
    else:
        for row in rows:
            table.add_row(Text(row.name), Text(row.figure), Text(row.note))
        show_whole(console, table)
    console.print()
    if verdict_first:
        _show_reasons(console, report, folder)
    else:
        show_verdict(console, report, folder)


def show_program(console: Console, program: Program) -> None:
    """The program in a frame, its lines broken where the terminal ends; elsewhere as it stands."""
    if not console.is_terminal:
        console.print(Text(program.source), soft_wrap=True)
        return
    from rich.syntax import Syntax  # looks for what was installed beside it: a tenth of a second

    syntax = Syntax(program.source.rstrip(), "python", background_color="default", word_wrap=True)
    console.print(Panel(syntax, title="program.py", title_align="left", border_style="dim"))


def show_whole(console: Console, table: Table) -> None:
    """A table: fitted to a terminal; where it is read by a program, every row is a line."""
    if console.is_terminal:
        console.print(table)
        return
    show_lines(console, table, WIDEST)


def _joined(cells: Sequence[str]) -> str:
    return " · ".join(cell for cell in cells if cell)


def _named(rows: Sequence[tuple[str, str]], width: int) -> list[Text]:
    """Names with their figures, which end at one place: where both have no room on a line, the
    figure stands on the next.
    """
    longest = max((len(name) for name, _ in rows), default=0)
    end = min(longest + 2 + max((len(figure) for _, figure in rows), default=0), width)
    return [
        Text(f"{name}{figure:>{end - len(name)}}", style="bold")
        if len(name) + 2 + len(figure) <= end
        else Text(f"{name}\n{figure:>{end}}", style="bold")
        for name, figure in rows
    ]


def _show_stacked(console: Console, rows: Iterable[tuple[Text, Sequence[str]]]) -> None:
    """Every row as a line, and below it, further in, what else is said, over the whole width."""
    for name, said in rows:
        console.print(name)
        for text in said:
            if text:
                console.print(Padding(Text(text, style="dim"), (0, 0, 0, 4)))


def show_verdict(console: Console, report: Report, folder: Path | None) -> None:
    """The verdict in a sentence, its reasons, and where the run is."""
    _show_sentence(console, report)
    _show_reasons(console, report, folder)


def _show_sentence(console: Console, report: Report) -> None:
    """The verdict in a sentence."""
    colour = "green" if report.verdict in CLAIMS else "yellow"
    verdict = report.verdict + (" and located" if report.located else "")
    told = Text.assemble((verdict, f"bold {colour}"), f": {report.sentence}")
    console.print(told, soft_wrap=not console.is_terminal)


def _show_reasons(console: Console, report: Report, folder: Path | None) -> None:
    """Why no more is claimed, how the network was read, and where the run is."""
    for reason in report.explanations:
        console.print(Text(f"  · {reason}"), soft_wrap=not console.is_terminal)
    if report.as_read:
        console.print(Text("how the network was read:", style="dim"))
    for note in report.as_read:
        console.print(Text(f"  · {note}", style="dim"), soft_wrap=not console.is_terminal)
    if folder is not None:
        console.print(Text(f"{folder}", style="dim"), soft_wrap=True)


def show_checkup(console: Console, checkup: Checkup) -> None:
    """Every finding of the checker, and its own verdict."""
    table = Table.grid(padding=(0, 2))
    for finding in checkup.findings:
        mark = Text("✓", style="green") if finding.ok else Text("✗", style="bold red")
        mark = Text("·", style="yellow") if finding.ok and finding.taken else mark
        table.add_row(mark, finding.name, Text(finding.detail, style="dim" if finding.ok else ""))
    show_whole(console, table)
    if checkup.not_derived:
        left = Text(f"not derived again: {'; '.join(checkup.not_derived)}", style="dim")
        console.print(left, soft_wrap=not console.is_terminal)
    if checkup.confined is not None:
        with_ = "behind" if checkup.confined else "without"
        told = f"the program was run {with_} a filter of system calls"
        console.print(Text(told, style="dim"))
    failed = sum(not finding.ok for finding in checkup.findings)
    if failed:
        plural = "s" if failed > 1 else ""
        console.print(Text(f"FAILED: {failed} finding{plural}", style="bold red"))
    elif any(finding.taken for finding in checkup.findings):
        said = f"verified against recorded answers, not the network: {checkup.verdict}"
        console.print(Text(said, style="bold yellow"))
    else:
        console.print(Text(f"verified: {checkup.verdict}", style="bold green"))


def show_table(console: Console, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A plain table; where there is no terminal every row is a line, whatever its length.

    On a narrow terminal with more columns than have room, what follows the first stands below it.
    """
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    if console.is_terminal and len(columns) > 2 and sum(widths) > console.width < NARROW:
        _show_stacked(console, ((Text(row[0], style="bold"), [_joined(row[1:])]) for row in rows))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(Text(column), overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    show_whole(console, table)
