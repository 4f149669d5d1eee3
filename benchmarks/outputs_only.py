"""What does looking inside buy? The networks of a finished benchmark, read again from outside.

    .venv/bin/python benchmarks/outputs_only.py                  # what `distill bench mips` left
    .venv/bin/python benchmarks/outputs_only.py --runs outputs --seed 0 --seed 1 --seed 2

Every stored network is extracted from twice: as `distill run` does, and as a black box of which
only the rounded answers to chosen sequences can be asked (`asking_only`). The
programs of the second are emitted in the same way and held against the network on the fresh and
the stress sequences of the run's certificate and on the searches that need no logits; of those that
list nothing the one that agrees best is taken, and then the shortest. "Right" is against the task,
on all sequences of the training length, and on all of 2, 5 and 10 times that. No proof is possible
from outside, and no variable can be located. Seconds are of processor time, for extraction alone;
"asked" counts the steps whose answers were asked for, repeated ones included. "Same code" compares
without docstrings, which follow the version of distill that wrote them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

import click
import numpy as np
from asking_only import OutputsOnly, read_answers
from jaxtyping import Int
from numpy import ndarray

from distill.checker.draws import symbols
from distill.checker.verdict import STRENGTH
from distill.domains.sequences import Channels
from distill.kinds.automaton.evidence import WALK_SEED
from distill.kinds.automaton.mechanism import AutomatonMechanism
from distill.kinds.kind import Mechanism, Written
from distill.kinds.known import read, write
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.stored import reads_steps
from distill.networks.trace import SequenceTrace
from distill.runs.folders import stored_runs
from distill.runs.sequence_certificate import SequenceCertificate
from distill.runs.store import Run, load_run
from distill.search.conformance import impulses, padded, walks
from distill.threads import fixed_threads
from distill.verify.answers import agreement, answered
from distill.verify.draws import Draws
from distill.verify.report import shortest_first

COLUMNS = (
    *("task", "seed", "verdict", "outputs only", "right", "outputs only", "right longer"),
    *("outputs only", "same code", "located", "lines", "outputs only", "s", "outputs only"),
    *("asked", "outputs only: what"),
)

T = TypeVar("T")


@dataclass(frozen=True)
class Side:
    """What one way of reading a network arrived at; null counts where there is no program."""

    verdict: str
    right: bool
    right_longer: bool
    lines: int | None
    seconds: float


@dataclass(frozen=True)
class Row:
    """One network, read from inside and from outside."""

    task: str
    seed: int | None
    inside: Side
    outside: Side
    same: bool
    located: bool
    asked: int
    what: str

    def cells(self) -> list[str]:
        """As text."""
        one, other = self.inside, self.outside
        return [
            *(self.task, str(self.seed), one.verdict, other.verdict),
            *map(said, (one.right, other.right, one.right_longer, other.right_longer)),
            *map(said, (self.same, self.located)),
            *("-" if side.lines is None else str(side.lines) for side in (one, other)),
            *(f"{side.seconds:.2f}" for side in (one, other)),
            *(f"{self.asked:,}", self.what),
        ]


def said(true: bool) -> str:
    """A truth as a word."""
    return "yes" if true else "no"


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """A result, and the seconds of processor time that it took."""
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


def compared(run: Run) -> Row | None:
    """A stored network, read in both ways; null where there is none, or no draws to hold it to."""
    stored, model = run.certificate, run.model
    if not isinstance(stored, SequenceCertificate) or stored.draws is None:
        return None
    if not reads_steps(model):
        return None
    ranges = tuple(range(low, high + 1) for low, high in stored.inputs)
    network = SequenceNetwork(model, Channels(ranges, stored.outputs))
    report = run.report
    _, seconds = timed(lambda: read(SequenceTrace(network, stored.length)))
    right = report.program_vs_task
    longer = [part.program_vs_task for part in report.longer]
    inside = Side(
        report.verdict,
        right is not None and right.agree == right.total,
        bool(longer) and all(part is not None and part.agree == part.total for part in longer),
        None if run.program is None else run.program.lines,
        seconds,
    )
    box = OutputsOnly(network.run, network.channels)
    (readings, refusals), seconds = timed(lambda: read_answers(box, stored.length))
    asked = box.steps
    if not readings:
        outside, same, what = Side("refused", False, False, None, seconds), False, "-"
        what = "; ".join(refusal.reasons[0] for refusal in refusals)
    else:
        loop, verdict = chosen(readings, box, stored.draws, stored.length)
        right, right_longer = against_task(loop, box, stored)
        outside = Side(verdict, right, right_longer, loop.program.lines, seconds)
        same = run.program is not None and loop.program.code == run.program.code
        what = loop.mechanism.name
    record = run.record
    return Row(record.task, record.seed, inside, outside, same, report.located, asked, what)


def chosen(
    readings: tuple[Mechanism, ...], box: OutputsOnly, draws: Draws, length: int
) -> tuple[Written, str]:
    """The program that is taken, and its verdict, from agreement with the network alone."""
    best: tuple[tuple[bool, int, float], Written, str] | None = None
    written = [each for each in map(write, readings) if isinstance(each, Written)]
    for loop in shortest_first(written):
        drawn = [draw.sequences(box.channels) for draw in (draws.fresh, draws.stress)]
        parts = [
            answered(loop.program.source, box, sequences).agreement()
            for sequences in (*drawn, *searched(loop, box, length))
        ]
        alike, total = sum(part.agree for part in parts), sum(part.total for part in parts)
        whole = "exhaustive" if draws.fresh.kind == "every" else "tested"
        verdict = whole if alike == total else "approximate"
        rank = (not loop.tabulated, STRENGTH.index(verdict), alike / total)
        if best is None or rank > best[0]:
            best = rank, loop, verdict
        if verdict == whole:
            break
    assert best is not None, "there is a program to choose"
    return best[1], best[2]


def searched(
    loop: Written, box: OutputsOnly, length: int
) -> list[Int[ndarray, "n length channels"]]:
    """The searches of the pipeline that need no logits: walks of the machine, and impulses."""
    ranges, mechanism = box.channels.inputs, loop.mechanism
    if not isinstance(mechanism, AutomatonMechanism):
        return [impulses(ranges, length)]
    machine, count = mechanism.machine, len(mechanism.symbols)
    words = padded(walks(machine.delta, machine.answers), count, WALK_SEED)
    return [symbols(word[:, :length], ranges) for word in words]


def against_task(loop: Written, box: OutputsOnly, stored: SequenceCertificate) -> tuple[bool, bool]:
    """Whether the program is right at the training length, and at every longer one."""
    if stored.draws is None or stored.reference is None:
        return False, False
    right = []
    draws = (stored.draws.fresh, *stored.draws.longer)
    for draw, reference in zip(draws, stored.reference, strict=True):
        found = answered(loop.program.source, box, draw.sequences(box.channels)).program
        expected = np.array([int(number) for number in reference.split()]).reshape(found.shape)
        counted = agreement(found, expected)
        right.append(counted.agree == counted.total)
    return right[0], all(right[1:])


def totals(rows: list[Row]) -> list[str]:
    """Sums over both sides, as lines of a table."""
    lines = ["| of both | inside | outputs only |", "| --- | --- | --- |"]
    sides = [[row.inside for row in rows], [row.outside for row in rows]]

    def counted(title: str, count: Callable[[Side], bool]) -> None:
        numbers = [str(sum(map(count, side))) for side in sides]
        lines.append(f"| {title} | {' | '.join(numbers)} |")

    counted("right at the training length", lambda side: side.right)
    counted("right at longer ones, too", lambda side: side.right and side.right_longer)
    for verdict in reversed(STRENGTH):
        counted(verdict, lambda side, verdict=verdict: side.verdict == verdict)
    lines.append(f"| located | {sum(row.located for row in rows)} | 0 |")
    medians = [median(s.lines for s in side if s.lines is not None) for side in sides]
    lines.append(f"| median lines | {medians[0]:g} | {medians[1]:g} |")
    seconds = [sum(s.seconds for s in side) for side in sides]
    lines.append(f"| seconds of extraction | {seconds[0]:.1f} | {seconds[1]:.1f} |")
    same = sum(row.same for row in rows)
    asked = median(row.asked for row in rows)
    return [
        *lines,
        f"\nOf {len(rows)} networks {same} give the same code, names included; the median of the "
        f"steps asked is {asked:,.0f}.",
    ]


@click.command()
@click.option("--runs", "--out", default="outputs", show_default=True, help="Folder of the runs.")
@click.option("--seed", "seeds", type=int, multiple=True, default=(0,), show_default=True)
@click.option("--only", multiple=True, help="This task; repeatable.")
def main(runs: str, seeds: tuple[int, ...], only: tuple[str, ...]) -> None:
    """Print the table, a row as soon as it is known, and what it adds up to."""
    folders = [f for f in stored_runs(Path(runs)) if not only or f.parent.name in only]
    click.echo(f"| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}")
    rows = list[Row]()
    with fixed_threads():
        for folder in folders:
            run = load_run(folder)
            row = compared(run) if run.record.seed in seeds else None
            if row is not None:
                rows.append(row)
                click.echo(f"| {' | '.join(row.cells())} |")
    if not rows:
        raise click.UsageError(
            f"no run over sequences of seed {', '.join(map(str, seeds))} below '{runs}': run "
            "`distill bench mips` first, or name another folder with --runs"
        )
    click.echo("\n" + "\n".join(totals(rows)))


if __name__ == "__main__":
    main()
