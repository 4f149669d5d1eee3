"""L and U: losses over the norm of the weights (Liu et al., arXiv 2210.01117)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from distill.drawing.curves import Curve, curves
from distill.drawing.picture import picture
from distill.instruments import weight_norms
from distill.studies.gates import Gate, Measured
from distill.studies.layered import Layered
from distill.studies.study import Arrays, Asked, Progress, Source, Study, Table, Told
from distill.train.together import AdamW, Parameters, train_together

NORMS = (0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0)
"""Of the weights, in units of that at the usual initialisation, which is the teacher's."""

INPUTS = 5


def measure(asked: Asked, part: str, progress: Progress) -> Arrays:
    """Losses [seeds, norms] of students whose norm is held where it is."""
    shape = Layered((INPUTS, asked.whole("width"), asked.whole("width"), INPUTS), torch.tanh, 1.0)
    steps, points = asked.whole("steps"), asked.whole("points")
    seeds = asked.seeds
    members, inputs, targets, fresh, truths = list[dict[str, Tensor]](), [], [], [], []
    for seed in seeds:
        generator = torch.Generator().manual_seed(seed)
        teacher = {name: each[None] for name, each in shape.initialise(generator).items()}
        x = torch.randn(2 * points, INPUTS, generator=generator)
        y = shape.outputs(teacher, x)[0]
        if asked.decoy:
            y = y[torch.randperm(len(y), generator=generator)]
        begun = shape.initialise(generator)
        for norm in NORMS:
            members.append({name: each * norm for name, each in begun.items()})
            inputs.append(x[:points])
            targets.append(y[:points])
            fresh.append(x[points:])
            truths.append(y[points:])
    parameters = {name: torch.stack([one[name] for one in members]) for name in members[0]}
    held = weight_norms(parameters)
    x, y, other, truth = (torch.stack(each) for each in (inputs, targets, fresh, truths))

    def losses(parameters: Parameters, step: int) -> Tensor:
        if step % 100 == 0:
            progress(step / steps, f"step {step:,}")
        return (shape.outputs(parameters, x) - y).square().mean(dim=(1, 2))

    def hold(parameters: Parameters) -> None:
        back = held / weight_norms(parameters)
        for each in parameters.values():
            each.mul_(back.view(-1, *[1] * (each.ndim - 1)))

    ended = train_together(parameters, losses, AdamW(0.003), steps, after=hold)
    with torch.no_grad():
        train = (shape.outputs(ended, x) - y).square().mean(dim=(1, 2))
        test = (shape.outputs(ended, other) - truth).square().mean(dim=(1, 2))
    rows = (len(seeds), len(NORMS))
    return {"train": train.view(rows).numpy(), "test": test.view(rows).numpy()}


def tell(asked: Asked, parts: Mapping[str, Arrays]) -> Told:
    """Where test loss is least, and how much it rises at the largest norm."""
    train, test = parts["all"]["train"], parts["all"]["test"]
    best = test.argmin(axis=1)
    inside = (best > 0) & (best < len(NORMS) - 1)
    at_one = NORMS.index(1.0)
    ratio = test[:, -1] / test[:, at_one]
    measured = {
        "inside": Measured.part(inside),
        "rise": Measured(float(np.median(ratio)), tuple(ratio.tolist())),
        "train_is_l": Measured(float(np.median(train[:, 0] / train[:, -1]))),
        "norm_of_least_test_loss": Measured.mean([NORMS[place] for place in best]),
    }
    mean_train, mean_test = (np.exp(np.log(each).mean(axis=0)) for each in (train, test))
    shown = picture(
        "l_and_u",
        "Training loss is an L, test loss is a U",
        "Losses at the end, over the norm at which the weights were held, in units of that of the "
        "teacher; geometric means over seeds.",
        "; ".join(
            f"{n:g}: {a:.1e}, {b:.1e}" for n, a, b in zip(NORMS, mean_train, mean_test, strict=True)
        ),
        curves(
            [
                Curve(NORMS, mean_train, "training", 0, "o-"),
                Curve(NORMS, mean_test, "test", 1, "o-"),
            ],
            "norm of the weights",
            "loss",
            "xy",
        ),
    )
    table = Table.of("l_and_u", norm=NORMS, train=mean_train, test=mean_test)
    return Told(measured, (shown,), (table,))


LU_MECHANISM = Study(
    name="lu_mechanism",
    claim="Over the norm of the weights training loss is an L and test loss a U: a network of too "
    "large a norm fits its data without generalising.",
    source=Source(
        "Omnigrok: grokking beyond algorithmic data",
        "arXiv 2210.01117",
        "a teacher and a student of 100 units, weights scaled at the start",
    ),
    gates=(
        Gate(
            "inside",
            "part of the seeds whose least test loss is neither at the smallest nor at the "
            "largest norm",
            at_least=1.0,
            published="U",
        ),
        Gate(
            "rise",
            "test loss at five times the norm over that at the teacher's, median over seeds",
            at_least=1e3,
        ),
        Gate(
            "train_is_l",
            "training loss at the smallest norm over that at the largest, median over seeds",
            at_least=1e3,
            published="L",
        ),
    ),
    decoy="targets in random order",
    settings={"seeds": 3, "width": 100, "points": 200, "steps": 3000},
    quick={"seeds": 1, "steps": 800},
    measure=measure,
    tell=tell,
    here="The norm is held by projection after every step. With 100 points the test loss "
    "rises by a "
    "factor of 860, after 3,000 steps as after 10,000: what the teacher's norm "
    "leaves is a matter of "
    "the points, and there are 200 here. That a held norm takes grokking of modular addition away "
    "is not among the gates: tried with a perceptron, it did not shorten the gap five times.",
    kind="grokking",
)
