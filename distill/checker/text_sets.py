"""What a program of selections may answer to all texts of a set at once.

A set of texts has, at every position, the tokens that may stand there. A variable is followed as
the values that it may have at every position (abstract interpretation, Cousot and Cousot 1977), a
selection as what it may choose and what it may leave out. What comes of it is never less than what
a text of the set gives; where it is one answer, the program gives that to every text of the set.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy import ndarray

from .evaluate import Evaluator
from .sandbox import program_of
from .selections import ANSWERS, LAST, POSITIONS, TOKENS, check_steps, element

Step = Mapping[str, Any]
May = dict[str, ndarray]
"""By variable: which of its values it may have, [sets, positions, values]."""

MOST_TOGETHER = 1 << 14
"""Values of all variables of an expression, together."""
MOST_VALUES = 512
"""Values of one variable."""


class NotFollowedError(Exception):
    """Why a program is not followed over sets of texts."""


@dataclass(frozen=True)
class Taken:
    """What an aggregation may meet from one position, [sets, queries, keys, values].

    Attributes:
        may: it may be chosen, with this value; of a width with the one value there is.
        must: it is chosen in every text. [sets, queries, keys]
    """

    may: ndarray
    must: ndarray


class OverSets:
    """A program of selections, over sets of texts of one length.

    Args:
        source: of the program.
        steps: that its lines say.
        tokens: the values of a token.
        length: of the texts.

    Raises:
        NotFollowedError: it takes means, or an expression has too many values or fails on some.
    """

    def __init__(self, source: str, steps: Sequence[Step], tokens: range, length: int) -> None:
        try:
            check_steps(steps)
        except ValueError as error:
            raise NotFollowedError(str(error)) from error
        self.steps, self.length = steps, length
        self.evaluator = Evaluator(program_of(source))
        self.values: dict[str, ndarray] = {TOKENS: np.array(tokens), POSITIONS: np.arange(length)}
        self.selections = {step["name"]: step for step in steps if step["op"] == "select"}
        self.table: dict[str, ndarray] = {}
        """Of a selection whether it chooses, of another step the place of its value, by the places
        of the values of its variables, [of one after the other]."""
        for step in steps:
            self._tabulate(step)

    def _tabulate(self, step: Step) -> None:
        """The values of a step, and which of them comes of which values of its variables."""
        op, name = step["op"], step["name"]
        if op == "width":
            self.values[name] = np.arange(self.length + 1)
        elif op == LAST:
            self.values[name] = self.values[step["of"][0]]
        elif op == "select":
            names = [(it, False) for it in step["of"]] + [(it, True) for it in step["keys"]]
            self.table[name] = self._evaluated(step["by"], names)
            if self.table[name].dtype != bool:  # in a program 2 chooses twice
                raise NotFollowedError(f"{name} chooses by a number")
        elif op == "map" or op in TAKES:
            key = op != "map"
            found = self._evaluated(step["by"], [(it, key) for it in step["keys" if key else "of"]])
            more = [step["otherwise"]] if key else []
            self.values[name] = np.unique([*found.ravel().tolist(), *more])
            if len(self.values[name]) > MOST_VALUES:
                raise NotFollowedError(f"{name} has more than {MOST_VALUES} values")
            self.table[name] = np.searchsorted(self.values[name], found)
        else:
            raise NotFollowedError(f"{op} is not followed")

    def _evaluated(self, by: str, variables: list[tuple[str, bool]]) -> ndarray:
        """An expression at all values of its variables, each of which is one of a position itself
        or of one that is looked at.
        """
        sizes = [len(self.values[name]) for name, _ in variables]
        lanes = prod(sizes)
        if lanes > MOST_TOGETHER:
            raise NotFollowedError(f"an expression of {lanes:,} values")
        every = np.indices(sizes).reshape(len(sizes), lanes)
        given = {
            element(name, key): self.values[name][places]
            for (name, key), places in zip(variables, every, strict=True)
        }
        body = ast.parse(f"found = {by}").body
        found = np.asarray(self.evaluator.run(body, given, lanes)["found"])
        if found.dtype.kind not in "bi":
            raise NotFollowedError("an expression of which not every value is a whole number")
        return np.broadcast_to(found, lanes).reshape(sizes)

    @cached_property
    def everywhere(self) -> frozenset[str]:
        """Variables that are asked for at all positions, as one that is looked at may be any."""
        found = set[str]()
        for step in reversed(self.steps):
            if step["op"] != "select":
                asked = [*step["keys"]]
                chosen = self.selections.get(step["chosen"])
                own = [*step["of"]] if chosen is None else [*chosen["of"]]
                asked += [] if chosen is None else chosen["keys"]
                found |= {*asked, *(own if step["name"] in found else ())}
        return frozenset(found)

    @cached_property
    def causal(self) -> bool:
        """Whether no selection chooses a later position, whatever stands there."""
        for step in self.selections.values():
            names = [*step["of"], *step["keys"]]
            if POSITIONS not in step["of"] or POSITIONS not in step["keys"]:
                return False
            own = step["of"].index(POSITIONS)
            other = len(step["of"]) + step["keys"].index(POSITIONS)
            table = np.moveaxis(self.table[step["name"]], (own, other), (0, 1))
            assert table.ndim == len(names), "an axis for every variable"
            if table[np.triu_indices(self.length, 1)].any():
                return False
        return True

    def answers(self, sets: ndarray, at: int) -> ndarray:
        """Which of `values[ANSWERS]` the program may answer, [sets, values].

        Args:
            sets: which tokens may stand where, [sets, positions, tokens].
            at: the position that is answered; the last one of a program that answers there alone.
        """
        here = np.array([at])
        may: May = {
            TOKENS: sets,
            POSITIONS: np.broadcast_to(
                np.eye(self.length, dtype=bool), (len(sets), self.length, self.length)
            ),
        }
        for step in self.steps:
            name, op = step["name"], step["op"]
            if op == "select":
                continue
            places = np.arange(self.length) if name in self.everywhere else here
            if op == "map":
                found = self._mapped(step, may, places)
            elif op == LAST:
                found = may[step["of"][0]][:, -1:]
            else:
                found = self._aggregated(step, may, places)
            may[name] = found
        return may[ANSWERS][:, 0]

    def _of(self, may: May, name: str, places: ndarray) -> ndarray:
        """What a variable may be at some positions; one is known there, or everywhere."""
        found = may[name]
        return found if found.shape[1] == len(places) else found[:, places]

    def _joint(self, may: May, names: Sequence[str], places: ndarray) -> ndarray:
        """Which values of variables may come together, [sets, places, values of all]."""
        sets = len(may[TOKENS])
        found = np.ones((sets, len(places), 1), dtype=bool)
        for name in names:
            own = self._of(may, name, places)
            found = (found[..., None] & own[:, :, None, :]).reshape(sets, len(places), -1)
        return found

    def _mapped(self, step: Step, may: May, places: ndarray) -> ndarray:
        joint = self._joint(may, step["of"], places).astype(np.float32)
        table = self.table[step["name"]].ravel()
        which = np.zeros((len(table), len(self.values[step["name"]])), dtype=np.float32)
        which[np.arange(len(table)), table] = 1
        return joint @ which > 0

    def _aggregated(self, step: Step, may: May, places: ndarray) -> ndarray:
        taken = self._taken(step, may, places)
        if step["op"] == "width":
            least, most = (it.sum(axis=2)[..., None] for it in (taken.must, taken.may[..., 0]))
            count = np.arange(self.length + 1)
            return (count >= least) & (count <= most)
        found = TAKES[step["op"]](taken)
        other = np.searchsorted(self.values[step["name"]], step["otherwise"])
        found[..., other] |= ~taken.must.any(axis=2)
        return found

    def _taken(self, step: Step, may: May, places: ndarray) -> Taken:
        """What an aggregation may take from where, at some positions."""
        chosen, plain = self.selections[step["chosen"]], step["op"] == "width"
        of, looked = chosen["of"], [] if plain else step["keys"]
        keys = [*chosen["keys"], *(name for name in looked if name not in chosen["keys"])]
        sizes = [[len(self.values[name]) for name in names] for names in (of, keys)]
        axes, width = (*sizes[0], *sizes[1]), (prod(sizes[0]), prod(sizes[1]))
        if prod(width) > MOST_TOGETHER:
            raise NotFollowedError("a selection of too many values")
        table = self.table[chosen["name"]]
        table = table.reshape((*table.shape, *[1] * (len(axes) - table.ndim)))
        chooses = np.broadcast_to(table, axes).reshape(width)
        value, count = np.zeros(width, dtype=np.int64), 1
        if not plain:
            own = self.table[step["name"]]
            order = [looked.index(name) for name in keys if name in looked]
            shape = [len(self.values[name]) if name in looked else 1 for name in keys]
            own = own.transpose(order).reshape([1] * len(of) + shape)
            value = np.broadcast_to(own, axes).reshape(width)
            count = len(self.values[step["name"]])
        own = self._joint(may, of, places).astype(np.float32)
        other = self._joint(may, keys, np.arange(self.length)).astype(np.float32)
        same = self._same(of, keys, axes).reshape(width)
        shape = (len(own), len(places), self.length)

        def possible(which: ndarray) -> ndarray:
            """Where some values that may come together are such, [sets, places, positions]."""
            found = (own @ which.astype(np.float32)) @ other.swapaxes(1, 2) > 0
            itself = own @ (which & same).astype(np.float32)
            found[:, np.arange(len(places)), places] = (itself * other[:, places]).sum(axis=2) > 0
            return found

        each = np.empty((*shape, count), dtype=bool)
        for place in range(count):
            each[..., place] = possible(chooses & (value == place))
        return Taken(each, each.any(axis=3) & ~possible(~chooses))

    def _same(self, of: Sequence[str], keys: Sequence[str], axes: tuple[int, ...]) -> ndarray:
        """Where variables that are on both sides have the same value, as at a position itself."""
        places = np.indices(axes)
        found = np.ones(axes, dtype=bool)
        for place, name in enumerate(of):
            if name in keys:
                found &= places[place] == places[len(of) + keys.index(name)]
        return found


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
