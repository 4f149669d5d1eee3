"""What a program of selections may answer to all texts of a set at once.

A set of texts has, at every position, the tokens that may stand there. A variable is followed as
the values that it may have at every position (abstract interpretation, Cousot and Cousot 1977), a
selection as what it may choose and what it may leave out. What comes of it is never less than what
a text of the set gives; where it is one answer, the program gives that to every text of the set.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy import ndarray

from .evaluate import Evaluator
from .sandbox import program_of
from .selections import ANSWERS, LAST, POSITIONS, TOKENS, check_steps, element
from .text_takes import TAKES, Taken

Step = Mapping[str, Any]
May = dict[str, ndarray]
"""By variable: which of its values it may have, [sets, positions, values]."""

MOST_TOGETHER = 1 << 16
"""Values of all variables of an expression, together."""
MOST_BY_PLACES = 1 << 22
"""The same, beside one another at all positions."""
MOST_VALUES = 512
"""Values of one variable."""


class NotFollowedError(Exception):
    """Why a program is not followed over sets of texts."""


@dataclass(frozen=True)
class Over:
    """What a program does at a position of every text of a set.

    Attributes:
        answers: which of `values[ANSWERS]` it may answer, [sets, values].
        fewest, most: positions that a selection chooses there in every text, and in some: of the
            selection with most of them. [sets]
        chosen: which some selection chooses in every text, [sets, positions].
    """

    answers: ndarray
    fewest: ndarray
    most: ndarray
    chosen: ndarray

    def of(self, which: ndarray) -> Over:
        """The same of some sets."""
        each = (self.answers, self.fewest, self.most, self.chosen)
        return Over(*(it[which] for it in each))


@dataclass(frozen=True)
class _Asked:
    """What an aggregation takes at some positions, by the values of variables.

    Attributes:
        of, keys: variables of a position, and of one that is looked at; without positions.
        taken: of every value, where it is chosen with that:
            [places, values of the one, positions times values of the other].
        itself: the same of the position itself, [places, values of the one, of the other].
        left, left_itself: where it is not chosen.
    """

    of: Sequence[str]
    keys: Sequence[str]
    taken: Sequence[ndarray]
    itself: Sequence[ndarray]
    left: ndarray
    left_itself: ndarray


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
        self.known: dict[tuple[str, int, int], _Asked] = {}
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

    def over(self, sets: ndarray, at: int) -> Over:
        """What the program may do.

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
        fewest, most = (np.zeros(len(sets), dtype=np.int64) for _ in range(2))
        chosen = np.zeros(sets.shape[:2], dtype=bool)
        for step in self.steps:
            name, op = step["name"], step["op"]
            if op == "select":
                continue
            places = np.arange(self.length) if name in self.everywhere else here
            if op == "map":
                may[name] = self._mapped(step, may, places)
            elif op == LAST:
                may[name] = may[step["of"][0]][:, -1:]
            else:
                taken = self._taken(step, may, places)
                may[name] = self._aggregated(step, taken)
                own = at if len(places) > 1 else 0
                chosen |= taken.must[:, own]
                fewest = np.maximum(fewest, taken.must[:, own].sum(axis=1))
                most = np.maximum(most, taken.may[:, own].any(axis=2).sum(axis=1))
        return Over(may[ANSWERS][:, 0], fewest, most, chosen)

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

    def _aggregated(self, step: Step, taken: Taken) -> ndarray:
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
        wanted = step["name"], int(places[0]), len(places)
        if wanted not in self.known:
            self.known[wanted] = self._asked(step, places)
        asked = self.known[wanted]
        own = self._joint(may, asked.of, places).astype(np.float32).swapaxes(0, 1)
        other = self._joint(may, asked.keys, np.arange(self.length)).astype(np.float32)
        wide, diagonal = (
            (len(places), len(other), self.length, other.shape[2]),
            np.arange(len(places)),
        )
        here = other[:, places]

        def possible(which: ndarray, itself: ndarray) -> ndarray:
            """Where some values that may come together are such, [sets, places, positions]."""
            found = np.einsum("qsjr,sjr->sqj", (own @ which).reshape(wide), other) > 0
            found[:, diagonal, places] = np.einsum("qsr,sqr->sq", own @ itself, here) > 0
            return found

        each = [possible(*it) for it in zip(asked.taken, asked.itself, strict=True)]
        left = possible(asked.left, asked.left_itself)
        may_be = np.moveaxis(np.array(each), 0, 3)  # summed over values first: they are outermost
        return Taken(may_be, may_be.any(axis=3) & ~left)

    def _asked(self, step: Step, places: ndarray) -> _Asked:
        """What an aggregation takes, by the values of variables."""
        chosen, plain = self.selections[step["chosen"]], step["op"] == "width"
        of, looked = chosen["of"], [] if plain else step["keys"]
        keys = [*chosen["keys"], *(name for name in looked if name not in chosen["keys"])]
        axes = [len(self.values[name]) for name in (*of, *keys)]
        table = self.table[chosen["name"]]
        table = table.reshape((*table.shape, *[1] * (len(axes) - table.ndim)))
        chooses = self._by_places(np.broadcast_to(table, axes), of, keys, places)
        parts = [chooses]
        if not plain:
            own = self.table[step["name"]]
            own = own.transpose([looked.index(name) for name in keys if name in looked])
            sizes = [len(self.values[name]) if name in looked else 1 for name in keys]
            own = np.broadcast_to(own.reshape(sizes), axes)
            value = self._by_places(own, of, keys, places)
            parts = [chooses & (value == it) for it in range(len(self.values[step["name"]]))]
        here, there = ([name for name in names if name != POSITIONS] for names in (of, keys))
        same, diagonal = self._same(here, there), np.arange(len(places))
        tables = [part.astype(np.float32) for part in (*parts, ~chooses)]
        itself = [it[diagonal, places] * same for it in tables]
        flat = [it.swapaxes(1, 2).reshape(len(places), it.shape[2], -1) for it in tables]
        return _Asked(here, there, flat[:-1], itself[:-1], flat[-1], itself[-1])

    def _by_places(
        self, table: ndarray, of: Sequence[str], keys: Sequence[str], places: ndarray
    ) -> ndarray:
        """What a table of variables says of some positions and all that are looked at, by what else
        stands there. [places, positions, values of the one, of the other]

        Args:
            table: by the values of variables, one axis for each.
            of: variables of a position.
            keys: those of one that is looked at.
            places: the positions.
        """
        names = [*of, *keys]
        at = [place for place, name in enumerate(names) if name == POSITIONS]
        rest = [place for place in range(len(names)) if place not in at]
        sides = [[p for p in at if (p < len(of)) == first] for first in (True, False)]
        found = table.transpose([*sides[0], *sides[1], *rest])
        found = found[places] if sides[0] else found[None]
        found = found if sides[1] else found[:, None]
        sizes = [
            prod(table.shape[p] for p in rest if (p < len(of)) == first) for first in (True, False)
        ]
        whole = (len(places), self.length, *sizes)
        if prod(sizes) > MOST_TOGETHER or prod(whole) > MOST_BY_PLACES:
            raise NotFollowedError("a selection of too many values")
        return np.broadcast_to(found.reshape(*found.shape[:2], *sizes), whole)

    def _same(self, of: Sequence[str], keys: Sequence[str]) -> ndarray:
        """Where variables that are on both sides have the same value, as at a position itself."""
        sizes = [[len(self.values[name]) for name in names] for names in (of, keys)]
        axes = [*sizes[0], *sizes[1]]
        places, found = np.indices(axes), np.ones(axes, dtype=bool)
        for place, name in enumerate(of):
            if name in keys:
                found &= places[place] == places[len(of) + keys.index(name)]
        return found.reshape(prod(sizes[0]), prod(sizes[1]))
