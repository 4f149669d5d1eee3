"""Isomorphisms from a family to a table, its elements in any order.

Images of the family's generators are chosen one after the other: of the right order, and so that
the map of the subgroup that they generate, followed along words, is one-to-one and keeps products.
What is returned is therefore proved. The first image is taken of every conjugacy class once, as an
isomorphism followed by a conjugation is one too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.groups.families import AnyFamily, products
from distill.groups.table import Table, closure

MOST_TRIED = 20_000
"""Images of generators that are tried for one family."""


def invariants(table: Table) -> tuple[tuple[tuple[int, int, int], int], ...]:
    """What isomorphic groups share: how many elements there are of every order, size of class, and
    order of the square's class.
    """
    sizes = np.bincount(table.classes, minlength=table.order)[table.classes]
    squares = table.products[np.arange(table.order), np.arange(table.order)]
    rows = np.stack([table.orders, sizes, sizes[squares]], axis=1)
    found, counts = np.unique(rows, axis=0, return_counts=True)
    return tuple(
        ((int(a), int(b), int(c)), int(count))
        for (a, b, c), count in zip(found.tolist(), counts, strict=True)
    )


@dataclass(frozen=True)
class Level:
    """The subgroup that the first few generators of a family generate.

    Attributes:
        generator: the last of them.
        members: of the subgroup.
        words: element, the element before it in its word, and the place of its last generator.
    """

    generator: int
    members: Int[ndarray, " k"]
    words: tuple[tuple[int, int, int], ...]


@cache
def family_table(family: AnyFamily) -> Table:
    """A family's own table."""
    return Table(products(family))


@cache
def levels(family: AnyFamily) -> tuple[Level, ...]:
    """Few generators of a family, one that generates more first, with the subgroups between."""
    table = family_table(family)
    generators: list[int] = []
    found: list[Level] = []
    members = np.array([0])
    while len(members) < table.order:
        best = max(_outside(table, members), key=lambda g: len(table.closure((*generators, g))))
        generators.append(best)
        members = table.closure(tuple(generators))
        found.append(Level(best, members, _words(table, generators)))
    return tuple(found)


def _outside(table: Table, members: Int[ndarray, " k"]) -> list[int]:
    """Elements that may come next: of the first generator one of every class."""
    outside = np.setdiff1d(np.arange(table.order), members)
    if len(members) == 1:
        outside = np.intersect1d(outside, np.unique(table.classes))
        longest = table.orders[outside].max()
        return outside[table.orders[outside] == longest].tolist()
    return outside.tolist()


def _words(table: Table, generators: list[int]) -> tuple[tuple[int, int, int], ...]:
    order, words, known = [0], list[tuple[int, int, int]](), {0}
    for element in order:
        for place, generator in enumerate(generators):
            reached = int(table.products[element, generator])
            if reached not in known:
                known.add(reached)
                order.append(reached)
                words.append((reached, element, place))
    return tuple(words)


def isomorphism(family: AnyFamily, table: Table) -> Int[ndarray, " n"] | None:
    """The number in the family of every element of a table; null where they are not isomorphic."""
    own = family_table(family)
    if own.order != table.order or own.commutes != table.commutes:
        return None
    if invariants(own) != invariants(table):
        return None
    steps = levels(family)
    tried = [0]

    def extend(images: tuple[int, ...]) -> Int[ndarray, " n"] | None:
        if len(images) == len(steps):
            return _followed(own, table, steps[-1], images, steps)
        wanted = own.orders[steps[len(images)].generator]
        choices = np.flatnonzero(table.orders == wanted)
        if not images:
            choices = np.intersect1d(choices, np.unique(table.classes))
        for choice in choices.tolist():
            tried[0] += 1
            if tried[0] > MOST_TRIED:
                return None
            more = (*images, choice)
            if _followed(own, table, steps[len(images)], more, steps) is not None:
                found = extend(more)
                if found is not None:
                    return found
        return None

    image = extend(())
    return None if image is None else np.argsort(image)


def _followed(
    own: Table, table: Table, level: Level, images: tuple[int, ...], steps: tuple[Level, ...]
) -> Int[ndarray, " n"] | None:
    """The image of every member of a subgroup; null where that is no isomorphism of it."""
    image = np.full(own.order, -1)
    image[0] = table.identity
    for element, before, place in level.words:
        image[element] = table.products[image[before], images[place]]
    reached = image[level.members]
    if len(np.unique(reached)) < len(reached):
        return None
    for step, chosen in zip(steps, images, strict=False):
        after = image[own.products[level.members, step.generator]]
        if (after != table.products[reached, chosen]).any():
            return None
    return image


def generators_of(table: Table) -> tuple[int, ...]:
    """Few elements that generate a group, its identity aside."""
    found: tuple[int, ...] = ()
    members = np.array([table.identity])
    while len(members) < table.order:
        outside = np.setdiff1d(np.arange(table.order), members).tolist()
        best = max(outside, key=lambda g: len(closure(table.products, (*found, g), table.identity)))
        found = (*found, best)
        members = table.closure(found)
    return found
