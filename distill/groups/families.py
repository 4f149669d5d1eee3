"""Families of finite groups, each with an order of its elements in which it can be written shortly.

An element is a number from 0 to n - 1, and 0 is the identity, whatever the family: digits of a
mixed radix, pairs of a rotation and a row, permutations in lexicographic order. What a network
numbers otherwise is a list beside the family, and nothing of it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby, permutations
from typing import Annotated, Literal

import numpy as np
from jaxtyping import Int
from numpy import ndarray
from pydantic import Field

from distill.errors import DistillError

MOST = 5040
"""Elements of a group that is written out."""

Permutation = tuple[int, ...]


@dataclass(frozen=True)
class Abelian:
    """Z_m1 × Z_m2 × ...: a number is its residues, the first the most significant digit."""

    moduli: tuple[int, ...]
    kind: Literal["abelian"] = "abelian"

    @property
    def order(self) -> int:
        """How many elements there are."""
        return math.prod(self.moduli)

    @property
    def name(self) -> str:
        """`Z2^3`, `Z4 x Z3`."""
        runs = ((m, len(list(run))) for m, run in groupby(self.moduli))
        return " x ".join(f"Z{m}^{count}" if count > 1 else f"Z{m}" for m, count in runs)

    def products(self) -> Int[ndarray, "n n"]:
        """The number of every sum."""
        each = np.arange(self.order)
        found, weight = np.zeros((self.order, self.order), dtype=np.int64), 1
        for modulus in reversed(self.moduli):
            digit = each // weight % modulus
            found += weight * ((digit[:, None] + digit) % modulus)
            weight *= modulus
        return found


@dataclass(frozen=True)
class Metacyclic:
    """Rotations r and a row element s: r^m = 1, s^rows = r^carry, s r = r^twist s.

    An element is r^x s^y, and its number y · m + x, so that rotations come first; or x · rows + y
    where it is `interleaved`. Dihedral groups have two rows, twist -1 and no carry.

    Attributes:
        rotations: m.
        twist: to the power of `rows` it is 1 modulo m.
        carry: r^carry commutes with s.
    """

    rotations: int
    rows: int
    twist: int
    carry: int = 0
    interleaved: bool = False
    kind: Literal["metacyclic"] = "metacyclic"

    def __post_init__(self) -> None:
        m, twist = self.rotations, self.twist
        if m < 1 or self.rows < 1 or pow(twist, self.rows, m) != 1 % m:
            raise DistillError(
                f"twist {twist} to the power of {self.rows} is not 1 modulo {m}: expected that, so "
                "that as many rows make a group"
            )
        if (self.carry * twist - self.carry) % m:
            raise DistillError(f"r^{self.carry} does not commute with s: expected carry 0")

    @property
    def order(self) -> int:
        """How many elements there are."""
        return self.rotations * self.rows

    @property
    def reflects(self) -> bool:
        """Whether s turns rotations around, and there are two rows."""
        return self.rows == 2 and (self.twist + 1) % self.rotations == 0

    @property
    def name(self) -> str:
        """`D5` (of order 10), `Q8`, `Dic3` (of order 12), `Z7 : Z3`."""
        m, rows = self.rotations, self.rows
        if self.reflects and self.carry == 0:
            return f"D{m}"
        if self.reflects and 2 * self.carry == m:
            return f"Q{2 * m}" if m & (m - 1) == 0 else f"Dic{m // 2}"
        if (m, rows, self.carry) == (8, 2, 0):
            return {3: "SD16", 5: "M16"}.get(self.twist, "Z8 x Z2")
        said = f"Z{m} : Z{rows}" if self.carry == 0 else f"Z{m} . Z{rows}"
        plain = min(t for t in range(1, m + 1) if order_modulo(t, m) == order_modulo(self.twist, m))
        return said if order_modulo(self.twist, m) == rows else f"{said} (twist {plain})"

    def products(self) -> Int[ndarray, "n n"]:
        """The number of every product."""
        m, rows, each = self.rotations, self.rows, np.arange(self.order)
        x, y = (each // rows, each % rows) if self.interleaved else (each % m, each // m)
        turned = np.array([pow(self.twist, row, m) for row in range(rows)])[y]
        over = y[:, None] + y >= rows
        right = (x[:, None] + turned[:, None] * x + self.carry * over) % m
        row = (y[:, None] + y) % rows
        return right * rows + row if self.interleaved else row * m + right


@dataclass(frozen=True)
class Symmetric:
    """All permutations of some points, or the even ones, in lexicographic order.

    The product of p and q is "first p, then q".
    """

    points: int
    even: bool = False
    kind: Literal["symmetric"] = "symmetric"

    @property
    def order(self) -> int:
        """How many elements there are."""
        return math.factorial(self.points) // (2 if self.even and self.points > 1 else 1)

    @property
    def name(self) -> str:
        """`S4`, `A5`."""
        return f"{'A' if self.even else 'S'}{self.points}"

    @property
    def elements(self) -> tuple[Permutation, ...]:
        """The permutations."""
        every = permutations(range(self.points))
        return tuple(p for p in every if not self.even or is_even(p))

    def products(self) -> Int[ndarray, "n n"]:
        """The number of every product."""
        return products_of(self.elements)


@dataclass(frozen=True)
class Generated:
    """The permutations that some generate, in lexicographic order; "first p, then q".

    Attributes:
        called: what the group is called.
    """

    generators: tuple[Permutation, ...]
    called: str = ""
    kind: Literal["generated"] = "generated"

    @property
    def order(self) -> int:
        """How many elements there are."""
        return len(self.elements)

    @property
    def name(self) -> str:
        """What it is called, or how large it is."""
        return self.called or f"a group of {self.order} permutations"

    @property
    def points(self) -> int:
        """How many points are moved."""
        return len(self.generators[0])

    @property
    def elements(self) -> tuple[Permutation, ...]:
        """The permutations."""
        return generated_by(self.generators)

    def products(self) -> Int[ndarray, "n n"]:
        """The number of every product."""
        return products_of(self.elements)


@dataclass(frozen=True)
class Product:
    """A direct product: a number is those of its factors, the first the most significant digit."""

    factors: tuple[Family, ...]
    kind: Literal["product"] = "product"

    @property
    def order(self) -> int:
        """How many elements there are."""
        return math.prod(factor.order for factor in self.factors)

    @property
    def name(self) -> str:
        """`S3 x Z4`."""
        names = (f"({it.name})" if " : " in it.name else it.name for it in self.factors)
        return " x ".join(names)

    def products(self) -> Int[ndarray, "n n"]:
        """The number of every product."""
        found: Int[ndarray, "n n"] = np.zeros((1, 1), dtype=np.int64)
        for factor in self.factors:
            found = beside(found, products(factor))
        return found


Family = Annotated[
    Abelian | Metacyclic | Symmetric | Generated | Product, Field(discriminator="kind")
]
AnyFamily = Abelian | Metacyclic | Symmetric | Generated | Product


@cache
def products(family: AnyFamily) -> Int[ndarray, "n n"]:
    """The Cayley table of a family; nobody may change it."""
    found = family.products()
    found.setflags(write=False)
    return found


def beside(high: Int[ndarray, "m m"], low: Int[ndarray, "k k"]) -> Int[ndarray, "n n"]:
    """The Cayley table of a direct product, the digits of the first the more significant."""
    size = len(low)
    each = np.arange(len(high) * size)
    top, bottom = each // size, each % size
    return high[top[:, None], top] * size + low[bottom[:, None], bottom]


def order_modulo(number: int, modulus: int) -> int:
    """The least power of a number that is 1 modulo m; 0 where none is."""
    if modulus == 1:
        return 1
    if math.gcd(number, modulus) != 1:
        return 0
    power, count = number % modulus, 1
    while power != 1:
        power, count = power * number % modulus, count + 1
    return count


def is_even(permutation: Sequence[int]) -> bool:
    """Whether a permutation is a product of an even number of exchanges."""
    above = (permutation[i] > permutation[j] for j in range(len(permutation)) for i in range(j))
    return sum(above) % 2 == 0


def then(p: Permutation, q: Permutation) -> Permutation:
    """First p, then q."""
    return tuple(q[i] for i in p)


@cache
def generated_by(generators: tuple[Permutation, ...]) -> tuple[Permutation, ...]:
    """All products of some permutations, in lexicographic order.

    Raises:
        DistillError: they are no permutations of the same points, or generate too many.
    """
    points = len(generators[0]) if generators else 0
    if not points or any(sorted(each) != list(range(points)) for each in generators):
        raise DistillError(
            f"{str(generators)[:80]}: expected permutations of the same points, as tuples of the "
            "numbers from 0 on, each of which occurs once"
        )
    found = [tuple(range(points))]
    known = set(found)
    for p in found:
        for generator in generators:
            q = then(p, generator)
            if q not in known:
                known.add(q)
                found.append(q)
        if len(found) > MOST:
            raise DistillError(f"these permutations generate more than {MOST:,}: too many")
    return tuple(sorted(found))


def products_of(elements: Sequence[Permutation]) -> Int[ndarray, "n n"]:
    """The Cayley table of permutations."""
    number = {p: i for i, p in enumerate(elements)}
    return np.array([[number[then(p, q)] for q in elements] for p in elements])
