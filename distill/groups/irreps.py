"""Real irreducible representations of a finite group, computed from its Cayley table alone.

A random class function makes a symmetric matrix f(x y^-1) that commutes with the regular
representation, and whose eigenspaces are its isotypic components: for every real irreducible ρ the
functions that its matrix elements span (after Dixon, Math. Comp. 24, 1970). The projection onto one
is (d/n) χ(x y^-1), so that the character is read off a column of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.groups.table import Table

SEED = 3
"""Of the class function."""

APART = 1e-6
"""Relative distance of two eigenvalues."""

DRAWS = 5
"""Class functions that are tried: of one, two eigenvalues may be alike by accident."""


@dataclass(frozen=True, eq=False)
class Irrep:
    """A real irreducible representation, by the functions on the group that it spans.

    Attributes:
        name: within its group.
        sort: "real"; "complex" for a pair of conjugates; "quaternionic".
        dimension: of the complex irreducible.
        basis: orthonormal, of the span of its matrix elements.
        character: of every element: of the complex irreducible, or of the sum of the pair.
    """

    name: str
    sort: str
    dimension: int
    basis: Float[ndarray, "n elements"]
    character: Float[ndarray, " n"]

    @property
    def elements(self) -> int:
        """How many matrix elements it has: d², or 2d² for a pair of conjugates."""
        return self.basis.shape[1]

    @property
    def kernel(self) -> Int[ndarray, " k"]:
        """The elements that it does not tell from the identity."""
        return np.flatnonzero(self.character > self.character[0] - 1e-6)


def components(table: Table) -> list[Irrep]:
    """The real irreducibles but for the trivial one, without names; the identity must be 0."""
    bases = _isotypic(table)
    squares = table.products[np.arange(table.order), np.arange(table.order)]
    found = []
    for basis in bases:
        column = table.order * (basis @ basis[0])
        if np.abs(column - 1).max() < 1e-6:
            continue
        size, indicator = basis.shape[1], float(column[squares].mean())
        sort = "complex" if abs(indicator) < 0.5 else "real" if indicator > 0 else "quaternionic"
        dimension = round((size / 2 if sort == "complex" else size) ** 0.5)
        character = column / dimension
        nearest = np.round(character)
        character = np.where(np.abs(character - nearest) < 1e-9, nearest, character)
        found.append(Irrep("", sort, dimension, basis, character))
    return sorted(found, key=lambda it: (it.elements, tuple(-np.round(it.character, 6))))


def _isotypic(table: Table) -> list[Float[ndarray, "n elements"]]:
    """Orthonormal bases of the isotypic components."""
    rng = np.random.default_rng(SEED)
    best: list[Float[ndarray, "n elements"]] = []
    for _ in range(DRAWS):
        weights = rng.normal(size=table.order)[table.classes]
        weights = weights + weights[table.inverse]
        values, vectors = np.linalg.eigh(weights[table.products[:, table.inverse]])
        cuts = np.flatnonzero(np.diff(values) > APART * np.abs(values).max()) + 1
        parts = [vectors[:, cut] for cut in np.split(np.arange(table.order), cuts)]
        if len(parts) > len(best):
            best = parts
        if len(best) == real_classes(table):
            break
    return best


def real_classes(table: Table) -> int:
    """How many classes there are if inverses count as conjugate: as many as real irreducibles."""
    both = np.minimum(table.classes, table.classes[table.inverse])
    return len(np.unique(both))
