"""`distill compare`: runs side by side."""

from __future__ import annotations

from pathlib import Path

import click

from distill.cli.common import out_option, table_width
from distill.errors import DistillError


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN [RUN]...")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the tables as Markdown.")
@click.option("--output", metavar="FILE.html", help="Write the comparison as a page, too.")
@click.option("--open", "show", is_flag=True, help="Open that page in a browser.")
@out_option
def compare(
    runs: tuple[str, ...],
    as_json: bool,
    as_markdown: bool,
    output: str | None,
    show: bool,
    out: str,
) -> None:
    """Runs side by side: which mechanism each network found, and how alike they are.

    RUN is a folder, task/run, or a task's name for its latest run. A single RUN is a census: a
    task's name, or a folder, stands for all runs below it, task by task.

    \b
    distill compare mod_add                          all runs of a task
    distill compare outputs                          all runs, a line for each task
    distill compare mod_add/seed0 mod_add/seed1      these two
    distill compare mod_add --output census.html     the same with pictures

    Frequencies are compared up to an automorphism of the group and held against chance; machines
    up to the numbers of their states, with a shortest sequence on which they differ; recurrences
    by text, up to the names of registers and, where they are linear, by what they answer, exactly.
    Everything is read from the run folders: no network is trained or run.
    """  # noqa: D301  click wants the character
    from distill.runs.folders import runs_meant

    if as_json and as_markdown:
        raise DistillError("--json and --markdown: expected one of them")
    runs_meant(runs, Path(out))  # before all else: a name that is none is told at once
    from distill.compare.command import compare_command

    form = "json" if as_json else "markdown" if as_markdown else "terminal"
    compare_command(runs, Path(out), form, Path(output) if output else None, show, table_width())
