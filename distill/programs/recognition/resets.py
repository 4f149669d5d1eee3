"""Tests for variables that some inputs set to a number, and for sums that stay where they end.

What is left of a variable between the inputs that set it is recognised by the same table as any
other, so a title is put together: "running maximum, set to 0 where the input is 3".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from distill.expressions import expression as ex
from distill.expressions.expression import Constant, Expression, Name, Operation
from distill.programs.recognition.bounded import FEWEST, moves_alike
from distill.programs.recognition.table import Match
from distill.programs.recognition.variable import FiniteVariable, Recognition
from distill.programs.recognition.words import beginning, condition_words, function_of


def stays_at_an_end(variable: FiniteVariable) -> Match | None:
    """A sum between bounds that no input moves from one of them, or from either."""
    low, high = variable.values[0], variable.values[-1]
    before, after = variable.before, variable.after
    ends = [end for end in (low, high) if (after[before == end] == end).all()]
    if not ends or len(variable.values) < FEWEST:
        return None
    live = ~np.isin(before, ends)
    symbols = [read & live for read in variable.rows.by_symbol()]
    if not all(moves_alike(before[rows], after[rows], low, high) for rows in symbols):
        return None
    at = " and ".join(map(str, ends))
    title = f"saturating counter {low} to {high} that stays at {at}"
    return Match({**_titled(title, variable), "low": low, "high": high, "at": at})


def switched(variable: FiniteVariable) -> Match | None:
    """A bit that inputs of two kinds, or three, set, clear or turn round, and others leave."""
    name, update = variable.name, variable.update
    done: dict[Expression, str] = {Constant(1): "set", Constant(0): "cleared"}
    done[Operation("-", (Constant(1), Name(name)))] = "turned round"
    parts = list[str]()
    while update != Name(name):
        match update:
            case Operation("if", (when, to, update)) if to in done and variable.is_bit:
                where = _on_the_input(when, variable)
            case _:
                return None
        if not where:
            return None
        parts.append(f"{done[to]} where {where}")
    if len(parts) < 2:
        return None
    told = f"{', '.join(parts[:-1])} and {parts[-1]}"
    begins = f" It begins at {variable.start}." if variable.start else ""
    return Match({**_titled(f"bit {told}", variable), "told": told, "begins": begins})


def sampled(variable: FiniteVariable) -> Match | None:
    """What was read on one channel where another last was of a kind."""
    match variable.update:
        case Operation("if", (condition, Name(read), Name(own))) if own == variable.name:
            pass
        case Operation("if", (opposite, Name(own), Name(read))) if own == variable.name:
            condition = ex.opposite(opposite)
        case _:
            return None
    where = _on_the_input(condition, variable)
    if not where or read not in variable.inputs or read in ex.names(condition):
        return None
    title = f"latest input {read} where {where}{beginning(variable.start)}"
    return Match({**_titled(title, variable), "read": read, "where": where})


def _titled(title: str, variable: FiniteVariable) -> dict[str, str]:
    """The title of a variable, and that of a program: of one that answers something else of it."""
    answered = variable.rows.answered(variable.name)
    return {"title": title, "full": title if answered else function_of([title])}


def _on_the_input(condition: Expression, variable: FiniteVariable) -> str:
    """A condition on one channel in words, as "the input is 3" or "input b is above 2"; or ""."""
    read = ex.names(condition)
    kind = condition_words(condition) if len(read) == 1 and read <= {*variable.inputs} else None
    if kind is None:
        return ""
    return f"{'the input' if len(variable.inputs) == 1 else f'input {next(iter(read))}'} is {kind}"


def reset(
    inner: Callable[[FiniteVariable], Recognition | None], variable: FiniteVariable
) -> Recognition | None:
    """A variable that is something else wherever it is not set to a number.

    Args:
        inner: what a variable is that nothing sets.
        variable: with a choice between a number and anything else as its next value.
    """
    match variable.update:
        case Operation("if", (condition, Constant(to), rest)):
            pass
        case Operation("if", (opposite, rest, Constant(to))):
            condition = ex.opposite(opposite)
        case _:
            return None
    where = _on_the_input(condition, variable)
    if not where or variable.name not in ex.names(rest):
        return None
    free = variable.rows.value(condition) == 0
    if not free.any() or not (variable.after[~free] == to).all():
        return None
    left = inner(replace(variable, update=rest, rows=variable.rows.where(free)))
    if left is None:
        return None
    title = f"{left.title}, set to {to} where {where}"
    does = left.does.rstrip(".")
    return replace(
        left,
        title=title,
        full=_titled(title, variable)["full"],
        does=f"{does}; where {where}, it is set to {to}.",
        why=f"{left.why.rstrip('.')}, and once it is set, nothing from before matters."
        if left.why
        else "",
    )
