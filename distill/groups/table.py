"""What a table of outputs is: a Latin square, with an identity, associative, with inverses.

The first thing that is missing is said, with the entry or the triple where it is missing. For
associativity not all triples are gone through: the g with (x g) y = x (g y) for all x and y are
closed under products, so that those which generate all others are enough (Light's test).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Int
from numpy import ndarray


@dataclass(frozen=True)
class Fault:
    """Why a table is no group's.

    Attributes:
        triple: three elements that do not associate; null where it lacks something else.
    """

    said: str
    triple: tuple[int, int, int] | None = None


@dataclass(frozen=True)
class Table:
    """The Cayley table of a group, its elements in any order."""

    products: Int[ndarray, "n n"]

    @property
    def order(self) -> int:
        """How many elements there are."""
        return len(self.products)

    @cached_property
    def identity(self) -> int:
        """The element that changes no other."""
        return int((self.products[:, 0] == 0).argmax())

    @cached_property
    def inverse(self) -> Int[ndarray, " n"]:
        """Of every element."""
        return (self.products == self.identity).argmax(axis=1)

    @cached_property
    def orders(self) -> Int[ndarray, " n"]:
        """The least power of every element that is the identity."""
        orders, power = np.zeros(self.order, dtype=np.int64), np.arange(self.order)
        for exponent in range(1, self.order + 1):
            orders[(power == self.identity) & (orders == 0)] = exponent
            if orders.all():
                break
            power = self.products[power, np.arange(self.order)]
        return orders

    @cached_property
    def commutes(self) -> bool:
        """Whether it is abelian."""
        return bool((self.products == self.products.T).all())

    @cached_property
    def classes(self) -> Int[ndarray, " n"]:
        """The first element that every element is conjugate to."""
        conjugate = self.products[self.products, self.inverse[:, None]]  # [g, x]: g x g^-1
        return conjugate.min(axis=0)

    def closure(self, generators: tuple[int, ...]) -> Int[ndarray, " k"]:
        """The subgroup that some elements generate, ascending."""
        return closure(self.products, generators, self.identity)


def closure(
    products: Int[ndarray, "n n"], generators: tuple[int, ...], identity: int
) -> Int[ndarray, " k"]:
    """What products of some elements reach, ascending."""
    reached = np.zeros(len(products), dtype=bool)
    reached[identity] = True
    fresh = np.array([identity])
    while len(fresh):
        found = np.unique(products[fresh][:, list(generators)])
        fresh = found[~reached[found]]
        reached[fresh] = True
    return np.flatnonzero(reached)


def latin_fault(table: Int[ndarray, "n n"]) -> str | None:
    """Where a table is no Latin square; null where it is one."""
    every = np.arange(len(table))
    for axis, said in ((1, "row"), (0, "column")):
        lines = np.sort(table, axis=axis)
        wrong = (lines != (every if axis == 1 else every[:, None])).any(axis=axis)
        if wrong.any():
            return f"{int(wrong.sum())} of its {len(table)} {said}s have an answer twice"
    return None


def associativity_fault(loop: Int[ndarray, "n n"], identity: int) -> tuple[int, int, int] | None:
    """Three elements of a loop that do not associate; null where all do (Light's test)."""
    generators: list[int] = []
    reached = np.array([identity])
    while len(reached) < len(loop):
        missing = np.setdiff1d(np.arange(len(loop)), reached)
        g = int(missing[0])
        wrong = loop[loop[:, g]] != loop[:, loop[g]]
        if wrong.any():
            x, y = np.unravel_index(int(wrong.argmax()), wrong.shape)
            return int(x), g, int(y)
        generators.append(g)
        reached = closure(loop, tuple(generators), identity)
    return None


def fault_of(table: Int[ndarray, "n n"]) -> Fault | None:
    """What a table lacks to be a group's; null where it is one."""
    said = latin_fault(table)
    if said is not None:
        return Fault(f"the table is no Latin square: {said}")
    every = np.arange(len(table))
    units = (table == every).all(axis=1) & (every == table.T).all(axis=1)
    if not units.any():
        return Fault("no element is an identity")
    triple = associativity_fault(table, int(units.argmax()))
    if triple is None:
        return None  # a finite associative Latin square has inverses
    return Fault("its products do not associate", triple)


def loop_of(table: Int[ndarray, "n n"]) -> tuple[Int[ndarray, "n n"], int]:
    """The principal isotope of a Latin square by its first row and column, and its identity.

    Its elements are the outputs: loop[table[a, 0], table[0, b]] = table[a, b]. A Latin square is
    isotopic to a group exactly if this loop is that group (Albert, 1943).
    """
    loop = table[np.argsort(table[:, 0])][:, np.argsort(table[0])]
    return loop, int(table[0, 0])
