"""From a graph to lines: what every value is called, and an expression for every function.

Values that a head copies or a map gives have no names of their own. They get those with which all
that is said of them is shortest: the answer itself, an input's value, a sum, a truth.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker.selections import ANSWERS, POSITIONS, TOKENS, element
from distill.kinds.attention.fitting import Fit, Number, fit, reads
from distill.kinds.attention.graph import Graph, HeadNode, MapNode, Readout
from distill.kinds.attention.mechanism import AttentionMechanism, Step, Table
from distill.kinds.attention.variables import NotReadError, View
from distill.networks.text_network import TextNetwork
from distill.programs.names import free_name

NONE_CELL = -1


@dataclass
class _Named:
    """A variable as the program has it.

    Attributes:
        name: of its list.
        labels: what its values are called.
    """

    name: str
    labels: tuple[Number, ...]


@dataclass
class _Lines:
    """What is written so far."""

    steps: list[Step] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def name(self, wanted: str) -> str:
        found = wanted
        number = 1
        while found in self.taken or free_name(found, ()) != found:
            number += 1
            found = f"{wanted}{number}"
        self.taken.add(found)
        return found

    def text(self, found: Fit) -> str:
        """The text of a fit; its table is added."""
        if found.table is None:
            return found.text
        keys, values = (tuple(each) for each in zip(*found.table, strict=True))
        for table in self.tables:
            if (table.keys, table.values) == (keys, values):
                return found.text.format(table=table.name)
        name = f"TABLE_{len(self.tables) + 1}"
        self.tables.append(Table(name, keys, values))
        return found.text.format(table=name)


class Writer:
    """Writes one graph."""

    def __init__(self, graph: Graph, network: TextNetwork) -> None:
        self.graph, self.network = graph, network
        self.lines = _Lines(taken={*"ijxy", "xs", "ys", POSITIONS, TOKENS, ANSWERS})
        tokens, positions = graph.variables[:2]
        self.named = {
            0: _Named(TOKENS, tokens.labels),
            1: _Named(POSITIONS, positions.labels),
        }
        self.none = network.shape.none

    def mechanism(self) -> AttentionMechanism:
        """All of it, as steps."""
        for node in self.graph.nodes:
            if isinstance(node, MapNode):
                self._map(node)
            else:
                self._head(node)
        self._answers(self.graph.readout)
        tokens = self.network.texts.tokens
        return AttentionMechanism(
            (tokens.start, tokens.stop - 1),
            self.network.texts.longest,
            tuple(self.lines.steps),
            tuple(self.lines.tables),
        )

    # what occurs

    def _met(self, views: Sequence[View]) -> Int[ndarray, "rows views"]:
        """Combinations of values of the viewed variables that occur in the sampled texts."""
        variables = list(dict.fromkeys(view.variable for view in views))
        if not variables:
            return np.zeros((1, 0), dtype=np.int64)
        columns = [
            np.concatenate([rows.ravel() for rows in self.graph.variables[v].along])
            for v in variables
        ]
        return np.unique(np.stack(columns, axis=1), axis=0)

    def _columns(
        self, variables: Sequence[int], rows: Int[ndarray, "rows views"], key: bool = False
    ) -> dict[str, list[Number]]:
        found = dict[str, list[Number]]()
        for place, variable in enumerate(variables):
            named = self.named[variable]
            labels = named.labels
            found[element(named.name, key)] = [labels[value] for value in rows[:, place]]
        return found

    def _function(
        self, views: Sequence[View], table: Sequence[Number]
    ) -> tuple[list[int], dict[str, list[Number]], list[Number]]:
        """A table over views as rows over the labels of the variables."""
        variables = list(dict.fromkeys(view.variable for view in views))
        rows = self._met(views)
        index = np.zeros(len(rows), dtype=np.int64)
        for view in views:
            values = rows[:, variables.index(view.variable)]
            index = index * view.count + view.classes[values]
        target = [table[place] for place in index]
        return variables, self._columns(variables, rows), target

    # maps and readout

    def _map(self, node: MapNode) -> None:
        variables, columns, classes = self._function(node.reads, node.table.tolist())
        labels, found = self._labelled(node.makes, columns, classes, None)
        alias = [v for v in variables if found.text == element(self.named[v].name)]
        if alias:
            self.named[node.makes] = _Named(self.named[alias[0]].name, labels)
            return
        name = self.lines.name(_map_name(found, labels))
        self._step_map(name, variables, found)
        self.named[node.makes] = _Named(name, labels)

    def _step_map(self, name: str, variables: Sequence[int], found: Fit) -> None:
        text = self.lines.text(found)
        used = reads(text)
        of = [self.named[v].name for v in variables if element(self.named[v].name) in used]
        self.lines.steps.append(Step(name, "map", of=tuple(dict.fromkeys(of)), by=text))

    def _answers(self, readout: Readout) -> None:
        answers = [_tidy(value) for value in readout.answers.tolist()]
        variables, columns, target = self._function(readout.reads, answers)
        found = fit(columns, target)
        last = self.lines.steps[-1] if self.lines.steps else None
        if last is not None and last.op != "select" and found.text == element(last.name):
            del self.lines.steps[-1]
            self.lines.steps.append(_renamed(last, ANSWERS))
            return
        self._step_map(ANSWERS, variables, found)

    # labels

    def _labelled(
        self,
        makes: int,
        columns: dict[str, list[Number]],
        classes: Sequence[int],
        otherwise: int | None,
    ) -> tuple[tuple[Number, ...], Fit]:
        """Names for the values of a variable, and what gives them.

        Args:
            makes: the variable.
            columns: what it is a function of.
            classes: its value on every row.
            otherwise: a value that it has besides, where nothing is chosen.
        """
        best: tuple[float, tuple[Number, ...], Fit] | None = None
        count = len(self.graph.variables[makes])
        for labels in self._candidates(makes, columns, classes, count, otherwise):
            target = [labels[value] for value in classes]
            found = fit(columns, target)
            weight = found.weight + sum(self._dear(makes, labels))
            if best is None or weight < best[0] - 1e-9:
                best = weight, labels, found
        assert best is not None, "numbers from 0 are always names"
        return best[1], best[2]

    def _candidates(
        self,
        makes: int,
        columns: dict[str, list[Number]],
        classes: Sequence[int],
        count: int,
        otherwise: int | None,
    ) -> Iterator[tuple[Number, ...]]:
        """Ways to name values, the plainest first."""
        met = sorted(set(classes))
        seen = set[tuple[Number, ...]]()

        def filled(given: dict[int, Number]) -> tuple[Number, ...] | None:
            """All values named; those that never occur, or stand for none, beside the others."""
            if len(set(given.values())) < len(given):
                return None
            spare = self.none
            while spare in given.values():
                spare -= 1
            names = list[Number]()
            for value in range(count):
                if value in given:
                    names.append(given[value])
                    continue
                names.append(spare)
                spare -= 1
            found = tuple(names)
            if found in seen:
                return None
            seen.add(found)
            return found

        for given in (*self._by_answers(makes), *self._by_values(columns, classes)):
            if (names := filled(given)) is not None:
                yield names
        if count == 2:
            for truth in ((0, 1), (1, 0)):
                if truth not in seen:
                    seen.add(truth)
                    yield truth
        for given in self._by_selections(makes):
            if (names := filled(given)) is not None:
                yield names
        if (names := filled({value: place for place, value in enumerate(met)})) is not None:
            yield names

    def _by_answers(self, makes: int) -> Iterator[dict[int, Number]]:
        """As the answers are, where nothing else is read for them."""
        readout = self.graph.readout
        if len(readout.reads) == 1 and readout.reads[0].variable == makes:
            view = readout.reads[0]
            answers = [_tidy(value) for value in readout.answers.tolist()]
            yield {value: answers[cell] for value, cell in enumerate(view.classes.tolist())}

    def _by_values(
        self, columns: dict[str, list[Number]], classes: Sequence[int]
    ) -> Iterator[dict[int, Number]]:
        """As a number that can be had of the inputs, and tells apart what the values do."""
        arrays = {name: np.array(column) for name, column in columns.items()}
        numbers = list(arrays.values())
        given = [*numbers]
        for place, one in enumerate(numbers):
            for other in numbers[place + 1 :]:
                given += [one + other, one - other, other - one, one * other]
                given += [np.abs(one - other), np.minimum(one, other), np.maximum(one, other)]
        for values in given:
            found = dict[int, Number]()
            for value, number in zip(classes, values.tolist(), strict=True):
                if found.setdefault(value, number) != number:
                    break
            else:
                yield found

    def _by_selections(self, makes: int) -> Iterator[dict[int, Number]]:
        """As what they are selected with: a value that chooses one other has its name."""
        for node in self.graph.nodes:
            if not isinstance(node, HeadNode):
                continue
            chosen = node.selection.chosen
            sides = (node.selection.queries, node.selection.keys, chosen)
            for mine, other, table in (sides, (sides[1], sides[0], chosen.T)):
                if len(mine) != 1 or len(other) != 1 or mine[0].variable != makes:
                    continue
                if other[0].variable not in self.named or not (table.sum(axis=1) <= 1).all():
                    continue
                labels = self.named[other[0].variable].labels
                found = dict[int, Number]()
                for value, row in enumerate(mine[0].classes.tolist()):
                    if table[row].any():
                        first = other[0].first[int(table[row].argmax())]
                        found[value] = labels[first]
                yield found

    def _dear(self, makes: int, labels: tuple[Number, ...]) -> Iterator[float]:
        """How much there is to read in what uses a variable, as far as all of it is named."""
        before = self.named.get(makes)
        self.named[makes] = _Named("v", labels)
        try:
            for node in self.graph.nodes:
                if isinstance(node, MapNode) and any(v.variable == makes for v in node.reads):
                    if all(view.variable in self.named for view in node.reads):
                        _, columns, target = self._function(node.reads, node.table.tolist())
                        if len(set(target)) == 2:
                            yield min(
                                fit(columns, target).weight,
                                fit(columns, [1 - t if t in (0, 1) else t for t in target]).weight,
                            )
                elif isinstance(node, HeadNode):
                    sides = (*node.selection.queries, *node.selection.keys)
                    if any(view.variable == makes for view in sides) and all(
                        view.variable in self.named for view in sides
                    ):
                        yield self._condition(node)[2].weight
            readout = self.graph.readout
            if any(v.variable == makes for v in readout.reads) and all(
                view.variable in self.named for view in readout.reads
            ):
                answers = [_tidy(value) for value in readout.answers.tolist()]
                _, columns, target = self._function(readout.reads, answers)
                yield fit(columns, target).weight
        finally:
            if before is None:
                del self.named[makes]
            else:
                self.named[makes] = before

    # heads

    def _condition(self, node: HeadNode) -> tuple[list[int], list[int], Fit]:
        """The variables at both ends of a selection, and its condition."""
        selection = node.selection
        queries = list(dict.fromkeys(view.variable for view in selection.queries))
        keys = list(dict.fromkeys(view.variable for view in selection.keys))
        pairs = self._pairs(queries, keys, selection.causal)
        split = len(queries)
        q, k = (np.zeros(len(pairs), dtype=np.int64) for _ in range(2))
        for view in selection.queries:
            q = q * view.count + view.classes[pairs[:, queries.index(view.variable)]]
        for view in selection.keys:
            k = k * view.count + view.classes[pairs[:, split + keys.index(view.variable)]]
        target = selection.chosen[q, k].astype(int).tolist()
        columns = self._columns(queries, pairs[:, :split])
        columns |= self._columns(keys, pairs[:, split:], key=True)
        return queries, keys, fit(columns, target, truth=True)

    def _pairs(
        self, queries: Sequence[int], keys: Sequence[int], causal: bool
    ) -> Int[ndarray, "rows both"]:
        """Values at two positions of one text, for all that occur."""
        found = list[ndarray]()
        for batch, shape in enumerate(self.graph.lengths):
            n, length = shape
            seen = np.ones((length, length), dtype=bool)
            seen = np.tril(seen) if causal else seen
            at, looked = np.nonzero(seen)
            columns = [self.graph.variables[v].along[batch][:, at].ravel() for v in queries]
            columns += [self.graph.variables[v].along[batch][:, looked].ravel() for v in keys]
            if not columns:
                return np.zeros((1, 0), dtype=np.int64)
            found.append(np.unique(np.stack(columns, axis=1), axis=0))
        return np.unique(np.concatenate(found), axis=0)

    def _head(self, node: HeadNode) -> None:
        queries, keys, found = self._condition(node)
        condition = self.lines.text(found)
        if node.selection.causal:
            condition = _and_earlier(condition)
            queries, keys = ([1, *(v for v in side if v != 1)] for side in (queries, keys))
        used = reads(condition)
        of = tuple(self.named[v].name for v in queries if element(self.named[v].name) in used)
        looked = tuple(
            self.named[v].name for v in keys if element(self.named[v].name, key=True) in used
        )
        same = [
            step
            for step in self.lines.steps
            if step.op == "select" and (step.of, step.keys, step.by) == (of, looked, condition)
        ]
        chosen = same[0].name if same else self.lines.name(_selection_name(condition))
        if not same:
            self.lines.steps.append(
                Step(
                    chosen,
                    "select",
                    of=of,
                    keys=looked,
                    by=condition,
                    head=node.selection.head,
                    start=node.selection.start,
                )
            )
        if node.kind == "width":
            name = self.lines.name("count")
            self.lines.steps.append(Step(name, "width", chosen=chosen))
            self.named[node.makes] = _Named(name, self.graph.variables[node.makes].labels)
        elif node.kind == "mean":
            self._aggregate(node, chosen, "share", node.given.tolist())
        else:
            self._copy(node, chosen)

    def _aggregate(self, node: HeadNode, chosen: str, name: str, given: Sequence[float]) -> None:
        """The mean of a number."""
        variables, columns, target = self._function(node.values, [_tidy(v) for v in given])
        found = fit(_keyed(columns), target)
        name = self.lines.name(name)
        self._taken(name, "mean", chosen, variables, found, 0)
        self.named[node.makes] = _Named(name, self.graph.variables[node.makes].labels)

    def _copy(self, node: HeadNode, chosen: str) -> None:
        given = node.given.astype(np.int64).tolist()
        variables, columns, classes = self._function(node.values, given)
        nothing = int(node.otherwise)
        labels, found = self._labelled(node.makes, _keyed(columns), classes, nothing)
        name = self.lines.name("copied")
        self._taken(name, "copy", chosen, variables, found, int(labels[nothing]))
        self.named[node.makes] = _Named(name, labels)

    def _taken(
        self, name: str, op: str, chosen: str, variables: Sequence[int], found: Fit, otherwise: int
    ) -> None:
        text = self.lines.text(found)
        used = reads(text)
        keys = tuple(
            self.named[v].name for v in variables if element(self.named[v].name, key=True) in used
        )
        self.lines.steps.append(
            Step(name, op, keys=keys, by=text, chosen=chosen, otherwise=otherwise)  # type: ignore[arg-type]
        )


def _keyed(columns: dict[str, list[Number]]) -> dict[str, list[Number]]:
    """Columns under the names that entries have at positions looked at."""
    return {_as_key(name): column for name, column in columns.items()}


def _as_key(name: str) -> str:
    if name in ("x", "i"):
        return {"x": "y", "i": "j"}[name]
    return f"{name.removesuffix('_i')}_j"


def _and_earlier(condition: str) -> str:
    """A condition that holds of no later position."""
    if condition == "True":
        return "j <= i"
    if condition in ("j == i", "j <= i", "j < i", "i == j", "i >= j", "i > j"):
        return condition
    return (
        f"j <= i and ({condition})"
        if " or " in condition or " if " in condition
        else (f"j <= i and {condition}")
    )


def _selection_name(condition: str) -> str:
    known = {
        **dict.fromkeys(("y == x", "x == y"), "same"),
        **dict.fromkeys(("j < i", "i > j"), "before"),
        **dict.fromkeys(("j <= i", "i >= j"), "up_to_here"),
        **dict.fromkeys(("j == i - 1", "i == j + 1", "i - j == 1"), "previous"),
        **dict.fromkeys(("j == i + 1", "j - i == 1"), "following"),
        "True": "everywhere",
        "j == 0": "first",
    }
    return known.get(condition, "chosen")


def _map_name(found: Fit, labels: Sequence[Number]) -> str:
    return "holds" if set(labels) == {0, 1} else "value"


def _renamed(step: Step, name: str) -> Step:
    from dataclasses import replace

    return replace(step, name=name)


def _tidy(value: float) -> Number:
    """A whole number as an integer."""
    if isinstance(value, int):
        return value
    return int(value) if float(value).is_integer() and abs(value) < 1e15 else float(value)


def written(graph: Graph, network: TextNetwork) -> AttentionMechanism:
    """The mechanism of a graph.

    Raises:
        NotReadError: it cannot be written.
    """
    try:
        return Writer(graph, network).mechanism()
    except ValueError as error:
        raise NotReadError(f"no lines were found for what was read: {error}") from error
