"""Find a short integer expression that gives a column of a table: plain forms first.

The shortest expression that fits a table need not be what the table is (a quotient by 7 can be
written with two halvings on the rows that occur), so forms that mean something come first: sums,
residues, quotients, clamps, comparisons; then choices between such forms; then all expressions by
size; then a table, which says that nothing was found. Whatever a stage proposes is checked on
every row. Work is capped by counts and never by time, so the same table gives the same expression.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

from jaxtyping import Int
from numpy import ndarray

from distill.expressions.choices import MAX_ROWS, choice, simple
from distill.expressions.enumeration import MAX_COST, enumerate_expressions
from distill.expressions.expression import Expression, cost, tables
from distill.expressions.forms import is_good, plain
from distill.expressions.table import Table, lookup, relevant
from distill.expressions.tidy import tidied

TRICK = 5.0
"""How much cheaper an expression found by size must be than one of a plain form."""


def synthesise(
    columns: Mapping[str, Int[ndarray, " rows"]],
    target: Int[ndarray, " rows"],
    thorough: bool = True,
    listable: tuple[str, ...] = (),
) -> Expression:
    """An expression of the variables that gives the target on every row.

    Args:
        columns: the values of every variable.
        target: what the expression should give.
        thorough: whether choices and a search by size follow where no plain form holds.
        listable: variables whose values may be listed as weights in a sum.

    Raises:
        ValueError: rows with equal variables have different targets.
    """
    table = relevant(Table(columns, target, listable))
    small = len(table.target) <= MAX_ROWS
    best = simple(table) if small else plain(table)
    if best is not None and (is_good(best, table) or not thorough):
        return tidied(best)
    found = [best] if best is not None else []
    if thorough:
        found += [whole] if (whole := choice(table, 2)) is not None else []
        # what merely fits is taken only where it is much shorter than what has a form
        most = min(map(cost, found), default=MAX_COST + TRICK) - TRICK
        by_size = enumerate_expressions(table.columns, table.target, most)
        found += islice(filter(table.holds, by_size), 1)
    if not found or all(map(tables, found)):
        found.append(lookup(table))
    return tidied(min(found, key=cost))
