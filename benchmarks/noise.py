"""The README's table of networks by construction: up to which noise does what was put in come back?

    .venv/bin/python benchmarks/noise.py                  # p = 59, six networks of each kind
    .venv/bin/python benchmarks/noise.py --p 113 --seeds 2

Every network holds four keys with amplitudes from 2 to 10 and phases up to 0.5 beside a random
offset, in a random basis, and goes through the whole pipeline at every level of noise. It came
back if the keys are all there and no others, each with the right label. Networks whose answer
leads by less than `LEAD` somewhere are drawn again: they are nearly tied before there is any noise.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import click
import numpy as np
from planted import noisy, planted_lead, planted_model, rotated, square

import distill
from distill.runs.store import Run

LEVELS = (0.0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)
"""Standard deviation of the noise, as a part of the root mean square of each weight matrix."""

KINDS: dict[str, int] = {"clock": 0, "pizza": 4, "mixture": 2}
"""How many of the four keys are pizzas."""

KEYS = 4
LEAD = 0.04
"""Smallest lead of the planted answer over every other, as a part of the sum of the amplitudes."""

COLUMNS = (
    *("noise", "kind", "came back", "verdicts", "located", "wrong but claimed", "R²"),
    *("agreement", "answers kept"),
)


@dataclass(frozen=True)
class Planted:
    """A network by construction, and what was put in."""

    model: distill.Model
    labels: dict[int, str]


@dataclass(frozen=True)
class Outcome:
    """What came of one network at one level of noise.

    Attributes:
        back: exactly the planted keys were found, each with its label.
        claimed: the verdict says that program and network are the same.
        r2: of the waves, on the logits that were not fitted.
        agreement: inputs on which the waves alone give the network's answer.
        kept: inputs on which the noise has not changed the network's answer.
    """

    back: bool
    verdict: str
    located: bool
    claimed: bool
    r2: float
    agreement: float
    kept: float


def plant(p: int, pizzas: int, seed: int) -> Planted:
    """Draw a network with a clear answer for every input."""
    rng = np.random.default_rng([seed, pizzas])
    while True:
        keys = [int(k) for k in rng.choice(np.arange(1, p // 2 + 1), KEYS, replace=False)]
        amplitudes = {k: float(rng.uniform(2, 10)) for k in keys}
        offset = int(rng.integers(p))
        phases = {k: float(rng.uniform(-0.5, 0.5)) + math.tau * k * offset / p for k in keys}
        varying = tuple(keys[:pizzas])
        if planted_lead(p, amplitudes, varying, phases) >= LEAD * sum(amplitudes.values()):
            break
    model = planted_model(p, amplitudes, seed=seed, pizzas=varying, phases=phases)
    labels = {k: "pizza" if k in varying else "clock" for k in keys}
    return Planted(rotated(model, seed), labels)


def outcome(planted: Planted, p: int, noise: float, seed: int) -> Outcome:
    """Distill a planted network with noise, and hold what is found against what was put in."""
    network, domain = noisy(planted.model, noise, seed), square(p)
    run: Run = distill.distill(network, domain)
    tokens = domain.tokens()
    answers = (each.logits(tokens).argmax(axis=1) for each in (network, planted.model))
    kept = float(np.equal(*answers).mean())
    report, mechanism = run.report, run.mechanism
    if isinstance(mechanism, distill.Refusal):
        r2, agreement = (
            math.nan if (value := mechanism.numbers.get(name)) is None else float(value)
            for name in ("heldout_r2", "agreement")
        )
        return Outcome(False, report.verdict, False, False, r2, agreement, kept)
    assert isinstance(mechanism, distill.FourierMechanism), "of a network over a finite domain"
    return Outcome(
        back={wave.frequency: wave.label for wave in mechanism.waves} == planted.labels,
        verdict=report.verdict,
        located=report.located,
        claimed=report.verdict in {"proved", "exhaustive", "tested"},
        r2=mechanism.fit.heldout_r2,
        agreement=mechanism.agreement,
        kept=kept,
    )


def row(noise: float, kind: str, outcomes: list[Outcome]) -> list[str]:
    """One line of the table."""

    def median(figure: Callable[[Outcome], float]) -> str:
        values = [value for each in outcomes if not math.isnan(value := figure(each))]
        return f"{np.median(values):.3f}" if values else "-"

    verdicts = Counter(each.verdict for each in outcomes)
    return [
        f"{noise:.0%}",
        kind,
        f"{sum(each.back for each in outcomes)} of {len(outcomes)}",
        ", ".join(f"{count} {verdict}" for verdict, count in verdicts.most_common()),
        str(sum(each.located for each in outcomes)),
        str(sum(each.claimed and not each.back for each in outcomes)),
        median(lambda each: each.r2),
        median(lambda each: each.agreement),
        median(lambda each: each.kept),
    ]


def limits(back: dict[float, float]) -> str:
    """Up to which level all come back, and from which on none does.

    Args:
        back: part that came back, by level of noise, ascending.
    """
    levels = list(back)
    failed = [level for level in levels if back[level] < 1]
    gone = [level for i, level in enumerate(levels) if not any(back[x] for x in levels[i:])]
    if not failed:
        return f"all come back at every level, up to {levels[-1]:.0%}"
    held = [level for level in levels if level < failed[0]]
    first = f"all come back up to {held[-1]:.0%}" if held else "not all come back without noise"
    first += f", no longer at {failed[0]:.0%}"
    return first + (f"; none at {gone[0]:.0%}" if gone else "; some at every level")


@click.command()
@click.option("--p", type=int, default=59, show_default=True, help="The modulus, a prime.")
@click.option("--seeds", type=int, default=6, show_default=True, help="Networks of each kind.")
@click.option("--first-seed", type=int, default=0, show_default=True)
def main(p: int, seeds: int, first_seed: int) -> None:
    """Print the table, a line for every level and kind, and where each kind breaks."""
    chosen = range(first_seed, first_seed + seeds)
    networks = {
        kind: {seed: plant(p, pizzas, seed) for seed in chosen} for kind, pizzas in KINDS.items()
    }
    back: dict[str, dict[float, float]] = {kind: {} for kind in KINDS}
    print(f"| {' | '.join(COLUMNS)} |")
    print("|" + " --- |" * len(COLUMNS), flush=True)
    for noise in LEVELS:
        for kind, planted in networks.items():
            outcomes = []
            for seed, network in planted.items():
                outcomes.append(outcome(network, p, noise, seed))
                click.echo(f"noise {noise:.0%} {kind} {seed}: {outcomes[-1]}", err=True)
            back[kind][noise] = sum(each.back for each in outcomes) / len(outcomes)
            print(f"| {' | '.join(row(noise, kind, outcomes))} |", flush=True)
    print()
    for kind, parts in back.items():
        print(f"{kind}: {limits(parts)}.")


if __name__ == "__main__":
    main()
