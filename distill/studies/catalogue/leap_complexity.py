"""How many variables must be found at once: the leap (Abbe et al., arXiv 2302.11055)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from distill.drawing.curves import Curve, curves
from distill.drawing.picture import picture
from distill.instruments import leap
from distill.studies.gates import Gate, Measured
from distill.studies.layered import Layered
from distill.studies.study import Arrays, Asked, Progress, Source, Study, Table, Told
from distill.train.together import SGD, Parameters, stacked, train_together

TARGETS = (
    ((0,), (0, 1), (0, 1, 2)),
    ((0,), (0, 1, 2)),
    ((0, 1, 2),),
)
"""Sums of products of ±1 variables, of leap 1, 2 and 3: one product of three, with fewer and fewer
steps that lead up to it."""

DIMENSIONS = (15, 21, 30)
LEARNED = 0.1
"""Part of the variance that is left when a target counts as learned."""


def parts(asked: Asked) -> tuple[str, ...]:
    """One for every number of variables."""
    return tuple(f"d{d}" for d in DIMENSIONS)


def measure(asked: Asked, part: str, progress: Progress) -> Arrays:
    """Steps [targets, seeds] until each is learned, by online gradient descent."""
    d, seeds = int(part.removeprefix("d")), asked.seeds
    steps, batch = asked.whole("steps"), asked.whole("batch")
    shape = Layered((d, asked.whole("width"), 1))
    members = [seed for _ in TARGETS for seed in seeds]
    generators = [torch.Generator().manual_seed(1000 + seed) for seed in members]
    learned = np.full(len(members), float(steps))
    smooth = np.ones(len(members))

    def losses(parameters: Parameters, _: int) -> Tensor:
        drawn = [torch.randint(2, (batch, d), generator=each) for each in generators]
        x = 1.0 - 2.0 * torch.stack(drawn)
        y = torch.stack([_value(TARGETS[n // len(seeds)], row) for n, row in enumerate(x)])
        if asked.decoy:
            y = y[:, torch.randperm(batch, generator=generators[0])]
        off = (shape.outputs(parameters, x)[..., 0] - y).square()
        return off.mean(dim=1)

    def observe(step: int, parameters: Parameters, last: Tensor | None) -> bool:
        nonlocal smooth
        if last is None:
            return False
        parts = np.array([len(TARGETS[n // len(seeds)]) for n in range(len(members))])
        smooth = 0.95 * smooth + 0.05 * last.numpy() / parts
        now = (smooth < LEARNED) & (learned == steps)
        learned[now] = step
        if step % 100 == 0:
            progress(step / steps, f"step {step:,}, {(learned < steps).sum()} learned")
        return bool((learned < steps).all())

    train_together(
        stacked(shape.initialise, members), losses, SGD(asked.number("rate")), steps, observe
    )
    return {"learned": learned.reshape(len(TARGETS), len(seeds)), "d": np.array(d)}


def _value(target: tuple[tuple[int, ...], ...], x: Tensor) -> Tensor:
    products = [x[:, list(subset)].prod(dim=1) for subset in target]
    return torch.stack(products).sum(dim=0)


def tell(asked: Asked, parts: Mapping[str, Arrays]) -> Told:
    """Steps by leap and dimension, and how fast they grow."""
    learned = np.array([parts[f"d{d}"]["learned"] for d in DIMENSIONS])  # [d, leap, seeds]
    limit = float(asked.whole("steps"))
    medians = np.median(learned, axis=2)
    in_order = np.asarray((np.diff(learned, axis=1) > 0).all(axis=(0, 1)))
    logs = np.log(DIMENSIONS)
    exponents = [float(np.polyfit(logs, np.log(column), 1)[0]) for column in medians.T]
    never = int((learned >= limit).sum())
    measured = {
        "in_order": Measured.part(in_order),
        "exponents_rise": Measured(float(min(np.diff(exponents)))),
        "leap_1_learned": Measured.part(np.asarray((learned[:, 0] < limit).all(axis=0))),
        **{f"exponent_{place}": Measured(each) for place, each in enumerate(exponents, 1)},
    }
    found = [leap(target) for target in TARGETS]
    shown = picture(
        "steps",
        "Steps until a target is learned",
        "Medians over seeds, by the number of variables, for targets of leap 1, 2 and 3.",
        "; ".join(
            f"leap {number}: {', '.join(f'{steps:.0f}' for steps in column)}"
            for number, column in zip(found, medians.T, strict=True)
        ),
        curves(
            [
                Curve(DIMENSIONS, column, f"leap {number}", place, "o-")
                for place, (number, column) in enumerate(zip(found, medians.T, strict=True))
            ],
            "variables",
            "steps",
            "xy",
        ),
    )
    rows = tuple(
        (d, number, seed, float(learned[i, j, k]))
        for i, d in enumerate(DIMENSIONS)
        for j, number in enumerate(found)
        for k, seed in enumerate(asked.seeds)
    )
    remarks = (
        (
            f"{never} of {learned.size} networks had not learned by step {limit:,.0f}; they count "
            "as if they had then, which makes exponents smaller.",
        )
        if never
        else ()
    )
    table = Table("steps", ("variables", "leap", "seed", "steps"), rows)
    return Told(measured, (shown,), (table,), remarks)


LEAP_COMPLEXITY = Study(
    name="leap_complexity",
    claim="How long gradient descent takes to learn a sparse function is decided by its leap, the "
    "largest number of variables that it must find at once.",
    source=Source(
        "SGD learning on neural networks: leap complexity and saddle-to-saddle dynamics",
        "arXiv 2302.11055",
        "about d^max(leap - 1, 1) steps",
    ),
    gates=(
        Gate(
            "in_order",
            "part of the seeds in which leap 1 comes before 2 and 2 before 3, at every dimension",
            at_least=1.0,
            published="always",
        ),
        Gate(
            "exponents_rise",
            "least difference of the exponents of d from one leap to the next",
            at_least=0.05,
            published="about 1",
        ),
        Gate("leap_1_learned", "part of the seeds in which leap 1 is learned", at_least=1.0),
    ),
    decoy="targets in random order within every batch",
    settings={"seeds": 3, "width": 100, "batch": 128, "steps": 15_000, "rate": 0.03},
    quick={"steps": 3000, "seeds": 2},
    measure=measure,
    tell=tell,
    parts=parts,
    here="15 to 30 variables, a layer of 100 ReLU units, fresh batches of 128.",
    kind="learning",
)
