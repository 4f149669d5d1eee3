"""What a mechanism explains of logits, whatever it explains them by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Float
from numpy import ndarray


@dataclass(frozen=True)
class Explained:
    """What a mechanism explains of a network's logits while it trained.

    Attributes:
        logits: the part of the logits [inputs, outputs] that is explained.
        rest: the centred logits without it.
        amplitudes: of the frequencies 1, 2, ..., in logits.
        frequencies: that the mechanism has.
    """

    logits: Float[ndarray, "n outputs"]
    rest: Float[ndarray, "n outputs"]
    amplitudes: Float[ndarray, " all"]
    frequencies: tuple[int, ...]


Explain = Callable[[Float[ndarray, "n outputs"]], Explained]
