"""Truths that are bounds which all hold, or of which one does: a + b > c and b + c > a.

Every linear form of the inputs, and every short expression, keeps some bounds on the rows where the
target is 1; each of these bounds excludes some of the other rows, and the cheapest few that exclude
all of them are looked for (`covers`). Bounds on linear forms are tried first by themselves, then
with products, then with whatever a bank holds: of odd expressions a few exclude anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial, reduce
from itertools import combinations_with_replacement, product

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from distill.expressions.expression import (
    Constant,
    Expression,
    Name,
    Operation,
    add,
    terms_of,
)
from distill.expressions.table import Table
from distill.kinds.closed_form.bank import STEP, Bank
from distill.kinds.closed_form.covers import cheapest_cover

MOST_ATOMS = 1_200
"""Bounds of which a few may have to hold."""

MULTIPLES = range(-3, 4)
"""Of the inputs in a linear form."""

LARGEST_SUM = 6
"""Of the sizes of these multiples."""

MOST_SQUARED = 3
"""Inputs whose products are looked at, and terms of a sum."""

Form = tuple[float, Callable[[], Expression]]
"""What a column costs, and its expression."""


def all_hold(
    bank: Bank, values: Int[ndarray, "entries rows"], table: Table
) -> Iterator[Expression]:
    """Bounds that all hold exactly where the target is 1, or of which one does.

    Args:
        bank: short expressions.
        values: of its first entries on the rows of the table.
        table: its target may be a truth.
    """
    if set(np.unique(table.target).tolist()) != {0, 1}:
        return
    linear, products = _linear(table)
    entries: list[Form] = [
        (bank.level[place] * STEP, partial(bank.expression, place)) for place in range(len(values))
    ]
    for columns, forms in (linear, products, (values, entries)):
        for operator in ("and", "or") if forms else ():
            where = table.target == (1 if operator == "and" else 0)
            yield from _few_bounds(columns, forms, where, operator)


def _linear(table: Table) -> tuple[tuple[ndarray, list[Form]], tuple[ndarray, list[Form]]]:
    """Sums of small multiples of the inputs; of a few inputs, with their products."""
    names = tuple(table.varying)
    parts: list[Expression] = [Name(name) for name in names]
    columns = np.stack([table.varying[name] for name in names])
    vectors = [v for v in product(MULTIPLES, repeat=len(names)) if _is_plain(v)]
    alone = _forms(vectors, columns, parts)
    if len(names) > MOST_SQUARED:
        return alone, (columns[:0], [])
    pairs = [*combinations_with_replacement(range(len(names)), 2)]
    parts += [Operation("*", (parts[one], parts[other])) for one, other in pairs]
    products = [columns[one] * columns[other] for one, other in pairs]
    columns = np.concatenate([columns, np.array(products)])
    unit = [v for v in product((-1, 0, 1), repeat=len(parts)) if _is_plain(v)]
    return alone, _forms([*unit, *(v + (0,) * len(pairs) for v in vectors)], columns, parts)


def _is_plain(vector: tuple[int, ...]) -> bool:
    """Whether multiples are small, and the first is positive: a vector and not its negative."""
    return (
        next((c for c in vector if c), 0) > 0
        and sum(map(abs, vector)) <= LARGEST_SUM
        and sum(map(bool, vector)) <= MOST_SQUARED
    )


def _forms(
    vectors: Sequence[tuple[int, ...]],
    columns: Int[ndarray, "parts rows"],
    parts: Sequence[Expression],
) -> tuple[ndarray, list[Form]]:
    priced = sorted(vectors, key=lambda vector: (_price(vector, parts), vector))
    whole = np.array(priced, dtype=np.int64).reshape(len(priced), len(parts)) @ columns
    forms: list[Form] = [
        (
            _price(vector, parts),
            partial(add, [(c, part) for c, part in zip(vector, parts, strict=True) if c]),
        )
        for vector in priced
    ]
    return whole, forms


def _price(vector: tuple[int, ...], parts: Sequence[Expression]) -> float:
    """About what a sum costs."""
    return sum(
        (2.0 if isinstance(part, Name) else 4.5) + (1.5 + 0.5 * abs(c) if abs(c) > 1 else 0.0)
        for c, part in zip(vector, parts, strict=True)
        if c
    )


def _few_bounds(
    values: Int[ndarray, "entries rows"],
    forms: Sequence[Form],
    where: Bool[ndarray, " rows"],
    operator: str,
) -> Iterator[Expression]:
    """Bounds kept on some rows, which together exclude all others; or their opposites."""
    places, limits, excluded = _bounds(values, where)
    costs = [forms[place][0] + 3.0 for place in places]
    best = cheapest_cover(excluded, costs)
    if not best:
        return
    yield _written(best, places, limits, forms, operator)
    for row in best:  # what it does may be done by another on these rows, and not on all
        rest = excluded.copy()
        rest[row] = False
        other = cheapest_cover(rest, costs)
        if other:
            yield _written(other, places, limits, forms, operator)


def _written(
    chosen: list[int],
    places: list[int],
    limits: list[tuple[str, int]],
    forms: Sequence[Form],
    operator: str,
) -> Expression:
    """Some bounds, joined; two of one form are an interval."""
    of_form: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for row in sorted(chosen):
        of_form[places[row]].append(limits[row])
    parts = []
    for place, bounds in of_form.items():
        form = forms[place][1]()
        if len(bounds) == 2 and operator == "and":
            (_, low), (_, high) = sorted(bounds, key=lambda bound: bound[1])
            parts.append(Operation("between", (Constant(low), form, Constant(high))))
        else:
            parts += [_bound(form, how, limit, operator == "or") for how, limit in bounds]
    return reduce(lambda a, b: Operation(operator, (a, b)), parts)


def _bounds(
    values: Int[ndarray, "entries rows"], where: Bool[ndarray, " rows"]
) -> tuple[list[int], list[tuple[str, int]], Bool[ndarray, "atoms others"]]:
    """Bounds that entries keep on some rows, and which of the other rows each excludes."""
    inside, outside = values[:, where], values[:, ~where]
    low, high = inside.min(axis=1, keepdims=True), inside.max(axis=1, keepdims=True)
    excluded = [(outside != low) & (low == high), outside < low, outside > high]
    places, limits, masks, seen = [], [], [], set[bytes]()
    for place in range(len(values)):
        for how, mask in zip(("==", ">=", "<="), excluded, strict=True):
            row = mask[place]
            if not row.any() or (key := np.packbits(row).tobytes()) in seen:
                continue
            seen.add(key)
            places.append(place)
            limits.append((how, int((high if how == "<=" else low)[place, 0])))
            masks.append(row)
        if len(places) >= MOST_ATOMS:
            break
    return places, limits, np.array(masks, dtype=bool).reshape(len(masks), outside.shape[1])


def _bound(value: Expression, how: str, limit: int, opposite: bool) -> Expression:
    """A bound as a comparison of two sums: a + b > c, and not a + b - c >= 1."""
    terms, offset = terms_of(value)
    plus = [(factor, term) for factor, term in terms if factor > 0]
    minus = [(-factor, term) for factor, term in terms if factor < 0]
    limit -= offset
    if how == ">=" and limit == 1 and minus:
        how, limit = ">", 0
    elif how == "<=" and limit == -1 and minus:
        how, limit = "<", 0
    elif not plus:
        plus, minus, limit, how = minus, [], -limit, {"==": "==", ">=": "<=", "<=": ">="}[how]
    if opposite:
        how = {"==": "!=", ">=": "<", "<=": ">", ">": "<=", "<": ">="}[how]
    if minus and limit < 0:
        return Operation(how, (add(plus, -limit), add(minus)))
    return Operation(how, (add(plus), add(minus, limit)))
