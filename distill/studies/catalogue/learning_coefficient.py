"""The local learning coefficient by Langevin dynamics, against closed forms (arXiv 2308.12108)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from distill.drawing.curves import Curve, curves
from distill.drawing.picture import picture
from distill.instruments import learning_coefficient
from distill.studies.gates import Gate, Measured
from distill.studies.study import Arrays, Asked, Progress, Source, Study, Table, Told

Weights = dict[str, Tensor]


@dataclass(frozen=True)
class Form:
    """A loss whose λ is known.

    Attributes:
        truth: λ in closed form.
        dimensions: of the weights; a regular minimum has half of them.
        begin: where chains begin: the minimum, or draws from the density where it is not compact.
        loss: of every member.
        temperature, step, pull: as of `learning_coefficient`.
    """

    name: str
    truth: float
    dimensions: int
    begin: Callable[[int, torch.Generator], Weights]
    loss: Callable[[Weights], Tensor]
    temperature: float
    step: float
    pull: float = 0.0
    burn_in: int = 1000


def at_zero(dimensions: int) -> Callable[[int, torch.Generator], Weights]:
    """Every chain at the minimum."""
    return lambda chains, _: {"w": torch.zeros(chains, dimensions, dtype=torch.float64)}


def reduced_rank(size: int, middle: int, rank: int) -> Form:
    """‖BA - T‖²/2 with T of a lower rank: singular (Aoyagi and Watanabe, 2005).

    For square matrices and an even sum of sizes, 8λ = 4n(h + r) - (h + r)². The minima are
    not compact; chains begin at draws from the density, by alternating its two Gaussian halves.
    """
    target = torch.zeros(size, size, dtype=torch.float64)
    target[range(rank), range(rank)] = 1.0
    both, temperature = middle + rank, 1e4

    def begin(chains: int, generator: torch.Generator) -> Weights:
        def half(given: Tensor, goal: Tensor) -> Tensor:
            """Columns x of X with density exp(-nβ‖given X - goal‖²/2 - ‖X‖²/2)."""
            precision = temperature * given.mT @ given + torch.eye(middle, dtype=torch.float64)
            root = torch.linalg.cholesky(precision)
            mean = torch.cholesky_solve(temperature * given.mT @ goal, root)
            noise = torch.randn(mean.shape, generator=generator, dtype=torch.float64)
            return mean + torch.linalg.solve_triangular(root.mT, noise, upper=True)

        A = torch.randn(chains, middle, size, generator=generator, dtype=torch.float64)
        B = A.mT
        for _ in range(40):
            B = half(A.mT, target.T).mT
            A = half(B, target)
        return {"A": A, "B": B}

    def loss(weights: Weights) -> Tensor:
        return (weights["B"] @ weights["A"] - target).square().sum(dim=(1, 2)) / 2

    truth = (4 * size * both - both**2) / 8
    name = f"‖BA − T‖², {size} × {middle} × {size}, rank {rank}"
    return Form(name, truth, 2 * size * middle, begin, loss, temperature, 1e-6, 1.0, 300)


FORMS = (
    Form("w², 2 weights", 1.0, 2, at_zero(2), lambda w: w["w"].square().sum(1) / 2, 1e3, 2e-5),
    Form("w², 4 weights", 2.0, 4, at_zero(4), lambda w: w["w"].square().sum(1) / 2, 1e3, 2e-5),
    Form("w⁴", 0.25, 1, at_zero(1), lambda w: w["w"].pow(4).sum(1), 1e3, 1e-4, 0.0, 2000),
    Form(
        "w² + v⁴",
        0.75,
        2,
        at_zero(2),
        lambda w: w["w"][:, 0].square() / 2 + w["w"][:, 1].pow(4),
        1e3,
        4e-5,
        0.0,
        4000,
    ),
    reduced_rank(3, 2, 0),
    reduced_rank(4, 3, 1),
)


def measure(asked: Asked, part: str, progress: Progress) -> Arrays:
    """λ by every chain: arrays [forms, chains]."""
    chains, found = asked.whole("chains"), []
    for place, form in enumerate(FORMS):
        generator = torch.Generator().manual_seed(asked.seed)
        begin = form.begin(chains, generator)
        if asked.decoy:  # around a point that is no minimum
            begin = {name: weights + 0.5 for name, weights in begin.items()}
        found.append(
            learning_coefficient(
                lambda weights, _, form=form: form.loss(weights),
                begin if asked.decoy else {n: torch.zeros_like(w) for n, w in begin.items()},
                form.temperature,
                form.step,
                generator,
                asked.whole("draws"),
                form.burn_in,
                form.pull,
                start=None if asked.decoy else torch.zeros(chains, dtype=torch.float64),
                begin=begin,
            ).numpy()
        )
        progress((place + 1) / len(FORMS), form.name)
    return {"found": np.array(found)}


def tell(asked: Asked, parts: Mapping[str, Arrays]) -> Told:
    """Every form's estimate beside its closed form."""
    found = parts["all"]["found"]
    means = found.mean(axis=1)
    truths = np.array([form.truth for form in FORMS])
    off = np.abs(means / truths - 1)
    below = [
        mean < form.dimensions / 2 * 0.9
        for form, mean in zip(FORMS, means, strict=True)
        if form.truth < form.dimensions / 2
    ]
    worst = int(off.argmax())
    measured = {
        "worst": Measured(float(off.max())),
        "degenerate_below_half": Measured(float(np.mean(below))),
    }
    shown = picture(
        "closed_forms",
        "Measured and exact learning coefficients",
        "Every point is a loss; on the line both are the same.",
        "; ".join(
            f"{form.name}: {mean:.3f} for {form.truth:g}"
            for form, mean in zip(FORMS, means, strict=True)
        ),
        curves(
            [Curve(truths, means, "measured", 0, "o"), Curve([0.2, 8], [0.2, 8], "exact", 1, ":")],
            "λ in closed form",
            "λ by Langevin dynamics",
            "xy",
        ),
    )
    table = Table(
        "closed_forms",
        ("loss", "exact", "measured", "half_of_the_dimensions"),
        tuple(
            (f'"{form.name}"', form.truth, float(mean), form.dimensions / 2)
            for form, mean in zip(FORMS, means, strict=True)
        ),
    )
    remark = f"The furthest off is {FORMS[worst].name}: {means[worst]:.3f} for {truths[worst]:g}."
    return Told(measured, (shown,), (table,), (remark,))


LEARNING_COEFFICIENT = Study(
    name="learning_coefficient",
    claim="The local learning coefficient can be measured by Langevin dynamics, and is less than "
    "half of the number of weights where a minimum is degenerate.",
    source=Source(
        "The local learning coefficient: a singularity-aware complexity measure",
        "arXiv 2308.12108",
        "closed forms: quadratic, quartic, and reduced-rank regression (Aoyagi and Watanabe, 2005)",
    ),
    gates=(
        Gate(
            "worst",
            "largest relative error over 6 losses whose λ is known",
            at_most=0.05,
            published="0",
        ),
        Gate(
            "degenerate_below_half",
            "part of the degenerate minima that measure clearly below half of their weights",
            at_least=1.0,
            published="all",
        ),
    ),
    decoy="chains around points that are no minima",
    settings={"chains": 512, "draws": 3000},
    quick={"draws": 600, "chains": 256},
    measure=measure,
    tell=tell,
    here="Losses of a population, so that nβ can be chosen: 1,000 or 10,000. Chains of reduced-"
    "rank regression begin at exact draws, as its minima are not compact.",
    kind="learning",
)
