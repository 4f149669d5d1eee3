"""What the values of a variable are called that have no names of their own.

What a head copies, and what a map gives, is one of so many values: nothing says which is which.
They get the names with which all that is said of them is shortest: the answer itself, the value of
an input, a sum of two, a truth, or what they choose.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from distill.kinds.attention.fitting import Fit, Number, fit, fit_where
from distill.kinds.attention.graph import HeadNode, MapNode
from distill.kinds.attention.rows import Columns, Function, Named, Rows

ENOUGH = 9.0
"""Weight of what is said of a variable below which no other names are tried."""
TRIED_AGAIN = 2
"""Ways to name values that are looked at thoroughly, where none was plain."""


def tidy(value: float) -> Number:
    """A whole number as an integer."""
    if isinstance(value, int):
        return value
    return int(value) if float(value).is_integer() and abs(value) < 1e15 else float(value)


def named_values(
    rows: Rows, makes: int, seen: Function, classes: Sequence[int], none: int
) -> tuple[tuple[Number, ...], Fit]:
    """Names for the values of a variable, and what gives them.

    Args:
        rows: what occurs, and the names so far.
        makes: the variable.
        seen: what it is a function of, on every row.
        classes: its value there.
        none: what a value is called that is on no row: where nothing was chosen.
    """
    tried = list[tuple[float, int, tuple[Number, ...]]]()
    for place, labels in enumerate(_ways(rows, makes, seen, classes, none)):
        weight = _weight(rows, makes, seen, classes, labels, thorough=False)
        tried.append((weight, place, labels))
        if weight <= ENOUGH:
            break
    tried.sort()
    if tried[0][0] > ENOUGH:
        again = [labels for _, _, labels in tried[:TRIED_AGAIN]]
        tried = sorted(
            (_weight(rows, makes, seen, classes, labels, thorough=True), place, labels)
            for place, labels in enumerate(again)
        )
    labels = tried[0][2]
    target = [labels[value] for value in classes]
    return labels, fit_where(seen.columns, target, seen.nothing)


def _weight(
    rows: Rows,
    makes: int,
    seen: Function,
    classes: Sequence[int],
    labels: tuple[Number, ...],
    thorough: bool,
) -> float:
    """How much there is to read in what gives a variable and in all that uses it."""
    target = [labels[value] for value in classes]
    given = fit_where(seen.columns, target, seen.nothing, thorough).weight
    return given + sum(_uses(rows, makes, labels, thorough))


def _uses(rows: Rows, makes: int, labels: tuple[Number, ...], thorough: bool) -> Iterator[float]:
    """What is to be read in what uses a variable, as far as all else there has names."""
    graph = rows.graph
    rows.named[makes] = Named("v", labels)
    try:
        for node in graph.nodes:
            if isinstance(node, MapNode):
                if not any(v.variable == makes for v in node.reads) or not rows.known(node.reads):
                    continue
                seen = rows.of(node.reads)
                values = [int(node.table[cell]) for cell in seen.target]
                if len(set(values)) == 2:  # a truth: of others the names are not known yet
                    low = min(values)
                    ways = [[int(v == low) for v in values], [int(v != low) for v in values]]
                    yield min(
                        fit_where(seen.columns, way, seen.nothing, thorough).weight for way in ways
                    )
            else:
                sides = (*node.selection.queries, *node.selection.keys)
                if any(view.variable == makes for view in sides) and rows.known(sides):
                    *_, columns, target = rows.pairs(node.selection)
                    yield fit(columns, target, truth=True, thorough=thorough).weight
        reads = graph.readout.reads
        if any(view.variable == makes for view in reads) and rows.known(reads):
            seen = rows.of(reads)
            answers = [tidy(float(graph.readout.answers[cell])) for cell in seen.target]
            yield fit_where(seen.columns, answers, seen.nothing, thorough).weight
    finally:
        del rows.named[makes]


def _ways(
    rows: Rows, makes: int, seen: Function, classes: Sequence[int], none: int
) -> Iterator[tuple[Number, ...]]:
    """Ways to name values, the plainest first."""
    count, told = len(rows.graph.variables[makes]), set[tuple[Number, ...]]()
    truths = ({0: 0, 1: 1}, {0: 1, 1: 0}) if count == 2 else ()
    numbered = {value: place for place, value in enumerate(sorted(set(classes)))}
    for given in (
        *_by_answers(rows, makes),
        *_by_values(*_something(seen, classes)),
        *truths,
        *_by_selections(rows, makes),
        numbered,
    ):
        if len(set(given.values())) < len(given):
            continue
        spare, names = none, list[Number]()
        for value in range(count):
            while value not in given and spare in (*given.values(), *names):
                spare -= 1
            names.append(given.get(value, spare))
        if tuple(names) not in told:
            told.add(tuple(names))
            yield tuple(names)


def _by_answers(rows: Rows, makes: int) -> Iterator[dict[int, Number]]:
    """As the answers are, where nothing else is read for them."""
    readout = rows.graph.readout
    if len(readout.reads) == 1 and readout.reads[0].variable == makes:
        answers = readout.answers.tolist()
        yield {v: tidy(answers[c]) for v, c in enumerate(readout.reads[0].classes.tolist())}


def _something(seen: Function, classes: Sequence[int]) -> tuple[Columns, Sequence[int]]:
    """The rows on which no variable is nothing; all rows where that leaves none."""
    kept = [
        place
        for place in range(len(classes))
        if all(seen.columns[name][place] != value for name, value in seen.nothing.items())
    ]
    if not kept:
        return seen.columns, classes
    columns = {name: [column[place] for place in kept] for name, column in seen.columns.items()}
    return columns, [classes[place] for place in kept]


def _by_values(columns: Columns, classes: Sequence[int]) -> Iterator[dict[int, Number]]:
    """As a number that can be had of the inputs, and tells apart what the values do."""
    numbers = [np.array(column) for column in columns.values()]
    given = [*numbers]
    for place, one in enumerate(numbers):
        for other in numbers[place + 1 :]:
            given += [one + other, one - other, other - one, one * other]
            given += [np.abs(one - other), np.minimum(one, other), np.maximum(one, other)]
            sign = np.sign(one - other).astype(
                np.int64
            )  # as the program has it, whatever these are
            given += [sign, one * one * other, one * other * other]
    for values in given:
        found = dict[int, Number]()
        for value, number in zip(classes, values.tolist(), strict=True):
            if found.setdefault(value, number) != number:
                break
        else:
            yield found


def _by_selections(rows: Rows, makes: int) -> Iterator[dict[int, Number]]:
    """As what they are selected with: a value that chooses one other has its name."""
    for node in rows.graph.nodes:
        if not isinstance(node, HeadNode):
            continue
        queries, keys, chosen = node.selection.queries, node.selection.keys, node.selection.chosen
        for mine, others, table in ((queries, keys, chosen), (keys, queries, chosen.T)):
            if len(mine) != 1 or len(others) != 1 or mine[0].variable != makes:
                continue
            if not rows.known(others) or not (table.sum(axis=1) <= 1).all():
                continue
            labels, first = rows.named[others[0].variable].labels, others[0].first
            yield {
                value: labels[first[int(table[row].argmax())]]
                for value, row in enumerate(mine[0].classes.tolist())
                if table[row].any()
            }
