"""Which group a table is: its family, and which element of it every value stands for.

First it is held against the families in their own order of elements: a program then needs no list.
Otherwise a family with the same invariants is looked for, and an isomorphism is constructed, which
tells apart what characters do not (D4 and Q8).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product as choices

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.groups.families import (
    Abelian,
    AnyFamily,
    Generated,
    Metacyclic,
    Product,
    Symmetric,
    generated_by,
    order_modulo,
    products,
)
from distill.groups.isomorphism import isomorphism
from distill.groups.structure import as_permutations, direct_factors, part
from distill.groups.table import Table


@dataclass(frozen=True)
class Recognised:
    """A group.

    Attributes:
        family: with an order of its elements.
        numbers: the element of every value; null where values stand in the family's order.
        swapped: whether the table holds b · a at a, b; never of an abelian group.
    """

    family: AnyFamily
    numbers: Int[ndarray, " n"] | None = None
    swapped: bool = False


def recognise(table: Table) -> Recognised:
    """The group of a table."""
    if table.identity == 0:
        for swapped in (False, True) if not table.commutes else (False,):
            family = in_order(table.products.T if swapped else table.products)
            if family is not None:
                return Recognised(family, None, swapped)
    for family in _usual(table):
        numbers = isomorphism(family, table)
        if numbers is not None:
            return Recognised(family, numbers)
    factors = None if table.commutes else direct_factors(table)
    if factors is not None:
        return _product(table, *factors)
    for family in _metacyclic(table.order):
        numbers = isomorphism(family, table)
        if numbers is not None:
            return Recognised(family, numbers)
    return _permutations(table)


def in_order(table: Int[ndarray, "n n"]) -> AnyFamily | None:
    """The family whose own table this is; null where its elements stand in another order."""
    order = len(table)
    if order == 1:
        return Abelian((1,))
    for family in _suggested(table):
        if family.order == order and (products(family) == table).all():
            return family
    for low in range(2, order):
        if order % low:
            continue
        split = _split(table, low)
        if split is None:
            continue
        parts = [in_order(each) for each in split]
        if None not in parts:
            return _beside([each for each in parts if each is not None])
    return None


def _beside(parts: list[AnyFamily]) -> AnyFamily:
    """A direct product of families; of abelian ones beside one another, one abelian group."""
    factors: list[AnyFamily] = []
    for each in parts:
        for factor in each.factors if isinstance(each, Product) else (each,):
            if factors and isinstance(factor, Abelian) and isinstance(factors[-1], Abelian):
                factors[-1] = Abelian((*factors[-1].moduli, *factor.moduli))
            else:
                factors.append(factor)
    return factors[0] if len(factors) == 1 else Product(tuple(factors))


def _split(
    table: Int[ndarray, "n n"], low: int
) -> tuple[Int[ndarray, "m m"], Int[ndarray, "k k"]] | None:
    """The two tables whose direct product a table is, digit by digit, the second of `low`."""
    high = len(table) // low
    digits = table.reshape(high, low, high, low)
    tops, bottoms = digits // low, digits % low
    if (tops != tops[:, :1, :, :1]).any() or (bottoms != bottoms[:1, :, :1]).any():
        return None
    return tops[:, 0, :, 0], bottoms[0, :, 0, :]


def _suggested(table: Int[ndarray, "n n"]) -> Iterator[AnyFamily]:
    """Families that a few entries of a table suggest, if its elements stand in their order."""
    order = len(table)
    yield Abelian((order,))
    for points in range(3, 9):
        for even in (False, True):
            if Symmetric(points, even).order == order:
                yield Symmetric(points, even)
    for rows in range(2, order // 2 + 1):
        if order % rows:
            continue
        m = order // rows
        for interleaved in (False, True):
            if interleaved:
                twist, carry = table[1, rows] // rows, table[rows - 1, 1] // rows
            else:
                twist, carry = table[m, 1] % m, table[(rows - 1) * m, m] % m
            twist, carry = int(twist), int(carry)
            fits = pow(twist, rows, m) == 1 % m and (carry * twist - carry) % m == 0
            if fits and twist != 1:
                yield Metacyclic(m, rows, twist, carry, interleaved)


def _usual(table: Table) -> Iterator[AnyFamily]:
    """Families with names of their own, of the order of a table."""
    order = table.order
    if table.commutes:
        yield from (Abelian(moduli) for moduli in _invariant_factors(order))
        return
    for points in range(3, 9):
        for even in (False, True):
            if Symmetric(points, even).order == order and not (points == 3 and even):
                yield Symmetric(points, even)
    if order % 2 == 0 and order > 4:
        yield Metacyclic(order // 2, 2, order // 2 - 1)
    if order % 4 == 0 and order > 4:
        yield Metacyclic(order // 2, 2, order // 2 - 1, order // 4)


def _invariant_factors(order: int) -> Iterator[tuple[int, ...]]:
    """m1, m2, ... with m2 a divisor of m1 and so on, whose product is the order."""
    exponents = _exponents(order)
    ways = [[(p, way) for way in _partitions(e)] for p, e in exponents.items()]
    for each in choices(*ways):
        length = max((len(way) for _, way in each), default=0)
        yield tuple(
            math.prod(p ** way[i] for p, way in each if i < len(way)) for i in range(length)
        )


def _exponents(number: int) -> dict[int, int]:
    found: dict[int, int] = {}
    for p in range(2, number + 1):
        while number % p == 0:
            number, found[p] = number // p, found.get(p, 0) + 1
    return found


def _partitions(total: int, most: int | None = None) -> Iterator[tuple[int, ...]]:
    """Non-increasing sums."""
    if total == 0:
        yield ()
    for first in range(min(total, most or total), 0, -1):
        yield from ((first, *rest) for rest in _partitions(total - first, first))


def _metacyclic(order: int) -> Iterator[Metacyclic]:
    """Metacyclic groups of an order, those without a carry first, then those of few rows."""
    found = list[Metacyclic]()
    for rows in range(2, order // 2 + 1):
        if order % rows:
            continue
        m = order // rows
        for twist in range(2, m):
            if order_modulo(twist, m) and rows % order_modulo(twist, m) == 0:
                carries = {0, *(c for c in range(1, m) if m % c == 0)}
                found += [
                    Metacyclic(m, rows, twist, carry)
                    for carry in sorted(carries)
                    if (carry * twist - carry) % m == 0
                ]
    yield from sorted(found, key=lambda it: (it.carry != 0, it.rows, it.twist, it.carry))


def _product(table: Table, high: list[int], low: list[int]) -> Recognised:
    """A direct product of two subgroups, each recognised by itself."""
    parts = [recognise(part(table, members)) for members in (high, low)]
    numbers = np.empty(table.order, dtype=np.int64)
    tops, bottoms = (
        each.numbers if each.numbers is not None else np.arange(each.family.order) for each in parts
    )
    if any(each.swapped for each in parts):  # its inverses stand in the order that is not swapped
        tops, bottoms = (
            table_inverse(each)[own] if each.swapped else own
            for each, own in zip(parts, (tops, bottoms), strict=True)
        )
    size = len(low)
    for x, top in zip(high, tops, strict=True):
        for y, bottom in zip(low, bottoms, strict=True):
            numbers[table.products[x, y]] = top * size + bottom
    return Recognised(_beside([each.family for each in parts]), numbers)


def table_inverse(found: Recognised) -> Int[ndarray, " n"]:
    """The inverse of every number of a family: an isomorphism to the table with b · a at a, b."""
    return Table(products(found.family)).inverse


def _permutations(table: Table) -> Recognised:
    """Permutations of few points."""
    moved, generators = as_permutations(table)
    family = Generated(moved)
    elements = {p: i for i, p in enumerate(generated_by(moved))}
    image = {table.identity: tuple(range(len(moved[0])))}
    order = [table.identity]
    for x in order:
        for g, p in zip(generators, moved, strict=True):
            reached = int(table.products[x, g])
            if reached not in image:
                image[reached] = tuple(p[i] for i in image[x])
                order.append(reached)
    numbers = np.array([elements[image[x]] for x in range(table.order)])
    return Recognised(replace(family, called=""), numbers)
