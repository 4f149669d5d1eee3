"""Subgroups of a group: normal ones, direct factors, and permutations of cosets."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.groups.families import Permutation
from distill.groups.isomorphism import generators_of
from distill.groups.table import Table

MOST_NORMAL = 400
"""Normal subgroups that are held at once."""

Members = frozenset[int]


def normal_subgroups(table: Table) -> list[Members]:
    """Normal subgroups, the smallest first, the trivial ones too."""
    found = {frozenset([table.identity]), frozenset(range(table.order))}
    single = set()
    for first in np.unique(table.classes):
        conjugates = tuple(np.flatnonzero(table.classes == first).tolist())
        single.add(frozenset(table.closure(conjugates).tolist()))
    fresh = single
    while fresh and len(found) < MOST_NORMAL:
        found |= fresh
        fresh = {
            frozenset(table.closure(tuple(one | other)).tolist())
            for one, other in combinations(sorted(fresh | single, key=sorted), 2)
        } - found
    return sorted(found, key=lambda it: (len(it), sorted(it)))


def direct_factors(table: Table) -> tuple[list[int], list[int]] | None:
    """Two normal subgroups whose direct product a group is, the smaller last; null without."""
    normal = [it for it in normal_subgroups(table) if 1 < len(it) < table.order]
    for small in normal:
        for large in normal:
            if len(small) * len(large) == table.order and len(small & large) == 1:
                return sorted(large), sorted(small)
    return None


def part(table: Table, members: list[int]) -> Table:
    """A subgroup by itself, its elements in the order in which they are given."""
    place = np.full(table.order, -1)
    place[members] = np.arange(len(members))
    return Table(place[table.products[np.ix_(members, members)]])


def subgroups(table: Table) -> list[Members]:
    """Subgroups of one or two generators, one or more of every class, the smallest first."""
    firsts = np.unique(table.classes).tolist()
    cyclic = {frozenset(table.closure((g,)).tolist()) for g in range(table.order)}
    ends = sorted({min(it - {table.identity}, default=table.identity) for it in cyclic})
    generators = sorted({_generator(table, it) for it in cyclic} | set(ends))
    found = set(cyclic)
    for first in firsts:
        for second in generators:
            found.add(frozenset(table.closure((first, second)).tolist()))
    return sorted(found, key=lambda it: (len(it), sorted(it)))


def _generator(table: Table, cyclic: Members) -> int:
    members = sorted(cyclic)
    return next(g for g in members if table.orders[g] == len(members))


def cosets(table: Table, members: Members) -> Int[ndarray, " n"]:
    """The first element of the coset x H of every x."""
    return table.products[:, sorted(members)].min(axis=1)


def conjugates(table: Table, members: Members) -> set[Members]:
    """All subgroups g H g^-1."""
    own = sorted(members)
    moved = table.products[table.products[:, own], table.inverse[:, None]]
    return {frozenset(row) for row in moved.tolist()}


def as_permutations(table: Table) -> tuple[tuple[Permutation, ...], tuple[int, ...]]:
    """The fewest points on which a group acts faithfully, on cosets of one of the `subgroups`.

    Returns:
        The permutations of some generators, and the generators. "First p, then q" is p · q.
    """
    generators = generators_of(table)
    for members in reversed(subgroups(table)):
        core = frozenset.intersection(*conjugates(table, members))
        if len(core) == 1:
            break
    else:  # the regular action is one
        members = frozenset([table.identity])
    # right cosets H x, moved by multiplication from the right
    label = table.products[sorted(members)].min(axis=0)
    points, place = np.unique(label, return_inverse=True)
    moved = tuple(
        tuple(int(place[table.products[point, g]]) for point in points) for g in generators
    )
    return moved, generators
