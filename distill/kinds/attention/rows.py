"""Functions as rows of what occurs: values of variables by their names, and the value there.

A table over views says what is given for every combination of classes. An expression is of the
variables' own values; which of these occur together is seen in the sampled texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker.selections import element
from distill.kinds.attention.fitting import Number
from distill.kinds.attention.graph import Graph, Selection
from distill.kinds.attention.variables import View

Columns = dict[str, list[Number]]


@dataclass(frozen=True)
class Named:
    """A variable as a program has it.

    Attributes:
        name: of its list.
        labels: what its values are called.
        nothing: what it is called where nothing was chosen; null where that is nothing of its own.
    """

    name: str
    labels: tuple[Number, ...]
    nothing: Number | None = None


@dataclass(frozen=True)
class Function:
    """What is given where.

    Attributes:
        variables: that it is a function of.
        columns: their values on every row, by the names that entries have.
        target: what is given: a place in the table's values.
        nothing: what those of the variables are called that may be nothing, by their names.
    """

    variables: list[int]
    columns: Columns
    target: list[int]
    nothing: dict[str, Number]


class Rows:
    """What occurs in the sampled texts of a graph, under the names that variables have so far."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.named = dict[int, Named]()

    def known(self, views: Sequence[View]) -> bool:
        """Whether all variables that are viewed have names."""
        return all(view.variable in self.named for view in views)

    def of(self, views: Sequence[View], key: bool = False) -> Function:
        """Rows of a table over views at one position: the target is the cell."""
        variables = list(dict.fromkeys(view.variable for view in views))
        rows = self._met(variables)
        columns = self._columns(variables, rows, key)
        named = (self.named[variable] for variable in variables)
        nothing = {element(n.name, key): n.nothing for n in named if n.nothing is not None}
        return Function(variables, columns, _cell(views, variables, rows).tolist(), nothing)

    def pairs(self, selection: Selection) -> tuple[list[int], list[int], Columns, list[int]]:
        """Variables at both ends of a selection, their values, and whether it chooses there."""
        queries, keys = (
            list(dict.fromkeys(view.variable for view in views))
            for views in (selection.queries, selection.keys)
        )
        met, split = self._met_at_two(queries, keys, selection.causal), len(queries)
        q = _cell(selection.queries, queries, met[:, :split])
        k = _cell(selection.keys, keys, met[:, split:])
        columns = self._columns(queries, met[:, :split], False)
        columns |= self._columns(keys, met[:, split:], True)
        return queries, keys, columns, selection.chosen[q, k].astype(int).tolist()

    def _columns(
        self, variables: Sequence[int], rows: Int[ndarray, "rows variables"], key: bool
    ) -> Columns:
        found = Columns()
        for place, variable in enumerate(variables):
            named = self.named[variable]
            values = rows[:, place].tolist()
            found[element(named.name, key)] = [named.labels[value] for value in values]
        return found

    def _met(self, variables: Sequence[int]) -> Int[ndarray, "rows variables"]:
        """Combinations of values at one position."""
        if not variables:
            return np.zeros((1, 0), dtype=np.int64)
        along = (self.graph.variables[variable].along for variable in variables)
        columns = [np.concatenate([rows.ravel() for rows in each]) for each in along]
        return np.unique(np.stack(columns, axis=1), axis=0)

    def _met_at_two(
        self, queries: Sequence[int], keys: Sequence[int], causal: bool
    ) -> Int[ndarray, "rows variables"]:
        """Combinations of values at a position and at one that it may look at."""
        found = list[ndarray]()
        for batch, (_, length) in enumerate(self.graph.lengths):
            seen = np.ones((length, length), dtype=bool)
            at, looked = np.nonzero(np.tril(seen) if causal else seen)
            columns = [self.graph.variables[v].along[batch][:, at].ravel() for v in queries]
            columns += [self.graph.variables[v].along[batch][:, looked].ravel() for v in keys]
            if not columns:
                return np.zeros((1, 0), dtype=np.int64)
            found.append(np.unique(np.stack(columns, axis=1), axis=0))
        return np.unique(np.concatenate(found), axis=0)


def _cell(
    views: Sequence[View], variables: Sequence[int], rows: Int[ndarray, "rows variables"]
) -> Int[ndarray, " rows"]:
    """Which combination of classes holds on every row."""
    index = np.zeros(len(rows), dtype=np.int64)
    for view in views:
        index = index * view.count + view.classes[rows[:, variables.index(view.variable)]]
    return index
