"""What a network answers to texts, side by side: all that programs are searched by.

Texts of several lengths stand in one array, with a truth for every place that says whether there
is a token. Nothing of a task is here: the answers are the network's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from distill.networks.text_network import TextNetwork


@dataclass(frozen=True)
class Asked:
    """Texts with their answers.

    Attributes:
        tokens: of the texts, 0 behind their ends.
        there: where a token is.
        answers: of the network, 0 where there is none.
        wanted: where it answers.
    """

    tokens: Int[ndarray, "n length"]
    there: Bool[ndarray, "n length"]
    answers: Float[ndarray, "n length"]
    wanted: Bool[ndarray, "n length"]

    def __len__(self) -> int:
        """How many texts there are."""
        return len(self.tokens)

    @property
    def target(self) -> Float[ndarray, " m"]:
        """The answers in a row."""
        return self.answers[self.wanted]

    def some(self, rows: Int[ndarray, " k"]) -> Asked:
        """Some of the texts."""
        tokens, there = self.tokens[rows], self.there[rows]
        width = max(1, int(there.sum(axis=1).max(initial=1)))
        return Asked(
            *(part[:, :width] for part in (tokens, there, self.answers[rows], self.wanted[rows]))
        )

    def texts(self) -> list[list[int]]:
        """The texts themselves."""
        pairs = zip(self.tokens, self.there, strict=True)
        return [row[there].tolist() for row, there in pairs]


def ask(network: TextNetwork, batches: Sequence[Int[ndarray, "_ _"]]) -> Asked:
    """Ask a network about texts, which are of one length in every batch."""
    width = max(rows.shape[1] for rows in batches)
    count = sum(len(rows) for rows in batches)
    tokens, there = np.zeros((count, width), dtype=np.int64), np.zeros((count, width), dtype=bool)
    answers, wanted = np.zeros((count, width)), np.zeros((count, width), dtype=bool)
    start = 0
    for rows in batches:
        at, length = slice(start, start + len(rows)), rows.shape[1]
        said = network.run(rows)
        place = slice(length - said.shape[1], length)  # at every position, or at the last
        tokens[at, :length], there[at, :length] = rows, True
        answers[at, place] = said
        wanted[at, place] = True if shown_everywhere(network) else said != network.shape.none
        start += len(rows)
    return Asked(tokens, there, np.where(wanted, answers, 0.0), wanted)


def shown_everywhere(network: TextNetwork) -> bool:
    """Whether every position has an answer, of which none may be one."""
    return network.shape.reads in ("every", "last")
