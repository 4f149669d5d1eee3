"""What the checker knows of copies: the one file that would stand in `distill/checker`."""

from __future__ import annotations

from typing import Any

from distill.checker.kind import FOLLOWS, Claims, Test

TESTS = (Test("untouched_accuracy", "answers that no other input changes", 0.99),)
PROOFS: dict[str, Any] = {}
LOOKED_AT = {"copied": None, "inputs": None}


def derive(evidence: Any) -> Claims:
    """Whether the program answers the input that the mechanism names."""
    seen, copied = evidence.checked, evidence.mechanism["copied"]
    values = evidence.values(seen.tokens)
    return {FOLLOWS: bool((seen.answers == values[:, copied]).all())}
