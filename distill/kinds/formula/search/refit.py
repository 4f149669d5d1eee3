"""All constants of an expression fitted together, and those that are known well enough made exact.

Constants that one may trade for another leave the fit as it is; the plainest is fixed first, and
the others are fitted again. What no simple number is near enough to stays a float, and is no
formula's constant.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.optimize import least_squares

from distill.kinds.formula.constants import Exact, snapped
from distill.kinds.formula.expression import (
    Node,
    Number,
    Sum,
    add,
    children,
    evaluate,
    jet,
    number,
    numbers_of,
    rebuilt,
    with_numbers,
)

MOST_NUMBERS = 24
"""Of an expression that is fitted."""

UNSURE = 20.0
"""How much further a constant may be off than white noise would put it: a network's error is none,
it is alike at neighbouring points. In networks that were off by 3e-7 some constants were further
off than six times as much."""


@dataclass(frozen=True)
class Fitted:
    """An expression with fitted constants.

    Attributes:
        error: root mean square deviation.
        unsure: how far each of its numbers may be off.
    """

    node: Node
    error: float
    unsure: tuple[float, ...]


def deviation(node: Node, points: Float[ndarray, "n d"], values: Float[ndarray, " n"]) -> float:
    """Root mean square deviation; infinite where it has no value."""
    apart = evaluate(node, points) - values
    return float(np.sqrt(np.mean(apart**2))) if np.isfinite(apart).all() else np.inf


def refit(
    node: Node,
    points: Float[ndarray, "n d"],
    values: Float[ndarray, " n"],
    steps: int = 30,
) -> Fitted | None:
    """All its floats fitted together; null where that cannot be done.

    Numbers with an exact form stay as they are.
    """
    numbers = list(numbers_of(node))
    free = np.array([place for place, each in enumerate(numbers) if each.form is None], dtype=int)
    if len(free) > MOST_NUMBERS:
        return None
    if not len(free):
        return Fitted(node, deviation(node, points, values), (0.0,) * len(numbers))
    start = np.array([numbers[place].value for place in free])
    scale = np.where(start == 0, 1.0, np.abs(start))

    def put(vector: ndarray) -> Node:
        given = list(numbers)
        for place, value in zip(free, vector * scale, strict=True):
            given[place] = Number(float(value))
        return with_numbers(node, iter(given))

    def residual(vector: ndarray) -> ndarray:
        found = evaluate(put(vector), points) - values
        return np.where(np.isfinite(found), found, 1e6 * (np.abs(values).max() + 1))

    def slopes(vector: ndarray) -> ndarray:
        found = jet(put(vector), points)[1][:, free] * scale
        return np.where(np.isfinite(found), found, 0.0)

    try:
        best = least_squares(
            residual,
            start / scale,
            jac=slopes,  # pyright: ignore[reportArgumentType]  a callable is taken
            method="trf",
            xtol=1e-15,
            ftol=1e-14,
            gtol=1e-15,
            max_nfev=steps,
        )
    except (ValueError, np.linalg.LinAlgError):
        return None
    error = float(np.sqrt(np.mean(best.fun**2)))
    unsure = np.zeros(len(numbers))
    unsure[free] = _unsure(best.jac, error) * scale
    return Fitted(put(best.x), error, tuple(unsure.tolist()))


def _unsure(slopes: Float[ndarray, "n k"], error: float) -> Float[ndarray, " k"]:
    """How far constants may be off for residuals of such a size; infinite along no direction."""
    size = np.linalg.norm(slopes, axis=0)
    size = np.where(size > 0, size, 1e-300)
    _, sizes, ways = np.linalg.svd(slopes / size, full_matrices=False)
    sizes = np.maximum(sizes, 1e-13)
    spread = np.sqrt(((ways / sizes[:, None]) ** 2).sum(axis=0))
    return UNSURE * error * spread / size


def snap(
    node: Node, points: Float[ndarray, "n d"], values: Float[ndarray, " n"]
) -> tuple[Node, float, int] | None:
    """The expression with exact constants, the bits that speak for them, and the floats left.

    Null where it cannot be fitted.
    """
    evidence = 0.0
    fitted = refit(node, points, values)
    if fitted is None:
        return None
    for _ in range(2 * MOST_NUMBERS):
        choice = _surest(fitted)
        if choice is None:
            break
        place, form, bits = choice
        numbers = list(numbers_of(fitted.node))
        numbers[place] = Number(form.value, form)
        again = refit(with_numbers(fitted.node, iter(numbers)), points, values)
        if again is None or again.error > 1.3 * fitted.error + 1e-300:
            numbers[place] = number(numbers[place].value)
            return fitted.node, evidence, _floats(fitted.node)
        fitted, evidence = again, evidence + bits
    return fitted.node, evidence, _floats(fitted.node)


def _floats(node: Node) -> int:
    return sum(each.form is None for each in numbers_of(node))


def _surest(fitted: Fitted) -> tuple[int, Exact, float] | None:
    """The number whose exact form is likeliest; one that may be anything is a plain 1 or -1."""
    best: tuple[int, Exact, float] | None = None
    for place, each in enumerate(numbers_of(fitted.node)):
        if each.form is not None:
            continue
        unsure = max(fitted.unsure[place], 1e-15 * abs(each.value))
        found = snapped(each.value, unsure)
        if found is not None and (best is None or found[1] > best[2]):
            best = place, found[0], found[1]
    if best is not None:
        return best
    for place, each in enumerate(numbers_of(fitted.node)):
        loose = fitted.unsure[place] > 0.5 * abs(each.value)
        if each.form is None and loose and each.value:
            return place, Exact(1 if each.value > 0 else -1), 0.0
    return None


def pruned(
    node: Node, points: Float[ndarray, "n d"], values: Float[ndarray, " n"], room: float
) -> Node:
    """Without terms and factors that the values do not need, one at a time, the largest first."""
    for _ in range(16):
        for smaller in sorted(_smaller(node), key=lambda each: sum(1 for _ in numbers_of(each))):
            fitted = refit(smaller, points, values, steps=12)
            if fitted is not None and fitted.error <= room:
                node = fitted.node
                break
        else:
            return node
    return node


def _smaller(node: Node) -> list[Node]:
    """The same tree without one term of one sum, or without a number that is a factor."""
    found = list[Node]()
    if isinstance(node, Sum):
        terms = node.terms
        found += [add(*terms[:k], *terms[k + 1 :]) for k in range(len(terms))]
    parts = children(node)
    for k, part in enumerate(parts):
        for smaller in _smaller(part):
            with np.errstate(all="ignore"):
                try:
                    found.append(rebuilt(node, (*parts[:k], smaller, *parts[k + 1 :])))
                except (ZeroDivisionError, OverflowError, ValueError):
                    continue
    return found
