"""A table as a value, and the same table on a terminal, fitted to its width, or as Markdown."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDEST = 10_000
"""Columns of a table that no terminal has to show."""

Tone = Literal["plain", "good", "fair", "bad", "aside"]

STYLE: dict[Tone, str] = {
    "plain": "",
    "good": "green",
    "fair": "yellow",
    "bad": "bold red",
    "aside": "dim",
}

LEGIBLE = 20
"""Characters below which a cut text says less than its short form."""


@dataclass(frozen=True)
class Cell:
    """Text, how it is meant, and what stands for it where there is no room."""

    text: str
    tone: Tone = "plain"
    short: str | None = None


@dataclass(frozen=True)
class GridColumn:
    """A column.

    Attributes:
        shrinks: whether its cells may be cut, or give way to their short forms.
        breaks: whether a cell may be broken after its commas.
        optional: whether it may be left out, as the last resort.
    """

    title: str
    justify: Literal["left", "right", "center"] = "left"
    shrinks: bool = False
    breaks: bool = False
    optional: bool = False
    tone: Tone = "plain"


@dataclass(frozen=True)
class Grid:
    """A table: as many cells in every row as there are columns."""

    columns: tuple[GridColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def widths(self) -> list[int]:
        """Of every column, by its longest line."""
        return [
            max(_width(text) for text in (column.title, *(row[at].text for row in self.rows)))
            for at, column in enumerate(self.columns)
        ]

    def width(self, gap: int) -> int:
        """Of the table."""
        return sum(self.widths()) + gap * (len(self.columns) - 1)


def show_grid(console: Console, grid: Grid) -> None:
    """The table on a terminal. What does not fit is cut, broken or left out, in this order."""
    fitted, gap = fit(grid, console.width)
    table = Table(box=None, padding=(0, gap, 0, 0), pad_edge=False, header_style="bold")
    tallest = max(column.title.count("\n") for column in fitted.columns)
    for column in fitted.columns:
        header = "\n" * (tallest - column.title.count("\n")) + column.title
        style = STYLE[column.tone]
        table.add_column(Text(header), justify=column.justify, style=style, no_wrap=True)
    for row in fitted.rows:
        table.add_row(*(Text(cell.text, style=STYLE[cell.tone]) for cell in row))
    show_lines(console, table, console.width)


def show_lines(console: Console, table: Table, width: int) -> None:
    """A table; where there is no terminal no line of it ends in spaces."""
    if console.is_terminal:
        console.print(table)
        return
    wide = Console(file=io.StringIO(), width=width)
    with wide.capture() as captured:
        wide.print(table)
    for line in captured.get().splitlines():
        console.out(line.rstrip(), highlight=False)


def fit(grid: Grid, width: int) -> tuple[Grid, int]:
    """The table as it fits into a width, and the gap between its columns."""
    narrowest = grid, 2
    for narrowest in _narrower(grid, width):
        fitted, gap = narrowest
        if fitted.width(gap) <= width:
            break
    return narrowest


def _narrower(grid: Grid, width: int) -> Iterator[tuple[Grid, int]]:
    yield grid, 2
    titles = [replace(column, title=column.title.replace(" ", "\n")) for column in grid.columns]
    grid = replace(grid, columns=tuple(titles))
    broken = _map(grid, lambda column, cell: _broken(cell) if column.breaks else None)
    for each in (grid, broken):
        short = _map(each, lambda column, cell: cell.short if column.shrinks else None)
        yield from ((_cut(each, width), 2), (short, 2), (short, 1))
    grid = short
    while any(column.optional for column in grid.columns):
        gone = next(at for at, column in enumerate(grid.columns) if column.optional)
        grid = Grid(
            grid.columns[:gone] + grid.columns[gone + 1 :],
            tuple(row[:gone] + row[gone + 1 :] for row in grid.rows),
        )
        yield grid, 1


def _cut(grid: Grid, width: int) -> Grid:
    """Cells of the columns that shrink, cut to their part of what the others leave."""
    columns = list(zip(grid.columns, grid.widths(), strict=True))
    kept = sum(wide for column, wide in columns if not column.shrinks)
    left = width - kept - 2 * (len(columns) - 1)
    room = max(LEGIBLE, left // max(1, sum(column.shrinks for column in grid.columns)))

    def cut(column: GridColumn, cell: Cell) -> str | None:
        if not column.shrinks or cell_len(cell.text) <= room:
            return None
        return set_cell_size(cell.text, room - 1).rstrip() + "…"

    return _map(grid, cut)


def _broken(cell: Cell) -> str:
    return cell.text.replace(", ", ",\n")


def _map(grid: Grid, change: Callable[[GridColumn, Cell], str | None]) -> Grid:
    """The table with other texts, where there are any."""
    rows = tuple(
        tuple(
            cell if (text := change(column, cell)) is None else replace(cell, text=text)
            for column, cell in zip(grid.columns, row, strict=True)
        )
        for row in grid.rows
    )
    return replace(grid, rows=rows)


def _width(text: str) -> int:
    return max(cell_len(line) for line in text.split("\n"))


def markdown(grid: Grid) -> str:
    """The table as Markdown, with nothing cut."""
    rules = {"left": "---", "right": "---:", "center": ":---:"}
    lines = [
        _line(column.title for column in grid.columns),
        _line(rules[column.justify] for column in grid.columns),
        *(_line(escape(cell.text) for cell in row) for row in grid.rows),
    ]
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def escape(text: str) -> str:
    """Text that ends no cell of a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ")
