"""Which frequencies survive, and whether the start of training says so (arXiv 2405.17420)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.stats import spearmanr

from distill.drawing.curves import Curve, curves
from distill.drawing.picture import picture
from distill.instruments import amplitudes, area_under_curve, growth_law, survivors
from distill.studies.gates import Gate, Measured
from distill.studies.modular import Perceptron, pairs
from distill.studies.readout import accuracies, losses
from distill.studies.study import Arrays, Asked, Progress, Source, Study, Table, Told
from distill.train.together import AdamW, Parameters, stacked, train_together

WIDTHS = (16, 32, 64, 128)
"""Dimensions of the embedding."""


def parts(asked: Asked) -> tuple[str, ...]:
    """One for every width of the embedding."""
    return tuple(f"d{d}" for d in WIDTHS)


def measure(asked: Asked, part: str, progress: Progress) -> Arrays:
    """Train networks with embeddings of one width; keep the signals at every step."""
    d, p = int(part.removeprefix("d")), asked.whole("p")
    steps = asked.whole("steps") if d == WIDTHS[-1] else asked.whole("steps") // 2
    data = pairs(p, asked.number("fraction"), asked.seed)
    shape = Perceptron(p, d, (100, 100), silu=True)
    inputs, labels = data.inputs[data.trained], data.labels[data.trained]
    signals = []

    def observe(step: int, parameters: Parameters, _: object) -> None:
        signals.append(amplitudes(parameters["E"].detach()).numpy().copy())
        if step % 50 == 0:
            progress(step / steps, f"step {step:,}")

    ended = train_together(
        stacked(shape.initialise, asked.seeds),
        lambda parameters, _: losses(shape.logits(parameters, inputs), labels),
        AdamW(asked.number("learning_rate"), asked.number("weight_decay")),
        steps,
        observe,
    )
    held = data.inputs[data.held]
    right = accuracies(shape.logits(ended, held), data.labels[data.held])
    return {"signals": np.array(signals), "right": right.numpy()}


def tell(asked: Asked, parts: Mapping[str, Arrays]) -> Told:
    """Who survived, what foretold it, and the linear equations of growth."""
    rng = np.random.default_rng([asked.seed, 1])
    signals = parts[f"d{WIDTHS[-1]}"]["signals"].transpose(1, 0, 2)  # [seeds, times, frequencies]
    ends = survivors(signals[:, -1])
    if asked.decoy:  # other frequencies, and another order in time
        signals = signals[:, rng.permutation(signals.shape[1])]
        ends = rng.permuted(ends, axis=1)
    laws = [growth_law(each, asked.number("penalty")) for each in signals]
    before = [area_under_curve(each[0], end) for each, end in zip(signals, ends, strict=True)]
    change = [
        area_under_curve(each[1] / each[0], end) for each, end in zip(signals, ends, strict=True)
    ]
    counts = {d: survivors(parts[f"d{d}"]["signals"][-1]).sum(axis=1) for d in WIDTHS}
    points = [(d, int(count)) for d in WIDTHS for count in counts[d]]
    dims, found = np.array(points).T
    if asked.decoy:
        dims = rng.permutation(dims)
    measured = {
        "auc": Measured.mean(before),
        "rollout": Measured.mean([law.rollout_r2 for law in laws]),
        "by_width": Measured(float(np.asarray(spearmanr(dims, found))[0])),
        "one_step_r2": Measured.mean([law.one_step_r2 for law in laws]),
        "part_of_equations_used": Measured.mean([law.used for law in laws]),
        "auc_of_first_change": Measured.mean(change),
        "survivors": Measured.mean(ends.sum(axis=1)),
        "right_on_held_out": Measured.mean(parts[f"d{WIDTHS[-1]}"]["right"]),
    }
    times = np.arange(signals.shape[1])
    live = np.flatnonzero(ends[0])
    shown = [
        picture(
            "signals",
            "Which frequencies survive",
            "The signal of every frequency in the embedding of the first network: in colour those "
            "that survive.",
            f"{len(live)} of {ends.shape[1]} frequencies survive: "
            f"{', '.join(str(k + 1) for k in live)}.",
            curves(
                [Curve(times, signals[0][:, k], series=None) for k in np.flatnonzero(~ends[0])]
                + [
                    Curve(times, signals[0][:, k], str(k + 1), series)
                    for series, k in enumerate(live)
                ],
                "step",
                "signal",
                columns=6,
            ),
        ),
        picture(
            "widths",
            "How many survive, by the width of the embedding",
            "Faint every seed, in colour their mean.",
            "; ".join(f"{d}: {np.mean(counts[d]):.1f}" for d in WIDTHS) + ".",
            curves(
                [
                    Curve(WIDTHS, [counts[d][place] for d in WIDTHS], series=None, style="o-")
                    for place in range(len(counts[WIDTHS[0]]))
                ]
                + [Curve(WIDTHS, [counts[d].mean() for d in WIDTHS], "mean over seeds", 0, "o-")],
                *("width of the embedding", "survivors", "x"),
            ),
        ),
    ]
    columns = {f"k{k + 1}": signals[0][:, k] for k in range(signals.shape[2])}
    tables = (
        Table.of("signals", step=times, **columns),
        Table.of("widths", d=dims, survivors=found),
    )
    return Told(measured, tuple(shown), tables)


SURVIVAL = Study(
    name="survival",
    claim="Frequencies compete while a network learns to add; those with the strongest signal at "
    "the start survive, and their growth follows linear equations.",
    source=Source(
        "Survival of the fittest representation",
        "arXiv 2405.17420",
        "a perceptron with p = 59 and embeddings of 128 dimensions; lasso on the first 1,000 steps",
    ),
    gates=(
        Gate(
            "auc",
            "how well the initial signal foretells the survivors (area under the curve)",
            at_least=0.75,
            published="initially strong signals survive",
        ),
        Gate(
            "rollout",
            "R² of the signals, from those at the start alone by sparse linear equations",
            at_least=0.95,
            published="linear equations suffice",
        ),
        Gate(
            "by_width",
            "rank correlation of the embedding's width and the number of survivors",
            at_least=0.1,
            published="more dimensions, more survivors",
        ),
    ),
    decoy="random frequencies in place of the survivors, and the steps in random order",
    settings={
        "seeds": 5,
        "p": 59,
        "fraction": 0.8,
        "steps": 1000,
        "learning_rate": 0.01,
        "weight_decay": 0.5,
        "penalty": 0.01,
    },
    quick={"seeds": 2, "steps": 400},
    measure=measure,
    tell=tell,
    parts=parts,
    here="Embeddings of 16 to 64 dimensions are trained for half of the steps. Equations that are "
    "fitted step by step may run away: of 15 networks one did (seed 31, R² of -3.5; with a penalty "
    "of 0.003 or 0.03 it is 0.999 and 0.991), so that with seeds from 30 that gate does not hold.",
    kind="grokking",
)
