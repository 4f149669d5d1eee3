"""The learning coefficient along grokking: it rises to memorise, and falls to generalise."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from distill.drawing.curves import Curve, Mark, curves
from distill.drawing.picture import picture
from distill.instruments import learning_coefficient
from distill.studies.gates import Gate, Measured
from distill.studies.modular import Perceptron, pairs
from distill.studies.readout import accuracies, losses
from distill.studies.study import Arrays, Asked, Progress, Source, Study, Table, Told
from distill.train.together import AdamW, Parameters, stacked, train_together

JUMP = 0.5
"""Held-out accuracy at which a network is said to have jumped."""

STEP, PULL = 1e-4, 100.0
"""Of the chains: size of a step, and pull back to the checkpoint."""


def parts(asked: Asked) -> tuple[str, ...]:
    """Networks that can generalise, and such as have labels in random order, to compare."""
    return "sums", "shuffled"


def measure(asked: Asked, part: str, progress: Progress) -> Arrays:
    """λ [checkpoints, seeds] on the training data, with loss and held-out accuracy."""
    shuffled = part == "shuffled" or asked.decoy
    data = pairs(asked.whole("p"), asked.number("fraction"), asked.seed, shuffled)
    shape = Perceptron(data.p, 64, (128,), 1 / 8, silu=True)
    steps, every = asked.whole("steps"), asked.whole("every")
    inputs, labels = data.inputs[data.trained], data.labels[data.trained]
    held, kept = data.inputs[data.held], dict[int, Parameters]()
    seen, right = [], []

    def off(parameters: Parameters, _: int) -> Tensor:
        return losses(shape.logits(parameters, inputs), labels)

    def observe(step: int, parameters: Parameters, _: Tensor | None) -> None:
        if step % every:
            return
        kept[step] = {name: each.detach().clone() for name, each in parameters.items()}
        with torch.no_grad():
            seen.append(off(parameters, step).numpy())
            now = accuracies(shape.logits(parameters, held), data.labels[data.held])
        right.append(now.numpy())
        progress(0.2 * step / steps, f"step {step:,}, right on {right[-1].mean():.0%}")

    rule = AdamW(asked.number("learning_rate"), asked.number("weight_decay"), betas=(0.9, 0.98))
    train_together(stacked(shape.initialise, asked.seeds), off, rule, steps, observe)
    count, draws, found = len(labels), asked.whole("draws"), []
    for place, at in enumerate(kept.values()):
        generator = torch.Generator().manual_seed(asked.seed + place)
        chains = learning_coefficient(
            off, at, count / math.log(count), STEP, generator, draws, draws, PULL
        )
        found.append(chains.numpy())
        progress(0.2 + 0.8 * (place + 1) / len(kept), f"chain {place + 1} of {len(kept)}")
    return {
        **{"step": np.array(list(kept)), "found": np.array(found)},
        **{"loss": np.array(seen), "right": np.array(right)},
    }


def tell(asked: Asked, parts: Mapping[str, Arrays]) -> Told:
    """Where λ is highest, when networks jump, and how far it has fallen at the end."""
    seen, control = parts["sums"], parts["shuffled"]
    steps, found, right = seen["step"], seen["found"], seen["right"]
    jump = np.where((right >= JUMP).any(axis=0), steps[(right >= JUMP).argmax(axis=0)], -1)
    peak = steps[found.argmax(axis=0)]
    falls = found[-1] / found.max(axis=0)
    measured = {
        "peak_first": Measured.part(peak < jump),
        "fall": Measured.mean(falls),
        "step_of_peak": Measured.mean(peak),
        "step_of_jump": Measured.mean(jump),
        "peak": Measured.mean(found.max(axis=0)),
        "end": Measured.mean(found[-1]),
        "peak_with_shuffled_labels": Measured.mean(control["found"].max(axis=0)),
        "end_with_shuffled_labels": Measured.mean(control["found"][-1]),
    }
    shown = picture(
        "coefficient",
        "Complexity rises, and falls before anything is seen",
        "The local learning coefficient of checkpoints along training, on what is trained on: of "
        "networks that learn to add, and of such as learn labels in random order; and held-out "
        "accuracy of the former, in units of the peak. Faint lines are networks.",
        f"It is highest at step {measured['step_of_peak'].value:.0f} on average; held-out accuracy "
        f"is {JUMP:.0%} at step {measured['step_of_jump'].value:.0f}.",
        curves(
            [Curve(steps, each, series=None) for each in found.T]
            + [
                Curve(steps, found.mean(axis=1), "sums", 0),
                Curve(control["step"], control["found"].mean(axis=1), "shuffled labels", 1, "--"),
                Curve(steps, right.mean(axis=1) * found.mean(axis=1).max(), "right", 2, ":"),
            ],
            "step",
            "learning coefficient",
            marks=[Mark(float(jump.mean()), "jump")] if (jump >= 0).all() else [],
        ),
    )
    remark = (
        f"With labels in random order λ falls too, from {control['found'].max(axis=0).mean():.3g} "
        f"to {control['found'][-1].mean():.3g}: much of the fall is that of the loss. What is of "
        f"generalising is how far: to {found[-1].mean():.3g}."
    )
    table = Table.of(
        "coefficient",
        **{"step": steps, "sums": found.mean(1), "shuffled": control["found"].mean(1)},
        **{"loss": seen["loss"].mean(1), "right": right.mean(1)},
    )
    return Told(measured, (shown,), (table,), (remark,))


SIMPLICITY = Study(
    name="simplicity",
    claim="Along grokking the local learning coefficient rises while a network memorises, and "
    "falls again before it is seen to generalise.",
    source=Source(
        "The local learning coefficient: a singularity-aware complexity measure; devinterp",
        "arXiv 2308.12108",
    ),
    gates=(
        Gate(
            "peak_first",
            f"part of the networks whose λ is highest before held-out accuracy is {JUMP:.0%}",
            at_least=0.8,
        ),
        Gate("fall", "λ at the end, as a part of its highest", at_most=0.7),
    ),
    decoy="labels in random order",
    settings={
        **{"seeds": 5, "p": 53, "fraction": 0.4, "steps": 1000, "every": 50, "draws": 100},
        **{"learning_rate": 0.01, "weight_decay": 1.0},
    },
    quick={"seeds": 2, "every": 100, "draws": 50},
    measure=measure,
    tell=tell,
    parts=parts,
    here="Chains of 200 steps of size 1e-4 with a pull of 100 back to the checkpoint, nβ "
    "= n/log n: "
    "too short for λ itself, so that only its course is judged, not its value.",
    kind="grokking",
)
