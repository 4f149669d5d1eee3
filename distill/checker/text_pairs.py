"""Quotients of sums over positions of which every part hangs on two tokens of a text.

In a second layer what a key weighs, and what is taken from it, hangs on the token there and on that
where the key looked most. At its least, of every position by itself, what one takes to stand
somewhere another may take not to. Where every position looks at an earlier one they make a tree,
and the least over texts is found from its leaves (Bertele and Brioschi, Nonserial Dynamic
Programming, 1972).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from .forward import DOUBLE
from .text_bounds import LIBRARY, TINY, Least, quotients

ROUNDS = 3
"""In which a bound comes nearer to the least, as the method of false position does."""


@dataclass(frozen=True)
class Pairs:
    """Parts of sums, by the token at a position and by that where it looks.

    Attributes:
        low, high: between these are the logarithms of what a position weighs,
            [cases, positions, tokens, tokens].
        taken: what is weighed, at its least, [cases, directions, positions, tokens, tokens].
        allowed: which tokens may stand where, [cases, positions, tokens].
        look: where every position looks, [positions].
    """

    low: ndarray
    high: ndarray
    taken: ndarray
    allowed: ndarray
    look: ndarray

    @property
    def is_tree(self) -> bool:
        """Whether positions look at themselves or at earlier ones."""
        return bool((self.look <= np.arange(len(self.look))).all())

    def of(self, which: ndarray) -> Pairs:
        """The same of some cases."""
        low, high, taken, allowed = (
            it[which] for it in (self.low, self.high, self.taken, self.allowed)
        )
        return Pairs(low, high, taken, allowed, self.look)

    def each_alone(self) -> Least:
        """Lower bounds on the quotients, of every position by itself, [cases, directions]; and how
        often rounding counts in them, as they are large.
        """
        beside = self.allowed[:, self.look, None]
        low = np.where(beside, self.low, np.inf).min(axis=3)
        high = np.where(beside, self.high, -np.inf).max(axis=3)
        along = np.where(beside[:, None], self.taken, np.inf).min(axis=4)
        largest = np.abs(np.where(self.allowed, [low, high], 0)).max(axis=(0, 2, 3))[:, None, None]
        wider = (LIBRARY + 8 * largest) * DOUBLE
        both, twice = np.concatenate([low - wider, high + wider], axis=2), np.tile(along, 2)
        allowed = np.tile(self.allowed, 2)
        value, ratio = quotients(both, twice, allowed, None)
        most = np.where(allowed[:, None], np.abs(twice), 0).max(axis=(2, 3))
        return Least(value, 4 * (1 + ratio[:, None]) * most)

    def as_tree(self, tried: ndarray) -> ndarray:
        """Better lower bounds where positions make a tree, [cases, directions].

        The least of Σ w (d - λ) falls and is concave in λ: where it is above 0 at one λ and below
        at a further one, the line between crosses 0 before it does itself.

        Args:
            tried: lower bounds.
        """
        both = (self.allowed[..., None] & self.allowed[:, self.look, None])[:, None]
        low, high = self.low[:, None], self.high[:, None]
        largest = np.where(both, np.maximum(np.abs(low), np.abs(high)), 0)
        wider = (LIBRARY + 8 * largest.max(axis=(1, 2, 3, 4), keepdims=True)) * DOUBLE
        top = np.where(both, high, -np.inf).max(axis=(1, 2, 3, 4), keepdims=True)
        light = np.where(both, np.exp(np.minimum(low - wider - top, 0)), 0)
        heavy = np.where(both, np.exp(np.minimum(high + wider - top, 1)), 0)
        fewest = np.where(both, light, np.inf).min(axis=(3, 4)).sum(axis=2)

        def least(tried: ndarray) -> ndarray:
            apart = np.where(both, self.taken - tried[..., None, None, None], 0)
            parts = np.minimum(light * apart, heavy * apart)
            return self._least_of(np.where(both, parts, np.inf))

        over = least(tried)
        for _ in range(ROUNDS):
            beyond = tried + np.maximum(over, 0) / np.maximum(fewest, TINY)
            under = least(beyond)
            part = np.where(over > 0, over / np.maximum(over - under, TINY), 0)
            tried = tried + (beyond - tried) * np.minimum(part, 1)
            over = least(tried)
        return tried

    def _least_of(self, parts: ndarray) -> ndarray:
        """The least sum over texts, from the leaves of the tree on. [cases, directions]"""
        whole = np.zeros(parts.shape[:2])
        below = np.zeros(parts.shape[:4])
        for key in reversed(range(len(self.look))):
            here = (parts[:, :, key] + below[:, :, key, :, None]).min(axis=2)
            if self.look[key] == key:
                whole += here.min(axis=2)
            else:
                below[:, :, self.look[key]] += here
        return whole
