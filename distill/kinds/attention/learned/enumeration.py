"""Programs from the plainest on: selections, what is taken from them, selections by that again.

Every level is enumerated up to a size, so that the work is bounded whatever the network is; what
stands first is plain, or looks where attention does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy import ndarray

from distill.kinds.attention.learned.behind import come_again, is_behind, tokens_behind
from distill.kinds.attention.learned.hints import Hints
from distill.kinds.attention.learned.pool import MERIT, Pool
from distill.kinds.attention.learned.terms import (
    AT,
    GIVEN,
    IN_ORDER,
    TOKEN,
    Atom,
    Relation,
    Selection,
    Variable,
    compared,
    is_value,
    places,
)
from distill.kinds.attention.learned.values import AT_ONCE, Values

MOST_PAIRS = 1e7
"""Pairs of positions that the selections of one level are taken from, all together."""
WIDE = ((2, 1), (4, 4))
"""How many shifts and which periods of positions are told apart, in a first search and a wider."""


@dataclass
class Enumeration:
    """Variables over a sample, level by level.

    Attributes:
        values: of terms along the sample.
        causal: whether no later position is seen.
        constants: tokens that selections may name.
        hints: what attention says; null where nothing is known of it.
        wide: which of the `WIDE` places are told apart.
        classes: maps of tokens alone, which are given as tokens are.
    """

    values: Values
    causal: bool
    constants: Sequence[int]
    hints: Hints | None = None
    wide: int = 0
    classes: Sequence[Variable] = ()
    pool: Pool = field(init=False)

    def __post_init__(self) -> None:
        self.pool = Pool(self.values, self.hints)
        for variable in (*GIVEN, *self.classes):
            self.pool.add(variable)
        length = self.values.asked.tokens.shape[1]
        self.places = [
            tuple(Atom(each) for each in some)
            for some in places(self.causal, length, *WIDE[self.wide])
        ]
        self.known = set[bytes]()
        self.first: tuple[list[Selection], ndarray] = ([], np.zeros(0))

    def levels(self, most: int) -> Iterator[int]:
        """One level after another, so many at most; answers are looked for between."""
        self.level(self._anywhere(self._of_tokens()), (), 1.0)
        self._maps()
        yield 1
        again = [*self._again()]
        for level in range(2, most + 1):
            taken = self._worth_taking()
            few, merits = self.first
            self.pool.aggregate(few, merits, taken, width=False)
            shares = {"token": 0.3, "number": 0.3, "other": 0.15, "guarded": 0.25}
            for name, conditions in self._groups().items():
                self.level(conditions, taken, shares[name])
            self.level(again, (), 0.0)
            self._maps()
            yield level

    # selections

    def _of_tokens(self) -> Iterator[tuple[Atom, ...]]:
        """Relations between tokens, and with those that may be named."""
        yield ()
        for operator in ("==", "<", ">", "!=", "<=", ">="):
            yield (Atom(compared(operator), TOKEN, TOKEN),)
        for value in self.constants:
            yield (Atom(is_value(value), TOKEN),)
            yield (Atom(is_value(value, "!="), TOKEN),)
            yield (Atom(is_value(value, "<"), TOKEN),)
        for each in self.classes:
            values = np.unique(self.values.of(each))
            yield (Atom(compared("=="), each, each),)
            for value in values.tolist() if len(values) <= MOST_CLASSES else ():
                for operator in ("==", "!=", "<"):
                    yield (Atom(is_value(value, operator), each),)
        if not self.causal:
            yield (Atom(MIRROR),)

    def _anywhere(self, conditions: Iterable[tuple[Atom, ...]]) -> list[Selection]:
        """Conditions at all places, among all that come before, and the like."""
        return [
            Selection((*place, *condition)) for condition in conditions for place in self.places
        ]

    def _again(self) -> list[Selection]:
        """Where one token or two come again; tokens behind, with what may stand before the text."""
        behind = list[list[Variable]]()
        for by in (1, 2):
            place = next((each for each in self.places if is_behind(each, by)), None)
            if place is None:
                return []
            first, *others = tokens_behind(place, self.pool.nothing, self.constants)
            known = self.pool.same(first)
            for each in others:  # attention is where it is of the first
                self.pool.add(each, self.pool.merit[known])
            behind.append([known, *map(self.pool.same, others)])
        return self._anywhere(
            it for one, two in zip(*behind, strict=True) for it in come_again(one, two)
        )

    def _groups(self) -> dict[str, list[Selection]]:
        """Selections in whose relations a variable stands that was made, by what they relate."""
        tokens = self.pool.best(MOST_OF_A_SORT, ("token",))
        counts = self.pool.best(MOST_OF_A_SORT // 2, ("count",), of_tokens=True)
        at = self.pool.best(MOST_OF_A_SORT // 4, ("position",), of_tokens=True)
        numbers = [*dict.fromkeys((AT, *counts, *at))]
        others = self.pool.best(MOST_OF_A_SORT // 3, ("other",))
        found = {
            "token": self._anywhere(self._related(tokens)),
            "number": self._anywhere(self._related(numbers)),
            "other": self._anywhere(self._related(others, more=True)),
        }
        conditions = list[tuple[Atom, ...]]()
        guards = [*self._guards()]
        ordered = [TOKEN, *(each for each in numbers if each is not AT), *others]
        for variable in ordered[:MOST_ORDERED]:
            orders = [Atom(relation, variable, variable) for relation in IN_ORDER]
            conditions += [(order,) for order in orders]
            conditions += [(order, guard) for order in orders for guard in guards[:MOST_GUARDS]]
        alike = [Atom(compared("=="), TOKEN, TOKEN)]
        for variable in numbers[:MOST_ORDERED]:
            if variable is not AT:
                alike += [Atom(compared("=="), variable, each) for each in (variable, AT)]
        conditions += [(each, guard) for each in alike for guard in guards[:MOST_GUARDS]]
        conditions += [(guard,) for guard in guards]
        found["guarded"] = self._anywhere(conditions)
        return found

    def _related(self, group: list[Variable], more: bool = False) -> Iterator[tuple[Atom, ...]]:
        """Relations between two of a group, one of which was made."""
        for (k, key), (q, query) in product(enumerate(group), enumerate(group)):
            if key in GIVEN and query in GIVEN:
                continue
            plain = key is query or key in GIVEN or query in GIVEN
            if not plain and k + q > len(group) // 2:
                continue
            for operator in ("==", "<=", "<", ">", ">=", "!=") if plain else ("==",):
                yield (Atom(compared(operator), key, query),)
            if more or (plain and key.sort == "count"):
                yield (Atom(compared("==", 1), key, query),)
                yield (Atom(compared("==", -1), key, query),)

    def _guards(self) -> Iterator[Atom]:
        """What may be asked of a key alone: that nothing was counted, or chosen, or a truth."""
        for variable in self.pool.best(MOST_OF_A_SORT, ("count", "truth", "other"), True):
            yield Atom(is_value(0), variable)
            yield Atom(is_value(0, "!="), variable)
        for variable in self.pool.best(MOST_GUARDS, ("token",)):
            if variable is not TOKEN:
                for value in self.constants:
                    yield Atom(is_value(value), variable)

    def level(self, made: list[Selection], taken: Sequence[Variable], share: float) -> None:
        """What may be taken of the positions that selections choose.

        Args:
            made: the selections.
            taken: what may be taken beside tokens and positions.
            share: of the work of a level.
        """
        made.sort(key=lambda each: each.cost)
        most = max(40, int(share * MOST_PAIRS / self.values.size))
        kept, merits = self._new(made[: 4 * most])
        order = np.argsort([s.cost - MERIT * m for s, m in zip(kept, merits, strict=True)])[:most]
        chosen = [kept[k] for k in order]
        self.pool.aggregate(chosen, merits[order], (TOKEN, *self.classes))
        self.pool.aggregate(chosen, merits[order], (AT,), ("copy", "copy_first"), width=False)
        few = order[: max(8, most // 12)]
        if not self.first[0]:
            self.first = [kept[k] for k in order[:MOST_PLAIN]], merits[order[:MOST_PLAIN]]
        if taken:
            self.pool.aggregate([kept[k] for k in few], merits[few], taken, width=False)

    def _new(self, selections: Sequence[Selection]) -> tuple[list[Selection], ndarray]:
        """Selections that choose what none before chose, and what attention has of them."""
        kept, merits = list[Selection](), list[float]()
        step = max(1, AT_ONCE // self.values.size)
        for start in range(0, len(selections), step):
            fresh = list[Selection]()
            rows = list[ndarray]()
            for selection in selections[start : start + step]:
                choice = self.values.choice(selection)
                key = np.packbits(choice).tobytes()
                if key not in self.known and choice.any():
                    self.known.add(key)
                    fresh.append(selection)
                    rows.append(choice)
            if not fresh:
                continue
            kept += fresh
            if self.hints is None or not len(self.hints.heads):
                merits += [0.0] * len(fresh)
            else:
                merits += np.maximum(0, self.hints.of(np.stack(rows)).max(axis=1)).tolist()
        return kept, np.array(merits)

    # maps

    def _worth_taking(self) -> list[Variable]:
        """Variables that selections of others may take something of."""
        return [
            *self.pool.best(MOST_DEEP, ("count",), True),
            *self.pool.best(MOST_DEEP, ("other",), True),
        ]

    def _maps(self) -> None:
        """Differences and sums of two counts, rests of one, and signs."""
        counts = [*dict.fromkeys((*self._tallies(), *self.pool.best(MOST_MAPPED, ("count",))))]
        for place, one in enumerate(counts):
            for other in counts[:place]:
                for a, b in ((one, other), (other, one)):
                    self._map("{0} - {1}", (a, b), "other", np.subtract, 1.0)
                self._map("{0} + {1}", (one, other), "count", np.add, 1.0)
        for one in (AT, *counts):
            for period in (2, 3):
                self._map(f"{{0}} % {period}", (one,), "other", lambda a, p=period: a % p, 1.2)
        for one in self.pool.best(MOST_MAPPED, ("other",), True):
            if not one.by.startswith("({0} >"):
                self._map("({0} > 0) - ({0} < 0)", (one,), "other", np.sign, 2.0)
        for one in self.pool.best(MOST_PARTED, ("token",), True) if self.classes else ():
            values = np.unique(self.values.of(one))
            middle = (values[:-1] + values[1:]) // 2  # what is never there may be on either side
            for value in middle.tolist() if len(values) <= MOST_CLASSES else ():
                by = f"int({{0}} > {value})"
                self._map(by, (one,), "truth", lambda a, v=value: (a > v).astype(int), 1.5)

    def _tallies(self) -> list[Variable]:
        """How often each of the tokens that may be named was there so far."""
        place = self.places[0] if self.causal else ()
        return [
            self.pool.same(Variable("width", "count", 1.0, chosen=Selection((*place, atom))))
            for atom in (Atom(is_value(value), TOKEN) for value in self.constants)
        ]

    def _map(self, by: str, reads: tuple[Variable, ...], sort, function, own: float) -> None:  # noqa: ANN001
        variable = Variable("map", sort, 1.0 + own, by, reads, function=function)
        self.pool.add(variable, max(self.pool.merit.get(each, 0.0) for each in reads))


MIRROR = Relation("j == len(xs) - 1 - i", lambda k, q, j, i: j == q - 1 - i, 2.0)
"""The place as far from the end as the query is from the beginning."""
MOST_OF_A_SORT, MOST_ORDERED, MOST_GUARDS, MOST_MAPPED, MOST_DEEP = 24, 12, 8, 12, 4
MOST_PLAIN, MOST_CLASSES, MOST_PARTED = 50, 24, 60
