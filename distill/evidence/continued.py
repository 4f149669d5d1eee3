"""Interventions on the hidden state of a recurrent network, and how it goes on from there.

Where a program's variables are what a network holds, a hidden state that another prefix left with
the same variables is as good as its own, and one that is moved along a variable goes on as the
program does with that variable changed.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from distill.networks.network import HasSteps
from distill.networks.sequence_network import SequenceNetwork


def answers_follow(
    network: HasSteps | SequenceNetwork,
    hidden: Float[ndarray, "n d"],
    sequences: Int[ndarray, "n length *inputs"],
    expected: Int[ndarray, "n length *outputs"],
) -> Bool[ndarray, " n"]:
    """Whether every answer from a hidden state on is the expected one."""
    right = np.ones(len(hidden), dtype=bool)
    for t in range(sequences.shape[1]):
        hidden = network.step(hidden, sequences[:, t])
        same = network.outputs(hidden) == expected[:, t]
        right &= same.all(axis=tuple(range(1, same.ndim)))  # an answer may be of several numbers
    return right


def astray(shift: Float[ndarray, "n d"], rng: np.random.Generator) -> Float[ndarray, "n d"]:
    """The decoy of a move: as far, in directions at random."""
    random = rng.normal(size=shift.shape)
    random *= np.linalg.norm(shift, axis=1, keepdims=True) / np.linalg.norm(
        random, axis=1, keepdims=True
    )
    return random
