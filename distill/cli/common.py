"""What several commands share: an option, a console, and how a command fails."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

from distill.errors import DistillError, one_line, shortened

if TYPE_CHECKING:
    from rich.console import Console

BAD_INPUT = 2
FAULT = 3
INTERRUPTED = 130

LONGEST_LINE = 4000
"""Characters of an error: a name of 5,000 letters is not printed whole."""


def _named(context: click.Context, option: click.Parameter, folder: str) -> str:
    """A folder that has a name: an empty one is a variable of the shell that is not set."""
    if not folder:
        raise click.BadParameter("'': expected the name of a folder")
    return folder


def out_option(command: Any) -> Any:
    """`--out DIR`."""
    return click.option(
        "--out",
        default="outputs",
        show_default=True,
        metavar="DIR",
        callback=_named,
        help="Folder that holds the run folders.",
    )(command)


def console_of(quiet: bool) -> Console:
    """Where a command writes; nothing is written where it is to be quiet."""
    from rich.console import Console

    return Console(quiet=quiet, highlight=False)


def table_width() -> int | None:
    """Columns that a wide table may take: all where it is piped, null where a terminal says."""
    from distill.terminal.grid import WIDEST

    return None if sys.stdout.isatty() or "COLUMNS" in os.environ else WIDEST


def fail(message: str, status: int) -> NoReturn:
    """One line on standard error, and a status."""
    first, gap, rest = message.partition("\n\n")  # a layout to fill in follows its line
    line = " ".join(first.split())
    if len(line) > LONGEST_LINE:
        line = f"{line[:LONGEST_LINE]}..."
    click.echo(f"distill: {line}{gap}{rest}", err=True)
    sys.exit(status)


def fault(error: BaseException) -> NoReturn:
    """Say that distill itself is at fault: a line, and a file with what led to it."""
    import tempfile
    import traceback

    trace, where = "".join(traceback.format_exception(error)), None
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="distill-fault-", suffix=".txt", delete=False, errors="backslashreplace"
        ) as file:
            file.write(trace)
        where = f"what led to it stands in '{file.name}'"
    except OSError:
        where = f"it came from {trace.splitlines()[-3:-1]}"
    fail(
        f"a fault of distill itself, please report it: {type(error).__name__}: "
        f"{one_line(str(error))}; {where}",
        FAULT,
    )


CHECKPOINTS = (".safetensors", ".npz", ".pt", ".pth", ".bin", ".ckpt", ".onnx")
"""Endings of what --model reads."""


def check_files(task: str | None, model: str | None) -> None:
    """Refuse a checkpoint that is not there, and one that is given as a task."""
    if model is not None and model.isprintable() and not os.path.exists(model):  # noqa: PTH110  a Path raises for long names
        raise DistillError(
            f"checkpoint '{shortened(model)}' does not exist: expected a file of tensors, or a "
            "folder that holds one"
        )
    if task is not None and task.endswith(CHECKPOINTS) and os.path.isfile(task):  # noqa: PTH113
        raise DistillError(
            f"'{task}' is a checkpoint, and no task: `distill run --model {task}` reads it"
        )
