"""Numberings: which number modulo m does the network give to every value of an input?

Where logit(c) is a sum of waves A_k cos(2πk(ψ(c) - φ)/m) and φ = f(a) + g(b), the Fourier
transform of the logits over ψ at frequency k is, for every pair of inputs, a product

    z_k(a, b) ∝ exp(-2πi k f(a)/m) · exp(-2πi k g(b)/m).

So its first singular vectors hold f and g as angles, whatever functions these are; that a network
multiplies residues by adding logarithms is read from it, and not guessed. The angles of all key
frequencies together say what each number is. Afterwards a rule for the numbers is looked for: a
polynomial, a discrete logarithm, or else they are listed.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Complex, Float, Int
from numpy import ndarray

from distill.domains.finite import Domain
from distill.kinds.fourier.coordinate import (
    IDENTITY,
    Coordinate,
    Listed,
    Logarithm,
    Numbering,
    Polynomial,
    balanced,
    logarithm_of,
)

FREQUENCIES = 8
"""Frequencies of the output, strongest first, whose angles are read together."""

REFERENCES = 6
"""Values that the angles are first read from."""

PASSES = 8
"""Readings of all numbers from one of them, at most."""

MAX_DEGREE = 3
"""Of a polynomial that numbers are tried against."""

FOLLOWS = 0.6
"""Part of the numbers that must follow a rule for it to be tried.

The others were misread, or the rule is wrong: the logits decide that, for rule and list alike.
"""


def propose_numbered(
    logits: Float[ndarray, "n outputs"],
    tokens: Int[ndarray, "n 2"],
    domain: Domain,
    output: Numbering,
) -> list[Coordinate]:
    """Coordinates of two inputs, their numbers read from the network, the shorter rule first.

    Args:
        logits: centred, of the inputs that may be fitted on.
        tokens: of these inputs.
        domain: of the network.
        output: how the outputs are numbered.

    Returns:
        One coordinate by rules, where there are any, and one that lists what was read, without
        offsets.
    """
    modulus = len(domain.outputs)
    numbers = _read_numbers(logits, tokens, domain, output)
    lists = [
        Listed(values.start, tuple(int(n) for n in read))
        for values, read in zip(domain.inputs, numbers, strict=True)
    ]
    ruled = [
        _rule(read, listed, modulus, output) for read, listed in zip(numbers, lists, strict=True)
    ]
    proposals = [
        Coordinate(
            tuple(weight for weight, _ in ruled),
            0,
            modulus,
            tuple(rule for _, rule in ruled),
            output,
        ),
        Coordinate((1, 1), 0, modulus, tuple(lists), output),
    ]
    turning = [_simple(coordinate) for coordinate in proposals if any(coordinate.weights)]
    return list(dict.fromkeys(turning))


def output_numberings(
    domain: Domain, logarithm: Int[ndarray, " outputs"] | None
) -> list[Numbering]:
    """How the outputs may be numbered: as they are, by discrete logarithms, as their table says.

    Args:
        domain: of the network.
        logarithm: the power of a generator that every output is in the network's own table.
            Which generator counts as 1 is free, as is which element counts as 0.
    """
    powers = logarithm_of(domain.outputs)
    numberings: list[Numbering] = [IDENTITY] if powers is None else [IDENTITY, powers]
    if logarithm is not None:
        listed = Listed(domain.outputs.start, tuple(int(n) for n in logarithm))
        _, rule = _rule(logarithm, listed, len(logarithm), powers or IDENTITY)
        numberings += [rule] if isinstance(rule, Listed) else []
    return numberings


def _read_numbers(
    logits: Float[ndarray, "n outputs"],
    tokens: Int[ndarray, "n 2"],
    domain: Domain,
    output: Numbering,
) -> tuple[Int[ndarray, " rows"], Int[ndarray, " columns"]]:
    """The number of every value of both inputs, the first seen counting as 0."""
    modulus = len(domain.outputs)
    psi = output.numbers(np.array(domain.outputs), modulus)
    turns = np.exp(2j * np.pi * (np.outer(psi, np.arange(modulus // 2 + 1)) % modulus) / modulus)
    transformed = logits @ turns
    energy = np.square(np.abs(transformed)).sum(axis=0)
    energy[0] = 0.0
    strongest = np.argsort(-energy, kind="stable")[:FREQUENCIES]
    keys = strongest[energy[strongest] > 0]  # that of 0 has rounding alone, which says nothing
    rows, columns, sizes = [], [], []
    for k in keys:
        grid = np.zeros(domain.shape, dtype=np.complex128)
        grid[tuple(tokens.T)] = transformed[:, k]
        left, size, right = _leading(grid)
        rows.append(left)
        columns.append(right)
        sizes.append(size)
    if not sizes:
        return np.zeros(domain.shape[0], dtype=np.int64), np.zeros(domain.shape[1], dtype=np.int64)
    weights = np.array(sizes) / max(sizes)
    return (
        _numbers_of_angles(np.stack(rows), weights, keys, modulus),
        _numbers_of_angles(np.stack(columns), weights, keys, modulus),
    )


def _leading(
    grid: Complex[ndarray, "rows columns"],
) -> tuple[Complex[ndarray, " rows"], float, Complex[ndarray, " columns"]]:
    """The first singular value of a grid, with its left and right vector; a grid is not all zero.

    They are those of the smaller of G G* and G* G, so that no more than one vector of a large grid
    is made, and a grid of any size, one of a single row too, has them.
    """
    if grid.shape[0] > grid.shape[1]:
        right, size, left = _leading(grid.conj().T)
        return left.conj(), size, right.conj()
    from scipy.linalg import eigh

    last = len(grid) - 1
    _, vectors = eigh(grid @ grid.conj().T, subset_by_index=(last, last))
    along = vectors[:, 0].conj() @ grid
    size = float(np.linalg.norm(along))
    return vectors[:, 0], size, along / max(size, 1e-300)


def _numbers_of_angles(
    angles: Complex[ndarray, "keys values"],
    weights: Float[ndarray, " keys"],
    keys: Int[ndarray, " keys"],
    modulus: int,
) -> Int[ndarray, " values"]:
    """The number n of every value for which exp(2πi k n/m) fits its angles best, over all keys.

    All angles of one key are turned by one unknown angle. It is first taken from one value, and
    then from all of them, as long as numbers change; a weak key is misread at some values, so
    that several are tried first, and the best fit of all values is taken.
    """
    pure = angles / np.maximum(np.abs(angles), 1e-300)
    circle = np.exp(-2j * np.pi * (np.outer(keys, np.arange(modulus)) % modulus) / modulus)
    best, best_fit = np.zeros(angles.shape[1], dtype=np.int64), -np.inf
    for first in np.argsort(-(weights @ np.abs(angles)), kind="stable")[:REFERENCES]:
        reference, numbers = pure[:, first], None
        for _ in range(PASSES):
            turned = weights[:, None] * pure * reference.conj()[:, None]
            scores = (turned.T @ circle).real
            read = scores.argmax(axis=1)
            if numbers is not None and (read == numbers).all():
                break
            numbers, fit = read, float(scores.max(axis=1).sum())
            if fit > best_fit:
                best, best_fit = numbers, fit
            mean = (pure * circle[:, numbers]).sum(axis=1)
            reference = mean / np.maximum(np.abs(mean), 1e-300)
    return best


def _rule(
    numbers: Int[ndarray, " values"], listed: Listed, modulus: int, output: Numbering
) -> tuple[int, Numbering]:
    """A weight and a numbering that give these numbers, up to an offset and a few misread ones.

    Of all rules that are tried it is the one that most of the numbers follow, the first of equals.
    """
    values = np.arange(listed.first, listed.first + len(numbers))
    if _constant(numbers, modulus) is not None:
        return 0, IDENTITY
    rules: list[tuple[int, Numbering]] = []
    if isinstance(output, Logarithm) and not (values % output.prime == 0).any():
        logarithm = output.numbers(values, modulus)
        for weight in range(1, modulus):
            if _constant(numbers - weight * logarithm, modulus) is not None:
                rules.append((balanced(weight, modulus), output))
    for degree in range(1, MAX_DEGREE + 1):
        coefficients = _polynomial(numbers, values, degree, modulus)
        if coefficients is not None:
            rules.append(_monic(Polynomial(coefficients)))
    if not rules:
        return 1, listed

    def followed(rule: tuple[int, Numbering]) -> int:
        rest = numbers - rule[0] * rule[1].numbers(values, modulus)
        return int(np.bincount(rest % modulus).max())

    return max(rules, key=followed)


def _monic(polynomial: Polynomial) -> tuple[int, Polynomial]:
    """A polynomial of a single power as a weight and that power; others as they are."""
    powers = [power for power, c in enumerate(polynomial.coefficients) if c]
    if len(powers) > 1:
        return 1, polynomial
    return polynomial.coefficients[powers[0]], Polynomial((0,) * powers[0] + (1,))


def _polynomial(
    numbers: Int[ndarray, " values"], values: Int[ndarray, " values"], degree: int, modulus: int
) -> tuple[int, ...] | None:
    """Coefficients of x, x², ..., x^degree of a polynomial that most numbers follow, if any.

    Differences of order d of a polynomial of degree d are d! times its leading coefficient; the
    commonest difference is right where some numbers are not.
    """
    if degree == 0:
        return () if _constant(numbers, modulus) is not None else None
    differences = np.diff(numbers, degree) % modulus
    if not len(differences):
        return None
    commonest = int(np.bincount(differences).argmax())
    factorial = int(np.prod(np.arange(1, degree + 1)))
    for leading in range(modulus):
        if (factorial * leading - commonest) % modulus == 0:
            rest = (numbers - leading * _power(values, degree, modulus)) % modulus
            lower = _polynomial(rest, values, degree - 1, modulus)
            if lower is not None:
                return (*lower, balanced(leading, modulus))
    return None


def _power(values: Int[ndarray, " values"], degree: int, modulus: int) -> Int[ndarray, " values"]:
    return Polynomial((0,) * (degree - 1) + (1,)).numbers(values, modulus)


def _constant(numbers: Int[ndarray, " values"], modulus: int) -> int | None:
    """The number that nearly all of these are, if there is one."""
    often = np.bincount(numbers % modulus, minlength=modulus)
    commonest = int(often.argmax())
    return commonest if often[commonest] >= FOLLOWS * len(numbers) else None


def _simple(coordinate: Coordinate) -> Coordinate:
    """Without numberings where every value is its own number, so that equal ones compare so."""
    if coordinate.plain:
        return Coordinate(coordinate.weights, coordinate.offset, coordinate.modulus)
    return coordinate
