"""What was run: `distill verify`, `distill show`, `distill report` and `distill runs`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from distill.checker.verdict import CLAIMS
from distill.cli.common import console_of, out_option

if TYPE_CHECKING:
    from distill.checker.check import Checkup
    from distill.kinds.notation import Notation


@click.command()
@click.argument("run")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    metavar="S",
    help="Of what is drawn anew.  [default: from the operating system]",
)
@click.option(
    "--search",
    type=click.Choice(["hypothesis"]),
    help="Search for disagreements a second time, by another's means.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@out_option
def verify(run: str, seed: int | None, search: str | None, as_json: bool, out: str) -> None:
    """Derive the verdict of RUN again, from its folder alone.

    RUN is a folder, task/run, or a task's name for its latest run. The checker has a forward pass
    of its own, evaluates the stored program itself and runs it as Python in a process that has
    nothing else, goes through every input of the certificate and through inputs that are drawn
    anew, derives what it can, and names what it takes as it is.

    Exit status: 0 where everything holds and a program is claimed; 1 where something does not hold,
    and where it holds that nothing is claimed (refused, approximate): `ok` and `verdict` of --json
    tell these apart; 2 for bad usage.
    """
    from dataclasses import replace

    from distill.cross_checks import learned_again, require_search, searched_again
    from distill.runs.folders import find_run
    from distill.search.folder import check_run
    from distill.terminal.run import show_checkup
    from distill.threads import fixed_threads

    if search:
        require_search()
    folder = find_run(run, Path(out))
    with fixed_threads():
        checkup = check_run(folder, seed)
        if checkup.ok and checkup.verdict in CLAIMS:
            more = [searched_again(folder)] if search else []
            learned = learned_again(folder)
            more += [] if learned is None else [learned]
            checkup = replace(checkup, findings=(*checkup.findings, *more))
    if as_json:
        findings = [vars(finding) for finding in checkup.findings]
        told = {"ok": checkup.ok, "verdict": checkup.verdict, "findings": findings}
        told |= {"not_derived": checkup.not_derived, "confined": checkup.confined}
        click.echo(json.dumps(told))
    else:
        show_checkup(console_of(False), _with_words(checkup, folder))
    sys.exit(0 if checkup.ok and checkup.verdict in CLAIMS else 1)


def _with_words(checkup: Checkup, folder: Path) -> Checkup:
    """Findings, and what was not derived again, in words, where the report can be read."""
    from dataclasses import replace

    from distill.checker.told import told
    from distill.errors import RunFolderError
    from distill.records.report import Report
    from distill.records.taken import in_words
    from distill.runs.record import read_part

    try:
        report = read_part(folder, "verification.json", Report)
    except RunFolderError:
        return checkup
    left = tuple(in_words(report, checkup.not_derived))
    return replace(checkup, findings=told(checkup.findings, report.tree), not_derived=left)


@click.command()
@click.argument("run")
@click.option("--latex", is_flag=True, help="Print its formula for LaTeX alone.")
@click.option("--sympy", is_flag=True, help="Print its formula for sympy alone.")
@click.option("--numpy", is_flag=True, help="Print its formula for NumPy alone.")
@click.option("--torch", is_flag=True, help="Print its formula for torch alone.")
@click.option("--c", is_flag=True, help="Print its formula in C alone.")
@click.option("--dot", is_flag=True, help="Print its states for Graphviz alone.")
@out_option
def show(run: str, out: str, **notations: bool) -> None:
    """The program of RUN, highlighted, and its verdict.

    RUN is a folder, task/run, or a task's name for its latest run.
    """
    from distill.runs.folders import find_run

    wanted = [name for name, asked in notations.items() if asked]
    if len(wanted) > 1:
        raise click.UsageError(
            f"--{' and --'.join(wanted)} were given: a formula is printed alone, so give one of "
            "them at a time"
        )
    folder = find_run(run, Path(out))
    if wanted:
        from distill.runs.notated import stored_notation

        click.echo(stored_notation(folder, cast("Notation", wanted[0])))
        return
    from distill.runs.shown import read_shown
    from distill.terminal.run import show_result
    from distill.terminal.spark import show_sparks

    console, shown = console_of(False), read_shown(folder)
    if console.is_terminal:  # what comes last is what is left to see there
        show_sparks(console, shown)
        show_result(console, shown.report, shown.program, shown.folder)
        return
    show_result(console, shown.report, shown.program, shown.folder, verdict_first=True)
    show_sparks(console, shown)


@click.command()
@click.argument("run")
@click.option("--open", "opened", is_flag=True, help="Show it in the browser.")
@click.option("--again", is_flag=True, help="Draw it again, from the files in the folder of RUN.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where the page goes.  [default: report.html in the folder of RUN]",
)
@out_option
def report(run: str, opened: bool, again: bool, output: Path | None, out: str) -> None:
    """Print where the page of RUN is, which was drawn when it was made.

    RUN is a folder, task/run, or a task's name for its latest run. The page is one file that loads
    nothing: it can be sent, opened without a network, and printed. With --again it is drawn again
    from the files in the folder, as it also is where it is missing.
    """
    from distill.runs.folders import find_run
    from distill.runs.shown import written_page

    folder = find_run(run, Path(out))
    path = None if again else written_page(folder, output)
    if path is None:
        from distill.pages.drawn_again import write_report
        from distill.runs.store import load_run

        path = write_report(load_run(folder), output)
    click.echo(path)
    if opened:
        import webbrowser

        if not webbrowser.open(path.resolve().as_uri()):
            click.echo("distill: no browser was found to open it with: open the file", err=True)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the list as JSON.")
@out_option
def runs(as_json: bool, out: str) -> None:
    """What was run: every complete run folder below DIR.

    On a pipe every run is a line of its own, as long as it is. The seconds are those of the stages
    of a run (to train or read, to find a mechanism, to check it), without the start of Python and
    the drawing of the page. What runs that were killed have left there is removed.
    """
    from distill.errors import RunFolderError
    from distill.records.report import Report
    from distill.records.rightness import rightness
    from distill.runs.folders import stored_runs
    from distill.runs.partial import remove_leftovers_below
    from distill.runs.record import RunRecord, read_part
    from distill.terminal.run import show_table

    found = []
    remove_leftovers_below(Path(out))
    for folder in stored_runs(Path(out)):
        try:
            record = read_part(folder, "run.json", RunRecord)
            report = read_part(folder, "verification.json", Report)
        except RunFolderError as error:
            found.append({"folder": str(folder), "error": str(error)})
            continue
        found.append(
            {
                **{"folder": str(folder), "task": record.task, "seed": record.seed},
                **{"settings": record.settings, "verdict": report.verdict},
                **{"located": report.located, "right": rightness(report).text},
                **{"mechanism": report.mechanism.name},
                "seconds": round(sum(record.seconds.values()), 1),
            }
        )
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    if not found:
        click.echo(f"no runs below '{out}': `distill run mod_add` makes one")
        return
    rows = [
        (one["folder"], "unreadable", "", "", one["error"])
        if "error" in one
        else (
            *(one["folder"], one["verdict"], one["right"]),
            *(f"{one['seconds']:.1f} s", one["mechanism"]),
        )
        for one in found
    ]
    header = ("run", "verdict", "for the task", "stages", "mechanism")
    show_table(console_of(False), header, rows)
