"""How far a program is from a network at most, everywhere in a box: branch and bound.

Both are evaluated on parts of the box as Taylor models (`taylor.py`), and the difference of the two
polynomials, which is small where both compute the same, is bounded by the sizes of its
coefficients. A part on which that is not enough is halved, along the input by which the
functions bend most (one that has no bound at all along its longest side), and so are all such
parts, round after round, until every bound is below what is wanted or the work is done. What is
left then has the bound that it has: so the result is always a bound, though it may be none that
says anything. A small part without a bound ends it too: the program has no value there, or so it
seems.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy import ndarray

from .language import Program
from .model_functions import ACTIVATIONS_OF_MODELS
from .program_models import on_models
from .taylor import Basis, Model, basis_of, stacked, variables

WORK = 4_000_000_000
"""Multiplications that a proof may take, about: half a minute on one core."""

AT_ONCE = 1 << 18
"""Coefficients of a layer that are held at once."""

SMALL = 2.0**-10
"""A part without a bound that is no longer than this along every input ends a proof."""

SECONDS = 600
"""For the program to be evaluated on all parts together: work is what ends a proof."""

OnModels = Callable[[list[Model]], Model]


@dataclass(frozen=True)
class Bound:
    """What branch and bound arrived at.

    Attributes:
        error: program and network are nowhere further apart; infinite where nothing is known.
        parts: of the box, that were bounded in the end.
        at: middle of the part with the largest bound.
        undefined: whether the program has no bound there of its own: it may divide by zero.
    """

    error: float
    parts: int
    at: tuple[float, ...]
    undefined: bool = False


def network_on_models(
    shape: Mapping[str, Any], weights: Mapping[str, ndarray], inputs: list[Model]
) -> Model:
    """What a stored perceptron over reals answers, in real arithmetic."""
    x, activation = stacked(inputs), ACTIVATIONS_OF_MODELS[shape["activation"]]
    for layer in range(1, len(shape["widths"]) + 1):
        x = activation(x.mixed(weights[f"W_{layer}"], weights[f"b_{layer}"]))
    x = x.mixed(weights["W_out"], weights["b_out"])
    return Model(x.basis, x.parts[..., 0], x.rad[..., 0])


def bounded(
    program: Program,
    shape: Mapping[str, Any],
    weights: Mapping[str, ndarray],
    low: ndarray,
    high: ndarray,
    wanted: float,
    work: int = WORK,
) -> Bound:
    """Bound |program - network| on a box.

    Args:
        program: of the language.
        shape: of the network.
        weights: by name, as float64.
        low: the lower corner of the box.
        high: the upper one.
        wanted: where the bound is no larger, no part is halved any more.
        work: multiplications after which none is halved either.

    Raises:
        ProgramError: the program does what no model can bear.
    """
    basis, answer = basis_of(len(low)), on_models(program, SECONDS)
    cost = _cost(basis, shape)
    lows, highs = low[None], high[None]
    done, finished = 0, 0
    largest, worst = 0.0, (low + high) / 2
    undefined = False
    while len(lows):
        bounds, ways, holes = _bounds(basis, answer, shape, weights, lows, highs)
        ways = np.where(np.isfinite(bounds), ways, ((highs - lows) / (high - low)).argmax(axis=1))
        done += len(lows) * cost
        enough = bounds <= wanted
        more = np.flatnonzero(~enough)
        small = (highs - lows <= (high - low) * SMALL).all(axis=1)
        if done + 2 * len(more) * cost > work or (small & ~np.isfinite(bounds)).any():
            enough, more = np.ones(len(lows), dtype=bool), more[:0]
        finished += int(enough.sum())
        if enough.any():
            # of several without a bound the smallest says best where
            sizes = np.where(enough, bounds, -1.0), -((highs - lows) / (high - low)).max(axis=1)
            place = int(np.lexsort((sizes[1], sizes[0]))[-1])
            if bounds[place] > largest:
                largest, undefined = float(bounds[place]), bool(holes[place])
                worst = (lows[place] + highs[place]) / 2
        lows, highs = _halved(lows[more], highs[more], ways[more])
    return Bound(largest, finished, tuple(worst.tolist()), undefined)


def _bounds(
    basis: Basis,
    answer: OnModels,
    shape: Mapping[str, Any],
    weights: Mapping[str, ndarray],
    lows: ndarray,
    highs: ndarray,
) -> tuple[ndarray, ndarray, ndarray]:
    """Bounds on parts of the box, along which input each is best halved, and where the program
    itself has no bound.
    """
    widest = max((*shape["widths"], basis.variables))
    count = max(1, AT_ONCE // (widest * len(basis.degrees)))
    found = []
    with np.errstate(all="ignore"):
        for start in range(0, len(lows), count):
            inputs = variables(basis, lows[start : start + count], highs[start : start + count])
            network, program = network_on_models(shape, weights, inputs), answer(inputs)
            apart = program.plus(network.scaled(-1.0))
            found.append((apart.size, _ways(network, program), ~np.isfinite(program.rad)))
    bounds, ways, holes = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return bounds, ways, holes  # no model's radius is no number


def _ways(network: Model, program: Model) -> ndarray:
    """The input along which the functions bend most: that of the largest high powers."""
    exponents = network.basis.exponents
    high = network.basis.degrees >= 2
    bent = np.abs(network.parts[high]) + np.abs(program.parts[high])
    by_input = np.einsum("mb,md->bd", bent, exponents[high].astype(float) ** 2)
    straight = np.abs(network.parts[1 : 1 + network.basis.variables]).T
    flat = ~np.isfinite(by_input).all(axis=1) | (by_input.max(axis=1) == 0)
    return np.where(flat[:, None], straight, by_input).argmax(axis=1)


def _halved(lows: ndarray, highs: ndarray, ways: ndarray) -> tuple[ndarray, ndarray]:
    """Both halves of parts."""
    rows = np.arange(len(lows))
    middle = (lows[rows, ways] + highs[rows, ways]) / 2
    below, above = highs.copy(), lows.copy()
    below[rows, ways], above[rows, ways] = middle, middle
    return np.concatenate([lows, above]), np.concatenate([below, highs])


def _cost(basis: Basis, shape: Mapping[str, Any]) -> int:
    """Multiplications for one part, about: a product for every power of every unit."""
    products = sum(map(len, basis.products))
    units = sum(shape["widths"]) + 8
    sizes = [basis.variables, *shape["widths"], 1]
    layers = sum(one * other for one, other in itertools.pairwise(sizes))
    return units * products * basis.degree // 2 + layers * len(basis.degrees)


def provable(shape: Mapping[str, Any] | None) -> bool:
    """Whether models are known for a network."""
    return shape is not None and shape["activation"] in ACTIVATIONS_OF_MODELS
