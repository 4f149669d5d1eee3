"""Groups as a task says them: a name, a Cayley table, or permutations that generate one."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.errors import DistillError, shortened
from distill.groups.families import (
    MOST,
    Abelian,
    AnyFamily,
    Generated,
    Metacyclic,
    Product,
    Symmetric,
    order_modulo,
    products,
)
from distill.groups.table import fault_of

FORMS = (
    "S4, A5, D5 (of order 10), Z6, Q8, Dic3 (of order 12), Z7:Z3, a power as Z2^3, a product as "
    "S3 x Z4, or symmetric(4), alternating(5), dihedral(5), cyclic(6), quaternion(8), dicyclic(3)"
)
WORDS = {
    "symmetric": "S",
    "alternating": "A",
    "dihedral": "D",
    "cyclic": "Z",
    "quaternion": "Q",
    "dicyclic": "Dic",
}
LARGEST_POINTS = 7

Rows = Sequence[Sequence[int]]


def group_named(text: str) -> AnyFamily:
    """The group of a name.

    Raises:
        DistillError: it is none that is known, or too large.
    """
    plain = re.sub(r"\s+", "", text)
    for word, letter in WORDS.items():
        plain = re.sub(rf"(?<![a-z]){word}\((\d+)\)", rf"{letter}\1", plain, flags=re.IGNORECASE)
    factors = list[AnyFamily]()
    for part in re.split(r"[x×*]", plain):
        base, _, power = part.partition("^")
        found = _factor(base)
        if found is None or not re.fullmatch(r"\d{0,2}", power) or power.startswith("0"):
            raise DistillError(f"no group '{shortened(text)}': expected {FORMS}")
        factors += [found] * int(power or 1)
    if all(isinstance(each, Abelian) for each in factors):
        moduli = [m for each in factors if isinstance(each, Abelian) for m in each.moduli]
        family: AnyFamily = Abelian(tuple(moduli))
    else:
        family = factors[0] if len(factors) == 1 else Product(tuple(factors))
    if not 2 <= family.order <= MOST:
        raise DistillError(
            f"the group '{shortened(text)}' has {family.order:,} elements: expected 2 to {MOST:,}"
        )
    return family


def _factor(text: str) -> AnyFamily | None:
    """A group that is no product; null where the name is none."""
    semidirect = re.fullmatch(r"Z(\d{1,4})[:⋊]Z(\d{1,4})", text)
    if semidirect:
        m, rows = int(semidirect[1]), int(semidirect[2])
        twists = [t for t in range(2, m) if order_modulo(t, m) == rows]
        return Metacyclic(m, rows, twists[0]) if twists else None
    match = re.fullmatch(r"(Dic|[SADZCQ])(\d{1,4})", text)
    if match is None:
        return None
    letter, n = match[1], int(match[2])
    match letter:
        case "S" | "A" if 2 + (letter == "A") <= n <= LARGEST_POINTS:
            return Symmetric(n, letter == "A")
        case "D" if n >= 3:
            return Metacyclic(n, 2, n - 1)
        case "Z" | "C" if n >= 2:
            return Abelian((n,))
        case "Q" if n >= 8 and n % 4 == 0:
            return Metacyclic(n // 2, 2, n // 2 - 1, n // 4)
        case "Dic" if n >= 2:
            return Metacyclic(2 * n, 2, 2 * n - 1, n)
    return None


def table_of(rows: Rows) -> Int[ndarray, "n n"]:
    """A Cayley table that somebody wrote down: row a holds the numbers of a * b.

    Raises:
        DistillError: it is no square of numbers from 0 on, or no group's; the message says what it
            lacks.
    """
    try:
        held = [[int(number) for number in row] for row in rows]
    except (TypeError, ValueError) as error:
        raise DistillError(
            f"a Cayley table is {shortened(repr(rows))}: expected rows of numbers"
        ) from error
    n = len(held)
    if n < 2 or any(len(row) != n or min(row) < 0 or max(row) >= n for row in held):
        raise DistillError(
            f"a Cayley table has {n} rows: expected 2 or more, each of as many numbers as there "
            "are rows, from 0 on"
        )
    table = np.array(held)
    fault = fault_of(table)
    if fault is None:
        return table
    said = fault.said
    if fault.triple is not None:
        x, y, z = fault.triple
        said += f": ({x} * {y}) * {z} is not {x} * ({y} * {z})"
    raise DistillError(f"the Cayley table is no group's: {said}; expected a group's")


def generated_table(generators: Rows) -> Int[ndarray, "n n"]:
    """The products of the permutations that some generate, in lexicographic order.

    The product of a and b is "first a, then b".

    Raises:
        DistillError: they are no permutations of the same points, or generate too many.
    """
    try:
        family = Generated(tuple(tuple(int(i) for i in each) for each in generators))
    except (TypeError, ValueError) as error:
        raise DistillError(
            f"generators are {shortened(repr(generators))}: expected permutations, as tuples of "
            "the numbers from 0 on"
        ) from error
    return products(family)
