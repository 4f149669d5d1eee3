"""The README's table of the modular tasks: every task over seeds, first attempts only.

    .venv/bin/python benchmarks/modular.py                       # seeds 0, 1 and 2
    .venv/bin/python benchmarks/modular.py --only mod_sub --seeds 5 --first-seed 100

A row is printed for every task and seed, whatever came of it. Seconds are from the task to the
verdict, without the start of Python.
"""

from __future__ import annotations

import click

import distill
from distill.runs.store import Run

TASKS = ("mod_sub", "mod_mul", "mod_affine", "mod_square_sum", "mod_square_of_sum", "mod_cubic")
COLUMNS = (
    *("task", "seed", "seconds", "steps", "network right", "coordinate", "frequencies", "R²"),
    *("best decoy", "kept only", "removed", "exceptions", "located", "verdict", "because"),
)


def row(run: Run) -> list[str]:
    """One line of the table."""
    report, mechanism = run.report, run.mechanism
    coordinate = frequencies = exceptions = "-"
    if isinstance(mechanism, distill.FourierMechanism):
        coordinate = f"{mechanism.coordinate.expression} mod {mechanism.modulus}"
        frequencies = " ".join(map(str, mechanism.key_frequencies))
        exceptions = str(len(mechanism.exceptions))
    right = report.model_vs_task

    def figure(value: float | None) -> str:
        return "-" if value is None else f"{value:.3f}".replace("-0.000", "0.000")

    logits = report.figure("logit_r2")
    return [
        run.record.task,
        str(run.record.seed),
        f"{sum(run.record.seconds.values()):.1f}",
        str(run.record.attempts[-1].steps),
        "-" if right is None else f"{right.agree:,} of {right.total:,}",
        coordinate,
        frequencies,
        figure(report.value("logit_r2")),
        figure(None if logits is None else logits.decoy),
        figure(report.value("kept_only_accuracy")),
        figure(report.value("removed_accuracy")),
        exceptions,
        "yes" if report.located else "no",
        report.verdict,
        "; ".join(reason.removeprefix("not located: ") for reason in report.reasons),
    ]


@click.command()
@click.option("--only", multiple=True, type=click.Choice(TASKS), help="This task; repeatable.")
@click.option("--seeds", type=int, default=3, show_default=True, help="Seeds per task.")
@click.option("--first-seed", type=int, default=0, show_default=True)
@click.option("--arch", help="Architecture instead of the tasks' own.")
def main(only: tuple[str, ...], seeds: int, first_seed: int, arch: str | None) -> None:
    """Print the table, a line as each run ends."""
    print(f"| {' | '.join(COLUMNS)} |")
    print("|" + " --- |" * len(COLUMNS), flush=True)
    faithful: dict[str, int] = {}
    for task in only or TASKS:
        for seed in range(first_seed, first_seed + seeds):
            run = distill.run(task, seed=seed, architecture=arch, attempts=1, out=None)
            print(f"| {' | '.join(row(run))} |", flush=True)
            faithful[task] = faithful.get(task, 0) + (
                run.report.verdict in {"proved", "exhaustive"}
            )
    counted = ", ".join(f"{task} {count} of {seeds}" for task, count in faithful.items())
    print(f"\nproved or exhaustive: {counted}")


if __name__ == "__main__":
    main()
