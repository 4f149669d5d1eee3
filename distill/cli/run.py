"""`distill run`: train or read a network, and distill it."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from distill.checker.verdict import CLAIMS
from distill.cli.common import check_files, console_of, out_option
from distill.errors import DistillError

if TYPE_CHECKING:
    from rich.console import Console

    from distill.records.report import Report
    from distill.runs.store import Run


HELP = """Train a network on TASK (or read FILE), find its mechanism, write it as Python, check it.

TASK is a built-in name (`distill tasks`), a task file, or file.py:name. The run goes to
DIR/<task>/<run>/: program.py, the network, the evidence, and what it takes to check it.

A task over sequences is learned by a small recurrent network, the narrowest of a few widths
that learns it, and comes out as a loop that is checked at other lengths too. A task over texts,
which are read at once, is learned by a small transformer, and comes out as selections.

With --model, TASK is only what the network is held against at the end, and may be left out.
Nothing in FILE is executed. A layout says which tensor is which; those of published families
are recognised, and for any other one a layout to fill in is shown. What neither the file nor a
config beside it says is asked for, or named in the report as an assumption of the layout:
--layout NAME,activation=gelu,masked=false says it.

A transformer over texts reads them at once. Its file says neither what its words are nor how
its texts look: --facts and --texts do ('[0 1]{1,50} <sep> ...{3}', or examples in FILE.npz).

A network over reals is read with the intervals of its inputs, and the activation between its
layers, which no file says: --box x=0.5..2,y=1..3 --layout perceptron,activation=tanh.

With --minutes, or with --keep at Ctrl-C, training ends, and the run is finished with what there
is: the program in hand, or the network as it is by then. A second Ctrl-C ends it all.

\b
distill run mod_add --set p=59 --set fraction=0.4 --seed 3
distill run binary_addition --set length=12
distill run mod_add --set p=113 --model grokking.pth
distill run mod_add --arch transformer,layer_norm=true,n_heads=1

An architecture is a name, with fields; where none is given, kinds are tried in order:

\b
transformer       n_layers n_heads d_model d_head d_mlp masked layer_norm
                  activation attention_coefficient biases
feedforward       one hidden layer of ReLU units over one-hot inputs: d_embed units, shared
mlp               widths (256-128 for two layers) d_embed combine (sum, concat)
                  shared (one embedding for all inputs) activation
transformer-norm  transformer,layer_norm=true
mlp-concat        mlp,combine=concat
mlp-quadratic     mlp,combine=concat,activation=square
numbers           a perceptron that reads numbers and answers with the nearest one
perceptron        over a box of reals: widths activation
rnn, gru, lstm    over sequences: d_hidden n_layers d_input activation (rnn: tanh, relu)

\b
An activation is relu, gelu, square, abs, tanh, sigmoid, silu, ...; masked, layer_norm, biases
and shared are true or false; attention_coefficient is c in softmax * c + (1 - c). Where d_head
is not given, it is d_model / n_heads.
"""


@click.command(help=HELP)
@click.argument("task", required=False)
@click.option("--model", metavar="FILE|FOLDER", help="A checkpoint instead of training.")
@click.option(
    "--layout",
    metavar="NAME|FILE[,VALUE=...]...",
    help="How to read FILE, where that is not plain.",
)
@click.option("--at", type=int, metavar="N", help="Which of a list of networks FILE holds.")
@click.option(
    "--facts",
    metavar="FILE",
    help="JSON with the vocabulary and the readout of a FILE over texts.",
)
@click.option(
    "--texts",
    metavar="FORM|FILE.npz[:NAME]",
    help="How the texts of a FILE over texts look, or examples of them.",
)
@click.option(
    "--box", metavar="NAME=LOW..HIGH[,...]", help="Intervals of the inputs of a FILE over reals."
)
@click.option("--seed", type=int, metavar="S", help="Of data, weights, batches.  [default: 0]")
@click.option(
    "--arch", metavar="NAME[,FIELD=VALUE]...", help="Architecture instead of the task's own."
)
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="A setting of TASK.")
@click.option(
    "--minutes",
    type=click.FloatRange(0, min_open=True),
    metavar="M",
    help="End training after so long, and finish with what there is.",
)
@click.option("--keep", is_flag=True, help="On Ctrl-C, finish with what there is.")
@click.option(
    "--length",
    type=click.IntRange(1),
    metavar="N",
    help="Steps on which a recurrent FILE is trusted.  [default: the task's, or 10]",
)
@click.option(
    "--max-states",
    type=click.IntRange(1),
    metavar="N",
    help="Of a machine that is read of a recurrent FILE.  [default: 100]",
)
@click.option(
    "--engine",
    metavar="NAME",
    help="What proposes formulas over reals: auto, own, operon, pysr, pse.  [default: auto]",
)
@click.option(
    "--accept",
    type=click.FloatRange(0, 1),
    metavar="RATE",
    help="Exit with 0 for `approximate` too, from this agreement on.",
)
@click.option("--watch", is_flag=True, help="Keep checkpoints along the training of TASK.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON and nothing else.")
@click.option("--quiet", is_flag=True, help="Print the verdict and the folder only.")
@out_option
def run(
    task: str | None,
    model: str | None,
    layout: str | None,
    at: int | None,
    facts: str | None,
    texts: str | None,
    box: str | None,
    seed: int | None,
    arch: str | None,
    settings: tuple[str, ...],
    minutes: float | None,
    keep: bool,
    length: int | None,
    max_states: int | None,
    engine: str | None,
    accept: float | None,
    watch: bool,
    as_json: bool,
    quiet: bool,
    out: str,
) -> None:
    """Train a network on TASK (or read FILE), and distill it; `HELP` has it all."""
    read = _read_settings(settings)
    _check_together(task, model, layout, at, seed, arch, read)
    as_far_as = {"length": length, "max_states": max_states}
    about = {"facts": facts, "texts": texts, "box": box}
    _check_ends(model, minutes, keep or watch, as_far_as, about)
    console = console_of(quiet or as_json)
    given = (task, model, layout, at, seed, arch, read)
    with _interrupts(keep) as stop:
        ends, how = (minutes, stop), (engine, watch)
        finished = _finished(*given, ends, as_far_as, about, how, out, console)
    _print(finished, as_json, quiet)
    sys.exit(_status(finished.report, accept))


Settings = dict[str, str | int | float | bool]


def _print(finished: Run, as_json: bool, quiet: bool) -> None:
    """The report as JSON, the verdict alone, or all that a terminal shows."""
    report, folder = finished.report, finished.folder
    if as_json:
        from distill.serialise import to_json

        click.echo(json.dumps({**json.loads(to_json(report)), "folder": str(folder)}, indent=2))
        return
    from distill.terminal.run import show_result, show_verdict

    if quiet:
        show_verdict(console_of(False), report, folder)
    else:
        show_result(console_of(False), report, finished.program, folder)


def _check_together(
    task: str | None,
    model: str | None,
    layout: str | None,
    at: int | None,
    seed: int | None,
    arch: str | None,
    settings: Settings,
) -> None:
    """Refuse options that mean nothing beside one another."""
    if task is None and model is None:
        raise DistillError("nothing to run: expected a TASK (`distill tasks`), or --model FILE")
    if layout is not None and model is None:
        raise DistillError("--layout says how a checkpoint is read: it needs --model FILE")
    if at is not None and model is None:
        raise DistillError("--at chooses a network of a checkpoint: it needs --model FILE")
    if model is not None and (seed is not None or arch is not None):
        option = "--seed" if seed is not None else "--arch"
        raise DistillError(
            f"{option} is of a network that is trained here: with --model FILE nothing is trained, "
            "and it would not be used"
        )
    if task is None and settings:
        raise DistillError("--set gives a task's settings: name the TASK too")


def _check_ends(
    model: str | None,
    minutes: float | None,
    keep: bool,
    as_far_as: dict[str, int | None],
    about: dict[str, str | None],
) -> None:
    """What ends a training is of no file; how far a file is trusted, and what it reads, of none."""
    if model is None and any(about.values()):
        option = next(name for name, told in about.items() if told)
        raise DistillError(f"--{option} is of a checkpoint: it needs --model FILE")
    if model is not None and (keep or minutes is not None):
        option = "--minutes" if minutes is not None else "--keep and --watch"
        raise DistillError(f"{option} is of a training: with --model FILE nothing is trained")
    if model is None and any(value is not None for value in as_far_as.values()):
        raise DistillError(
            "--length and --max-states are of a network over sequences that is not trained here: "
            "they need --model FILE"
        )


def _finished(
    task: str | None,
    model: str | None,
    layout: str | None,
    at: int | None,
    seed: int | None,
    arch: str | None,
    settings: Settings,
    ends: tuple[float | None, Callable[[], bool] | None],
    as_far_as: dict[str, int | None],
    about: dict[str, str | None],
    how: tuple[str | None, bool],
    out: str,
    console: Console,
) -> Run:
    """The run, made while somebody watches."""
    from distill.seeds import check_seed
    from distill.tasks.files import load_task

    check_seed(seed or 0)
    # before torch: bad input is told at once
    check_files(task, model)
    built = load_task(task, settings) if task is not None else None
    from distill.domains.boxes import Box
    from distill.pipeline import run as run_pipeline
    from distill.pipeline import run_model
    from distill.terminal.run import TerminalProgress

    with TerminalProgress(console) as progress:
        if model is not None:
            return run_model(
                *(model, built),
                layout=layout,
                at=at,
                length=as_far_as["length"],
                max_states=as_far_as["max_states"],
                facts=about["facts"],
                texts=about["texts"],
                box=None if about["box"] is None else Box.read(about["box"]),
                engine=how[0],
                out=out,
                progress=progress,
            )
        assert built is not None, "a task, or a checkpoint, was given"
        minutes, stop = ends
        return run_pipeline(
            built,
            seed=seed or 0,
            architecture=arch,
            out=out,
            minutes=minutes,
            stop=stop,
            progress=progress,
            engine=how[0],
            watch=how[1],
        )


@contextmanager
def _interrupts(keep: bool) -> Iterator[Callable[[], bool] | None]:
    """Whether Ctrl-C was pressed, once, where it is to end a training and not the command."""
    if not keep:
        yield None
        return
    pressed = threading.Event()

    def note(number: int, frame: object) -> None:
        pressed.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        click.echo("distill: finishing with what there is; Ctrl-C again gives it up", err=True)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def _read_settings(given: tuple[str, ...]) -> Settings:
    settings: Settings = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key.isidentifier() or not value:
            raise DistillError(f"--set '{text}': expected KEY=VALUE, for example --set p=59")
        if key in settings:
            raise DistillError(f"--set {key} is given twice: '{settings[key]}' and '{value}'")
        settings[key] = value
    return settings


def _status(report: Report, accept: float | None) -> int:
    if report.verdict in CLAIMS:
        return 0
    counted = report.program_vs_model
    if report.verdict == "approximate" and counted and accept is not None:
        return 0 if counted.agree >= accept * counted.total else 1
    return 1
