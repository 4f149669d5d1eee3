"""The table of the README: mod_add over seeds, and the published recipe's time beside ours.

    .venv/bin/python benchmarks/mod_add.py            # ten seeds at p = 113, five at p = 59
    .venv/bin/python benchmarks/mod_add.py --seeds 3 --first-seed 100

Every row is a first attempt, and a row is printed for every seed, whatever came of it. Seconds
are from the task to the verdict, without the start of Python. The published recipe is that of
Nanda et al. (arXiv 2301.05217): full batch, lr 1e-3, weight decay 1, d_mlp 512, all positions;
it is timed for a slice of epochs, at the number of threads that torch chooses for itself.
"""

from __future__ import annotations

import time

import click
import numpy as np
import torch
from torch.nn.functional import cross_entropy

import distill
from distill.runs.store import Run
from distill.tasks.files import load_task
from distill.tasks.finite import Task

PUBLISHED_EPOCHS = 10_000
COLUMNS = (
    *("p", "seed", "seconds", "steps", "frequencies", "R²", "restricted", "excluded"),
    *("best decoy", "kept only", "removed", "margin", "located", "verdict", "attempts"),
)


def row(run: Run) -> list[str]:
    """One line of the table."""
    report = run.report
    frequencies = "-"
    if isinstance(run.mechanism, distill.FourierMechanism):
        frequencies = " ".join(map(str, run.mechanism.key_frequencies))

    def figure(value: float | None, form: str = ".3f") -> str:
        return "-" if value is None else format(value, form).replace("-0.000", "0.000")

    logits = report.figure("logit_r2")
    return [
        str(run.record.settings["p"]),
        str(run.record.seed),
        f"{sum(run.record.seconds.values()):.1f}",
        str(run.record.attempts[-1].steps),
        frequencies,
        figure(report.value("logit_r2")),
        figure(report.value("restricted_loss"), ".1e"),
        figure(report.value("excluded_loss"), ".1f"),
        figure(None if logits is None else logits.decoy),
        figure(report.value("kept_only_accuracy")),
        figure(report.value("removed_accuracy")),
        figure(report.value("smallest_margin"), ".1f"),
        "yes" if report.located else "no",
        report.verdict,
        str(len(run.record.attempts)),
    ]


def published_epoch_seconds(epochs: int) -> float:
    """Seconds per epoch of the published recipe on the same task, over so many epochs."""
    p, d, heads, d_mlp = 113, 128, 4, 512
    task = load_task("mod_add", {})
    assert isinstance(task, Task)
    tokens = task.domain.tokens(np.flatnonzero(task.train_mask(0)))
    labels = torch.from_numpy(task.labels(tokens))
    inputs = torch.cat([torch.from_numpy(tokens), torch.full((len(tokens), 1), p)], dim=1)
    shapes = {
        **{"W_E": (p + 1, d), "W_pos": (3, d), "W_Q": (heads, d, d // heads)},
        **{"W_K": (heads, d, d // heads), "W_V": (heads, d, d // heads), "W_O": (d, d)},
        **{"W_in": (d, d_mlp), "b_in": (d_mlp,), "W_out": (d_mlp, d), "b_out": (d,), "W_U": (d, p)},
    }
    W = {name: (torch.randn(shape) / d**0.5).requires_grad_() for name, shape in shapes.items()}
    optimiser = torch.optim.AdamW(W.values(), lr=1e-3, weight_decay=1.0, betas=(0.9, 0.98))
    future = torch.triu(torch.full((3, 3), -torch.inf), diagonal=1)

    def epoch() -> None:
        x = W["W_E"][inputs] + W["W_pos"]
        q, k, v = (torch.einsum("npd,hde->nhpe", x, W[name]) for name in ("W_Q", "W_K", "W_V"))
        attention = (q @ k.transpose(-1, -2) / (d // heads) ** 0.5 + future).softmax(-1)
        x = x + (attention @ v).transpose(1, 2).flatten(2) @ W["W_O"]
        x = x + (x @ W["W_in"] + W["b_in"]).relu() @ W["W_out"] + W["b_out"]
        loss = cross_entropy((x @ W["W_U"])[:, -1], labels)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()

    epoch()
    start = time.perf_counter()
    for _ in range(epochs):
        epoch()
    return (time.perf_counter() - start) / epochs


@click.command()
@click.option("--seeds", type=int, help="Seeds per modulus, instead of ten and five.")
@click.option("--first-seed", type=int, default=0, show_default=True)
@click.option("--epochs", type=int, default=30, show_default=True, help="Of the published recipe.")
def main(seeds: int | None, first_seed: int, epochs: int) -> None:
    """Print the table, a line as each run ends."""
    print(f"| {' | '.join(COLUMNS)} |")
    print("|" + " --- |" * len(COLUMNS), flush=True)
    training, failed = [], 0
    for p, fraction, count in ((113, 0.3, seeds or 10), (59, 0.4, seeds or 5)):
        for seed in range(first_seed, first_seed + count):
            run = distill.run("mod_add", seed=seed, out=None, p=p, fraction=fraction)
            print(f"| {' | '.join(row(run))} |", flush=True)
            failed += run.report.verdict not in {"proved", "exhaustive"}
            if p == 113:
                training.append(run.record.seconds["train"])
    ours = sorted(training)[len(training) // 2]
    published = published_epoch_seconds(epochs)
    total = published * PUBLISHED_EPOCHS
    print(f"\n{failed} of the rows end neither proved nor exhaustive.")
    print(
        f"Training at p = 113: {ours:.1f} s (median, one thread). Published recipe: "
        f"{published * 1000:.0f} ms an epoch over {epochs} epochs ({torch.get_num_threads()} "
        f"threads), {total / 60:.0f} minutes for {PUBLISHED_EPOCHS:,}: {total / ours:,.0f} times."
    )


if __name__ == "__main__":
    main()
