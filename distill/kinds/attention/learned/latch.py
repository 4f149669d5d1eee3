"""An answer that stays once it is given: what is searched for is what gives it first.

Where a network answers so ("this is no prefix of a balanced text"), everything behind the first
such answer says nothing more. The search is told only of what comes up to it, and what is found is
closed: the answer is given from the first position on where that would give it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from distill.kinds.attention.learned.asked import Asked

OFTEN, STAYS = 0.05, 0.99
"""Part of the texts in which such an answer comes before the last one, and of those in which it
stays then."""


def latch_of(asked: Asked) -> int | None:
    """The answer that stays once it is given; null where there is none."""
    for value in np.unique(asked.target).tolist():
        given = asked.wanted & (asked.answers == value)
        after = asked.wanted & met_before(given)
        some = after.any(axis=1)
        stays = ~(after & ~given).any(axis=1)
        others = (asked.wanted & ~given).any(axis=1).mean() > OFTEN
        if some.mean() > OFTEN and others and stays[some].mean() >= STAYS:
            return int(value)
    return None


def met_before(given: Bool[ndarray, "n length"]) -> Bool[ndarray, "n length"]:
    """Where something was met at an earlier position."""
    return (np.cumsum(given, axis=1) - given) > 0


def up_to(asked: Asked, value: int) -> Asked:
    """What is asked up to the first such answer of every text."""
    given = asked.wanted & (asked.answers == value)
    wanted = asked.wanted & ~met_before(given)
    return replace(asked, wanted=wanted, answers=np.where(wanted, asked.answers, 0.0))


def closed(given: Int[ndarray, "n length"], value: int) -> Int[ndarray, "n length"]:
    """What is given, and that value from the first position on where it is."""
    return np.where(np.cumsum(given == value, axis=1) > 0, value, given)
