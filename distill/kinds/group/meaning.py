"""That characters of the keys single out the product: positive weights, and a trivial kernel.

The score of c is Σ α_ρ χ_ρ(a b c^-1). A character is largest at the identity, and as large only on
its kernel; so with positive weights the score is largest where a b c^-1 is in the kernels of all
keys, which is at c = a b alone if these have nothing but the identity in common. Both are gone
through, element by element.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from distill.groups.isomorphism import family_table
from distill.kinds.group.mechanism import GroupMechanism, Key, Law
from distill.records.report import Meaning

ROUNDING = 1e-8
"""Of a character as it is stored, twice, beside the arithmetic of a sum."""


@dataclass(frozen=True)
class Lead:
    """How far the score of the product is ahead, over the keys' characters.

    Attributes:
        least: the smallest lead, over all other elements.
        at: the element there is the least of: a b c^-1 for the runner-up c.
        kernel: elements that no key tells from the identity.
    """

    least: float
    at: int
    kernel: int


def lead_of(keys: tuple[Key, ...], law: Law) -> Lead:
    """The lead of the product, as it is stored."""
    classes = np.unique(family_table(law.group).classes, return_inverse=True)[1]
    characters: Float[ndarray, "keys n"] = np.array([key.character for key in keys])[:, classes]
    lost = characters[:, :1] - characters
    kernel = int((lost < 0.5 * ROUNDING).all(axis=0).sum())
    leads = np.array([key.weight for key in keys]) @ lost
    at = 1 + int(leads[1:].argmin())
    return Lead(float(leads[at]), at, kernel)


def meaning_of(mechanism: GroupMechanism) -> Meaning | None:
    """What was proved of the keys; null where some weight is not positive, or the kernel is larger.

    Nothing is proved of a mechanism without keys.
    """
    keys, law = mechanism.keys, mechanism.law
    if not keys or min(key.weight for key in keys) <= 0:
        return None
    lead = lead_of(keys, law)
    margin = lead.least - ROUNDING * sum(key.weight for key in keys)
    if lead.kernel > 1 or margin <= 0:
        return None
    group = law.group.name
    return Meaning(
        statement=(
            f"{law.words} in {group} is the c with the largest sum of its keys' characters of "
            f"({law.words}) * c^-1, weighted as in the network"
        ),
        method=f"all {law.order:,} elements of {group}",
        proof=(
            "a character is largest at the identity, and as large only on its kernel",
            "every key's character has a positive weight, so that no element has a larger sum",
            "the keys' kernels have the identity in common, and no other element",
        ),
        gcd=lead.kernel,
        margin=margin,
        margin_at=lead.at,
        float_error=ROUNDING * sum(key.weight for key in keys),
        terminates="it has no loop without an end that is written there",
        exceptions=len(mechanism.exceptions),
    )
