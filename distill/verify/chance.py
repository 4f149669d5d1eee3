"""A program that is no better than chance is no program, whatever its mechanism promised.

What is asked is the written program itself, on inputs that nothing was fitted to: whether it gives
the network's answers clearly more often than a guess that is always the same does, and whether its
logits say more of the network's than their mean does.
"""

from __future__ import annotations

import numpy as np

from distill.checker.sandbox import run_program
from distill.domains.finite import choose
from distill.evidence.profile import mean_square
from distill.networks.trace import FIT_SEED, Trace
from distill.programs.program import Program
from distill.records.refusal import Refusal

CLEARLY = 0.5
"""Part of the inputs that the guess gets wrong which a program must get right at least."""

INPUTS = 4096
"""Inputs that are asked, at most."""


def no_better_than_chance(program: Program, trace: Trace) -> Refusal | None:
    """The refusal of a program that explains nothing, with its numbers; null where it does.

    Args:
        program: as written; its function `logits` says what it prefers.
        trace: of the network.
    """
    rest = np.flatnonzero(~trace.fitted)
    if len(rest) > INPUTS:
        rest = rest[choose(len(rest), INPUTS, FIT_SEED)]
    outputs = trace.domain.outputs
    asked = run_program(
        program.source, trace.domain.values(trace.tokens[rest]), outputs=len(outputs)
    )
    answers = trace.outputs[rest]
    agreement = float((asked.answers - outputs.start == answers).mean())
    commonest = int(np.bincount(trace.outputs[trace.fitted]).argmax())
    guessed = float((answers == commonest).mean())
    numbers: dict[str, float | int | None] = {"agreement": agreement, "commonest_answer": guessed}
    if agreement < guessed + CLEARLY * (1 - guessed) or agreement == guessed:
        return Refusal(
            (
                f"the program gives {agreement:.1%} of the network's answers on inputs that were "
                f"not fitted, and always answering {outputs[commonest]}, the commonest, gives "
                f"{guessed:.1%}: that is not clearly more",
            ),
            numbers,
        )
    if asked.logits is None:
        return None
    said = asked.logits - asked.logits.mean(axis=1, keepdims=True)
    logits = trace.logits[rest]
    varying, left = (part - part.mean(axis=0) for part in (logits, logits - said))
    r2 = 1 - mean_square(left) / max(mean_square(varying), 1e-300)
    if r2 <= 0:
        return Refusal(
            (
                f"the program's logits explain nothing of the network's on inputs that were not "
                f"fitted (R² {r2:.2f}, further off than their mean)",
            ),
            {**numbers, "heldout_r2": r2},
        )
    return None
