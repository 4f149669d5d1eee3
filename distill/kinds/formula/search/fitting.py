"""Formulas of one variable: from values along an axis to the simplest expressions that give them.

Under every transform of the answers (`transforms.py`), combinations of few columns are tried, the
simplest first: one, one and a constant, two, fractions of polynomials, columns with a parameter.
What fits as well as the values are known is a candidate; which of several is meant is decided
where the whole formula is fitted to the network.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.optimize import least_squares, minimize_scalar

from distill.kinds.formula.expression import (
    ONE,
    Node,
    add,
    call,
    divide,
    evaluate,
    multiply,
    number,
    power,
    size_of,
)
from distill.kinds.formula.search.columns import (
    Column,
    Shape,
    X,
    fixed_columns,
    prefactors_for,
    shapes_for,
)
from distill.kinds.formula.search.transforms import TRANSFORMS, Transform, sign_of

FITS = 4.0
"""Deviation that a fit may have, in parts of the noise."""

KEPT = 4
"""Candidates that are handed back."""

REFINED = 20
"""Columns with a parameter that are refined, by how many others stand beside them, of those that
come nearest on their grids."""


@dataclass(frozen=True)
class Candidate:
    """An expression, and how far it is from the values in parts of their noise."""

    node: Node
    error: float

    @property
    def cost(self) -> int:
        """How complex it is."""
        return size_of(self.node)


@dataclass(frozen=True)
class _Line:
    """Values along an axis, transformed: what columns are fitted to."""

    x: ndarray
    y: ndarray
    sigma: ndarray
    transform: Transform
    sign: float

    @property
    def target(self) -> ndarray:
        return self.transform.forth(self.y)

    @property
    def weight(self) -> ndarray:
        slope = np.abs(self.transform.slope(self.y))
        return 1 / np.maximum(self.sigma * slope, 1e-300)


def fit_line(
    x: Float[ndarray, " n"],
    y: Float[ndarray, " n"],
    noise: float | Float[ndarray, " n"],
    kept: int = KEPT,
    transforms: Sequence[Transform] = TRANSFORMS,
) -> list[Candidate]:
    """The simplest expressions of one variable that give these values.

    Args:
        x: places along the axis.
        y: values there.
        noise: how far these are off, all alike or each.
        kept: how many are handed back at most.
        transforms: of the values, that are tried.
    """
    noise = np.broadcast_to(np.maximum(noise, 1e-15 * float(np.abs(y).max()) + 1e-300), y.shape)
    if float(np.std(y)) <= FITS * float(np.sqrt((noise**2).mean())):
        return [Candidate(number(float(y.mean())), 1.0)]
    lines = [
        _Line(x, y, noise, transform, sign_of(y)) for transform in transforms if transform.fits(y)
    ]
    found = list[Candidate]()
    for stage, most in STAGES:
        for line in lines:
            if line.transform.cost > most:
                continue
            for node in stage(line):
                whole = line.transform.back(node, line.sign)
                error = _error(whole, x, y, noise)
                if error <= FITS:
                    found.append(Candidate(whole, error))
            if found and stage not in CHEAP:
                break
        if found:
            break
    found.sort(key=lambda each: (each.cost, each.error))
    return _distinct(found)[:kept]


def _distinct(found: list[Candidate]) -> list[Candidate]:
    seen, kept = set[Node](), list[Candidate]()
    for each in found:
        if each.node not in seen:
            seen.add(each.node)
            kept.append(each)
    return kept


def _error(node: Node, x: ndarray, y: ndarray, noise: ndarray) -> float:
    apart = (evaluate(node, x[:, None]) - y) / noise
    error = float(np.sqrt(np.mean(apart**2)))
    return error if np.isfinite(error) else np.inf


def _one_column(line: _Line) -> Iterator[Node]:
    """One column without a parameter."""
    yield from _combined(line, (), pairs=False)


def _one_and_constant(line: _Line) -> Iterator[Node]:
    """One column without a parameter, and a constant."""
    yield from _combined(line, (_constant(line),), pairs=False)


def _two_columns(line: _Line) -> Iterator[Node]:
    """Two columns without a parameter."""
    yield from _combined(line, (), pairs=True)


def _two_and_constant(line: _Line) -> Iterator[Node]:
    """Two columns without a parameter, and a constant."""
    yield from _combined(line, (_constant(line),), pairs=True)


def _constant(line: _Line) -> Column:
    return Column(ONE, np.ones_like(line.x), 0)


def _combined(line: _Line, side: tuple[Column, ...], pairs: bool) -> Iterator[Node]:
    """Columns beside some that are always there, one or two at a time, all at once."""
    columns, weight = fixed_columns(line.x), line.weight
    target = line.target * weight
    room = 2 * FITS * np.sqrt(len(line.x))
    table = np.stack([column.values for column in columns]) * weight
    table = table / np.linalg.norm(table, axis=1, keepdims=True)
    if not pairs:
        for place in np.flatnonzero(_residuals(table, target, side, weight) <= room):
            node, error = _solved(line, [*side, columns[place]])
            if error <= FITS:
                yield node
        return
    for first, one in enumerate(columns[:-1]):
        left = _residuals(table[first + 1 :], target, (*side, one), weight)
        for place in np.flatnonzero(left <= room):
            node, error = _solved(line, [*side, one, columns[first + 1 + place]])
            if error <= FITS:
                yield node


def _solved(line: _Line, columns: Sequence[Column]) -> tuple[Node, float]:
    """The best combination of columns, and its error in parts of the noise."""
    weight = line.weight
    matrix = np.stack([column.values for column in columns], axis=1) * weight[:, None]
    target = line.target * weight
    if not np.isfinite(matrix).all():
        return ONE, np.inf
    scale = np.linalg.norm(matrix, axis=0)
    if not (scale > 0).all():
        return ONE, np.inf
    solution, *_ = np.linalg.lstsq(matrix / scale, target, rcond=1e-13)
    error = float(np.sqrt(np.mean((matrix / scale @ solution - target) ** 2)))
    terms = [
        multiply(number(value), column.node)
        for value, column in zip(solution / scale, columns, strict=True)
    ]
    return add(*terms), error


def _with_parameter(line: _Line) -> Iterator[Node]:
    """A column with a parameter, alone or beside a constant, a line or a power."""
    yield from _parametric(line, plain=True)


def _more_columns(line: _Line) -> Iterator[Node]:
    """One with a parameter, times a power or beside another column."""
    yield from _parametric(line, plain=False)


def _parametric(line: _Line, plain: bool) -> Iterator[Node]:
    x, weight = line.x, line.weight
    target = line.target * weight
    norm = float(np.linalg.norm(target))
    constant = _constant(line)
    sides: list[tuple[Column, ...]] = [(), (constant,)]
    factors = prefactors_for(x)
    if plain:
        factors = factors[:1]
    else:
        sides += [(c,) for c in fixed_columns(x)[:4]]
        sides += [(constant, c) for c in fixed_columns(x)[:3]]
    tried = list[tuple[float, Shape, Column, tuple[Column, ...], int]]()
    for shape in shapes_for(x):
        table = shape.values(shape.grid, x)
        for factor in factors:
            own = [*sides, (factor,)] if factor.cost else sides
            columns = np.nan_to_num(table * factor.values * weight, nan=0, posinf=0, neginf=0)
            for side in own:
                residual = _residuals(columns, target, side, weight)
                for depth, place in _valleys(shape.grid, residual):
                    tried.append((depth / norm, shape, factor, side, place))
    pairs = _waves(line, sides)
    tried.sort(key=lambda each: each[0])
    chosen = [[each for each in tried if len(each[3]) == k][:REFINED] for k in range(3)]
    for _, shape, factor, side, place in itertools.chain(*chosen):
        ends = shape.grid[max(place - 1, 0)], shape.grid[min(place + 1, len(shape.grid) - 1)]
        node, error = _refined(line, shape, factor, side, float(min(ends)), float(max(ends)))
        if error <= FITS:
            yield node
    yield from pairs


def _residuals(
    columns: ndarray, target: ndarray, side: tuple[Column, ...], weight: ndarray
) -> ndarray:
    """What is left of the target beside each of many columns, and some that are always there."""
    left, rest = target, columns
    if side:
        basis = np.linalg.qr(np.stack([each.values * weight for each in side], axis=1))[0]
        left = target - basis @ (basis.T @ target)
        rest = columns - columns @ basis @ basis.T
    size = np.einsum("cn,cn->c", rest, rest)
    size = np.where(size > 1e-26 * np.einsum("cn,cn->c", columns, columns) + 1e-300, size, np.inf)
    along = rest @ left / size
    return np.linalg.norm(left - along[:, None] * rest, axis=1)


def _valleys(grid: Float[ndarray, " c"], residual: Float[ndarray, " c"]) -> list[tuple[float, int]]:
    """The two deepest valleys of a residual along a grid: how deep each may be, and its place.

    Between the places of the grid its square is a parabola, nearly.
    """
    squares = residual**2
    padded = np.concatenate([[np.inf], residual, [np.inf]])
    lower = np.flatnonzero((padded[1:-1] <= padded[:-2]) & (padded[1:-1] <= padded[2:]))
    found = list[tuple[float, int]]()
    for place in lower:
        depth = float(squares[place])
        if 0 < place < len(grid) - 1 and np.isfinite(squares[place - 1 : place + 2]).all():
            bend, slope, level = np.polyfit(
                grid[place - 1 : place + 2] - grid[place], squares[place - 1 : place + 2], 2
            )
            if bend > 0:
                depth = max(level - slope**2 / (4 * bend), 1e-4 * depth)
        found.append((float(np.sqrt(depth)), int(place)))
    return sorted(found)[:2]


def _refined(
    line: _Line, shape: Shape, factor: Column, side: tuple[Column, ...], low: float, high: float
) -> tuple[Node, float]:
    """A column with the best parameter between two of its grid."""

    def column(c: float) -> Column:
        values = shape.values(np.array(c), line.x) * factor.values
        return Column(ONE, values, shape.cost)

    def left(c: float) -> float:
        return _solved(line, [*side, column(c)])[1]

    best = minimize_scalar(left, bounds=(low, high), method="bounded", options={"xatol": 1e-13})
    c = _polished(left, float(best.x), abs(high - low))
    node = multiply(factor.node, shape.node(c))
    return _solved(line, [*side, Column(node, column(c).values, shape.cost)])


def _polished(left: object, c: float, width: float) -> float:
    """A minimum of a residual, by parabolas of its square: nearer than its own rounding shows."""
    assert callable(left)
    for part in (1e-3, 1e-5):
        step = width * part
        below, here, above = (left(c + k * step) ** 2 for k in (-1, 0, 1))
        bend = below - 2 * here + above
        if not bend > 0:
            break
        c += float(np.clip((below - above) / (2 * bend), -1, 1)) * step
    return c


def _waves(line: _Line, sides: Sequence[tuple[Column, ...]]) -> list[Node]:
    """Sine and cosine of one frequency together, alone or beside a constant."""
    return [node for side in sides[:2] for node in _bundle(line, side, (1,))]


def _harmonics(line: _Line) -> Iterator[Node]:
    """A frequency and its double, which squares of waves have."""
    yield from _bundle(line, (_constant(line),), (1, 2))


def _bundle(line: _Line, side: tuple[Column, ...], times: tuple[int, ...]) -> list[Node]:
    """Waves of some multiples of one frequency, fitted together."""
    grid = np.linspace(0.2, 24.0, 70) / float(np.ptp(line.x))

    def columns(c: float) -> list[Column]:
        found = list(side)
        for k in times:
            inner = multiply(number(k * c), X)
            found.append(Column(call("sin", inner), np.sin(k * c * line.x), 2))
            found.append(Column(call("cos", inner), np.cos(k * c * line.x), 2))
        return found

    def left(c: float) -> float:
        return _solved(line, columns(c))[1]

    place = int(np.argmin([left(c) for c in grid]))
    ends = grid[max(place - 1, 0)], grid[min(place + 1, len(grid) - 1)]
    best = minimize_scalar(left, bounds=ends, method="bounded", options={"xatol": 1e-12})
    node, error = _solved(line, columns(float(best.x)))
    return [node] if error <= FITS else []


def _damped(line: _Line) -> Iterator[Node]:
    """A wave times an exponential."""
    x, weight = line.x, line.weight
    span = float(np.ptp(x))
    rates = np.concatenate([-np.geomspace(0.1, 8, 12)[::-1], np.geomspace(0.1, 8, 12)]) / span
    waves = np.linspace(0.5, 24.0, 48) / span
    grid = np.stack(np.meshgrid(rates, waves, indexing="ij"), axis=-1).reshape(-1, 2)

    def columns(both: ndarray) -> list[Column]:
        k, c = float(both[0]), float(both[1])
        decay, inner = call("exp", multiply(number(k), X)), multiply(number(c), X)
        return [
            Column(multiply(decay, call("sin", inner)), np.exp(k * x) * np.sin(c * x), 4),
            Column(multiply(decay, call("cos", inner)), np.exp(k * x) * np.cos(c * x), 4),
        ]

    def left(both: ndarray) -> ndarray:
        matrix = np.stack([column.values for column in columns(both)], axis=1) * weight[:, None]
        basis = np.linalg.qr(matrix)[0]
        target = line.target * weight
        return target - basis @ (basis.T @ target)

    order = np.argsort([float(np.linalg.norm(left(both))) for both in grid])
    best = least_squares(left, grid[order[0]], xtol=1e-14, ftol=1e-14, gtol=1e-14, max_nfev=40)
    node, error = _solved(line, columns(best.x))
    if error <= FITS:
        yield node


def _fractions(line: _Line) -> Iterator[Node]:
    """Fractions of polynomials of few terms, of x and of its square."""
    yield from _fractions_of(line, ((1, 1), (2, 1), (1, 2)))


def _large_fractions(line: _Line) -> Iterator[Node]:
    """Fractions of polynomials of more terms."""
    yield from _fractions_of(line, ((2, 2), (3, 1)))


def _fractions_of(line: _Line, degrees: Sequence[tuple[int, int]]) -> Iterator[Node]:
    scale = float(np.abs(line.x).max())
    for over, under in degrees:
        for square in (1, 2):
            node = _fraction(line, over, under, square, scale)
            if node is not None:
                yield node


def _fraction(line: _Line, over: int, under: int, square: int, scale: float) -> Node | None:
    """`t * (1 + q1 u + ...) = p0 + p1 u + ...`, solved as it stands, then weighted by its result."""
    u, target = (line.x / scale) ** square, line.target
    top = np.stack([u**k for k in range(over + 1)], axis=1)
    bottom = np.stack([-target * u**k for k in range(1, under + 1)], axis=1)
    weight, solution = line.weight, np.zeros(0)
    for _ in range(3):
        matrix = np.concatenate([top, bottom], axis=1) * weight[:, None]
        if not np.isfinite(matrix).all():
            return None
        solution, *_ = np.linalg.lstsq(matrix, target * weight, rcond=1e-14)
        denominator = 1 - bottom @ solution[over + 1 :] / np.where(target == 0, 1, target)
        weight = line.weight / np.maximum(np.abs(denominator), 1e-12)
    ways = [number(v / scale ** (square * k)) for k, v in enumerate(solution[: over + 1])]
    ways_under = [
        number(v / scale ** (square * k)) for k, v in enumerate(solution[over + 1 :], start=1)
    ]
    upper = add(*(multiply(c, power(X, square * k)) for k, c in enumerate(ways)))
    lower = add(
        ONE, *(multiply(c, power(X, square * k)) for k, c in enumerate(ways_under, start=1))
    )
    return divide(upper, lower)


Stage = Callable[[_Line], Iterator[Node]]

STAGES: tuple[tuple[Stage, int], ...] = (
    (_one_column, 9),
    (_one_and_constant, 9),
    (_two_columns, 9),
    (_with_parameter, 9),
    (_two_and_constant, 2),
    (_fractions, 2),
    (_more_columns, 1),
    (_large_fractions, 1),
    (_harmonics, 0),
    (_damped, 0),
)
"""From the simplest on, each with the largest cost of a transform that it is tried under."""

CHEAP = (_one_column, _one_and_constant, _two_columns)
"""Those that are gone through under every transform, for the simplest of all."""
