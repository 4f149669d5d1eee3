"""What is said of a network of two or three outputs in which no waves were found.

So few outputs have one frequency, and the logits around an answer are one number or two: neither
says anything of how the network comes to its answers. How often it gives each, and which inputs
they hang on, does.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.networks.trace import Trace
from distill.records.refusal import Refusal

FEWEST = 4
"""Outputs from which on logits around an answer can show waves."""


def refuse_few(trace: Trace) -> Refusal:
    """How often every output is answered, and how often a change of one input changes it."""
    answers, outputs = trace.outputs, trace.domain.outputs
    shares = np.bincount(answers, minlength=len(outputs)) / len(answers)
    told = [f"{value} on {share:.1%}" for value, share in zip(outputs, shares, strict=True)]
    reasons = [f"the network answers {' and '.join(told)} of the inputs"]
    changed = _changed(trace.tokens, answers)
    each = [
        f"of {name} in {part:.1%}"
        for name, part in zip(trace.domain.names, changed, strict=True)
        if part is not None
    ]
    if each:
        each[0] = each[0].replace(" in ", " alone changes the answer in ") + " of the cases"
        reasons.append(f"a change {', '.join(each)}")
    return Refusal(tuple(reasons), {"commonest_answer": float(shares.max())})


def _changed(tokens: Int[ndarray, "n k"], answers: Int[ndarray, " n"]) -> list[float | None]:
    """Of pairs of inputs that differ in one place alone, the part that is answered otherwise.

    Null for a place in which no two of the traced inputs alone differ.
    """
    found = list[float | None]()
    for place in range(tokens.shape[1]):
        rest = np.delete(tokens, place, axis=1)
        groups = np.unique(rest, axis=0, return_inverse=True)[1].reshape(-1)
        counts = np.zeros((groups.max() + 1, answers.max() + 1))
        np.add.at(counts, (groups, answers), 1)
        sizes = counts.sum(axis=1)
        pairs = float((sizes * (sizes - 1)).sum())
        same = float((counts * (counts - 1)).sum())
        found.append(1 - same / pairs if pairs else None)
    return found
