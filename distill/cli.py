"""The command line. Every command loads what it needs when it is called, and not before.

Exit status: 0 when the verdict is proved, exhaustive or tested; 1 for approximate (unless above
`--accept`), refused, and a failed `verify`; 2 for bad usage or bad input, with one line.
"""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from distill.errors import DistillError

if TYPE_CHECKING:
    from rich.console import Console

    from distill.notation import Notation
    from distill.report import Report

BAD_INPUT = 2
INTERRUPTED = 130
PIPE_WIDTH = 140


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="distill")
def cli() -> None:
    """A trained network goes in, a short Python program that does the same thing comes out.

    \b
    distill run mod_add                  train, extract, write a program, check it
    distill run mod_add --set p=59       a setting of the task
    distill run binary_addition          a task over sequences: a recurrent network, a loop
    distill run my_task.py               a task of your own (see `distill tasks --help`)
    distill verify mod_add               derive the verdict of the latest run again, from its files
    distill show mod_add                 the program and the verdict
    distill report mod_add --open        the evidence as a page, with pictures
    """  # noqa: D301  click wants the character


def _out(command: Any) -> Any:
    return click.option(
        "--out",
        default="outputs",
        show_default=True,
        metavar="DIR",
        help="Folder that holds the run folders.",
    )(command)


@cli.command()
@click.argument("task", required=False)
@click.option("--model", metavar="FILE", help="A checkpoint instead of training.")
@click.option("--layout", metavar="NAME|FILE", help="How to read FILE, where that is not plain.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of data, weights, batches.")
@click.option(
    "--arch", metavar="NAME[,FIELD=VALUE]...", help="Architecture instead of the task's own."
)
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A setting of TASK.")
@click.option(
    "--accept",
    type=click.FloatRange(0, 1),
    metavar="RATE",
    help="Exit with 0 for `approximate` too, from this agreement on.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON and nothing else.")
@click.option("--quiet", is_flag=True, help="Print the verdict and the folder only.")
@_out
def run(
    task: str | None,
    model: str | None,
    layout: str | None,
    seed: int,
    arch: str | None,
    settings: tuple[str, ...],
    accept: float | None,
    as_json: bool,
    quiet: bool,
    out: str,
) -> None:
    """Train a network on TASK (or read FILE), find its mechanism, write it as Python, check it.

    TASK is a built-in name (`distill tasks`), a task file, or file.py:name. The run goes to
    DIR/<task>/<run>/: program.py, the network, the evidence, and what it takes to check it.

    A task over sequences is learned by a small recurrent network, the narrowest of a few widths
    that learns it, and comes out as a loop that is checked at other lengths too.

    With --model, TASK is only what the network is held against at the end, and may be left out.
    Nothing in FILE is executed. A layout says which tensor is which; those of published families
    are recognised, and for any other one a layout to fill in is shown.

    \b
    distill run mod_add --set p=59 --set fraction=0.4 --seed 3
    distill run binary_addition --set length=12
    distill run mod_add --set p=113 --model grokking.pth
    distill run mod_add --arch transformer,layer_norm=true,n_heads=1

    An architecture is a name, with fields where it is not to be the default:

    \b
    transformer       n_layers n_heads d_model d_head d_mlp masked layer_norm
                      activation attention_coefficient biases
    mlp               widths (256-128 for two layers) d_embed combine (sum, concat)
                      shared (one embedding for all inputs) activation
    transformer-norm  transformer,layer_norm=true
    mlp-concat        mlp,combine=concat
    mlp-quadratic     mlp,combine=concat,activation=square

    \b
    An activation is relu, gelu, square or abs; masked, layer_norm, biases and shared are true or
    false; attention_coefficient is c in softmax * c + (1 - c). Where d_head is not given, it is
    d_model / n_heads.
    """  # noqa: D301  click wants the character
    read = _read_settings(settings)
    console = _console(quiet or as_json)
    from distill.task_files import load_task

    if task is None and model is None:
        raise DistillError("nothing to run: expected a TASK (`distill tasks`), or --model FILE")
    if layout is not None and model is None:
        raise DistillError("--layout says how a checkpoint is read: it needs --model FILE")
    if task is None and read:
        raise DistillError("--set gives a task's settings: name the TASK too")
    built = load_task(task, read) if task else None  # before torch: bad input is told at once
    from distill.pipeline import run as run_pipeline
    from distill.pipeline import run_model
    from distill.render.terminal import TerminalProgress, show_result, show_verdict

    with TerminalProgress(console) as progress:
        if model is not None:
            finished = run_model(model, built, layout=layout, out=out, progress=progress)
        else:
            assert built is not None
            finished = run_pipeline(built, seed=seed, architecture=arch, out=out, progress=progress)
    report, folder = finished.report, finished.folder
    if as_json:
        from distill.serialise import to_json

        click.echo(json.dumps({**json.loads(to_json(report)), "folder": str(folder)}, indent=2))
    elif quiet:
        show_verdict(_console(False), report, folder)
    else:
        show_result(console, report, finished.program, folder)
    sys.exit(_status(report, accept))


@cli.command()
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@_out
def verify(run: str, as_json: bool, out: str) -> None:
    """Derive the verdict of RUN again, from its folder alone.

    RUN is a folder, task/run, or a task's name for its latest run. The checker has a forward pass
    of its own, runs the stored program in a process of its own after a whitelist of its syntax,
    goes through every input of the certificate, and compares every number that it can derive.
    """
    from distill.checker.check import check_run
    from distill.render.terminal import show_checkup
    from distill.store import find_run
    from distill.threads import fixed_threads

    with fixed_threads():
        checkup = check_run(find_run(run, Path(out)))
    if as_json:
        findings = [vars(finding) for finding in checkup.findings]
        click.echo(json.dumps({"ok": checkup.ok, "verdict": checkup.verdict, "findings": findings}))
    else:
        show_checkup(_console(False), checkup)
    sys.exit(0 if checkup.ok and checkup.verdict in {"proved", "exhaustive", "tested"} else 1)


@cli.command()
@click.argument("run")
@click.option("--latex", "notation", flag_value="latex", help="Print its formula for LaTeX alone.")
@click.option("--sympy", "notation", flag_value="sympy", help="Print its formula for sympy alone.")
@click.option("--dot", "notation", flag_value="dot", help="Print its states for Graphviz alone.")
@_out
def show(run: str, notation: Notation | None, out: str) -> None:
    """The program of RUN, highlighted, and its verdict.

    RUN is a folder, task/run, or a task's name for its latest run.
    """
    from distill.store import find_run, load_run

    stored = load_run(find_run(run, Path(out)))
    if notation is not None:
        from distill.notation import written

        click.echo(written(stored.mechanism, notation))
        return
    from distill.render.spark import show_sparks
    from distill.render.terminal import show_result

    console = _console(False)
    show_sparks(console, stored)
    show_result(console, stored.report, stored.program, stored.folder)


@cli.command()
@click.argument("run")
@click.option("--open", "opened", is_flag=True, help="Show it in the browser.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where the page goes.  [default: report.html in the folder of RUN]",
)
@_out
def report(run: str, opened: bool, output: Path | None, out: str) -> None:
    """Draw the page of RUN again, from the files in its folder, and print where it is.

    RUN is a folder, task/run, or a task's name for its latest run. The page is one file that loads
    nothing: it can be sent, opened without a network, and printed.
    """
    from distill.reporting import write_report
    from distill.store import find_run, load_run

    path = write_report(load_run(find_run(run, Path(out))), output)
    click.echo(path)
    if opened:
        import webbrowser

        webbrowser.open(path.resolve().as_uri())


@cli.command()
@_out
def runs(out: str) -> None:
    """What was run: every complete run folder below DIR."""
    from distill.errors import RunFolderError
    from distill.render.terminal import show_table
    from distill.report import Report
    from distill.store import RunRecord, read_part, stored_runs

    rows = []
    for folder in stored_runs(Path(out)):
        try:
            record = read_part(folder, "run.json", RunRecord)
            report = read_part(folder, "verification.json", Report)
        except RunFolderError as error:
            rows.append((str(folder), "unreadable", "", str(error)))
            continue
        seconds = f"{sum(record.seconds.values()):.1f} s"
        rows.append((str(folder), report.verdict, seconds, report.mechanism.name))
    if not rows:
        click.echo(f"no runs below '{out}': `distill run mod_add` makes one")
        return
    show_table(_console(False), ("run", "verdict", "time", "mechanism"), rows)


@cli.command()
def tasks() -> None:
    """What can be run. A task of your own is a file like this one:

    \b
    from distill import Task, task

    @task
    def mod_sub(p: int = 113, fraction: float = 0.3) -> Task:
        "a minus b, modulo p."
        return Task(
            inputs={"a": range(p), "b": range(p)},
            outputs=range(p),
            reference=lambda a, b: (a - b) % p,
            train_fraction=fraction,
        )

    A task over sequences returns a SequenceTask. Its reference takes the whole list of inputs
    and returns a list of outputs, each a function of the inputs up to there:

    \b
    from itertools import accumulate
    from distill import SequenceTask, task

    @task
    def running_sum(length: int = 10) -> SequenceTask:
        "Sum of the digits so far."
        return SequenceTask(
            inputs={"x": range(10)},
            reference=lambda xs: list(accumulate(xs)),
            length=length,
        )
    """  # noqa: D301  click wants the character
    from distill.render.terminal import show_table
    from distill.task_files import builtin_tasks

    rows = [
        (
            name,
            family.kind,
            family.summary,
            " ".join(f"{key}={value}" for key, value in family.defaults.items()),
        )
        for name, family in builtin_tasks().items()
    ]
    columns = ("task", "over", "what it is", "settings (--set KEY=VALUE)")
    show_table(_console(False), columns, sorted(rows, key=lambda row: row[1]))


@cli.command()
@click.argument("suite", required=False)
@click.option(
    "--jobs", type=click.IntRange(1), metavar="N", help="Runs at a time.  [default: half the cores]"
)
@click.option(
    "--seed",
    "seeds",
    type=click.IntRange(0),
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
@click.option("--retry", is_flag=True, help="Run those again that left no report.")
@click.option("--fresh", is_flag=True, help="Run all again.")
@click.option("--json", "as_json", is_flag=True, help="Print rows and totals as JSON.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print the table as Markdown.")
@_out
def bench(
    suite: str | None,
    jobs: int | None,
    seeds: tuple[int, ...],
    only: tuple[str, ...],
    timeout: float,
    retry: bool,
    fresh: bool,
    as_json: bool,
    as_markdown: bool,
    out: str,
) -> None:
    """Run a SUITE of tasks in parallel; a table at the end, with published results beside ours.

    SUITE is mips, tomita or modular, or the path of a .toml file of your own. Without one, the
    suites are listed.

    \b
    distill bench mips --jobs 8                      62 tasks, one seed
    distill bench tomita --seed 0 --seed 1 --seed 2  three seeds a task
    distill bench mips --only 'parity_*'             some of the tasks
    distill bench mips --markdown > mips.md          the table, for a README

    Every run is a process of its own, on one thread. When it ends it leaves a row in
    DIR/bench/<suite>/<task>-seed<S>.json, also when it crashed, or ran out of memory or time.
    Runs that have a row are not made again, so a bench that was stopped goes on where it was:
    type the same command. --retry runs those again that crashed, timed out or could not be run;
    --fresh runs all again. A row of other settings, or of a task file that has changed since, is
    not taken.

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
    from rich.console import Console

    from distill.bench import Bench, builtin_suites, find_suite, jobs_of, summarise, total
    from distill.bench.layout import page_of
    from distill.bench.watch import run_shown
    from distill.render.page import page_markdown, show_page
    from distill.render.terminal import show_table

    if as_json and as_markdown:
        raise DistillError("--json and --markdown are two forms of one output: choose one")
    if suite is None:
        listed = [
            (each.name, str(len(each.entries)), each.description)
            for each in builtin_suites().values()
        ]
        show_table(_console(False), ("suite", "tasks", "what it is"), listed)
        return
    found = find_suite(suite)
    wanted = jobs_of(found, seeds, only)
    how = Bench(Path(out), jobs or max(1, (os.cpu_count() or 2) // 2), timeout, retry, fresh)
    # what is to be read by a program has standard output to itself
    watched = Console(stderr=as_json or as_markdown, highlight=False)
    try:
        rows = run_shown(found, wanted, how, watched)
    except KeyboardInterrupt:
        _fail(
            f"interrupted; rows that are complete stay in '{how.rows_folder(found.name)}', and the "
            "same command goes on from there",
            INTERRUPTED,
        )
    summaries = summarise(wanted, rows)
    totals = total(found, summaries, rows)
    if as_json:
        from dataclasses import asdict

        printed = [row.as_json() for row in rows]
        whole = {"suite": found.name, "rows": printed, "totals": asdict(totals)}
        click.echo(json.dumps(whole, indent=2))
    elif as_markdown:
        click.echo(page_markdown(page_of(found, summaries, totals, rows)))
    else:
        # a pipe has no width: room for the mechanisms' names
        wide = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH
        show_page(Console(highlight=False, width=wide), page_of(found, summaries, totals, rows))
    sys.exit(0 if totals.complete else 1)


@cli.command()
def doctor() -> None:
    """Which optional engines are here, and why not."""
    from distill.doctor import diagnose
    from distill.render.terminal import show_table

    show_table(_console(False), ("what", "found", "remark"), diagnose())


def _read_settings(given: tuple[str, ...]) -> dict[str, str | int | float | bool]:
    settings: dict[str, str | int | float | bool] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key.isidentifier() or not value:
            raise DistillError(f"--set '{text}': expected KEY=VALUE, for example --set p=59")
        if key in settings:
            raise DistillError(f"--set {key} is given twice: '{settings[key]}' and '{value}'")
        settings[key] = value
    return settings


def _console(quiet: bool) -> Console:
    from rich.console import Console

    return Console(quiet=quiet, highlight=False)


def _status(report: Report, accept: float | None) -> int:
    if report.verdict in {"proved", "exhaustive", "tested"}:
        return 0
    counted = report.program_vs_model
    if report.verdict == "approximate" and counted and accept is not None:
        return 0 if counted.agree >= accept * counted.total else 1
    return 1


def _fail(message: str, status: int) -> NoReturn:
    first, gap, rest = message.partition("\n\n")  # a layout to fill in follows its line
    click.echo(f"distill: {' '.join(first.split())}{gap}{rest}", err=True)
    sys.exit(status)


def main() -> None:
    """Entry point: every error that a user can cause is one line and a status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without ✓ shows ?, and no traceback
            stream.reconfigure(errors="replace")
    try:
        cli.main(standalone_mode=False)
    except DistillError as error:
        _fail(str(error), BAD_INPUT)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(BAD_INPUT)
    except click.ClickException as error:
        _fail(f"{error.format_message()} (`distill --help` shows what there is)", BAD_INPUT)
    except (KeyboardInterrupt, click.Abort):
        click.echo("distill: interrupted; no run was written", err=True)
        # not sys.exit: where the interrupt met code that is executed from a string (an import
        # that makes classes), Python remembers it and ends itself by the signal after all
        sys.stdout.flush()
        os._exit(INTERRUPTED)
    except BrokenPipeError:
        # the reader of our output went away: what is left in the buffer has nowhere to go
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
