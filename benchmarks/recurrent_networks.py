"""What `distill bench recurrent` read of its networks, and what active learning makes of them.

    .venv/bin/distill bench recurrent --seed 0 --seed 1 --seed 2
    .venv/bin/python benchmarks/recurrent_networks.py [outputs]

A row a task, the networks of all seeds in it. AALpy's learner (Kearns and Vazirani) asks each
stored network words of the length that it was trained on, and knows nothing of hidden states.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.bench import Bench, find_suite, jobs_of
from distill.bench.row import AtLength, Row
from distill.bench.suite import Entry
from distill.bench.table import CLAIMS
from distill.cross_checks.learner import apart, learned_machine
from distill.kinds.automaton.mechanism import AutomatonMechanism
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.stored import reads_steps
from distill.networks.trace import SequenceTrace
from distill.runs.store import Run, load_run

SEEDS, CELLS = (0, 1, 2), ("rnn", "gru", "lstm")
TIMES = 10


@dataclass(frozen=True)
class Asked:
    """What the learner came to.

    Attributes:
        same: whether it is the machine that was read; null where none was read.
    """

    states: int
    queries: int
    seconds: float
    same: bool | None


@dataclass(frozen=True)
class Read:
    """A network of the bench, its row, and what the learner made of it."""

    entry: Entry
    row: Row
    states: int | None
    length: int
    asked: Asked

    @property
    def minimal(self) -> bool:
        """Whether a machine of as many states as the task's minimal one is claimed."""
        wanted = self.entry.published["states"]
        return self.row.verdict in CLAIMS and self.states == wanted

    @property
    def far(self) -> AtLength:
        """At ten times the length of training."""
        return next(each for each in self.row.longer if each.length == TIMES * self.length)

    @property
    def reach(self) -> str:
        """How far it is proved; else its verdict."""
        proved = self.row.proved
        if proved is None:
            return str(self.row.verdict)
        return "every length" if proved.up_to is None else str(proved.up_to)


def main(out: Path) -> None:
    """Print a row for every task, and what they add up to."""
    jobs = jobs_of(find_suite("recurrent"), SEEDS)
    stored = Bench(out, 1, 3600, False, False).stored("recurrent", jobs)
    read, left = list[Read](), list[str]()
    for job in jobs:
        row = stored.get(job.name)
        learned = row is not None and row.model_vs_task is not None and row.model_vs_task.all
        if row is None or not learned or row.folder is None:
            left.append(f"{job.name}: " + ("no row" if row is None else _why(row)))
        else:
            read.append(_read(job.entry, row, load_run(out / row.folder)))
    print(
        f"| task | states | length | {' | '.join(cell.upper() for cell in CELLS)} | right at "
        f"{TIMES} times: program, network | AALpy: states, queries, seconds |"
    )
    print("| --- | ---: | ---: | --- | --- | --- | --- | --- |")
    for task in dict.fromkeys(it.row.task for it in read):
        print(_line([it for it in read if it.row.task == task]))
    print("\n" + "\n".join(_sums(read, len(jobs))), *left, sep="\n")


def _why(row: Row) -> str:
    counted = row.model_vs_task
    right = "" if counted is None else f"right on {counted.agree:,} of {counted.total:,}; "
    return f"{right}{row.verdict or row.status}; {row.reason}"


def _read(entry: Entry, row: Row, run: Run) -> Read:
    assert run.model is not None, "a network that learned its task is stored"
    assert reads_steps(run.model), "and it is a recurrent one"
    view = run.certificate.view(run.model)
    assert isinstance(view, SequenceTrace), "over sequences"
    mechanism = run.mechanism
    machine = mechanism if isinstance(mechanism, AutomatonMechanism) else None
    asked = _ask(view.network, view.length, machine)
    return Read(entry, row, None if machine is None else machine.states, view.length, asked)


def _ask(network: SequenceNetwork, length: int, machine: AutomatonMechanism | None) -> Asked:
    count, over = 0, network.over_symbols()

    def ask(words: Int[ndarray, "n length"]) -> Int[ndarray, "n length"]:
        nonlocal count
        count += len(words)
        return over.run(words)

    begun = time.process_time()
    found = learned_machine(ask, network.channels.size, length)
    seconds, same = time.process_time() - begun, None
    if machine is not None:
        same = apart(found, (np.array(machine.transitions), np.array(machine.outputs))) is None
    return Asked(len(found[0]), count, seconds, same)


def _line(of_task: Sequence[Read]) -> str:
    first, cells = of_task[0], list[str]()
    for cell in CELLS:
        reach = [it.reach for it in of_task if it.entry.arch == cell]
        cells.append(", ".join(reach) or "–")
    right = [
        f"{sum(count.agree for count in counts) / sum(count.total for count in counts):.1%}"
        for counts in (
            [it.far.program_vs_task for it in of_task],
            [it.far.model_vs_task for it in of_task],
        )
    ]
    asked = [it.asked for it in of_task]
    states = sorted({it.states for it in asked})
    cells = [
        *(Path(first.row.task).stem, first.entry.published["states"], first.length, *cells),
        ", ".join(right),
        f"{', '.join(map(str, states))}; {max(it.queries for it in asked):,}; "
        f"{max(it.seconds for it in asked):.1f}",
    ]
    return "| " + " | ".join(map(str, cells)) + " |"


def _sums(read: Sequence[Read], trained: int) -> list[str]:
    right = [it for it in read if it.minimal and it.far.program_vs_task.all]
    proved = [it for it in right if it.row.proved is not None]
    every = [it for it in proved if it.reach == "every length"]
    wrong = [it for it in read if it.row.verdict in CLAIMS and not it.far.program_vs_task.all]
    same = [it for it in read if it.asked.same]
    seconds = sorted(it.row.cost.cpu_seconds for it in read)
    return [
        f"learned their task to the training length: {len(read)} of {trained}",
        f"the minimal machine, claimed, and right at {TIMES} times the length: {len(right)}",
        f"of these proved: {len(proved)}, for every length: {len(every)}",
        f"claimed, and wrong at {TIMES} times the length: {len(wrong)}",
        f"AALpy's machine is the one that was read: {len(same)}",
        f"processor seconds of a run: median {seconds[len(seconds) // 2]:.0f}, at most "
        f"{seconds[-1]:.0f}",
    ]


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "outputs"))
