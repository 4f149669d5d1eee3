"""Which group a network multiplies in, and which irreducible representations its logits are of."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.groups.families import Abelian
from distill.groups.isomorphism import family_table
from distill.groups.naming import irreps
from distill.groups.table import Fault, latin_fault
from distill.kinds.group.logits import OnGroup, Share, on_group, shares
from distill.kinds.group.mechanism import Fit, GroupMechanism, Key, Law
from distill.kinds.group.reading import read_law
from distill.kinds.group.repair import repaired
from distill.networks.trace import Trace
from distill.records.refusal import Refusal

FEWEST, MOST = 4, 1000
"""Elements of a group that is looked for: smaller ones are cyclic."""

KEY_SHARE, RELATIVE = 0.01, 0.15
"""Part of the logits that the matrix elements of a key account for, and how much that is beside
the largest."""

MIN_R2 = 0.5
"""Part of the logits that the keys must account for, on pairs that were not fitted."""

SPIKED = 0.9
"""What a spike on the answer accounts for, as a part of what all irreducibles do, from which they
say nothing: a table has all of them too."""

MOST_EXCEPTIONS = 0.01
"""Part of the pairs that may be listed as exceptions (design: at most 1%)."""

FEW = 0.5
"""Part of the frequencies of a cyclic group up to which they are few: cosines, another kind's."""


def extract_group(trace: Trace) -> GroupMechanism | Refusal | None:
    """The group whose products a network's answers are, or what its table lacks.

    Null where there is no square table of two inputs, or one that is far from a Latin square; and
    for cyclic groups that another kind writes more shortly.
    """
    domain, order = trace.domain, len(trace.domain.outputs)
    if domain.shape != (order, order) or not FEWEST <= order <= MOST:
        return None
    answers = trace.outputs if trace.whole else trace.network.run(domain.tokens())
    table = answers.reshape(order, order)
    law = read_law(table)
    if isinstance(law, Fault):
        right = repaired(table, int(MOST_EXCEPTIONS * table.size)) if trace.whole else None
        if right is None:
            return None if latin_fault(table) is not None else _refused(law, trace)
        law = read_law(right)
        assert isinstance(law, Law), "it was put right"
    cyclic = isinstance(law.group, Abelian) and len(law.group.moduli) == 1
    if cyclic and (not law.lists or len(law.lists) > 1):
        return None
    keys, fit = _keys(on_group(trace, law), law) if trace.whole else ((), None)
    if cyclic and keys and len(keys) <= FEW * len(irreps(law.group)):
        return None
    return GroupMechanism(
        law,
        tuple((values[0], values[-1]) for values in domain.inputs),
        (domain.outputs[0], domain.outputs[-1]),
        keys,
        fit,
        _exceptions(trace, law, answers),
    )


def _exceptions(trace: Trace, law: Law, answers: Int[ndarray, " n"]) -> tuple[tuple[int, ...], ...]:
    """Pairs that are answered otherwise, as values, each with its answer last."""
    domain = trace.domain
    wrong = np.flatnonzero(law.table().ravel() != answers)
    values = domain.values(domain.tokens(wrong))
    listed = np.column_stack([values, answers[wrong] + domain.outputs.start])
    return tuple(tuple(row) for row in listed.tolist())


def _refused(fault: Fault, trace: Trace) -> Refusal:
    """What a Latin square lacks, with the triple that does not associate."""
    said = fault.said
    if fault.triple is not None:
        first = trace.domain.outputs.start
        x, y, z = (number + first for number in fault.triple)
        said += f": ({x} * {y}) * {z} is not {x} * ({y} * {z})"
    numbers = {"latin": 1.0, "associative": 0.0 if fault.triple else None}
    return Refusal((f"its table of answers is no group's: {said}",), numbers)


def _keys(found: OnGroup, law: Law) -> tuple[tuple[Key, ...], Fit | None]:
    """The irreducibles that stand out in the logits; none where they do not explain them."""
    every = shares(found, irreps(law.group))
    total, rest = found.spread(found.fitted), found.spread(~found.fitted)
    if total <= 0 or rest <= 0:
        return (), None
    least = max(KEY_SHARE * total, RELATIVE * max(e.elements[0] for e in every))
    chosen = [each for each in every if each.elements[0] >= least]
    fit = Fit(*(sum(side[1] for side in sides) / rest for sides in _sides(chosen)))
    spiked = len(chosen) == len(every) and found.spike() >= SPIKED * fit.elements
    if fit.elements < MIN_R2 or spiked:
        return (), None
    return tuple(_key(each, law, total) for each in chosen), fit


def _sides(chosen: list[Share]) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    return [each.characters for each in chosen], [each.elements for each in chosen]


def _key(share: Share, law: Law, total: float) -> Key:
    firsts = np.unique(family_table(law.group).classes)
    irrep = share.irrep
    return Key(
        irrep.name,
        irrep.sort,
        irrep.dimension,
        irrep.elements,
        tuple(round(float(value), 9) + 0.0 for value in irrep.character[firsts]),
        share.weight,
        share.characters[0] / total,
        share.elements[0] / total,
    )
