"""A table as a value, and the same table on a terminal or as Markdown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

Tone = Literal["plain", "good", "fair", "bad", "aside"]

STYLE: dict[Tone, str] = {
    "plain": "",
    "good": "green",
    "fair": "yellow",
    "bad": "bold red",
    "aside": "dim",
}


@dataclass(frozen=True)
class Cell:
    """Text, and how it is meant."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class GridColumn:
    """A column.

    Attributes:
        shrinks: whether it may be cut to what fits in the terminal; the others keep their width.
        wraps: whether a long cell goes on in a further line instead.
    """

    title: str
    justify: Literal["left", "right", "center"] = "left"
    shrinks: bool = False
    wraps: bool = False
    tone: Tone = "plain"


@dataclass(frozen=True)
class Grid:
    """A table: as many cells in every row as there are columns."""

    columns: tuple[GridColumn, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Fact:
    """A figure with its name and what is to be known about it."""

    name: str
    figure: Cell
    note: str = ""


@dataclass(frozen=True)
class Section:
    """Lines under a title, each a subject and what is said of it."""

    title: str
    lines: tuple[tuple[str, str], ...]
    tone: Tone = "plain"


@dataclass(frozen=True)
class Page:
    """A table with what it adds up to."""

    title: str
    about: str
    grid: Grid
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]


def show_page(console: Console, page: Page) -> None:
    """A page on a terminal."""
    console.print(Text.assemble("\n", (page.title, "bold"), ("  " + page.about, "dim"), "\n"))
    show_grid(console, page.grid)
    console.print()
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bold", no_wrap=True)
    facts.add_column(justify="right", no_wrap=True)
    facts.add_column(style="dim")
    for fact in page.facts:
        facts.add_row(
            fact.name, Text(fact.figure.text, style=STYLE[fact.figure.tone]), Text(fact.note)
        )
    console.print(facts)
    for section in page.sections:
        console.print(Text(f"\n{section.title}", style=STYLE[section.tone] or "bold"))
        lines = Table.grid(padding=(0, 2))
        lines.add_column(no_wrap=True)
        lines.add_column(style="dim")
        for subject, said in section.lines:
            lines.add_row(f"  {subject}", Text(said))
        console.print(lines)


def page_markdown(page: Page) -> str:
    """A page as Markdown."""
    facts = [
        f"- {fact.name.strip()}: {fact.figure.text}{f' ({fact.note})' if fact.note else ''}"
        for fact in page.facts
    ]
    parts = [markdown(page.grid), "\n".join(facts)]
    for section in page.sections:
        lines = [f"- `{subject}`: {_escape(said)}" for subject, said in section.lines]
        parts.append(f"{section.title}:\n\n" + "\n".join(lines))
    return "\n\n".join(parts)


def show_grid(console: Console, grid: Grid) -> None:
    """The table on a terminal, with a rule below its header."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for column in grid.columns:
        table.add_column(
            column.title,
            justify=column.justify,
            style=STYLE[column.tone],
            no_wrap=not column.wraps,
            overflow="ellipsis" if column.shrinks else "fold",
            min_width=None if column.shrinks else _needed(grid, column),
        )
    for row in grid.rows:
        table.add_row(*(Text(cell.text, style=STYLE[cell.tone]) for cell in row))
    console.print(table)


def _needed(grid: Grid, column: GridColumn) -> int:
    """The width of the longest text of a column that does not break."""
    index = grid.columns.index(column)
    texts = [column.title, *(row[index].text for row in grid.rows)]
    if column.wraps:
        texts = [word for text in texts for word in text.split()]
    return max(map(len, texts))


def markdown(grid: Grid) -> str:
    """The table as Markdown, with nothing cut."""
    rules = {"left": "---", "right": "---:", "center": ":---:"}
    lines = [
        _line(column.title for column in grid.columns),
        _line(rules[column.justify] for column in grid.columns),
        *(_line(_escape(cell.text) for cell in row) for row in grid.rows),
    ]
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escape(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
