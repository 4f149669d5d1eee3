"""From a network's own table of answers to the law that it follows.

A table may hold products of a group, or quotients: a / b is taken apart into b's inverse, which
stands in the row of the identity, and a product. Any other Latin square is divided by its first row
and column: it is isotopic to a group exactly if what is left is one.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.groups.recognise import Recognised, recognise
from distill.groups.table import Fault, Table, associativity_fault, fault_of, latin_fault, loop_of
from distill.kinds.group.mechanism import Inverted, Law

FEWEST_LISTED = 6
"""Elements from which lists for both inputs and the output say more than the table: of five, one
Latin square in ten is isotopic to a group, of six one in a hundred."""


def read_law(table: Int[ndarray, "n n"]) -> Law | Fault:
    """The law of a table of answers, or what it lacks to have one."""
    said = latin_fault(table)
    if said is not None:
        return Fault(f"the table is no Latin square: {said}")
    for inverted, products in _forms(table):
        if fault_of(products) is None:
            found = recognise(Table(products))
            listed = _listed(found.numbers)
            return Law(found.family, listed, listed, listed, inverted, found.swapped)
    fault = fault_of(table)
    assert fault is not None, "gone through among the forms"
    if fault.triple is not None:
        return fault
    loop, identity = loop_of(table)
    triple = associativity_fault(loop, identity)
    if triple is not None:
        return Fault("divided by its first row and column, its products do not associate", triple)
    if len(table) < FEWEST_LISTED:
        return Fault(f"tables of {len(table)} answers without an identity are too small to tell")
    return _isotope(table, recognise(Table(loop)))


def _forms(
    table: Int[ndarray, "n n"],
) -> list[tuple[Inverted | None, Int[ndarray, "n n"]]]:
    """The table of products behind a table, if it holds a * b, a * b^-1 or a^-1 * b."""
    every = np.arange(len(table))
    forms: list[tuple[Inverted | None, Int[ndarray, "n n"]]] = [(None, table)]
    unit = int(table[0, 0])
    if (np.diagonal(table) == unit).all():
        if (table[:, unit] == every).all():
            forms.append(("right", table[:, table[unit]]))
        if (table[unit] == every).all():
            forms.append(("left", table[table[:, unit]]))
    return forms


def _listed(numbers: Int[ndarray, " n"] | None) -> tuple[int, ...] | None:
    return None if numbers is None else tuple(int(number) for number in numbers)


def _isotope(table: Int[ndarray, "n n"], found: Recognised) -> Law:
    """Lists for the inputs and the output: the loop's elements are outputs."""
    numbers = np.arange(len(table)) if found.numbers is None else found.numbers
    lists = (numbers[table[:, 0]], numbers[table[0]], numbers)
    plain = np.arange(len(table))
    left, right, output = (None if (it == plain).all() else _listed(it) for it in lists)
    return Law(found.family, left, right, output, None, found.swapped)
