"""Expressions for finite functions: integers by synthesis, real numbers by a list of functions.

A function is given by its rows: values of variables, and the value there. What does not occur is
not among them, and so is free: for an expression, which says something everywhere, and never for a
table, which has a row for everything that may occur.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy import ndarray

from distill.expressions import Expression, Lookup, Name, cost, source, synthesise
from distill.expressions.expression import Constant, Member, Operation, add, subexpressions
from distill.expressions.printing import condition_source
from distill.kinds.attention.reals import COMPARED, Number, candidates

MOST_ROWS = 4_000
"""Rows of a function that an expression is looked for."""
THOROUGH_ROWS = 260
TOLERANCE = 1e-9
DEAREST = 14.0
"""Cost of an expression beyond which a small table says as much."""


@dataclass(frozen=True)
class Fit:
    """An expression, or a table.

    Attributes:
        text: in Python; of a table its place is "{table}".
        weight: how much there is to read; the cells of tables weigh most.
        cells: values that it lists.
        table: rows by the values of the variables, where it is one.
    """

    text: str
    weight: float
    cells: int = 0
    table: tuple[tuple[object, Number], ...] | None = None
    otherwise: Number | None = None


Rows = Mapping[str, Sequence[Number]]


def fit_where(
    columns: Rows,
    target: Sequence[Number],
    nothing: Mapping[str, Number],
    thorough: bool = True,
) -> Fit:
    """As `fit`, of variables that may be nothing: what is given then may be one value throughout.

    Args:
        columns: values of the variables.
        target: the value on every row.
        thorough: as of `fit`.
        nothing: what a variable is called where it is nothing, by its name.
    """
    whole = fit(columns, target, thorough=thorough)
    if whole.cells == 0 and whole.weight <= PLAIN:
        return whole
    absent = [False] * len(target)
    for name, value in nothing.items():
        if name in columns:
            absent = [a or it == value for a, it in zip(absent, columns[name], strict=True)]
    given = {value for value, a in zip(target, absent, strict=True) if a}
    if len(given) != 1 or all(absent):
        return whole
    kept = {
        name: [it for it, a in zip(column, absent, strict=True) if not a]
        for name, column in columns.items()
    }
    part = fit(kept, [it for it, a in zip(target, absent, strict=True) if not a], thorough=thorough)
    if part.table is not None:
        return whole
    names = [name for name in nothing if name in columns]
    values = {nothing[name] for name in names}
    if len(names) > 1 and len(values) == 1:
        test = f"{values.pop()!r} not in ({', '.join(names)})"
    else:
        test = " and ".join(f"{name} != {nothing[name]!r}" for name in names)
    nothing_given = given.pop()
    if not _whole(target):
        nothing_given = float(nothing_given)
    found = Fit(f"{part.text} if {test} else {nothing_given!r}", part.weight + 3.0, part.cells)
    return found if found.weight < whole.weight else whole


PLAIN = 4.0
"""Weight of an expression that needs no exception."""


def fit(columns: Rows, target: Sequence[Number], truth: bool = False, thorough: bool = True) -> Fit:
    """What gives the target on every row.

    Args:
        columns: values of the variables, by the names that entries of them have.
        target: the value on every row.
        truth: whether a condition is wanted, and not a number.
        thorough: whether expressions are searched where no plain form holds.

    Raises:
        ValueError: rows with equal values have different targets.
    """
    whole = _whole(target)
    values = tuple(dict.fromkeys(target))
    if len(values) == 1:
        return Fit(_written(values[0], truth), 1.0)
    kept = {name: tuple(column) for name, column in columns.items() if len(set(column)) > 1}
    key = tuple(kept.items()), tuple(target), truth, thorough
    return _fit(*key) if whole else _real(dict(kept), target)


@lru_cache(maxsize=20_000)
def _fit(
    columns: tuple[tuple[str, tuple[Number, ...]], ...],
    target: tuple[Number, ...],
    truth: bool,
    thorough: bool,
) -> Fit:
    named = dict(columns)
    if not all(map(_whole, named.values())):
        return _real(named, target)
    arrays = {name: np.array(column, dtype=np.int64) for name, column in named.items()}
    wanted = np.array(target, dtype=np.int64)
    found = _plain(arrays, wanted)
    if found is None and len(target) > MOST_ROWS:
        return _real(named, target)
    if found is None:
        found = synthesise(arrays, wanted, thorough=thorough and len(target) <= THOROUGH_ROWS)
    listed = sum(len(p.values) for p in subexpressions(found) if isinstance(p, Member))
    tables = any(isinstance(part, Lookup) for part in subexpressions(found))
    table = tabulated(named, target)
    if not tables:
        text = condition_source(found) if truth else source(found)
        weight = cost(found) + 2.0 * listed
        if table is None or weight <= DEAREST or weight <= 2.0 * table.cells:
            return Fit(text, weight, listed)
    assert table is not None, "a table can always be written"
    return table


def _plain(arrays: Mapping[str, ndarray], target: ndarray) -> Expression | None:
    """The commonest relations and products of two variables: the plainest, tried first."""
    if len(arrays) != 2:
        return None
    (a, b), (x, y) = map(Name, arrays), tuple(arrays.values())
    if set(target.tolist()) <= {0, 1}:
        for operator, holds in COMPARED.items():
            if (holds(x, y) == target.astype(bool)).all():
                return Operation(operator, (a, b))
        return _apart(a, b, x, y, target.astype(bool))
    for value, parts in (
        *((x + y, ("+", a, b)), (x - y, ("-", a, b)), (y - x, ("-", b, a)), (x * y, ("*", a, b))),
        (x * x * y, ("*", Operation("*", (a, a)), b)),
        (x * y * y, ("*", Operation("*", (b, b)), a)),
    ):
        if (value == target).all():
            operator, *operands = parts
            return Operation(str(operator), tuple(operands))  # pyright: ignore[reportArgumentType]
    for one, other, of, by in ((x, y, a, b), (y, x, b, a)):
        if len(target) > FEW_ROWS and other.min() > 0 and (one // other == target).all():
            return Operation("//", (of, by))
    return None


FEW_ROWS = 6
"""Rows that a quotient of two variables must be more than to be taken at once."""


def _apart(a: Name, b: Name, x: ndarray, y: ndarray, target: ndarray) -> Expression | None:
    """That the second is a number before or behind the first, beside half of it, or its mirror."""
    distance, total = y - x, x + y
    at = int(distance[target][0]) if target.any() else 0
    if ((distance == at) == target).all():
        return Operation("==", (b, add([(1, a)], at)))
    if ((total == int(total[target][0])) == target).all() if target.any() else False:
        return Operation("==", (b, Operation("-", (Constant(int(total[target][0])), a))))
    for less in (0, 1, -1):
        if ((y == (x - less) // 2) == target).all():
            return Operation("==", (b, Operation("//", (add([(1, a)], -less), Constant(2)))))
    inside, outside = distance[target], distance[~target]
    if len(inside) and len(outside):
        if inside.max() < outside.min():
            return Operation("<=", (b, add([(1, a)], int(inside.max()))))
        if inside.min() > outside.max():
            return Operation(">=", (b, add([(1, a)], int(inside.min()))))
    return None


def tabulated(columns: Rows, target: Sequence[Number]) -> Fit:
    """A table of a function; the value that is there most often is left out of it."""
    names = list(columns)
    if not _whole(target):  # numbers of one sort, whatever is looked up
        target = [float(value) for value in target]
    keys = list(zip(*columns.values(), strict=True)) if names else [()] * len(target)
    rows = {
        (key[0] if len(key) == 1 else key): value for key, value in zip(keys, target, strict=True)
    }
    counts: dict[Number, int] = {}
    for value in rows.values():
        counts[value] = counts.get(value, 0) + 1
    common = max(counts, key=lambda value: counts[value])
    inner = names[0] if len(names) == 1 else f"({', '.join(names)})"
    spare = counts[common] > 1 or len(names) > 1 or names[0] not in GIVEN
    if spare:
        rows = {key: value for key, value in rows.items() if value != common}
    text = f"{{table}}.get({inner}, {common!r})" if spare else f"{{table}}[{inner}]"
    listed = tuple(sorted(rows.items(), key=lambda row: _order(row[0])))
    return Fit(text, 3.0 * len(rows) + 4.0, len(rows) + spare, listed, common if spare else None)


GIVEN = ("x", "y", "i", "j")
"""Entries of tokens and positions, all of whose values are in any table of them."""


def _order(key: object) -> tuple[float, ...]:
    return tuple(map(float, key)) if isinstance(key, tuple) else (float(str(key)),)


def _real(columns: Mapping[str, Sequence[Number]], target: Sequence[Number]) -> Fit:
    """Functions of one or two real variables; a table where there is none."""
    wanted = np.array(target, dtype=float)
    arrays = {name: np.array(column, dtype=float) for name, column in columns.items()}
    with np.errstate(all="ignore"):
        for weight, text, values in candidates(arrays, wanted):
            near = np.abs(values - wanted) <= TOLERANCE * np.maximum(1, np.abs(wanted))
            if bool(near.all()):
                return Fit(text, weight)
    found = _by_cases(columns, target) if len(columns) > 1 else None
    return found or tabulated(columns, target)


def _by_cases(columns: Mapping[str, Sequence[Number]], target: Sequence[Number]) -> Fit | None:
    """One expression where a truth holds, and another where it does not."""
    for name, column in columns.items():
        if set(column) != {0, 1}:
            continue
        halves = list[Fit]()
        for truth in (1, 0):
            here = [place for place, value in enumerate(column) if value == truth]
            rest = {n: [c[place] for place in here] for n, c in columns.items() if n != name}
            halves.append(_real(rest, [target[place] for place in here]))
        if any(half.table is not None for half in halves):
            continue
        then, other = (half.text if "/" in half.text else f"float({half.text})" for half in halves)
        weight = sum(half.weight for half in halves) + 2.0
        return Fit(f"{then} if {name} else {other}", weight)
    return None


def _whole(values: Sequence[Number]) -> bool:
    return all(isinstance(value, bool | int | np.integer) for value in values)


def _written(value: Number, truth: bool) -> str:
    return str(bool(value)) if truth else repr(value)


def reads(text: str) -> set[str]:
    """The names in an expression."""
    tree = ast.parse(text, mode="eval")
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
