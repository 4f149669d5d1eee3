"""A linear recurrence of a network of which nothing but answers is seen: by its responses.

What such a network answers is what it answers to no input, and for every input that came before a
response that depends on its age alone. Both are asked for: one sequence without an input, and one
for every channel with an input of 1 at its start; or, where what counts is not the value of an
input but which symbol it is, one for every symbol. That the network is linear at all is then held
against sequences at random: every answer has to be the sum. From there on it is read as a linear
network is by its weights (`realisation`).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker.draws import numbers, symbols
from distill.domains.sequences import Channels
from distill.kinds.recurrence.linear.realisation import Realisation, Responses, of_responses
from distill.records.refusal import Refusal

Run = Callable[[Int[ndarray, "n length channels"]], Int[ndarray, "n length outputs"]]
"""What a network answers after every step."""

HELD = 500
"""Sequences at random that the sum of responses is held against."""

SEED = 31

MOST_SYMBOLS = 64
"""Symbols up to which the response to each is asked for."""

LARGEST = 2**53
"""Answers beyond this are no exact numbers."""


def answered_linearly(run: Run, channels: Channels, length: int) -> Realisation | None:
    """The recurrence of a network whose answers are a sum of responses; null where they are not.

    Args:
        run: the network, sequence by sequence.
        channels: what it reads.
        length: of the sequences that it can be trusted on.
    """
    rng = np.random.default_rng(SEED)
    drawn = [rng.integers(v.start, v.stop, (HELD, length)) for v in channels.inputs]
    sequences: Int[ndarray, "n length channels"] = np.stack(drawn, axis=-1)
    said = run(sequences)
    if np.abs(said).max() > LARGEST:
        return None
    for one_hot in (False, True):
        if one_hot and channels.size > MOST_SYMBOLS:
            continue
        read = _responses(run, channels, length, one_hot)
        if read is None or not _adds_up(read, sequences, said, channels, one_hot):
            continue
        found = of_responses(read, channels, one_hot)
        if not isinstance(found, Refusal) and _agrees(found, sequences, said):
            return found
    return None


def is_more_than_sums(found: Realisation) -> bool:
    """Whether its registers are more than delays and sums, and sums of sums: whether they grow,
    swing, or steer one another. The roots of what such registers satisfy are all 0 or 1.
    """
    matrix = np.array(found.system.A, dtype=float)
    if not len(matrix):
        return False
    whole = np.rint(np.poly(matrix))
    ones = np.poly1d([1.0, -1.0])
    while len(whole) > 1 and abs(whole[-1]) < 0.5:
        whole = whole[:-1]
    rest = np.poly1d(whole)
    while rest.order and abs(rest(1.0)) < 0.5:
        rest = (rest / ones)[0]
    return rest.order > 0


def _responses(run: Run, channels: Channels, length: int, one_hot: bool) -> Responses | None:
    """Responses to an input of 1, or to a symbol instead of the first one, and to no input."""
    step = np.ones(len(channels.inputs), dtype=np.int64)
    if one_hot:
        values = symbols(np.arange(channels.size), channels.inputs)
        base, changed = values[0], values
    else:
        base = np.array([0 if 0 in v else v.start for v in channels.inputs])
        step = np.array(
            [1 if b + 1 in v else -1 for b, v in zip(base, channels.inputs, strict=True)]
        )
        changed = base + np.diag(step)
    asked = np.tile(base, (1 + len(changed), length, 1))
    asked[1:, 0] = changed
    said = run(asked).astype(np.int64)
    answers, response = said[0], np.moveaxis(said[1:] - said[0], 0, -1)
    if not one_hot:
        response = response * step
        # what the values of no change alone make the network answer is taken away
        gone = np.cumsum(response @ base, axis=0)
        answers = answers - gone
    M, z = response.astype(object), answers.astype(object)
    return Responses(M, z, (1,) * z.shape[1], 0.0)


def _adds_up(
    read: Responses,
    sequences: Int[ndarray, "n length channels"],
    said: Int[ndarray, "n length outputs"],
    channels: Channels,
    one_hot: bool,
) -> bool:
    """Whether every answer is the one to no input and the responses to all inputs before."""
    given = sequences
    if one_hot:
        given = np.eye(channels.size, dtype=np.int64)[numbers(sequences, channels.inputs)]
    response = read.M.astype(np.int64)
    for at in range(said.shape[1]):
        ages = response[at::-1]  # of the oldest input first
        total = np.einsum("nsc,soc->no", given[:, : at + 1], ages)
        if (total + read.z[at].astype(np.int64) != said[:, at]).any():
            return False
    return True


def _agrees(
    found: Realisation,
    sequences: Int[ndarray, "n length channels"],
    said: Int[ndarray, "n length outputs"],
) -> bool:
    return bool((found.recurrence.run(sequences) == said).all())
