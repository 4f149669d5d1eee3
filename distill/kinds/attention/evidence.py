"""Whether heads look where the program says, and the network answers so when that is all they do.

Measured along texts of a seed of its own, which extraction has not seen
(`distill.kinds.attention.replacing` says how).
"""

from __future__ import annotations

from distill.checker.attended import REPLACED_SEED
from distill.evidence.figures import Measured
from distill.kinds.attention.mechanism import AttentionMechanism
from distill.kinds.attention.replacing import replaced_along, replaced_texts
from distill.networks.trace import TextTrace


def replaced(mechanism: AttentionMechanism, view: TextTrace) -> Measured:
    """Answers that stay when attention is what the program selects, and how far it is that, along
    the texts of every report.

    Args:
        mechanism: of the program.
        view: the network.
    """
    return replaced_along(mechanism, view.network, replaced_texts(view.network, REPLACED_SEED))
