"""The README's table of architectures: mod_add learned by each of them, on seeds 0, 1 and 2.

    .venv/bin/python benchmarks/architectures.py
    .venv/bin/python benchmarks/architectures.py --seeds 1 --arch mlp,activation=abs

Every row is a first attempt, and a row is printed for every seed, whatever came of it: an attempt
that never became structured is not repeated here. Seconds are from the task to the verdict,
without the start of Python. Held-out accuracy is taken after training.
"""

from __future__ import annotations

import unittest.mock

import click

import distill
from distill.runs.store import Run

ARCHITECTURES = (
    *("transformer", "transformer,n_heads=1", "transformer,attention_coefficient=0"),
    *("transformer-norm", "mlp", "mlp-concat", "mlp-quadratic"),
)
COLUMNS = (
    *("architecture", "pairs", "seed", "seconds", "steps", "held out", "frequencies", "R²"),
    *("exceptions", "located", "verdict", "what was seen"),
)


def row(name: str, run: Run) -> list[str]:
    """One line of the table."""
    report, attempt, r2 = run.report, run.record.attempts[-1], run.report.value("logit_r2")
    frequencies = exceptions = "-"
    if isinstance(run.mechanism, distill.FourierMechanism):
        frequencies = str(len(run.mechanism.key_frequencies))
        exceptions = str(len(run.mechanism.exceptions))
    return [
        name,
        f"{run.record.settings['fraction']:.0%}",
        str(run.record.seed),
        f"{sum(run.record.seconds.values()):.1f}",
        str(attempt.steps),
        "-" if attempt.right is None else f"{attempt.right:.4f}",
        frequencies,
        "-" if r2 is None else f"{r2:.3f}",
        exceptions,
        "yes" if report.located else "no",
        report.verdict,
        "; ".join(report.reasons),
    ]


@click.command()
@click.option("--task", default="mod_add", show_default=True)
@click.option("--arch", multiple=True, help="Architectures instead of all.")
@click.option("--seeds", type=int, default=3, show_default=True)
@click.option("--p", type=int, default=113, show_default=True)
@click.option("--fraction", type=float, default=0.3, show_default=True)
def main(task: str, arch: tuple[str, ...], seeds: int, p: int, fraction: float) -> None:
    """Print the table, a line as each run ends."""
    print(f"| {' | '.join(COLUMNS)} |")
    print("|" + " --- |" * len(COLUMNS), flush=True)
    with unittest.mock.patch("distill.pipeline.MAX_ATTEMPTS", 1):
        for name in arch or ARCHITECTURES:
            for seed in range(seeds):
                run = distill.run(
                    task, seed=seed, architecture=name, out=None, p=p, fraction=fraction
                )
                print(f"| {' | '.join(row(name, run))} |", flush=True)


if __name__ == "__main__":
    main()
