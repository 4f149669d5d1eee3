"""Terms along the texts of a sample: selections as truths of pairs, variables as integers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from distill.kinds.attention.learned.asked import Asked
from distill.kinds.attention.learned.terms import AT, TOKEN, Atom, Selection, Variable

AT_ONCE = 1 << 22
"""Pairs of positions at once."""


class Values:
    """What terms are along the texts of a sample; every one is evaluated once."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        count, length = asked.tokens.shape
        self.size = count * length * length
        at = np.broadcast_to(np.arange(length), (count, length))
        self.known: dict[Variable, ndarray] = {TOKEN: asked.tokens, AT: at}
        self.chosen: dict[Selection, ndarray] = {}
        self.j, self.i = np.arange(length)[None, None, :], np.arange(length)[None, :, None]
        self.lengths = asked.there.sum(axis=1)[:, None, None]
        self.pairs = asked.there[:, None, :] & asked.there[:, :, None]

    def holds(self, atom: Atom) -> ndarray:
        """Where a relation holds, broadcast over texts, queries and keys."""
        key = None if atom.key is None else self.of(atom.key)[:, None, :]
        query = None if atom.query is None else self.of(atom.query)[:, :, None]
        if "len(xs)" in atom.relation.text:
            query = self.lengths
        return atom.relation.holds(key, query, self.j, self.i)  # pyright: ignore

    def choice(self, selection: Selection) -> Bool[ndarray, "n length length"]:
        """What a selection chooses, from every position."""
        if selection in self.chosen:
            return self.chosen[selection]
        found = self.pairs.copy()
        for atom in selection.atoms:
            found &= self.holds(atom)
        return found

    def keep(self, selection: Selection) -> None:
        """Remember a selection."""
        self.chosen[selection] = self.choice(selection)

    def of(self, variable: Variable) -> Int[ndarray, "n length"]:
        """A variable; what stands behind the end of a text means nothing."""
        if variable in self.known:
            return self.known[variable]
        if variable.op == "map":
            assert variable.function is not None, "a map has one"
            found = np.asarray(variable.function(*map(self.of, variable.reads)))
            found = np.broadcast_to(found, self.asked.tokens.shape).astype(np.int64)
        else:
            assert variable.chosen is not None, "an aggregation has one"
            choice = self.choice(variable.chosen)[None]
            taken = [self.of(each) for each in variable.reads]
            found = aggregated(choice, variable.op, taken, variable.otherwise)[0]
        self.known[variable] = found
        return found


def aggregated(
    choice: Bool[ndarray, "k n length length"],
    op: str,
    taken: Sequence[Int[ndarray, "n length"]],
    otherwise: int,
    told: Tallies | None = None,
) -> Int[ndarray, "k n length"]:
    """What an aggregation takes from the positions that several selections choose.

    Args:
        choice: what they choose.
        op: the aggregation.
        taken: the variable that it takes values of; none if it counts.
        otherwise: what it gives where nothing is chosen.
        told: how often every value is chosen, where that is known.
    """
    length = choice.shape[-1]
    if op == "width":
        return choice.sum(axis=-1)
    values, some = taken[0], choice.any(axis=-1)
    if op in ("copy", "copy_first", "vote", "vote_last"):
        if op.startswith("vote"):
            told = told or Tallies.of(choice, values)
            at = np.arange(length, dtype=np.float32)
            rank = told.at_keys * (2.0 * length) + (at if op == "vote_last" else -at)
            place = np.where(choice, rank, np.float32(-np.inf)).argmax(axis=-1)
        elif op == "copy":
            place = length - 1 - choice[..., ::-1].argmax(axis=-1)
        else:
            place = choice.argmax(axis=-1)
        many = np.broadcast_to(values, (len(choice), *values.shape))
        return np.where(some, np.take_along_axis(many, place, axis=-1), otherwise)
    told = told or Tallies.of(choice, values)
    if op == "vote_least":
        which = told.times.argmax(axis=-1)
    elif op == "least":
        which = (told.times > 0).argmax(axis=-1)
    else:
        which = len(told.values) - 1 - (told.times[..., ::-1] > 0).argmax(axis=-1)
    return np.where(some, told.values[which], otherwise)


@dataclass(frozen=True)
class Tallies:
    """How often every value is among those that selections choose.

    Attributes:
        values: the smallest first.
        each: where a value is, for every text.
        times: how often it is chosen, from every position.
    """

    values: Int[ndarray, " values"]
    each: Float[ndarray, "n length values"]
    times: Float[ndarray, "k n length values"]

    @staticmethod
    def of(choice: Bool[ndarray, "k n length length"], taken: Int[ndarray, "n length"]) -> Tallies:
        """Those of a variable."""
        values, places = np.unique(taken, return_inverse=True)
        each = np.eye(len(values), dtype=np.float32)[places.reshape(taken.shape)]
        return Tallies(values, each, choice.astype(np.float32) @ each)

    @property
    def at_keys(self) -> Float[ndarray, "k n length length"]:
        """The tally of the value at every position, from every position."""
        return self.times @ self.each.swapaxes(1, 2)

    @property
    def tied(self) -> Bool[ndarray, " k"]:
        """Of which selections more than one value is chosen most often, somewhere."""
        most = self.times.max(axis=-1, keepdims=True)
        return (((self.times == most) & (most > 0)).sum(axis=-1) > 1).any(axis=(1, 2))

    def some(self, which: Int[ndarray, " some"]) -> Tallies:
        """Those of some selections."""
        return replace(self, times=self.times[which])
