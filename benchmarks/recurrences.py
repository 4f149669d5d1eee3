"""Random integer recurrences in networks by construction: does what was put in come back?

    .venv/bin/python benchmarks/recurrences.py
    .venv/bin/python benchmarks/recurrences.py --seeds 20 --kind plain --noise 0 --noise 1e-3

A recurrence of 1 to 4 registers (`planted_recurrences`) is hidden in a network, noise is added to
every weight, and the network goes through the whole pipeline. It came back if the program answers
as the recurrence that was put in does, on 2,000 fresh sequences of the length that the network is
to be trusted on, and on 500 of five times that. "Network kept" counts the networks that still
answer so themselves at the first length: of the others nothing is to be expected. A program is
wrong but claimed if the verdict says that program and network are the same, and they differ there.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass

import click
import numpy as np
from planted_recurrences import KINDS, LENGTH, TIMES, PlantedRecurrence, Sequences, noisy, plant

import distill
from distill.checker.sandbox import run_sequences
from distill.networks.sequence_network import SequenceNetwork

LEVELS = (0.0, 1e-6, 1e-4, 1e-3, 1e-2, 5e-2)
"""Standard deviation of the noise, as a part of the root mean square of each weight matrix."""

DIMENSIONS = (1, 2, 3, 4)

FRESH = {LENGTH: 2_000, TIMES * LENGTH: 500}
"""Sequences that are drawn, by their length."""

COLUMNS = (
    *("kind", "registers", "noise", "came back", "network kept", "verdicts", "located"),
    *("wrong but claimed", "seconds"),
)


@dataclass(frozen=True)
class Outcome:
    """What came of one network.

    Attributes:
        back: the program is the recurrence that was put in, as far as was looked.
        kept: the network is, at the length that it is to be trusted on.
        claimed_wrong: program and network differ there, and the verdict says they do not.
        seconds: of processor time.
        why: the first reason of the report.
    """

    back: bool
    kept: bool
    verdict: str
    located: bool
    claimed_wrong: bool
    seconds: float
    why: str


def outcome(planted: PlantedRecurrence, seed: int) -> Outcome:
    """Distill a network, and hold what is found against what was put in."""
    start = time.process_time()
    run = distill.distill(planted.network, planted.channels, length=LENGTH)
    seconds = time.process_time() - start
    network = SequenceNetwork(planted.network, planted.channels)
    drawn = {length: fresh(planted, length, seed) for length in FRESH}
    kept = bool((network.run(drawn[LENGTH]) == planted.answers(drawn[LENGTH])).all())
    back, differs = False, False
    if run.program is not None:
        said = {
            length: run_sequences(run.program.source, sequences, planted.channels.outputs)
            for length, sequences in drawn.items()
        }
        back = all((said[length] == planted.answers(drawn[length])).all() for length in FRESH)
        differs = bool((said[LENGTH] != network.run(drawn[LENGTH])).any())
    report = run.report
    claimed = report.verdict in {"proved", "exhaustive", "tested"}
    why = report.reasons[0] if report.reasons else ""
    return Outcome(back, kept, report.verdict, report.located, claimed and differs, seconds, why)


def fresh(planted: PlantedRecurrence, length: int, seed: int) -> Sequences:
    """Sequences that are drawn uniformly, and by nobody else."""
    rng = np.random.default_rng([seed, length, 99])
    shape = FRESH[length], length
    return np.stack([rng.integers(v.start, v.stop, shape) for v in planted.channels.inputs], -1)


def row(kind: str, dimension: int, noise: float, outcomes: list[Outcome]) -> list[str]:
    """One line of the table."""
    verdicts = Counter(each.verdict for each in outcomes)
    return [
        kind,
        str(dimension),
        f"{noise:g}",
        f"{sum(each.back for each in outcomes)} of {len(outcomes)}",
        str(sum(each.kept for each in outcomes)),
        ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common()),
        str(sum(each.located for each in outcomes)),
        str(sum(each.claimed_wrong for each in outcomes)),
        f"{np.median([each.seconds for each in outcomes]):.1f}",
    ]


@click.command()
@click.option("--seeds", type=int, default=10, show_default=True, help="Networks of each cell.")
@click.option("--first-seed", type=int, default=0, show_default=True)
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), default=KINDS)
@click.option("--registers", "dimensions", multiple=True, type=int, default=DIMENSIONS)
@click.option("--noise", "levels", multiple=True, type=float, default=LEVELS)
def main(
    seeds: int,
    first_seed: int,
    kinds: tuple[str, ...],
    dimensions: tuple[int, ...],
    levels: tuple[float, ...],
) -> None:
    """Print the table, a line for every kind, number of registers and level of noise."""
    print(f"| {' | '.join(COLUMNS)} |")
    print("|" + " --- |" * len(COLUMNS), flush=True)
    for kind in kinds:
        for dimension in dimensions:
            for noise in levels:
                outcomes = []
                for seed in range(first_seed, first_seed + seeds):
                    planted = noisy(plant(kind, dimension, seed), noise, seed)
                    outcomes.append(outcome(planted, seed))
                    told = f"{kind} {dimension} {noise:g} {seed}: {outcomes[-1]}"
                    print(told, file=sys.stderr, flush=True)
                print(f"| {' | '.join(row(kind, dimension, noise, outcomes))} |", flush=True)


if __name__ == "__main__":
    main()
