"""`distill study`: claims about how networks learn, tested again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from distill.cli.common import console_of, out_option, table_width
from distill.errors import DistillError
from distill.seeds import MAX_SEED

if TYPE_CHECKING:
    from rich.console import Console

    from distill.studies.record import StudyRecord


@click.command()
@click.argument("name", required=False)
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A setting of NAME.")
@click.option(
    "--seed",
    type=click.IntRange(0, MAX_SEED),
    default=0,
    show_default=True,
    metavar="S",
    help="The first of its seeds.",
)
@click.option(
    "--jobs", type=click.IntRange(1), default=1, show_default=True, metavar="N", help="At a time."
)
@click.option("--quick", is_flag=True, help="In small: minutes become seconds, gates may fail.")
@click.option("--decoy", is_flag=True, help="Measure the decoy, for which the gates are to fail.")
@click.option("--fresh", is_flag=True, help="Measure again what is there already.")
@click.option("--json", "as_json", is_flag=True, help="Print study.json and nothing else.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the results as Markdown.")
@click.option("--quiet", is_flag=True, help="Print nothing; the exit status says the result.")
@out_option
def study(
    name: str | None,
    settings: tuple[str, ...],
    seed: int,
    jobs: int,
    quick: bool,
    decoy: bool,
    fresh: bool,
    as_json: bool,
    as_markdown: bool,
    quiet: bool,
    out: str,
) -> None:
    """Test a published claim about how networks learn again, by gates that are stated beforehand.

    Without NAME the studies are listed, each with its claim and its last result. NAME is one of
    them, `all`, or a file that holds a study of your own.

    \b
    distill study                            what there is
    distill study staged_craters             one study
    distill study staged_craters --decoy     the same with what must fail
    distill study all --quick --jobs 2       all of them, in small
    distill study my_study.py --set seeds=3  a study of your own

    A run goes to DIR/studies/NAME/<run>/: study.json with every gate as it was stated, measured
    and held, index.html with pictures, and the numbers behind them as CSV. One that was stopped
    goes on where it was: type the same command.

    Exit status: 0 where every claim holds, 1 where one holds in part or not, 2 for bad input.
    """  # noqa: D301  click wants the character
    if as_json and as_markdown:
        raise DistillError("--json and --markdown are two forms of one output: choose one")
    folder = Path(out)
    if name is None:
        _list(folder, as_markdown)
        return
    records = _run(
        name, settings, seed, jobs, (quick, decoy, fresh), as_json or as_markdown or quiet, folder
    )
    _print(records, name == "all", as_json, as_markdown)
    sys.exit(0 if all(record.result == "holds" for record in records) else 1)


def _run(
    name: str,
    settings: tuple[str, ...],
    seed: int,
    jobs: int,
    how: tuple[bool, bool, bool],
    quiet: bool,
    out: Path,
) -> list[StudyRecord]:
    from distill.studies.files import find_study
    from distill.studies.known import known_studies
    from distill.studies.plan import plan
    from distill.studies.runner import run_studies
    from distill.studies.shown import Shown

    quick, decoy, fresh = how
    given = dict(map(_setting, settings))
    if name == "all":
        if given:
            raise DistillError("--set is for one study: `distill study NAME --set KEY=VALUE`")
        chosen = [(study, study.name) for study in known_studies()]
    else:
        chosen = [(find_study(name), name)]
    plans = [plan(each, found, given, out, seed, quick, decoy) for each, found in chosen]
    console = _wide(quiet)
    with Shown(console, len(plans)) as shown:
        run_studies(plans, jobs, shown, fresh)
    return sorted(shown.ended_with, key=lambda one: [s.name for s, _ in chosen].index(one.study))


def _print(records: list[StudyRecord], several: bool, as_json: bool, as_markdown: bool) -> None:
    if as_json:
        from distill.serialise import to_json
        from distill.studies.record import StudyRecord

        kind = list[StudyRecord] if several else StudyRecord
        click.echo(to_json(records if several else records[0], kind).decode(), nl=False)
    elif as_markdown:
        from distill.studies.listing import results_of
        from distill.terminal.grid import markdown

        click.echo(markdown(results_of(records)))


def _list(out: Path, as_markdown: bool) -> None:
    from distill.studies.known import NAMES
    from distill.studies.listing import last_result, list_of, results_of
    from distill.terminal.grid import markdown, show_grid

    if as_markdown:
        found = (last_result(name, out) for name in NAMES)
        click.echo(markdown(results_of([record for record in found if record is not None])))
        return
    show_grid(_wide(False), list_of(out))


def _wide(quiet: bool) -> Console:
    """A console with room for a table, where there is no terminal."""
    console = console_of(quiet)
    if (width := table_width()) is not None:
        console.width = width
    return console


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise DistillError(f"--set {text}: expected KEY=VALUE, for example seeds=3")
    return name, value
