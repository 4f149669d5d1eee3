"""The group that the symbols of a machine generate, by name."""

from __future__ import annotations

import numpy as np

from distill.kinds.automaton.machine import Machine

MAX_GROUP_STATES = 24
"""Up to this many states a group of permutations is named."""


def group_of(machine: Machine) -> str | None:
    """The group that the symbols generate, where they permute a few states."""
    states = machine.states
    if states > MAX_GROUP_STATES or any(
        len(np.unique(column)) < states for column in machine.delta.T
    ):
        return None
    from sympy.combinatorics import Permutation, PermutationGroup  # most machines have no group

    moves = list(dict.fromkeys(map(tuple, machine.delta.T.tolist())))
    group = PermutationGroup([Permutation(list(move)) for move in moves])
    order = int(group.order())
    if group.is_abelian:
        return f"abelian group of order {order}"
    if group.is_symmetric:
        return f"symmetric group of {states}"
    if group.is_alternating:
        return f"alternating group of {states}"
    if order <= 200 and group.is_dihedral:
        return f"dihedral group of order {order}"
    return f"group of order {order}"
