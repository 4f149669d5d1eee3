"""Answers that stay once they are given: found as such, and what gives them first is closed."""

import numpy as np

from distill.kinds.attention.learned.asked import Asked
from distill.kinds.attention.learned.latch import closed, latch_of, met_before, up_to

TEXTS = np.random.default_rng(1).integers(0, 3, (200, 6))


def asked(answers: np.ndarray) -> Asked:
    there = np.ones(TEXTS.shape, dtype=bool)
    return Asked(TEXTS, there, answers.astype(float), there)


def locked() -> np.ndarray:
    """9 from the first pair of neighbours that are alike on, else the token."""
    pair = np.zeros(TEXTS.shape, dtype=bool)
    pair[:, 1:] = TEXTS[:, 1:] == TEXTS[:, :-1]
    return np.where(np.cumsum(pair, axis=1) > 0, 9, TEXTS)


def test_an_answer_that_stays_is_found():
    assert latch_of(asked(locked())) == 9


def test_an_answer_that_does_not_stay_is_none():
    assert latch_of(asked(np.where(locked() == 9, TEXTS, locked()))) is None
    assert latch_of(asked(np.full(TEXTS.shape, 4))) is None


def test_what_gives_it_first_and_is_closed_gives_it_as_the_network_does():
    first = np.where(locked() == 9, 9, TEXTS)
    rows = up_to(asked(first), 9)
    assert (rows.wanted == ~met_before(locked() == 9)).all()
    once = np.where(rows.wanted, first, 1)
    assert (closed(once, 9) == locked()).all()
