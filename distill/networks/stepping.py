"""Hidden states and answers along sequences, of anything that starts and steps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray


def states_along(
    start: Float[ndarray, " d"],
    step: Callable[[ndarray, ndarray], ndarray],
    sequences: Int[ndarray, "n length *inputs"],
) -> Float[ndarray, "n length d"]:
    """The hidden states after every step.

    Args:
        start: the hidden state before the first step.
        step: hidden states [n, d] and what is read [n, *inputs], to hidden states [n, d].
        sequences: what is read, at every step.
    """
    hidden = np.repeat(start[None], len(sequences), axis=0)
    states = np.empty((*sequences.shape[:2], len(start)))
    for t in range(sequences.shape[1]):
        states[:, t] = hidden = step(hidden, sequences[:, t])
    return states


def answers_along(
    hidden: Float[ndarray, "n length d"], outputs: Callable[[ndarray], ndarray]
) -> Int[ndarray, "n length *answers"]:
    """The answers at hidden states along sequences.

    Args:
        hidden: the hidden states after every step.
        outputs: hidden states [m, d] to answers [m, *answers].
    """
    answers = outputs(hidden.reshape(-1, hidden.shape[-1]))
    return answers.reshape(*hidden.shape[:2], *answers.shape[1:])
