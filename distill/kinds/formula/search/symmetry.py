"""Pairs of variables that a function reads through one quantity alone.

A symmetry of a function takes one point to another with the same value, or with one that follows
from it. Three sorts are looked for in gradients, and held against values:

- scaling, `a x f_x + b y f_y = p f`: of x and y only a product of powers matters, but for a power
  of x in front: what dimensional analysis finds;
- shifts, `a f_x + b f_y = p`: only `b x - a y` matters, but for a multiple of x that is added;
- turns, `a y f_x + b x f_y = 0`: only `b x**2 - a y**2` matters.

Cf. the symmetry tests of AI Feynman (arXiv 1905.11481, 2006.10782), here by generators.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from distill.kinds.formula.expression import (
    Node,
    Sum,
    Variable,
    add,
    evaluate,
    multiply,
    number,
    power,
    substitute,
)
from distill.kinds.formula.search.reduction import CLEAR, Reduction, without
from distill.kinds.formula.search.source import Oracle

SAMPLES = 48
"""Points at which gradients are looked at."""

ROUGH = 40.0
"""How much further off gradients are than values, along the whole of an interval."""

SIMPLE = tuple(
    sorted(
        {Fraction(a, b) for a in range(-4, 5) for b in (1, 2, 3)},
        key=lambda f: (f.denominator, abs(f)),
    )
)
"""Exponents and weights that symmetries have."""


@dataclass(frozen=True)
class Symmetry:
    """Two variables, and what only matters of them.

    Attributes:
        quantity: an expression of the two, variables 0 and 1.
        factor: what the function is divided by first; `summand` what is subtracted from it first.
    """

    said: str
    quantity: Node
    factor: Node | None = None
    summand: Node | None = None


def symmetries(oracle: Oracle) -> Iterator[Reduction]:
    """Every pair that can be read as one quantity, and what is left then."""
    points = oracle.draw(SAMPLES, 21, inside=0.1)
    values, slopes = oracle.values(points), oracle.gradients(points)
    blur = ROUGH * oracle.noise / (oracle.high - oracle.low)
    for one, other in combinations(range(oracle.count), 2):
        pair = (one, other)
        for symmetry in _proposed(points[:, pair], values, slopes[:, pair], blur[list(pair)]):
            reduction = _reduced(oracle, pair, symmetry)
            if reduction is not None:
                yield reduction
                break


def _proposed(
    points: Float[ndarray, "n 2"],
    values: Float[ndarray, " n"],
    slopes: Float[ndarray, "n 2"],
    blur: Float[ndarray, " 2"],
) -> Iterator[Symmetry]:
    """What gradients suggest, the plainest first."""
    x, y = points.T
    f_x, f_y = slopes.T
    ones = np.ones_like(x)
    solved = _relation([f_x, f_y, ones], [blur[0] * ones, blur[1] * ones, 0 * ones])
    if solved is not None:
        a, b, p = solved
        yield _shift(a, b, p)
    if (x > 0).all() and (y > 0).all():
        columns = [x * f_x, y * f_y, values]
        solved = _relation(columns, [x * blur[0], y * blur[1], 0 * ones])
        if solved is not None:
            made = _scaling(*solved)
            if made is not None:
                yield made
    elif (x > 0).all() or (y > 0).all():
        columns = [x * f_x, y * f_y, values]
        solved = _relation(columns, [np.abs(x) * blur[0], np.abs(y) * blur[1], 0 * ones])
        made = None if solved is None else _signed_scaling(*solved, positive=int((y > 0).all()))
        if made is not None:
            yield made
    solved = _relation([y * f_x, x * f_y], [y * blur[0], x * blur[1]])
    if solved is not None:
        a, b = solved
        yield Symmetry(
            "turns",
            add(
                multiply(number(_near(-b / a)), power(Variable(0), 2)),
                multiply(number(1.0), power(Variable(1), 2)),
            ),
        )


def _relation(columns: Sequence[ndarray], blurs: Sequence[ndarray]) -> tuple[float, ...] | None:
    """Weights with which columns add up to nothing, the first of them 1, within what they blur."""
    matrix = np.stack(columns, axis=1)
    scale = np.sqrt((matrix**2).mean(axis=0))
    if not (scale > 0).all() or not np.isfinite(scale).all():
        return None
    _, sizes, ways = np.linalg.svd(matrix / scale / np.sqrt(len(matrix)))
    weights = ways[-1] / scale
    noise = np.sqrt(((np.stack(blurs, axis=1) * weights) ** 2).sum(axis=1).mean())
    if sizes[-1] > CLEAR * noise + 1e-12 or abs(ways[-1][0]) < 1e-3 or abs(ways[-1][1]) < 1e-3:
        return None
    return tuple(float(weight / weights[0]) for weight in weights)


def _near(value: float) -> float:
    """A simple fraction that is near, or the number as it is."""
    for simple in SIMPLE:
        if abs(value - simple) < 2e-3 * max(1.0, abs(value)):
            return float(simple)
    return value


def _shift(a: float, b: float, p: float) -> Symmetry:
    """`f(x + t, y + b t) = f - p t`, from the relation `a f_x + b f_y + p = 0` with a = 1."""
    slope = _near(b / a)
    quantity = add(multiply(number(-slope), Variable(0)), Variable(1))
    if slope < 0:
        quantity = add(Variable(0), multiply(number(-1 / slope), Variable(1)))
    summand = multiply(number(-p / a), Variable(0)) if abs(p) > 1e-4 else None
    return Symmetry("shifts", quantity, summand=summand)


def _scaling(a: float, b: float, p: float) -> Symmetry | None:
    """`x ** (-b / a) * y` is all that matters, beside `x ** (-p / a)` in front."""
    ways = [fraction_near(-b / a), fraction_near(-p / a)]
    if None in ways:
        return None
    inner, outer = ways
    assert inner is not None, "held above"
    assert outer is not None, "held above"
    over, under = inner.numerator, inner.denominator
    quantity = multiply(power(Variable(0), over), power(Variable(1), under))
    if over < 0 and under == 1:
        quantity = multiply(power(Variable(0), -over), power(Variable(1), -under))
    factor = power(Variable(0), outer) if outer else None
    return Symmetry("scaling", quantity, factor=factor)


def _signed_scaling(a: float, b: float, p: float, positive: int) -> Symmetry | None:
    """The same of a variable of both signs: it stands as it is, times a power of the other one.

    That is the one that is `positive`, 0 or 1; a power of it stands in front.
    """
    own, other = (a, b) if positive == 0 else (b, a)
    ways = [fraction_near(-other / own), fraction_near(-p / own)]
    if None in ways:
        return None
    inner, outer = ways
    assert inner is not None, "held above"
    assert outer is not None, "held above"
    base = Variable(positive)
    factor = power(base, outer) if outer else None
    return Symmetry("scaling", multiply(Variable(1 - positive), power(base, inner)), factor=factor)


def fraction_near(value: float) -> Fraction | None:
    """A simple fraction that a weight found in gradients may be; null where none is near."""
    for simple in SIMPLE:
        if abs(value - simple) < 1e-2:
            return simple
    return None


def _reduced(oracle: Oracle, pair: tuple[int, int], symmetry: Symmetry) -> Reduction | None:
    """The function of one variable less, if values say so too."""
    kept = without(pair[1], oracle.count)
    path = path_of(oracle.low[list(pair)], oracle.high[list(pair)], symmetry.quantity)
    if path is None:
        return None
    if path.high <= 0:
        turned = replace(symmetry, quantity=_opposite(symmetry.quantity))
        return _reduced(oracle, pair, turned)
    low, high = oracle.low[kept].copy(), oracle.high[kept].copy()
    place = kept.index(pair[0])
    low[place], high[place] = path.low, path.high

    def whole(points: ndarray) -> ndarray:
        full = np.zeros((len(points), oracle.count))
        full[:, kept] = points
        full[:, pair] = path.at(points[:, place])
        return full

    def stripped(full: ndarray, values: ndarray) -> ndarray:
        two = full[:, pair]
        if symmetry.summand is not None:
            values = values - evaluate(symmetry.summand, two)
        return values if symmetry.factor is None else values / evaluate(symmetry.factor, two)

    def inner(points: ndarray) -> ndarray:
        full = whole(points)
        return stripped(full, oracle.values(full))

    part = Oracle(oracle.source, low, high, inner)
    if not _holds(oracle, part, pair, kept, symmetry, stripped):
        return None

    def combine(found: Sequence[Node]) -> Node:
        given: dict[int, Node] = {
            own: Variable(other) for own, other in enumerate(kept) if own != place
        }
        names: dict[int, Node] = {0: Variable(pair[0]), 1: Variable(pair[1])}
        node = substitute(found[0], given | {place: substitute(symmetry.quantity, names)})
        if symmetry.factor is not None:
            node = multiply(node, substitute(symmetry.factor, names))
        if symmetry.summand is not None:
            node = add(node, substitute(symmetry.summand, names))
        return node

    return Reduction(f"{symmetry.said} of two variables", (part,), combine)


def _holds(
    oracle: Oracle,
    part: Oracle,
    pair: tuple[int, int],
    kept: list[int],
    symmetry: Symmetry,
    stripped: Callable[[ndarray, ndarray], ndarray],
) -> bool:
    """Whether the function of one variable less gives the values of the function."""
    points = oracle.draw(64, 22)
    seen = stripped(points, oracle.values(points))
    fewer = points[:, kept].copy()
    fewer[:, kept.index(pair[0])] = evaluate(symmetry.quantity, points[:, pair])
    apart = part.values(np.clip(fewer, part.low, part.high)) - seen
    noise = np.hypot(part.noise, oracle.noise * _shrunk(symmetry, points[:, pair]))
    ratio = apart / noise
    return bool(np.isfinite(ratio).all()) and float(np.sqrt((ratio**2).mean())) <= CLEAR


def _opposite(node: Node) -> Node:
    if isinstance(node, Sum):
        return add(*(multiply(number(-1.0), term) for term in node.terms))
    return multiply(number(-1.0), node)


def _shrunk(symmetry: Symmetry, two: ndarray) -> ndarray:
    if symmetry.factor is None:
        return np.ones(len(two))
    return 1 / np.abs(evaluate(symmetry.factor, two))


@dataclass(frozen=True)
class Path:
    """Points of a rectangle at which a quantity takes each of its values once.

    Attributes:
        low, high: the least and the largest value.
        at: the point of the path, for values.
    """

    low: float
    high: float
    at: Callable[[ndarray], ndarray]


def path_of(low: Float[ndarray, " e"], high: Float[ndarray, " e"], quantity: Node) -> Path | None:
    """From where a quantity is least to where it is largest, if it grows all the way there."""
    grids = [np.linspace(a, b, 9) for a, b in zip(low, high, strict=True)]
    points = np.stack(np.meshgrid(*grids, indexing="ij"), axis=-1).reshape(-1, len(low))
    values = evaluate(quantity, points)
    if not np.isfinite(values).all():
        return None
    start, end = points[int(values.argmin())], points[int(values.argmax())]
    least, most = float(values.min()), float(values.max())

    def along(part: ndarray) -> ndarray:
        return start + part[:, None] * (end - start)

    if not (np.diff(evaluate(quantity, along(np.linspace(0, 1, 65)))) > 0).all():
        return None

    def at(wanted: ndarray) -> ndarray:
        lower, upper = np.zeros(len(wanted)), np.ones(len(wanted))
        for _ in range(50):
            middle = (lower + upper) / 2
            above = evaluate(quantity, along(middle)) > wanted
            upper, lower = np.where(above, middle, upper), np.where(above, lower, middle)
        return along((lower + upper) / 2)

    return Path(least, most, at)
