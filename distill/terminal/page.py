"""A table with what it adds up to, as a value, on a terminal and as Markdown."""

from __future__ import annotations

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from distill.terminal.grid import STYLE, Cell, Grid, Tone, escape, markdown, show_grid, show_lines


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
    """A table, figures and explanations.

    Attributes:
        lead: what it all comes to, in a sentence or two; it may be empty.
    """

    title: str
    about: str
    grid: Grid
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    lead: str = ""


def show_page(console: Console, page: Page) -> None:
    """A page on a terminal."""
    console.print(Text.assemble("\n", (page.title, "bold"), ("  " + page.about, "dim"), "\n"))
    if page.lead:
        console.print(Text(page.lead), end="\n\n")
    show_grid(console, page.grid)
    console.print()
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bold", no_wrap=True)
    facts.add_column(justify="right", no_wrap=True)
    facts.add_column(style="dim")
    for fact in page.facts:
        figure = Text(fact.figure.text, style=STYLE[fact.figure.tone])
        facts.add_row(Text(fact.name), figure, Text(fact.note))
    show_lines(console, facts, console.width)
    for section in page.sections:
        console.print(Text(f"\n{section.title}", style=STYLE[section.tone] or "bold"))
        lines = Table.grid(padding=(0, 2))
        lines.add_column(no_wrap=True)
        lines.add_column(style="dim")
        for subject, said in section.lines:
            lines.add_row(Text(f"  {subject}"), Text(said))
        show_lines(console, lines, console.width)


def page_markdown(page: Page) -> str:
    """A page as Markdown."""
    facts = [
        f"- {fact.name.strip()}: {fact.figure.text}{f' ({fact.note})' if fact.note else ''}"
        for fact in page.facts
    ]
    parts = [*([escape(page.lead)] if page.lead else []), markdown(page.grid), "\n".join(facts)]
    for section in page.sections:
        lines = [f"- {subject}: {escape(said)}" for subject, said in section.lines]
        parts.append(f"{section.title}:\n\n" + "\n".join(lines))
    return "\n\n".join(parts)
