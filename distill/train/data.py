"""What is trained on, and what says how good a network has become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker.draws import numbers
from distill.errors import DistillError


@dataclass(frozen=True)
class Data:
    """Labelled inputs, and others that are not trained on.

    Attributes:
        inputs: tokens [n, k] of a finite domain; of sequences the values of the channels
            [n, length, channels].
        labels: the answers that are due: [n], or at every step [n, length, outputs].
        fresh: inputs that are not trained on; none where all of a finite domain are.
        fresh_labels: their answers.

    Raises:
        DistillError: there are no inputs to train on, or not as many labels as inputs.
    """

    inputs: Int[ndarray, "n *input"]
    labels: Int[ndarray, "n *label"]
    fresh: Int[ndarray, "m *input"]
    fresh_labels: Int[ndarray, "m *label"]

    def __post_init__(self) -> None:
        for name, inputs, labels in (
            ("inputs", self.inputs, self.labels),
            ("fresh inputs", self.fresh, self.fresh_labels),
        ):
            steps = slice(0, 1 if labels.ndim == 1 else 2)
            none = not inputs.size and (name == "inputs" or labels.ndim > 1)
            if inputs.shape[steps] != labels.shape[steps] or none:
                raise DistillError(
                    f"{name} are {list(inputs.shape)} and their labels {list(labels.shape)}: "
                    "expected a label for every input, or every step of one, and one input or more"
                )

    @cached_property
    def answers(self) -> tuple[int, ...]:
        """The values that occur as answers."""
        both = (np.unique(self.labels), np.unique(self.fresh_labels))
        return tuple(int(value) for value in np.unique(np.concatenate(both)))

    def by_symbol(self, ranges: Sequence[range]) -> Data:
        """Of sequences: one channel, which holds the number of the symbol.

        Args:
            ranges: the values of every channel.
        """
        inputs, fresh = (numbers(part, ranges)[..., None] for part in (self.inputs, self.fresh))
        return replace(self, inputs=inputs, fresh=fresh)

    def by_answer(self) -> Data:
        """With places among `answers` as labels."""
        labels, fresh = (
            np.searchsorted(self.answers, part) for part in (self.labels, self.fresh_labels)
        )
        return replace(self, labels=labels, fresh_labels=fresh)
