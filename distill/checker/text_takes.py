"""Which values an aggregation may take over a set of texts, from what may be chosen.

What is chosen and what stands there is followed as what it may be (`text_sets.py`); what comes of
it is never less than what a text of the set gives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy import ndarray


@dataclass(frozen=True)
class Taken:
    """What an aggregation may meet from one position, [sets, queries, keys, values].

    Attributes:
        may: it may be chosen, with this value; of a width with the one value there is.
        must: it is chosen in every text. [sets, queries, keys]
    """

    may: ndarray
    must: ndarray


def _greatest(taken: Taken) -> ndarray:
    """None below one that is chosen whatever its value."""
    lowest = np.where(taken.must, taken.may.argmax(axis=3), -1).max(axis=2)
    return taken.may.any(axis=2) & (np.arange(taken.may.shape[3]) >= lowest[..., None])


def _least(taken: Taken) -> ndarray:
    return _greatest(Taken(taken.may[..., ::-1], taken.must))[..., ::-1].copy()


def _last(taken: Taken) -> ndarray:
    """None before one that is chosen."""
    later = np.cumsum(taken.must[..., ::-1], axis=2)[..., ::-1] - taken.must
    return (taken.may & (later == 0)[..., None]).any(axis=2)


def _first(taken: Taken) -> ndarray:
    return _last(Taken(taken.may[:, :, ::-1], taken.must[:, :, ::-1]))


def _counts(taken: Taken) -> tuple[ndarray, ndarray]:
    """How often a value is chosen, at least and at most. [sets, queries, values] each"""
    single = taken.must & (taken.may.sum(axis=3) == 1)
    return (taken.may & single[..., None]).sum(axis=2), taken.may.sum(axis=2)


def _most_often(taken: Taken) -> ndarray:
    """Whichever of several counts, any of them may."""
    least, most = _counts(taken)
    return (most > 0) & (most >= least.max(axis=2, keepdims=True))


def _most_often_least(taken: Taken) -> ndarray:
    """Of several that are chosen as often the smallest."""
    least, most = _counts(taken)
    place = np.arange(most.shape[2])
    ahead = most[..., :, None] > least[..., None, :]
    ahead |= (most[..., :, None] == least[..., None, :]) & (place[:, None] <= place)
    return (most > 0) & (ahead | np.eye(len(place), dtype=bool)).all(axis=3)


TAKES: Mapping[str, Callable[[Taken], ndarray]] = {
    **{"copy": _last, "copy_first": _first, "least": _least, "greatest": _greatest},
    **{"vote": _most_often, "vote_last": _most_often, "vote_least": _most_often_least},
}
"""Which values an aggregation may take, by its name. [sets, queries, values]"""
