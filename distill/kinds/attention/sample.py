"""Texts that are traced: all where there are few, else drawn ones and structured ones."""

from __future__ import annotations

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker.draws import every, uniform
from distill.checker.text_draws import structured
from distill.domains.texts import Texts

OF_A_LENGTH = 400
"""Texts of one length that are traced."""
SEED = 101
"""None of the seeds that programs are checked with."""


def sampled(
    texts: Texts, more: tuple[Int[ndarray, "_ _"], ...] = (), seed: int = SEED, count: int = 0
) -> list[Int[ndarray, "_ _"]]:
    """Texts of every length, with others among them; length by length."""
    found, size = list[ndarray](), len(texts.tokens)
    most = count or OF_A_LENGTH
    for length in range(1, texts.longest + 1):
        if size**length <= most:
            rows = every((texts.tokens,), length)[..., 0]
        else:
            drawn = uniform((texts.tokens,), most // 2, length, seed + length)[..., 0]
            rows = np.concatenate(
                [drawn, structured(texts.tokens, most // 2, length, seed + length)]
            )
        rows = [rows, *(each for each in more if each.shape[1] == length)]
        found.append(np.concatenate(rows))
    return found
