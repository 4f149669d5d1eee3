"""Whether a recurrence answers otherwise than its title says, along drawn sequences."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.kinds.recurrence.recurrence import Recurrence
from distill.programs.claims import claim_of

TRIED, STEPS = 200, 24
"""Sequences along which a recurrence is held against its title, and their length."""

REACH = range(-9, 10)
"""What is read where the values of a channel are not known."""


def contradicted(title: str, recurrence: Recurrence, ranges: Sequence[range]) -> bool:
    """Whether a recurrence answers otherwise than its title says, along drawn sequences."""
    claim = claim_of(title)
    if claim is None or len(recurrence.outputs) > 1:
        return False
    values = [*ranges] or [REACH] * len(recurrence.inputs)
    sequences = _drawn(values)
    answers = recurrence.run(sequences)[..., 0]
    for steps, said in zip(sequences.tolist(), answers.tolist(), strict=True):
        held = claim.start
        for symbol, answer in zip(steps, said, strict=True):
            held, due = claim.step(held, tuple(symbol))
            if due is not None and due != answer:
                return True
    return False


def _drawn(ranges: Sequence[range]) -> Int[ndarray, "n length channels"]:
    """Sequences of a fixed seed: at random, and each value of a channel again and again."""
    rng = np.random.Generator(np.random.PCG64(0))
    channels = [
        rng.integers(values.start, values.stop, (TRIED, STEPS), dtype=np.int64) for values in ranges
    ]
    drawn = np.stack(channels, axis=-1)
    drawn[::4] = drawn[::4, :1]
    return drawn
