"""A program that is no better than chance is no program, whatever its mechanism promised.

What is asked is the written program itself, on inputs that nothing was fitted to: whether it gives
the network's answers clearly more often than a guess that is always the same does, and whether its
logits say more of the network's than their mean does. A network that is known to answer alike on
every input is such a guess itself, and a program that says so is right.
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
    if (only := _only_answer(trace)) is not None:
        return _of_one_answer(trace, only)
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


def _only_answer(trace: Trace) -> int | None:
    """The token of the answer that the network gives on all traced inputs; null of several."""
    first = int(trace.outputs[0])
    return first if (trace.outputs == first).all() else None


def _of_one_answer(trace: Trace, only: int) -> Refusal | None:
    """The refusal of a constant that is not known to be one; null where every input was asked.

    There nothing is guessed: that it always answers alike is all that the network does, and its
    answers are counted as those of any other.
    """
    others = np.delete(trace.logits, only, axis=1)
    said = f"the network answers {trace.domain.outputs[only]} on all {len(trace.outputs):,} inputs"
    if not (trace.logits[:, only, None] > others).all():
        return Refusal((f"{said}, and on some of them prefers no answer",), {"answers": 1})
    if trace.whole:
        return None
    beside = f"{said} that were looked at, of {trace.domain.size:,}"
    return Refusal((f"{beside}: too little to say that it always does",), {"answers": 1})
