"""Whether the network behaves as the formula does where values alone would not show it.

A decoy is a formula of the same size from another function: the same tree with its inputs in each
other's places. Three tests, each with that beside it:

- the network's derivatives are the formula's;
- along lines on which the formula stays as it is, the network stays too;
- the last hidden layer holds the parts that the formula is put together from, up to a linear map:
  a layer that holds mixtures of them is unmixed by it.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from distill.evidence.figures import Measure, Measured
from distill.kinds.formula.expression import (
    Node,
    Number,
    Product,
    Variable,
    add,
    children,
    evaluate,
    multiply,
    number,
    places_of,
    size_of,
    substitute,
)
from distill.kinds.formula.mechanism import FormulaMechanism
from distill.kinds.formula.text import python_text
from distill.networks.function import RealView

POINTS, STEP = 600, 1e-5
"""Points that are looked at, and steps of differences of the formula, in parts of an interval."""

MOST_PARTS = 4

MOVED = 0.1
"""Length of moves along which a formula stays, in parts of the intervals."""


def behaviour(mechanism: FormulaMechanism, view: RealView) -> Measured:
    """Derivatives, lines on which the formula stays, and its parts in the last layer."""
    low = np.array([each.low for each in mechanism.inputs])
    high = np.array([each.high for each in mechanism.inputs])
    dice = np.random.default_rng(17)
    inside = 0.15 + 0.7 * dice.random((POINTS, len(low)))
    points = low + inside * (high - low)
    decoy = _decoy(mechanism.expression, low, high)
    found: Measured = {
        "gradient_r2": Measure(
            _gradient_r2(mechanism.expression, view, points, high - low),
            _gradient_r2(decoy, view, points, high - low),
        )
    }
    if len(low) > 1:
        found["level_change"] = Measure(
            _level_change(mechanism.expression, view, points, high - low),
            _level_change(decoy, view, points, high - low),
        )
    return found | _parts(mechanism, view, points, low, high)


def _decoy(node: Node, low: Float[ndarray, " d"], high: Float[ndarray, " d"]) -> Node:
    """The same with every input in the next one's place, stretched to its interval; of one input
    with its ends exchanged.
    """
    count = len(low)
    given = dict[int, Node]()
    for place in range(count):
        other = (place + 1) % count
        slope = (high[place] - low[place]) / (high[other] - low[other])
        start = low[place] - slope * low[other]
        if count == 1:
            slope, start = -1.0, low[0] + high[0]
        given[place] = add(multiply(number(slope), Variable(other)), number(start))
    return substitute(node, given)


def _slopes(
    node: Node, points: Float[ndarray, "n d"], width: Float[ndarray, " d"]
) -> Float[ndarray, "n d"]:
    columns = list[ndarray]()
    for place, span in enumerate(width):
        step = np.zeros(len(width))
        step[place] = STEP * span
        columns.append((evaluate(node, points + step) - evaluate(node, points - step)) / (2 * STEP))
    return np.stack(columns, axis=1)


def _gradient_r2(
    node: Node, view: RealView, points: Float[ndarray, "n d"], width: Float[ndarray, " d"]
) -> float | None:
    """The part of the network's derivatives that the formula's are, each by its interval."""
    told, own = view.gradients(points) * width, _slopes(node, points, width)
    if not np.isfinite(own).all():
        return None
    left = float(((told - own) ** 2).sum())
    return 1 - left / max(float(((told - told.mean(axis=0)) ** 2).sum()), 1e-300)


def _level_change(
    node: Node, view: RealView, points: Float[ndarray, "n d"], width: Float[ndarray, " d"]
) -> float | None:
    """How much the network changes where the formula does not, beside moves the other way."""
    slopes = _slopes(node, points, width)
    size = np.linalg.norm(slopes, axis=1, keepdims=True)
    if not np.isfinite(slopes).all() or not (size > 0).all():
        return None
    along = slopes / size
    dice = np.random.default_rng(19)
    across = dice.standard_normal(points.shape)
    across -= (across * along).sum(axis=1, keepdims=True) * along
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-12)
    start, base = points, view.values(points)
    moved = points + MOVED * across * width
    for _ in range(6):  # back to the level of the formula, along its steepest line
        off = evaluate(node, moved) - evaluate(node, start)
        slope = _slopes(node, moved, width)
        moved = moved - (off / np.maximum((slope**2).sum(axis=1), 1e-300))[:, None] * slope * width
    other = points + MOVED * along * width
    low, high = (np.array(ends) for ends in zip(*view.box.values(), strict=True))
    near = np.abs(evaluate(node, moved) - evaluate(node, start)) < 1e-9 * np.ptp(base)
    kept = ((moved >= low) & (moved <= high)).all(axis=1) & near
    kept &= ((other >= low) & (other <= high)).all(axis=1)
    if kept.sum() < 20:
        return None
    stays = np.abs(view.values(moved[kept]) - base[kept]).mean()
    goes = np.abs(view.values(other[kept]) - base[kept]).mean()
    return float(stays / max(goes, 1e-300))


def _parts(
    mechanism: FormulaMechanism,
    view: RealView,
    points: Float[ndarray, "n d"],
    low: Float[ndarray, " d"],
    high: Float[ndarray, " d"],
) -> Measured:
    """How well the last hidden layer gives each part, on points that the map was not fitted on."""
    units = view.units(points)
    if units is None:
        return {}
    table = np.concatenate([units, np.ones((len(units), 1))], axis=1)
    found: Measured = {}
    for part in _inner_parts(mechanism.expression):
        text = python_text(part, mechanism.names)
        found[f"part: {text}"] = Measure(
            _held(table, evaluate(part, points)),
            _held(table, evaluate(_decoy(part, low, high), points)),
        )
    return found


def _inner_parts(node: Node) -> list[Node]:
    """Parts of several inputs, or that are no input, the largest first; not the whole."""
    found, queue = list[Node](), list(children(node))
    while queue:
        part = queue.pop(0)
        if size_of(part) > 1 and places_of(part) and part not in found and not _is_turned(part):
            found.append(part)
        queue += children(part)
    return sorted(found, key=size_of, reverse=True)[:MOST_PARTS]


def _is_turned(part: Node) -> bool:
    """Whether it is an input but for its sign, which is no part of its own."""
    match part:
        case Product(factors=(Number(value=-1.0), Variable())):
            return True
    return False


def _held(table: Float[ndarray, "n k"], values: Float[ndarray, " n"]) -> float | None:
    """R² of a linear map from units to a quantity, on the half that it was not fitted on."""
    if not np.isfinite(values).all() or np.ptp(values) == 0:
        return None
    half = len(values) // 2
    weights, *_ = np.linalg.lstsq(table[:half], values[:half], rcond=1e-10)
    left = values[half:] - table[half:] @ weights
    return 1 - float((left**2).sum() / ((values[half:] - values[half:].mean()) ** 2).sum())
