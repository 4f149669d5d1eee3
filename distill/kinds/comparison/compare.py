"""Comparisons side by side: they are the same where their programs are, letter by letter."""

from __future__ import annotations

from distill.kinds.comparison.mechanism import ComparisonMechanism
from distill.kinds.difference import Compared


class ComparisonCompared(Compared[ComparisonMechanism]):
    """What is known of two of them: no more than their texts."""

    name = "comparison"
    noun = ("comparison", "comparisons")
    mechanism = ComparisonMechanism
