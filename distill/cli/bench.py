"""`distill bench`: a suite of tasks, and its table."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from distill.cli.common import INTERRUPTED, console_of, fail, out_option, table_width
from distill.errors import DistillError
from distill.seeds import MAX_SEED

if TYPE_CHECKING:
    from distill.bench import Bench, Suite


@click.command()
@click.argument("suite", required=False)
@click.option(
    "--jobs", type=click.IntRange(1), metavar="N", help="Runs at a time.  [default: half the cores]"
)
@click.option(
    "--seed",
    "seeds",
    type=click.IntRange(0, MAX_SEED),
    multiple=True,
    default=(0,),
    metavar="S",
    help="Run every task with this seed; repeatable.  [default: 0]",
)
@click.option("--only", multiple=True, metavar="NAME", help="This task, or 'parity_*'; repeatable.")
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=3600,
    show_default=True,
    metavar="SECONDS",
    help="Kill a run that takes longer.",
)
@click.option(
    "--models",
    type=click.Path(file_okay=False),
    metavar="DIR",
    help="Of the suites tracr and gpt2: a folder of networks.",
)
@click.option(
    "--engine",
    metavar="NAME",
    help="What proposes formulas over reals, and nothing beside it: own, operon, pysr, pse.",
)
@click.option("--retry", is_flag=True, help="Run those again that left no report.")
@click.option("--fresh", is_flag=True, help="Run all again.")
@click.option("--quiet", is_flag=True, help="Print the table alone, and nothing as runs end.")
@click.option("--json", "as_json", is_flag=True, help="Print rows and totals as JSON.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the table as Markdown.")
@out_option
def bench(
    suite: str | None,
    jobs: int | None,
    seeds: tuple[int, ...],
    only: tuple[str, ...],
    timeout: float,
    models: str | None,
    engine: str | None,
    retry: bool,
    fresh: bool,
    quiet: bool,
    as_json: bool,
    as_markdown: bool,
    out: str,
) -> None:
    """Run a SUITE of tasks in parallel; a table at the end, with published results beside ours.

    SUITE is mips, tomita, modular, finite, groups, recurrent, transformers, formulas or gallery,
    or the path of a .toml file of your own. Without one, the suites are listed.

    The suites tracr and gpt2 are of networks in a folder, compiled or trained: --models DIR.

    \b
    distill bench tracr --models DIR                 each as it is, turned, and with noise
    distill bench gpt2 --models DIR                  each against its own samples
    distill bench mips --jobs 8                      62 tasks, one seed
    distill bench tomita --seed 0 --seed 1 --seed 2  three seeds a task
    distill bench mips --only 'parity_*'             some of the tasks
    distill bench formulas --engine operon           another search, on the same networks
    distill bench mips --markdown > mips.md          the table, for a README

    Every run is a process of its own, on one thread. When it ends it leaves a row in
    DIR/bench/<suite>/<task>-seed<S>.json, also when it crashed, or ran out of memory or time.
    Runs that have a row are not made again, so a bench that was stopped goes on where it was:
    type the same command. --retry runs those again that crashed, timed out or could not be run;
    --fresh runs all again. A row of other settings, or of a task file that has changed since, is
    not taken. Runs of an engine that was asked for are in DIR/<engine>, and their rows are their
    own.

    In the table, `right` is the program against the task at the training length, `longer` at
    every greater length that was tried; k/n counts seeds. Exit status: 0 when every run left a
    report, whatever its verdict; 1 when some did not; 2 for bad usage.

    A suite of your own lists tasks, by name or by file (relative to the suite), and figures to
    show beside yours:

    \b
    title = "My tasks"
    tasks = [
        { task = "mod_add", settings = { p = 59 }, published = { "paper" = 1 } },
        { task = "my_tasks.py:mod_sub" },
    ]
    [[published]]
    name = "paper"
    solved = true        # its 1s are counted
    source = "who published it"
    measured = "what a 1 means"
    """  # noqa: D301  click wants the character
    if as_json and as_markdown:
        raise DistillError("--json and --markdown are two forms of one output: choose one")
    if suite is None:
        _list_suites()
        return
    _check_together(suite, models, engine)
    form = "json" if as_json else "markdown" if as_markdown else "table"
    at_once = jobs or max(1, (os.cpu_count() or 2) // 2)
    if models is not None:
        _of_networks(suite, Path(models), at_once, only, form, quiet)
        return
    from distill.bench import Bench, find_suite

    found = find_suite(suite)
    how = Bench(Path(out), at_once, timeout, retry, fresh)
    _run(found, how, seeds, only, engine, form, quiet)


def _check_together(suite: str, models: str | None, engine: str | None) -> None:
    """Refuse options that mean nothing beside this suite, and an engine that is not here."""
    from distill.bench.suite import OF_NETWORKS

    if (suite in OF_NETWORKS) != (models is not None):
        raise DistillError(
            f"the suites {' and '.join(OF_NETWORKS)} are of networks in a folder, and no others "
            "are: expected `distill bench tracr --models DIR`"
        )
    if engine is not None:
        if models is not None:
            raise DistillError("--engine is of formulas over reals: there are none in this suite")
        from distill.kinds.known import check_engine

        check_engine(engine)


def _run(
    found: Suite,
    how: Bench,
    seeds: tuple[int, ...],
    only: tuple[str, ...],
    engine: str | None,
    form: str,
    quiet: bool,
) -> None:
    """The runs of a suite, and their table."""
    from rich.console import Console

    from distill.bench import jobs_of, summarise, total
    from distill.bench.watch import run_shown

    wanted = jobs_of(found, seeds, only, engine)
    # what is to be read by a program has standard output to itself
    watched = Console(stderr=form != "table", quiet=quiet, highlight=False)
    try:
        rows = run_shown(found, wanted, how, watched)
    except KeyboardInterrupt:
        fail(
            f"interrupted; rows that are complete stay in '{how.rows_folder(found.name)}', and the "
            "same command goes on from there",
            INTERRUPTED,
        )
    summaries = summarise(wanted, rows)
    totals = total(found, summaries, rows)
    _print(form, found, summaries, totals, rows)
    sys.exit(0 if totals.complete else 1)


def _of_networks(
    suite: str, folder: Path, jobs: int, only: tuple[str, ...], form: str, quiet: bool
) -> None:
    """Networks of a folder, compiled or trained by others, and their table."""
    from dataclasses import asdict

    from rich.console import Console

    from distill.terminal.page import page_markdown, show_page

    if not folder.is_dir():
        raise DistillError(f"there is no folder '{folder}': expected one with networks")
    if suite == "tracr":
        from distill.bench.compiled import compiled_page as page_of
        from distill.bench.compiled import compiled_rows as rows_of
    else:
        from distill.bench.learned import learned_page as page_of
        from distill.bench.learned import learned_rows as rows_of
    watched, rows = Console(stderr=True, quiet=quiet, highlight=False), list[Any]()
    for row in rows_of(folder, jobs, only):
        rows.append(row)
        watched.print(row.said, soft_wrap=True)
    if form == "json":
        click.echo(json.dumps([asdict(row) for row in rows], indent=2))
    elif form == "markdown":
        click.echo(page_markdown(page_of(rows)))
    else:
        show_page(Console(highlight=False, width=table_width()), page_of(rows))


def _list_suites() -> None:
    from distill.bench import builtin_suites
    from distill.bench.suite import OF_NETWORKS
    from distill.terminal.run import show_table

    listed = [
        (each.name, str(len(each.entries)), each.description) for each in builtin_suites().values()
    ]
    listed += [(name, "", described) for name, described in OF_NETWORKS.items()]
    show_table(console_of(False), ("suite", "tasks", "what it is"), listed)


def _print(form: str, found: Any, summaries: Any, totals: Any, rows: Any) -> None:
    """Rows and totals of a suite: as JSON, as Markdown, or as a table."""
    from dataclasses import asdict

    from rich.console import Console

    from distill.bench.layout import page_of
    from distill.terminal.page import page_markdown, show_page

    if form == "json":
        printed = [row.as_json() for row in rows]
        whole = {"suite": found.name, "rows": printed, "totals": asdict(totals)}
        click.echo(json.dumps(whole, indent=2))
        return
    page = page_of(found, summaries, totals, rows)
    if form == "markdown":
        click.echo(page_markdown(page))
    else:
        show_page(Console(highlight=False, width=table_width()), page)
