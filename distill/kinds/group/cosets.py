"""Hidden units that are functions of cosets (Stander et al., arXiv 2312.06581).

In a perceptron a unit of the first layer is a function f(a) + g(b). Where f is the same on every
coset of a subgroup, and g too, the unit tells cosets apart and nothing else. Small subgroups have
so many cosets that this says little; so of all that explain a unit the largest counts, and beside
stands what the same subgroups explain with the elements under other numbers.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.evidence.figures import Measure, Measured
from distill.groups.isomorphism import family_table
from distill.groups.naming import irreps
from distill.groups.recognise import recognise
from distill.groups.structure import Members, conjugates, part, subgroups
from distill.groups.table import Table
from distill.kinds.group.mechanism import Law
from distill.networks.architecture import MLP
from distill.networks.network import HasLogits
from distill.networks.stored import reads_tokens

COSETS = "cosets of "
"""Begins the name of the row of a sort of subgroup."""

EXPLAINED = 0.95
"""Part of the variance of a unit's functions of both inputs, from which it is one of cosets."""

LIVE = 0.01
"""The least size of a unit's function, as a part of the largest."""

SHOWN = 4
"""Sorts of subgroups that have a row, those of the most units."""

MOST_ELEMENTS = 130
"""Of a group whose subgroups are gone through."""

SEED = 12
"""Of other numbers for the elements."""


def coset_evidence(network: HasLogits, law: Law) -> Measured:
    """The part of the hidden units that are functions of cosets, by the subgroup's name.

    Nothing of a network that is no perceptron, and of a large group.
    """
    functions = first_layer(network, law)
    if functions is None or law.order > MOST_ELEMENTS:
        return {}
    table = family_table(law.group)
    found = _subgroups(table, law)
    order = np.random.default_rng(SEED).permutation(law.order)
    ours = _largest(table, found, functions)
    wrong = _largest(table, found, [each[order] for each in functions])
    names = {members: _name(table, members) for members in {*ours, *wrong} - {None}}
    counts, decoys = (
        Counter(names[members] for members in each if members is not None) for each in (ours, wrong)
    )
    total = max(len(ours), 1)
    return {
        f"{COSETS}{name}": Measure(count / total, decoys[name] / total)
        for name, count in counts.most_common(SHOWN)
    }


def first_layer(network: HasLogits, law: Law) -> list[Float[ndarray, "n units"]] | None:
    """What each input adds to the units of the first layer, by the elements of its values."""
    if not reads_tokens(network) or not isinstance(network.architecture, MLP):
        return None
    shape, weights = network.architecture, network.weights
    into, d = weights["W_1"], shape.d_embed
    found = []
    for place, side in enumerate(("left", "right")):
        rows = weights[shape.embeddings[place]][: law.order]
        part_of = into[d * place : d * (place + 1)] if shape.combine == "concat" else into
        at = np.argsort(law.elements(side))  # pyright: ignore[reportArgumentType]
        found.append((rows @ part_of)[at])
    return found


def _subgroups(table: Table, law: Law) -> list[Members]:
    """Proper subgroups of two elements or more, the largest first; kernels among them."""
    kernels = {frozenset(irrep.kernel.tolist()) for irrep in irreps(law.group)}
    every = kernels | {it for one in subgroups(table) for it in conjugates(table, one)}
    return sorted(
        (it for it in every if 1 < len(it) < table.order), key=lambda it: (-len(it), sorted(it))
    )


def _largest(
    table: Table, found: list[Members], functions: list[Float[ndarray, "n units"]]
) -> list[Members | None]:
    """For every live unit the largest subgroup whose cosets explain it; null where none does."""
    centred = [each - each.mean(axis=0) for each in functions]
    sizes = np.min([np.square(each).sum(axis=0) for each in centred], axis=0)
    live = np.flatnonzero(sizes > LIVE**2 * max(float(sizes.max()), 1e-300))
    centred = [each[:, live] for each in centred]
    largest: list[Members | None] = [None] * len(live)
    for members in found:
        own = sorted(members)
        labels = [table.products[:, own].min(axis=1), table.products[own].min(axis=0)]
        explained = np.min(
            [np.max([_by_label(each, label) for label in labels], axis=0) for each in centred],
            axis=0,
        )
        for unit in np.flatnonzero(explained >= EXPLAINED):
            largest[unit] = largest[unit] or members
    return largest


def _by_label(
    values: Float[ndarray, "n units"], label: Int[ndarray, " n"]
) -> Float[ndarray, " units"]:
    """The part of the variance of centred values that the means of labels account for."""
    sums = np.zeros_like(values)
    np.add.at(sums, label, values)
    counts = np.maximum(np.bincount(label, minlength=len(label)), 1)[:, None]
    return (np.square(sums) / counts).sum(axis=0) / np.maximum(
        np.square(values).sum(axis=0), 1e-300
    )


def _name(table: Table, members: Members | None) -> str:
    """The name of a subgroup, with its order."""
    assert members is not None, "of a subgroup"
    group = recognise(part(table, sorted(members))).family
    return f"{group.name}, order {len(members)}"
