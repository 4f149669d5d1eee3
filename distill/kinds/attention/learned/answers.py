"""From variables to answers: one of them, one of several by cases, or a function of two.

Every candidate is scored by the answers that it has as the network has them. Cases are found all
at once: which variable is right where a guard holds, and which where it does not, are two products
of matrices.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from distill.kinds.attention.learned.candidate import READ, Candidate
from distill.kinds.attention.learned.pool import MERIT, Pool
from distill.kinds.attention.learned.tables import tables
from distill.kinds.attention.learned.terms import GIVEN, TOKEN, Variable, cost_of

MOST_FIRST = 1_500
SAID = 0.6
"""What it costs to read a token or a position in place of a number, in one of several cases."""


def constant(value: int) -> Variable:
    """The same at every position."""
    return Variable("map", "other", 0.5, str(value), (), function=lambda: np.array(value))


def _promising(pool: Pool, target: Int[ndarray, " m"]) -> list[Variable]:
    """The plainest variables, and those that are right most often."""
    every = sorted(pool, key=lambda it: it.cost - MERIT * pool.merit[it])
    plain, others = every[:MOST_FIRST], every[MOST_FIRST:]
    right = [
        float((pool.values.of(it)[pool.values.asked.wanted] == target).mean()) for it in others
    ]
    order = np.argsort([-part for part in right], kind="stable")[:MOST_FIRST]
    return [*plain, *(others[k] for k in order)]


@dataclass(frozen=True)
class _Guard:
    """Something at the position itself that may hold or not."""

    text: str
    reads: tuple[Variable, ...]
    function: object
    cost: float


def candidates(pool: Pool, most: int = 40) -> list[Candidate]:
    """The best answers, the best first."""
    asked = pool.values.asked
    target = np.rint(asked.target).astype(np.int64)
    variables = _promising(pool, target)
    constants = [constant(int(value)) for value in np.unique(target)[:200]]
    every = [*variables, *constants]
    array = np.concatenate(
        [
            pool.array(variables, asked.wanted),
            np.repeat(np.unique(target)[:200, None], len(target), axis=1),
        ]
    )
    right = (array == target).astype(np.float32)
    # a number says more than a position that is the same there
    costs = np.array([each.cost + SAID * (each in GIVEN) for each in every])
    found = [
        Candidate(each, (), float(part), each.cost)
        for each, part in zip(every, right.mean(axis=1), strict=True)
    ]
    found += tables(variables, array[: len(variables)], target)
    found.sort(key=lambda it: -it.score)
    lists = list[Candidate]()
    guards = [*_guards(pool, variables, array, asked)]
    guards += _exceptions(variables, array, right > 0)
    if guards:
        cases = _Cases(every, right, costs, guards)
        lists += cases.of_two()
        lists.sort(key=lambda it: -it.score)
        for before in lists[:6]:
            assert before.answer is not None, "cases have one"
            rows = pool.values.of(before.answer)[asked.wanted] == target
            lists += cases.before(before.answer, rows)
    return sorted([*found[: 4 * most], *lists], key=lambda it: -it.score)[:most]


def _guards(
    pool: Pool, variables: Sequence[Variable], array: Int[ndarray, "k m"], asked: object
) -> Iterator[tuple[_Guard, Bool[ndarray, " m"]]]:
    """Truths at the position itself."""
    telling = sorted(
        (it for it in variables if it.sort in ("count", "other")),
        key=lambda it: READ * it.cost - pool.told(it),
    )[:MOST_NUMBERS]
    places = {each: place for place, each in enumerate(variables)}
    numbers = [(each, array[places[each]]) for each in telling]
    for variable, row in zip(variables[:MOST_GUARDED], array, strict=False):
        values = np.unique(row)
        few = values if len(values) <= 8 else values[:2] if variable is not TOKEN else values
        for value in few.tolist():
            rows = row == value
            if 0 < rows.sum() < len(rows):
                text = f"{{0}} == {value}"
                yield (
                    _Guard(text, (variable,), lambda a, v=value: a == v, 1.5 + variable.cost),
                    rows,
                )
    for variable, row in numbers:
        for text, do in (("{0} < 0", np.less), ("{0} > 0", np.greater)):
            rows = do(row, 0)
            if 0 < rows.sum() < len(rows):
                yield _Guard(text, (variable,), lambda a, d=do: d(a, 0), 1.5 + variable.cost), rows
    for place, (one, a) in enumerate(numbers):
        for other, b in numbers[:place]:
            if one.sort != other.sort:
                continue
            both = cost_of(one.parts | other.parts)
            for text, do in (("{0} > {1}", np.greater), ("{0} < {1}", np.less)):
                rows = do(a, b)
                if 0 < rows.sum() < len(rows):
                    yield _Guard(text, (one, other), do, 1.2 + both), rows


def _exceptions(
    variables: Sequence[Variable], array: Int[ndarray, "k m"], right: Bool[ndarray, "a m"]
) -> Iterator[tuple[_Guard, Bool[ndarray, " m"]]]:
    """Values of the variables that are right most often where they are mostly wrong: of many values
    one may stand for something else, as the token does at which a text ends.
    """
    often = np.argsort(-right[: len(variables)].mean(axis=1), kind="stable")[:MOST_EXCEPTED]
    for place in often.tolist():
        variable, row, wrong = variables[place], array[place], ~right[place]
        values, counts = np.unique(row[wrong], return_counts=True)
        for value in values[np.argsort(-counts, kind="stable")[:MOST_EXCEPTIONS]].tolist():
            rows = row == value
            if FEWEST_EXCEPTIONS <= rows.sum() < len(rows) and wrong[rows].mean() > MOSTLY:
                text = f"{{0}} == {value}"
                guard = _Guard(text, (variable,), lambda a, v=value: a == v, 1.5 + variable.cost)
                yield guard, rows


MOST_EXCEPTED, MOST_EXCEPTIONS, FEWEST_EXCEPTIONS, MOSTLY = 40, 4, 3, 0.8


class _Cases:
    """Which variable is right where a guard holds, and which where it does not, for all guards."""

    def __init__(
        self,
        every: Sequence[Variable],
        right: Float[ndarray, "k m"],
        costs: Float[ndarray, " k"],
        guards: Sequence[tuple[_Guard, Bool[ndarray, " m"]]],
    ) -> None:
        self.every, self.total = every, right.shape[1]
        self.guards = [guard for guard, _ in guards]
        self.held = np.stack([rows for _, rows in guards]).astype(np.float32)
        self.inside = right @ self.held.T
        self.outside = right.sum(axis=1, keepdims=True) - self.inside
        self.price = READ * costs[:, None] * self.total
        self.first = (self.inside - self.price).argmax(axis=0)
        self.dear = np.array([guard.cost for guard in self.guards]) + costs[self.first]

    def of_two(self) -> list[Candidate]:
        """Lists of two cases."""
        second = (self.outside - self.price).argmax(axis=0)
        places = np.arange(len(self.guards))
        return self._best(self.outside[second, places], [self.every[k] for k in second])

    def before(self, rest: Variable, right: Bool[ndarray, " m"]) -> list[Candidate]:
        """Lists of a case before others, which are known."""
        behind = right.sum() - self.held @ right.astype(np.float32)
        return self._best(behind, [rest] * len(self.guards))[:10]

    def _best(self, behind: Float[ndarray, " g"], others: Sequence[Variable]) -> list[Candidate]:
        """The best of lists whose second cases are these, right behind their guards so often."""
        hits = (self.inside[self.first, np.arange(len(self.guards))] + behind) / self.total
        found = list[Candidate]()
        for place in np.argsort(READ * self.dear - hits, kind="stable")[:MOST_LISTS]:
            then, other = self.every[self.first[place]], others[place]
            if then is not other:
                answer = by_cases(self.guards[place], then, other)
                found.append(Candidate(answer, (), float(hits[place]), answer.cost))
        return found


MOST_LISTS, MOST_GUARDED, MOST_NUMBERS = 12, 300, 24


def by_cases(guard: _Guard, then: Variable, other: Variable) -> Variable:
    """One variable where a guard holds, another where it does not."""
    reads = tuple(dict.fromkeys((*guard.reads, *_named(then), *_named(other))))
    places = {each: f"{{{place}}}" for place, each in enumerate(reads)}
    test = guard.text.format(*(places[each] for each in guard.reads))
    texts = [
        each.by if _is_constant(each) else places[each] if each in places else _inner(each, places)
        for each in (then, other)
    ]

    def function(*arrays: ndarray) -> ndarray:
        known = dict(zip(reads, arrays, strict=True))

        def of(each: Variable) -> ndarray:
            if each in known:
                return known[each]
            assert each.function is not None, "a map has one"
            return each.function(*(known[part] for part in each.reads))

        holds = guard.function(*(known[each] for each in guard.reads))  # pyright: ignore
        return np.where(holds, of(then), of(other))

    own = 2.5 + guard.cost - cost_of(_parts(guard.reads))
    own += sum(each.own for each in (then, other) if each.op == "map" and each not in reads)
    return Variable(
        "map", "other", own, f"{texts[0]} if {test} else {texts[1]}", reads, function=function
    )


def _named(each: Variable) -> tuple[Variable, ...]:
    """What is read of a case: the variable itself, or what its own cases read."""
    return each.reads if each.op == "map" and (" if " in each.by or _is_constant(each)) else (each,)


def _inner(each: Variable, places: dict[Variable, str]) -> str:
    return each.by.format(*(places[part] for part in each.reads))


def _is_constant(each: Variable) -> bool:
    return each.op == "map" and not each.reads and each not in GIVEN


def _parts(reads: Sequence[Variable]) -> frozenset:
    return frozenset().union(*(each.parts for each in reads))
