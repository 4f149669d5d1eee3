"""Programs of selections side by side: the same where their programs are, letter by letter."""

from __future__ import annotations

from collections.abc import Mapping

from distill.kinds.attention.mechanism import AttentionMechanism
from distill.kinds.difference import Compared


class AttentionCompared(Compared[AttentionMechanism]):
    """What is known of two of them: no more than their texts."""

    name = "attention"
    noun = ("program of selections", "programs of selections")
    mechanism = AttentionMechanism

    def sizes(self, mechanism: AttentionMechanism) -> Mapping[str, int]:
        """Its selections, and what it lists."""
        return {"selections": len(mechanism.remembered), "table cells": mechanism.cells}
