"""What several commands share: an option, a console, and how a command fails."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from rich.console import Console

BAD_INPUT = 2
INTERRUPTED = 130

PIPE_WIDTH = 140
"""Columns of a wide table where there is no terminal: room for the mechanisms' names."""


def out_option(command: Any) -> Any:
    """`--out DIR`."""
    return click.option(
        "--out",
        default="outputs",
        show_default=True,
        metavar="DIR",
        help="Folder that holds the run folders.",
    )(command)


def console_of(quiet: bool) -> Console:
    """Where a command writes; nothing is written where it is to be quiet."""
    from rich.console import Console

    return Console(quiet=quiet, highlight=False)


def table_width() -> int | None:
    """The columns that a wide table may take; null where the terminal says it."""
    return None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH


def fail(message: str, status: int) -> NoReturn:
    """One line on standard error, and a status."""
    first, gap, rest = message.partition("\n\n")  # a layout to fill in follows its line
    click.echo(f"distill: {' '.join(first.split())}{gap}{rest}", err=True)
    sys.exit(status)
