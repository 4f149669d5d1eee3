"""A table of integers: columns of variables, and the column that an expression should give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.expressions.expression import Expression, Lookup, Name, evaluate

WIDEST = 1_000_000
"""Codes up to this are looked up in an array."""


@dataclass(frozen=True)
class Table:
    """Columns of variables, and the column that an expression of them should give."""

    columns: Mapping[str, Int[ndarray, " rows"]]
    target: Int[ndarray, " rows"]
    listable: tuple[str, ...] = ()  # variables whose values may be listed as weights in a sum

    def __post_init__(self) -> None:
        lengths = {len(column) for column in (*self.columns.values(), self.target)}
        if len(lengths) != 1 or not self.columns or 0 in lengths:
            raise ValueError(f"columns of {sorted(lengths)} rows; expected one length, 1 or more")

    def where(self, rows: ndarray) -> Table:
        """The table of some rows."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        return Table(columns, self.target[rows], self.listable)

    def holds(self, expression: Expression) -> bool:
        """Whether the expression gives the target on every row."""
        return bool((evaluate(expression, self.columns) == self.target).all())

    def codes(self, names: tuple[str, ...]) -> Int[ndarray, " rows"]:
        """A number for the values of some variables, from 0 without gaps."""
        code = np.zeros(len(self.target), dtype=np.int64)
        for name in names:
            values, index = np.unique(self.columns[name], return_inverse=True)
            code = np.unique(code * len(values) + index, return_inverse=True)[1]
        return code

    @property
    def is_function(self) -> bool:
        """Whether rows with equal variables have equal targets."""
        return is_function_of(self.codes(tuple(self.columns)), self.target)

    @cached_property
    def varying(self) -> dict[str, Int[ndarray, " rows"]]:
        """The columns that have more than one value."""
        return {n: c for n, c in self.columns.items() if c.min() != c.max()}

    @cached_property
    def arranged(self) -> tuple[str, ...]:
        """Variables that on every row are an arrangement of 0, 1, ..., if there are such."""
        names = tuple(name for name in self.columns if name not in self.listable)
        if len(names) < 3:
            return ()
        rows = np.sort(np.column_stack([self.columns[name] for name in names]), axis=1)
        return names if (rows == np.arange(len(names))).all() else ()

    @property
    def is_bits(self) -> bool:
        """Whether the target and all that varies is 0 or 1."""
        columns = (*self.varying.values(), self.target)
        return all(column.min() >= 0 and column.max() <= 1 for column in columns)


def is_function_of(codes: Int[ndarray, " rows"], target: Int[ndarray, " rows"]) -> bool:
    """Whether rows of one code have one target; codes are not negative."""
    if codes.max() > WIDEST:
        codes = np.unique(codes, return_inverse=True)[1]
    of_code = np.zeros(int(codes.max()) + 1, dtype=np.int64)
    of_code[codes] = target
    return bool((of_code[codes] == target).all())


def lookup(table: Table, weights: bool = False) -> Lookup:
    """The table itself, as an expression; as weights, if it is a term of a sum."""
    names = tuple(table.varying) or tuple(table.columns)[:1]
    keys = zip(*(table.columns[name].tolist() for name in names), strict=True)
    rows = sorted(set(zip(keys, table.target.tolist(), strict=True)))
    return Lookup(tuple(map(Name, names)), tuple(rows), weights)


def relevant(table: Table) -> Table:
    """The table without the variables that the others make superfluous.

    Raises:
        ValueError: the target is no function of the variables.
    """
    kept = tuple(table.columns)
    if not is_function_of(table.codes(kept), table.target):
        raise ValueError("rows with equal variables have different targets")
    for name in reversed(tuple(table.columns)):
        if name in table.arranged:  # the others say what it is, in no way that one would write
            continue
        fewer = tuple(other for other in kept if other != name)
        if fewer and is_function_of(table.codes(fewer), table.target):
            kept = fewer
    return Table({name: table.columns[name] for name in kept}, table.target, table.listable)
