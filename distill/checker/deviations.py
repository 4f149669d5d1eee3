"""How far a program and a network are apart over a box: the parts that verdicts are made of.

Program and network count as the same at a point where they are no further apart than a tolerance,
which is at most `MOST_APART` of the spread of the network's values.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy import ndarray

from .activations import ACTIVATIONS
from .box_proof import Bound, bounded
from .errors import ProgramError
from .kind import Proof, leads
from .read import Data, Shapes
from .sandbox import program_of
from .scope import many

MOST_APART = 1e-3
"""Part of the spread of a network's values that a program may be off and still be the same."""

MOST_INPUTS = 12
"""Of a box: its corners are gone through."""

ROUNDED = 1e-9
"""Part of the size of the network's answers below which no bound is sought."""

NEAR = 1.25
"""How far above the largest deviation that is known a bound is near enough."""

ALONG = 33
"""Points along every input, through the middle of the box, at which a page draws both."""

SHAPE: Mapping[str, Any] = {
    "kind": "real_perceptron",
    "n_inputs": range(1, MOST_INPUTS + 1),
    "widths": [range(1, 1 << 14)],
    "activation": (*ACTIVATIONS, "square"),
}
"""The fields of a perceptron over reals."""

PROOFS: Mapping[str, Proof] = {
    "taylor": Proof(
        leads,
        "everywhere in the box program and network are at most {most} apart, for the stored "
        "weights and the program's constants in real arithmetic, by Taylor models over {nodes:,} "
        "parts of it",
        "program and network could be bounded to be at most {most} apart, over {nodes:,} "
        f"parts of the box, which is more than {MOST_APART:g} of the spread of the network's "
        "values",
    )
}


def shapes_over_a_box(shape: Data) -> Shapes:
    """The shape of every tensor of a perceptron over reals."""
    width, found = shape["n_inputs"], Shapes()
    for layer, units in enumerate(shape["widths"], start=1):
        found |= {f"W_{layer}": (width, units), f"b_{layer}": (units,)}
        width = units
    return found | {"W_out": (width, 1), "b_out": (1,)}


def values_of(shape: Data, weights: Mapping[str, ndarray], points: ndarray) -> ndarray:
    """What a stored perceptron answers at points [n, d]."""
    name = shape["activation"]
    x, activation = points, np.square if name == "square" else ACTIVATIONS[name].value
    for layer in range(1, len(shape["widths"]) + 1):
        x = activation(x @ weights[f"W_{layer}"] + weights[f"b_{layer}"])
    return (x @ weights["W_out"] + weights["b_out"])[:, 0]


def wanted_bound(tolerance: float, found: float) -> float:
    """Where a proof may stop: at the tolerance, or a little above what is known to be apart."""
    return max(tolerance, NEAR * found)


def proved(
    source: str,
    shape: Data,
    weights: Mapping[str, ndarray],
    low: ndarray,
    high: ndarray,
    wanted: float,
) -> Bound | None:
    """The bound on |program - network| over a box; null where the program is none to be bounded.

    It is made as tight as is wanted, but for what rounding takes of it.
    """
    size = np.abs(values_of(shape, weights, np.stack([low, (low + high) / 2, high]))).max()
    try:
        least = max(wanted, ROUNDED * float(size))
        return bounded(program_of(source), shape, weights, low, high, least)
    except ProgramError:
        return None


def number(off: ndarray) -> float | None:
    """The largest of deviations; null where there is no value to deviate."""
    largest = float(off.max()) if len(off) else 0.0
    return largest if math.isfinite(largest) else None


def listed_rows(apart: ndarray) -> list[list[float | None]]:
    """Deviations as lists, with null where there is no value."""
    return [[it if math.isfinite(it) else None for it in row] for row in apart.tolist()]


def root_mean_square(off: ndarray) -> float | None:
    """The root of the mean square of deviations; null where there is no value to deviate."""
    found = float(np.sqrt(np.square(off).mean()))
    return found if math.isfinite(found) else None


def box_held(
    names: tuple[str, ...], ends: tuple[tuple[float, float], ...], verdict: str, draw: Data
) -> dict[str, Any]:
    """The points that a verdict is about, as `holds_for` of a report."""
    said = [f"{name} from {low} to {high}" for name, (low, high) in zip(names, ends, strict=True)]
    everywhere = verdict == "proved"
    drawn = f"{many(draw['count'], 'point')} drawn uniformly, PCG64({draw['seed']})"
    return {
        "domain": ", ".join(said),
        "inputs": None,
        "sampled": not everywhere,
        "sampling": None if everywhere else drawn,
        "lengths": None,
        "up_to_length": None,
    }
