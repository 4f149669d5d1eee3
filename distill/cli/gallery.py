"""`distill gallery`: runs of a suite, kept and shown."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from distill.cli.common import out_option


@click.command()
@click.argument("suite", default="gallery")
@click.option(
    "--jobs", type=click.IntRange(1), default=1, show_default=True, metavar="N", help="At a time."
)
@click.option(
    "--to",
    default="outputs/gallery",
    show_default=True,
    metavar="DIR",
    help="Folder of the gallery.",
)
@click.option("--only", multiple=True, metavar="NAME", help="This task alone; repeatable.")
@click.option("--again", is_flag=True, help="Make programs and pages again, without training.")
@click.option("--check", is_flag=True, help="Say what --again would change, and change nothing.")
@out_option
def gallery(
    suite: str, jobs: int, to: str, only: tuple[str, ...], again: bool, check: bool, out: str
) -> None:
    """One run of every task of SUITE, kept small enough to be committed, on a page.

    SUITE is as for `distill bench`, and so are the runs: those that are there already are not made
    again. Of each the gallery keeps the mechanism, the report and the numbers that its pictures
    show. From these alone --again writes every program, every page and the index, byte for byte,
    and --check compares.

    \b
    distill gallery --jobs 2        train what is missing, collect, draw
    distill gallery --check         exit status 1 if a file is not what its mechanism gives

    Exit status: 0; 1 where a run left no report, or --check found a difference; 2 for bad input.
    """  # noqa: D301  click wants the character
    folder = Path(to)
    if check:
        from distill.gallery.collect import differences

        found = differences(folder)
        for each in found:
            click.echo(f"{each.path} {each.what}")
        sys.exit(1 if found else 0)
    from distill.gallery.collect import collect, draw

    missing = 0
    if not again:
        runs, missing = _runs(suite, jobs, only, Path(out))
        collect(runs, folder)
    draw(folder)
    click.echo(folder / "index.html")
    sys.exit(1 if missing else 0)


def _runs(suite: str, jobs: int, only: tuple[str, ...], out: Path) -> tuple[dict[str, Path], int]:
    """Run folders by the names of their tasks, and how many runs left none."""
    from rich.console import Console

    from distill.bench import Bench, find_suite, jobs_of
    from distill.bench.watch import run_shown

    found = find_suite(suite)
    wanted = jobs_of(found, (0,), only)
    how = Bench(out, jobs, 3600.0, True, False)
    rows = run_shown(found, wanted, how, Console(stderr=True, highlight=False))
    pairs = zip(wanted, rows, strict=True)
    runs = {job.entry.name: out / row.folder for job, row in pairs if row.folder is not None}
    return runs, len(rows) - len(runs)
