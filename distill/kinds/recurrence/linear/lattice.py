"""Integer state spaces of integer impulse responses, exactly.

The state of a linear system is what it will answer if no more input comes. The futures that its
inputs can reach, the columns of the Hankel matrix of the impulse response, generate a lattice; a
step shifts a future by one, and so maps that lattice to itself. In a basis of it the system has
integer matrices: reached by the inputs, told apart by the outputs, and of the least order (Ho and
Kalman, "Effective construction of linear state-variable models from input/output functions",
Regelungstechnik 14, 1966; over the integers: Rouchaleau, Wyman and Kalman, PNAS 69, 1972).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from jaxtyping import Shaped
from numpy import ndarray

Vector = list[int]


@dataclass(frozen=True)
class StateSpace:
    """Python integers A [n, n], B [n, columns], C [outputs, n] with C A^j B the given responses."""

    A: Shaped[ndarray, "n n"]
    B: Shaped[ndarray, "n columns"]
    C: Shaped[ndarray, "outputs n"]


def integer_state_space(responses: Shaped[ndarray, "length outputs columns"]) -> StateSpace | None:
    """The smallest integer state space with these impulse responses.

    Args:
        responses: Python integers C A^j B for j = 0, 1, ...

    Returns:
        Null where the responses are too short to determine one: a longer one could go on in
        several ways.
    """
    length = len(responses)
    for window in sorted(range(1, length), key=lambda w: (abs(2 * w - length), w)):
        found = _in_windows(responses, window)
        if found is not None and (responses_of(found, length) == responses).all():
            return found
    return None


def responses_of(space: StateSpace, length: int) -> Shaped[ndarray, "length outputs columns"]:
    """C A^j B for j = 0, ..., length - 1, in Python integers."""
    state, found = space.B, np.empty((length, len(space.C), space.B.shape[1]), dtype=object)
    for j in range(length):
        found[j] = product(space.C, state)
        state = product(space.A, state)
    return found


def product(left: Shaped[ndarray, "a b"], right: Shaped[ndarray, "b c"]) -> Shaped[ndarray, "a c"]:
    """A product of matrices of Python integers; zeros where there is nothing to sum."""
    if not left.shape[1]:
        return np.full((left.shape[0], right.shape[1]), 0, dtype=object)
    return left @ right


def inverse(matrix: Shaped[ndarray, "n n"]) -> Shaped[ndarray, "n n"] | None:
    """The inverse, in Python integers, or null where it is not of integers."""
    n = len(matrix)
    rows = [
        [Fraction(int(v)) for v in row] + [Fraction(int(i == j)) for j in range(n)]
        for i, row in enumerate(matrix)
    ]
    for column in range(n):
        pivot = next((i for i in range(column, n) if rows[i][column]), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [v / rows[column][column] for v in rows[column]]
        for i in range(n):
            if i != column and rows[i][column]:
                factor = rows[i][column]
                rows[i] = [v - factor * w for v, w in zip(rows[i], rows[column], strict=True)]
    if any(v.denominator != 1 for row in rows for v in row):
        return None
    found = np.empty((n, n), dtype=object)
    for i, row in enumerate(rows):
        found[i] = [int(v) for v in row[n:]]
    return found


def independent(rows: list[Vector]) -> list[int]:
    """Places of the first rows that span all of them, over the rationals."""
    reduced: list[tuple[int, list[Fraction]]] = []
    places = []
    for place, row in enumerate(rows):
        left = [Fraction(v) for v in row]
        for pivot, other in reduced:
            if left[pivot]:
                factor = left[pivot] / other[pivot]
                left = [v - factor * w for v, w in zip(left, other, strict=True)]
        pivot = next((i for i, v in enumerate(left) if v), None)
        if pivot is not None:
            reduced.append((pivot, left))
            places.append(place)
    return places


def integer_basis(vectors: list[Vector]) -> tuple[list[Vector], list[Vector]]:
    """A triangular basis of the lattice of some vectors, and their coordinates in it."""
    basis = [vector for vector, _ in _basis([(vector, []) for vector in vectors])[0]]
    return basis, [
        place for vector in vectors if (place := _coordinates(vector, basis)) is not None
    ]


def _in_windows(
    responses: Shaped[ndarray, "length outputs columns"], window: int
) -> StateSpace | None:
    """The state space on futures of `window` steps, or null where these do not close."""
    length, outputs, columns = responses.shape
    futures = [
        [
            [int(v) for v in responses[j : j + window, :, column].ravel()]
            for j in range(length - window + 1)
        ]
        for column in range(columns)
    ]
    pairs = [pair for column in futures for pair in itertools.pairwise(column)]
    basis, closed = _basis(pairs)
    if not closed:
        return None
    n = len(basis)
    A, B = np.full((n, n), 0, dtype=object), np.full((n, columns), 0, dtype=object)
    vectors = [vector for vector, _ in basis]
    for i, (_, shifted) in enumerate(basis):
        place = _coordinates(shifted, vectors)
        if place is None:
            return None
        A[:, i] = place
    for column in range(columns):
        place = _coordinates(futures[column][0], vectors)
        if place is None:
            return None
        B[:, column] = place
    C = np.full((outputs, n), 0, dtype=object)
    for i, vector in enumerate(vectors):
        C[:, i] = vector[:outputs]
    return StateSpace(A, B, C)


def _basis(pairs: list[tuple[Vector, Vector]]) -> tuple[list[tuple[Vector, Vector]], bool]:
    """A triangular basis of the lattice of the first vectors, with the second ones alongside.

    Also whether the second is 0 wherever the first is: then it is a function of the first.
    """
    left = [(list(one), list(other)) for one, other in pairs]
    basis = []
    for column in range(len(left[0][0])):
        here = [pair for pair in left if pair[0][column]]
        left = [pair for pair in left if not pair[0][column]]
        while len(here) > 1:  # Euclid, on whole rows
            here.sort(key=lambda pair: abs(pair[0][column]))
            least, kept = here[0], [here[0]]
            for one, other in here[1:]:
                q = one[column] // least[0][column]
                pair = (_less(one, q, least[0]), _less(other, q, least[1]))
                (kept if pair[0][column] else left).append(pair)
            here = kept
        basis.extend(here)
    return basis, not any(any(other) for _, other in left)


def _less(one: Vector, factor: int, other: Vector) -> Vector:
    return [v - factor * w for v, w in zip(one, other, strict=True)]


def _coordinates(vector: Vector, basis: list[Vector]) -> Vector | None:
    """Integer coordinates in a triangular basis, or null for a vector outside of its lattice."""
    left, found = list(vector), []
    for row in basis:
        pivot = next(i for i, v in enumerate(row) if v)
        q, rest = divmod(left[pivot], row[pivot])
        if rest:
            return None
        left = _less(left, q, row)
        found.append(q)
    return None if any(left) else found
