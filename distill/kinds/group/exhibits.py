"""What a group's pictures show: answers by elements, and what every irreducible accounts for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from distill.drawing.answers import AnswerMap, answer_map
from distill.drawing.rounded import rounded
from distill.groups.naming import irreps
from distill.kinds.group.logits import Share, on_group, shares
from distill.kinds.group.mechanism import GroupMechanism
from distill.networks.trace import Trace

FORMAT_VERSION = 1


@dataclass(frozen=True)
class GroupExhibits:
    """Answers over the inputs, and shares of the logits.

    Attributes:
        outputs: first and last value of the output.
        irreps: names of all irreducibles but the trivial one; none where there are no keys.
        characters, elements: the part of the fitted logits that the character of each accounts
            for, and that products of its matrix elements do.
    """

    outputs: tuple[int, int]
    answers: AnswerMap | None
    irreps: tuple[str, ...]
    characters: tuple[float, ...]
    elements: tuple[float, ...]
    kind: Literal["group"] = "group"
    format_version: int = FORMAT_VERSION


def group_exhibits(mechanism: GroupMechanism, trace: Trace) -> GroupExhibits:
    """Take them from a trace."""
    outputs, every, total = trace.domain.outputs, tuple[Share, ...](), 1.0
    if mechanism.keys:
        found = on_group(trace, mechanism.law)
        every = shares(found, irreps(mechanism.law.group))
        total = max(found.spread(found.fitted), 1e-300)
    return GroupExhibits(
        (outputs[0], outputs[-1]),
        answer_map(trace.network, trace.domain),
        tuple(each.irrep.name for each in every),
        rounded(np.array([each.characters[0] for each in every]) / total),
        rounded(np.array([each.elements[0] for each in every]) / total),
    )
