"""Taylor models: polynomials with a bound on what they leave out, over many boxes at once.

A model of a function over a box is a polynomial in t, where t runs from -1 to 1 along every input,
and a radius: everywhere in the box the function is within the radius of the polynomial. Sums,
products and functions of models are models again (Makino and Berz, Taylor models and other
validated functional inclusion methods, 2003). What a product has beyond the degree, and what
rounding to 53 bits can do to a coefficient, goes to the radius; t is at most 1 in size, so an
error of a coefficient moves the polynomial by no more. A model whose radius is infinite says
nothing: the function may not even be defined in the box.

Coefficients are arrays [monomials, *of]: the first axis is that of the polynomial.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy import ndarray

ROUNDOFF = 2.0**-53
SLACK, TINY = 1 + 1e-11, 1e-300
"""What computing a radius may lose itself, in sums of up to 2 ** 14 units, and what rounding near 0
can lose."""

DEGREES = {1: 12, 2: 9, 3: 7, 4: 5}
LEAST_DEGREE = 4
"""Degrees of polynomials in so many inputs; in more of them."""


@dataclass(frozen=True)
class Basis:
    """The monomials of so many variables up to a degree, by their degrees.

    Attributes:
        variables: how many; degree: the largest.
    """

    variables: int
    degree: int

    @cached_property
    def exponents(self) -> ndarray:
        """Of every monomial [monomials, variables]; the constant first, then the variables."""
        rows = list[tuple[int, ...]]()
        for degree in range(self.degree + 1):
            picked = itertools.combinations_with_replacement(range(self.variables), degree)
            rows += [tuple(map(each.count, range(self.variables))) for each in picked]
        return np.array(rows)

    @cached_property
    def ends(self) -> tuple[int, ...]:
        """How many monomials there are up to every degree."""
        degrees = self.exponents.sum(axis=1)
        return tuple(int((degrees <= each).sum()) for each in range(self.degree + 1))

    @cached_property
    def products(self) -> tuple[ndarray, ...]:
        """For every monomial, where its products with the first monomials stand."""
        places = {tuple(row): place for place, row in enumerate(self.exponents.tolist())}
        found = list[ndarray]()
        for row in self.exponents:
            others = self.exponents[: self.ends[self.degree - int(row.sum())]] + row
            found.append(np.array([places[tuple(other)] for other in others.tolist()]))
        return tuple(found)

    @cached_property
    def degrees(self) -> ndarray:
        """Of every monomial."""
        return self.exponents.sum(axis=1)


@lru_cache(maxsize=32)
def basis_of(variables: int, degree: int | None = None) -> Basis:
    """The monomials that polynomials in so many variables have here."""
    return Basis(variables, DEGREES.get(variables, LEAST_DEGREE) if degree is None else degree)


@dataclass(frozen=True)
class Model:
    """Polynomials and their radii.

    Attributes:
        basis: the monomials.
        parts: coefficients [monomials, *of].
        rad: radii [*of].
    """

    basis: Basis
    parts: ndarray
    rad: ndarray

    @staticmethod
    def made(basis: Basis, parts: ndarray, rad: ndarray) -> Model:
        """A model whose radius is blown up by what computing it may have lost."""
        rad = np.asarray(rad * SLACK + TINY)
        lost = ~(np.isfinite(rad) & np.isfinite(parts).all(axis=0))
        if lost.any():
            rad, parts = np.where(lost, np.inf, rad), np.where(lost, 0.0, parts)
        return Model(basis, parts, rad)

    @property
    def sizes(self) -> ndarray:
        """Sums of the sizes of the coefficients of every degree [degrees, *of]."""
        starts = (0, *self.basis.ends[:-1])
        sizes = np.abs(self.parts)
        return np.stack(
            [
                sizes[start:end].sum(axis=0)
                for start, end in zip(starts, self.basis.ends, strict=True)
            ]
        )

    @property
    def spread(self) -> ndarray:
        """How far the function is from its polynomial's constant, at most [*of]."""
        return (np.abs(self.parts[1:]).sum(axis=0) + self.rad) * SLACK

    @property
    def size(self) -> ndarray:
        """How large the function is, at most [*of]."""
        return (np.abs(self.parts[0]) + self.spread) * SLACK

    @property
    def ends(self) -> tuple[ndarray, ndarray]:
        """A lower and an upper bound on the function [*of]."""
        return widened(self.parts[0] - self.spread, self.parts[0] + self.spread)

    def plus(self, other: Model) -> Model:
        """The sum of two functions."""
        parts = self.parts + other.parts
        off = ROUNDOFF * np.abs(parts).sum(axis=0)
        return Model.made(self.basis, parts, self.rad + other.rad + off)

    def raised(self, constant: ndarray | float) -> Model:
        """The sum of a function and a constant."""
        parts = self.parts.copy()
        parts[0] = parts[0] + constant
        return Model.made(self.basis, parts, self.rad + ROUNDOFF * np.abs(parts[0]))

    def scaled(self, factor: ndarray | float) -> Model:
        """A multiple of a function."""
        parts = self.parts * factor
        off = ROUNDOFF * np.abs(parts).sum(axis=0)
        return Model.made(self.basis, parts, self.rad * np.abs(factor) + off)

    def times(self, other: Model, upto: int | None = None) -> Model:
        """The product of two functions, of a degree that may be lower than the largest."""
        basis = self.basis
        upto = basis.degree if upto is None else upto
        parts = np.zeros(np.broadcast_shapes(self.parts.shape, other.parts.shape))
        for place, degree in enumerate(basis.degrees[: basis.ends[upto]].tolist()):
            count = basis.ends[upto - degree]
            parts[basis.products[place][:count]] += self.parts[place] * other.parts[:count]
        one, two = self.sizes, other.sizes
        both = one.sum(axis=0), two.sum(axis=0)
        beyond = sum(
            one[degree] * two[upto + 1 - degree :].sum(axis=0)
            if degree <= upto
            else one[degree] * both[1]
            for degree in range(len(one))
        )
        off = ROUNDOFF * (len(basis.degrees) + 2) * both[0] * both[1]
        rad = self.rad * both[1] + other.rad * both[0] + self.rad * other.rad
        return Model.made(basis, parts, rad + beyond + off)

    def mixed(self, weights: ndarray, biases: ndarray) -> Model:
        """An affine layer: weights [units, answers] and biases [answers] of models [..., units]."""
        parts = self.parts @ weights
        parts[0] = parts[0] + biases
        spare = ROUNDOFF * (2 * len(weights) + 4)
        sizes = np.abs(self.parts).sum(axis=0) @ np.abs(weights) + np.abs(biases)
        return Model.made(self.basis, parts, self.rad @ np.abs(weights) + spare * sizes)

    def composed(self, series: Sequence[tuple[ndarray, ndarray]], beyond: ndarray) -> Model:
        """A function of the function, by its Taylor series at the polynomial's constant.

        Args:
            series: coefficients of every power [*of], and how far each may be off.
            beyond: how large the first coefficient that is left out is, anywhere in the box [*of].
        """
        parts = self.parts.copy()
        parts[0] = 0.0
        step, reach = Model(self.basis, parts, self.rad), self.spread
        whole = np.zeros_like(parts)
        whole[0] = series[-1][0]
        made, top = Model(self.basis, whole, np.zeros_like(self.rad)), len(series) - 1
        for power in range(top - 1, -1, -1):
            made = made.times(step, upto=min(self.basis.degree, top - power))
            made = made.raised(series[power][0])
        off, reached = np.zeros_like(reach), np.ones_like(reach)
        for _, lost in series:
            off, reached = off + lost * reached, reached * reach * SLACK
        return Model.made(self.basis, made.parts, made.rad + off + beyond * reached)


def variables(basis: Basis, low: ndarray, high: ndarray) -> list[Model]:
    """The inputs over boxes, given by their corners [boxes, variables]: one model for each."""
    middle, half = (low + high) / 2, (high - low) / 2
    found = list[Model]()
    for place in range(basis.variables):
        parts = np.zeros((len(basis.degrees), len(low)))
        parts[0], parts[1 + place] = middle[:, place], half[:, place]
        off = 4 * ROUNDOFF * (np.abs(low[:, place]) + np.abs(high[:, place]))
        found.append(Model.made(basis, parts, off))
    return found


def stacked(models: Sequence[Model]) -> Model:
    """Models [boxes] as one [boxes, models]."""
    parts, rads = [model.parts for model in models], [model.rad for model in models]
    return Model(models[0].basis, np.stack(parts, axis=-1), np.stack(rads, axis=-1))


def constant(like: Model, value: ndarray | float, rad: ndarray | float = 0.0) -> Model:
    """A number, known within a radius, over the same boxes."""
    parts = np.zeros_like(like.parts)
    parts[0] = value
    return Model.made(like.basis, parts, np.broadcast_to(rad, like.rad.shape).astype(float))


def widened(low: Any, high: Any, units: float = 2.0) -> tuple[Any, Any]:
    """Bounds, moved outwards by so many units in the last place."""
    off = units * 2 * ROUNDOFF
    return low - off * np.abs(low) - TINY, high + off * np.abs(high) + TINY
