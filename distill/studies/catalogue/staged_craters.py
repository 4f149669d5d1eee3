"""Two minima of one shape, one of them with a valley that leads into it: which is found.

From a random start, gradient descent finds an isolated crater only if all k coordinates are near it
at once, of which the chance is its volume, about R^k. A staged crater is found from anywhere in its
valley, which is of lower dimension than the whole: one coordinate has to be near, and the slope of
the valley does the rest. So the odds between the two grow by a factor with every dimension.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from distill.drawing.curves import Curve, curves
from distill.drawing.picture import picture
from distill.studies.gates import Gate, Measured
from distill.studies.study import Arrays, Asked, Progress, Source, Study, Table, Told

REACH = 0.25
"""Radius of both craters, where the torus is 1 around."""

DIMENSIONS = (2, 3, 4, 5)
ISOLATED, STAGED = 0.25, 0.75
"""All coordinates of the two minima."""


def offset(x: Float[ndarray, "n k"], centre: float) -> Float[ndarray, "n k"]:
    """From the centre to a point, the short way around the torus."""
    return (x - centre + 0.5) % 1.0 - 0.5


def slope(x: Float[ndarray, "n k"], valley: bool) -> Float[ndarray, "n k"]:
    """Gradient of the loss.

    Both craters are d²/2 - R²/2 within R of their minimum and flat around it. The valley lies where
    the first coordinate is within R of that of the second crater: there the loss falls in it, and
    then, as gently as anywhere, in all others.
    """
    gradient = np.zeros_like(x)
    for centre in (ISOLATED, STAGED):
        away = offset(x, centre)
        inside = np.linalg.norm(away, axis=1) < REACH
        gradient[inside] = away[inside]
    if valley:
        away = offset(x, STAGED)
        outside = ~(np.linalg.norm(offset(x, ISOLATED), axis=1) < REACH)
        inside = (np.abs(away[:, 0]) < REACH) & outside
        gradient[inside] = away[inside]
    return gradient


def found(k: int, walkers: int, seed: int, valley: bool) -> tuple[int, int]:
    """How many descents from uniform starts end in the isolated and in the staged crater."""
    x = np.random.default_rng([seed, k]).random((walkers, k))
    for _ in range(60):
        x = (x - 0.2 * slope(x, valley)) % 1.0
    ends = [np.linalg.norm(offset(x, c), axis=1) < 1e-3 for c in (ISOLATED, STAGED)]
    return int(ends[0].sum()), int(ends[1].sum())


def measure(asked: Asked, part: str, progress: Progress) -> Arrays:
    """Counts [seeds, dimensions, crater]."""
    counts = [
        [found(k, asked.whole("starts"), seed, valley=not asked.decoy) for k in DIMENSIONS]
        for seed in asked.seeds
    ]
    progress(1.0, f"{len(DIMENSIONS)} dimensions")
    return {"counts": np.asarray(counts)}


def tell(asked: Asked, parts: Mapping[str, Arrays]) -> Told:
    """The log of the odds over the dimension, and a line through it."""
    counts = parts["all"]["counts"].astype(float)
    odds = np.log((counts[..., 1] + 0.5) / (counts[..., 0] + 0.5))
    slopes, fits = [], []
    for each in odds:
        line = np.polyfit(DIMENSIONS, each, 1)
        rest = each - np.polyval(line, DIMENSIONS)
        slopes.append(line[0])
        fits.append(1 - rest.var() / max(each.var(), 1e-12))
    drawn = [Curve(DIMENSIONS, each, series=None, style="o-") for each in odds]
    mean = Curve(DIMENSIONS, odds.mean(axis=0), "mean over seeds", 0, "o-")
    measured = {"slope": Measured.mean(slopes), "r2": Measured.mean(fits)}
    shown = picture(
        "odds",
        "How much likelier the staged crater is found",
        "Logarithm of the odds that gradient descent from a random start ends in the crater with a "
        "valley rather than in the one without, by the number of dimensions.",
        f"The log odds grow by {measured['slope'].value:.2f} with every dimension.",
        curves([*drawn, mean], "dimensions", "log odds"),
    )
    rows = [
        (seed, k, int(one[0]), int(one[1]))
        for seed, by_k in zip(asked.seeds, counts, strict=True)
        for k, one in zip(DIMENSIONS, by_k, strict=True)
    ]
    table = Table("found", ("seed", "dimensions", "isolated", "staged"), tuple(rows))
    return Told(measured, (shown,), (table,))


STAGED_CRATERS = Study(
    name="staged_craters",
    claim="Of two minima of the same shape the one that a valley leads into is found more often, "
    "by a factor that grows with every dimension.",
    source=Source("Hyperparameters for a better learning theory (working notes)"),
    gates=(
        Gate("slope", "growth of the log odds with every dimension", at_least=0.5),
        Gate("r2", "how well a line fits the log odds over 4 dimensions (R²)", at_least=0.9),
    ),
    decoy="the second crater has no valley either",
    settings={"seeds": 5, "starts": 200_000},
    quick={"starts": 20_000, "seeds": 3},
    measure=measure,
    tell=tell,
    here="A loss by construction on a torus of 2 to 5 dimensions.",
    kind="learning",
)
