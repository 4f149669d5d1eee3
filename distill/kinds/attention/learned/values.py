"""Terms along the texts of a sample: selections as truths of pairs, variables as integers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from distill.kinds.attention.learned.asked import Asked
from distill.kinds.attention.learned.terms import AT, TOKEN, Atom, Selection, Variable

AT_ONCE = 1 << 22
"""Pairs of positions at once."""
LARGE = 1 << 28


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
    times: Float[ndarray, "k n length length"] | None = None,
) -> Int[ndarray, "k n length"]:
    """What an aggregation takes from the positions that several selections choose.

    Args:
        choice: what they choose.
        op: the aggregation.
        taken: the variable that it takes values of; none if it counts.
        otherwise: what it gives where nothing is chosen.
        times: of a vote, its tallies, where they are known.
    """
    length = choice.shape[-1]
    if op == "width":
        return choice.sum(axis=-1)
    values, some = taken[0], choice.any(axis=-1)
    if op in ("least", "greatest"):
        row = values[None, :, None, :]
        if op == "least":
            return np.where(some, np.where(choice, row, LARGE).min(axis=-1), otherwise)
        return np.where(some, np.where(choice, row, -LARGE).max(axis=-1), otherwise)
    if op.startswith("vote"):
        kinds = _places(values)[None, :, None, :]
        order = {"vote": -np.arange(length), "vote_last": np.arange(length)}.get(op, -kinds)
        most = 2 * max(length, int(kinds.max()) + 1)
        counted = tallies(choice, values) if times is None else times
        place = np.where(choice, counted * most + order, -np.inf).argmax(axis=-1)
    elif op == "copy":
        place = length - 1 - choice[..., ::-1].argmax(axis=-1)
    else:
        place = choice.argmax(axis=-1)
    many = np.broadcast_to(values, (len(choice), *values.shape))
    return np.where(some, np.take_along_axis(many, place, axis=-1), otherwise)


def tallies(
    choice: Bool[ndarray, "k n length length"], values: Int[ndarray, "n length"]
) -> Float[ndarray, "k n length length"]:
    """How often the value at a position is among those that are chosen, from every position."""
    kinds = _places(values)
    each = (kinds[:, :, None] == np.arange(int(kinds.max()) + 1)).astype(np.float32)
    return (choice.astype(np.float32) @ each) @ each.swapaxes(1, 2)


def _places(values: Int[ndarray, "n length"]) -> Int[ndarray, "n length"]:
    """The place of every value among all that there are, the smallest first."""
    return np.unique(values, return_inverse=True)[1].reshape(values.shape)
