"""What programs are searched among: variables over positions, and selections of positions.

A variable has an integer at every position: the token, the position, what an aggregation takes
from the positions that a selection chooses, or a map of others at the position itself. A selection
is a conjunction of relations between what is at a position (the query) and what is at another (the
key). Terms are told apart by identity: two that are equal everywhere may cost more or less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import fsum
from typing import Literal

import numpy as np
from numpy import ndarray

Vote = Literal["vote", "vote_last", "vote_least"]
Aggregate = Literal["width", "copy", "copy_first", "least", "greatest"] | Vote
"""How many positions are chosen; the value at the last of them, and at the first; the smallest and
the largest value; the value that is there most often: the first met of several, the last met, or
the smallest."""

Sort = Literal["token", "position", "count", "truth", "other"]


@dataclass(frozen=True)
class Relation:
    """What may hold between a key and a query.

    Attributes:
        text: in Python; `{k}` and `{q}` stand for the variables, `j` and `i` for their positions.
        holds: the same of arrays.
        cost: how much there is to read.
        past: whether it holds of no later position.
    """

    text: str
    holds: Callable[[ndarray, ndarray, ndarray, ndarray], ndarray]
    cost: float
    past: bool = False


@dataclass(frozen=True, eq=False)
class Variable:
    """Something that has an integer at every position.

    Attributes:
        op: an aggregation, or a map of others; what is given is a map of nothing.
        sort: what its values are.
        own: how much there is to read in its line.
        by: of a map, its text; `{0}`, `{1}` stand for what it reads.
        reads: what a map reads at the position, or what an aggregation takes at those chosen.
        chosen: the selection of an aggregation.
        otherwise: what it is where nothing is chosen.
        function: of a map, of arrays.
    """

    op: Aggregate | Literal["map"]
    sort: Sort
    own: float
    by: str = ""
    reads: tuple[Variable, ...] = ()
    chosen: Selection | None = None
    otherwise: int = 0
    function: Callable[..., ndarray] | None = None

    @cached_property
    def parts(self) -> frozenset[Variable | Selection]:
        """It, and all that it is made of."""
        inner = [*self.reads, *(() if self.chosen is None else (self.chosen,))]
        return frozenset({self}).union(*(each.parts for each in inner))

    @cached_property
    def cost(self) -> float:
        """How much there is to read with all that it is made of."""
        return cost_of(self.parts)


@dataclass(frozen=True, eq=False)
class Atom:
    """A relation between one variable of the key and one of the query; null where it has none."""

    relation: Relation
    key: Variable | None = None
    query: Variable | None = None

    @property
    def reads(self) -> tuple[Variable, ...]:
        """Its variables."""
        return tuple(each for each in (self.key, self.query) if each is not None)


@dataclass(frozen=True, eq=False)
class Selection:
    """A conjunction of relations; none for every position."""

    atoms: tuple[Atom, ...]

    @cached_property
    def parts(self) -> frozenset[Variable | Selection]:
        """It, and all that it reads."""
        read = (each.parts for atom in self.atoms for each in atom.reads)
        return frozenset[Variable | Selection]({self}).union(*read)

    @cached_property
    def own(self) -> float:
        """How much there is to read in its line."""
        return 2.0 + sum(atom.relation.cost for atom in self.atoms)

    @cached_property
    def cost(self) -> float:
        """How much there is to read with all that it reads."""
        return cost_of(self.parts)


def cost_of(parts: Iterable[Variable | Selection]) -> float:
    """How much there is to read in the lines of terms, each written once.

    Added up exactly: sets of terms have another order in every run, and rounding would have one.
    """
    return fsum(part.own for part in parts)


def told(selection: Selection) -> tuple[str, ...]:
    """A selection in words, which are the same for two that say the same."""
    return tuple(
        sorted(f"{a.relation.text} {_named(a.key)} {_named(a.query)}" for a in selection.atoms)
    )


def _named(variable: Variable | None) -> str:
    if variable is None or variable in GIVEN:
        return "" if variable is None else variable.sort
    reads = ", ".join(map(_named, variable.reads))
    return f"{variable.op} {variable.by} ({reads}) {variable.chosen and told(variable.chosen)}"


TOKEN = Variable("map", "token", 0.0)
AT = Variable("map", "position", 0.0)
GIVEN = (TOKEN, AT)
"""The variables that nothing is computed for."""

COMPARED: Mapping[str, Callable[[ndarray, ndarray | int], ndarray]] = {
    **{"==": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal},
    **{">": np.greater, ">=": np.greater_equal},
}


def compared(operator: str, more: int = 0) -> Relation:
    """A key's variable against a query's, or against one that is more than it."""
    do = COMPARED[operator]
    cost = (1.0 if operator == "==" else 1.2) + (0.8 if more else 0.0)
    beside = f" {'+' if more > 0 else '-'} {abs(more)}" if more else ""
    return Relation(f"{{k}} {operator} {{q}}{beside}", lambda k, q, j, i: do(k, q + more), cost)


def is_value(value: int, operator: str = "==") -> Relation:
    """A key's variable against a number."""
    do = COMPARED[operator]
    cost = 1.5 if operator == "==" else 1.8
    return Relation(f"{{k}} {operator} {value}", lambda k, q, j, i: do(k, value), cost)


IN_ORDER = (
    Relation(
        "({k} < {q} or {k} == {q} and j < i)",
        lambda k, q, j, i: (k < q) | ((k == q) & (j < i)),
        3.0,
    ),
    Relation(
        "({k} > {q} or {k} == {q} and j < i)",
        lambda k, q, j, i: (k > q) | ((k == q) & (j < i)),
        3.0,
    ),
)
"""That the key stands before the query in a stable order, rising and falling."""


def _place(text: str, holds: Callable[[ndarray, ndarray], ndarray], cost: float) -> Relation:
    past = text.startswith(("j <=", "j <", "j == i")) and "+" not in text and "len" not in text
    return Relation(text, lambda k, q, j, i: holds(j, i), cost, past)


def places(causal: bool, length: int, shifts: int, periods: int) -> list[tuple[Relation, ...]]:
    """What may be asked of positions alone: conjunctions of relations.

    Args:
        causal: whether no later position is seen.
        length: of the longest text.
        shifts: how many positions before, or behind, are told apart.
        periods: the longest that positions are counted in.
    """
    up_to = _place("j <= i", lambda j, i: j <= i, 0.5)
    before = _place("j < i", lambda j, i: j < i, 0.6)
    found: list[tuple[Relation, ...]] = [(up_to,), (before,)]
    for back in range(min(shifts, length - 1) + 1):
        text = f"j == i - {back}" if back else "j == i"
        cost = 0.6 + 0.2 * back
        found.append((_place(text, lambda j, i, back=back: j == i - back, cost),))
    first = _place("j == 0", lambda j, i: j + 0 * i == 0, 0.8)
    found.append((first,) if not causal else (Relation(first.text, first.holds, 0.8, True),))
    for period in range(2, periods + 1):
        for rest in range(period):
            apart = _place(
                f"(i - j) % {period} == {rest}",
                lambda j, i, p=period, r=rest: (i - j) % p == r,
                1.6 + 0.1 * period,
            )
            fixed = _place(
                f"j % {period} == {rest}",
                lambda j, i, p=period, r=rest: j % p + 0 * i == r,
                1.6 + 0.1 * period,
            )
            found += [(up_to, each) if causal else (each,) for each in (apart, fixed)]
    if causal:
        return found
    found += [(), (_place("j > i", lambda j, i: j > i, 0.6),)]
    found.append((_place("j >= i", lambda j, i: j >= i, 0.6),))
    for ahead in range(1, min(shifts, length - 1) + 1):
        text = f"j == i + {ahead}"
        found.append((_place(text, lambda j, i, a=ahead: j == i + a, 0.6 + 0.2 * ahead),))
    return found
