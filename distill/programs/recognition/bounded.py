"""Tests for variables that stay within bounds: extremes, latches, runs, walks, stages, sums.

What an expression seems to do is held against every step that the variable can take.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.expressions import expression as ex
from distill.expressions.expression import Constant, Name, Operation
from distill.expressions.printing import condition_source
from distill.programs.recognition import matching
from distill.programs.recognition.table import Match
from distill.programs.recognition.variable import FiniteVariable, VariableRole
from distill.programs.recognition.words import (
    EXTREMES,
    OF_ALL,
    STAGE,
    before_the_step,
    beginning,
    condition_words,
    function_of,
)

FEWEST = 4
"""Values from which on a way to move is told from any other."""


def _answered_as(variable: FiniteVariable, title: str) -> str:
    """A title of a variable as that of a program which has no other: by what it answers."""
    if variable.rows.answered(variable.name):
        return title
    if (variable.rows.answers == variable.before).all():
        return before_the_step(title)
    return function_of([title])


def extreme(role: VariableRole) -> Callable[[FiniteVariable], Match | None]:
    """The test for a running maximum, or for a running minimum, of an input."""
    words, (inner, outer) = EXTREMES[role], (max, min)
    if role is VariableRole.MAXIMUM:
        inner, outer = outer, inner

    def test(variable: FiniteVariable) -> Match | None:
        match matching.extreme(variable.update, variable.name):
            case (which, Name(of)) if which is role and of in variable.inputs:
                pass
            case _:
                return None
        one, start = len(variable.inputs) == 1, variable.start
        last = inner(variable.loop.values[of])  # what no input is beyond, so that it says nothing
        title, read = words.title, "the inputs" if one else f"input {of}"
        if not one:
            title = f"{title} of {of}"
        what = f"Keeps the {words.noun} of {read} so far."
        if start == last:
            what = f"{what} {words.begins[0].upper()}{words.begins[1:]}."
        elif outer(start, last) == start:
            title = f"{title}, from {start}"
            what = f"Keeps the {words.noun} of {start} and {read} so far. It begins at {start}."
        return Match({"title": title, "what": what, "full": _answered_as(variable, title)})

    return test


def bitwise(variable: FiniteVariable) -> Match | None:
    """Numbers whose digits in base 2 are combined one by one."""
    match variable.update:
        case Operation("^" | "&" | "|" as operator, operands) if not variable.is_bit:
            parts = ex.conjuncts(operator, operands)
        case _:
            return None
    wanted = [Name(variable.name), *map(Name, variable.inputs)]
    if sorted(parts, key=repr) != sorted(wanted, key=repr):
        return None
    start = variable.start
    read = np.bitwise_or.reduce(np.concatenate([*variable.rows.given.values()]))
    nothing = start == 0 if operator != "&" else start & read == read
    title = f"running {OF_ALL[operator]}" + ("" if nothing else f", from {start}")
    return Match(
        {
            "title": title,
            "how": OF_ALL[operator],
            "begins": "" if nothing else f"{start} and ",
            "full": _answered_as(variable, title),
        }
    )


def latch(variable: FiniteVariable) -> Match | None:
    """A bit that changes once."""
    name = variable.name
    match variable.update:
        case Operation("&" | "|", operands) if variable.is_bit and Name(name) in operands:
            pass
        case Operation("if", (condition, Constant(0 | 1), Name(other))) if (
            variable.is_bit and other == name and name not in ex.names(condition)
        ):
            pass
        case Constant(value) if variable.is_bit and value != variable.start:
            return Match({"called": "begun" if value else "fresh"})
        case _:
            return None
    changed = variable.before != variable.start
    if not (variable.after[changed] != variable.start).all():
        return None
    return Match({"called": "seen" if variable.start == 0 else "valid"})


def holds_on(variable: FiniteVariable) -> Match | None:
    """The latest input of a kind, for as long as no other of that kind comes."""
    match variable.update:
        case Operation("if", (condition, Name(read), Name(other))) if (
            other == variable.name and (read,) == variable.inputs
        ):
            kind = condition_words(condition) if ex.names(condition) == {read} else None
        case _:
            return None
    if kind is None:
        return None
    is_so = variable.rows.value(condition) != 0
    if not variable.becomes(np.where(is_so, variable.rows.given[read], variable.before)):
        return None
    title = f"latest input that is {kind}{beginning(variable.start)}"
    return Match({"title": title, "kind": kind, "full": _answered_as(variable, title)})


def run(variable: FiniteVariable) -> Match | None:
    """How many of the latest inputs were of a kind, up to some number; perhaps until it is met."""
    name, for_ever, update = variable.name, False, variable.update
    match update:
        case Operation("if", (Operation("<", (Name(one), Constant())), inner, Name(other))) if (
            one == other == name
        ):
            update, for_ever = inner, True
    match update:
        case Operation("if", (condition, _, Constant(0))) if ex.names(condition) and ex.names(
            condition
        ) <= {*variable.inputs}:
            pass
        case _:
            return None
    top = variable.values[-1]
    holds = variable.rows.value(condition) != 0
    counted = np.where(holds, np.minimum(variable.before + 1, top), 0)
    if for_ever:
        counted = np.where(variable.before == top, top, counted)
    if not variable.becomes(counted) or variable.values[0] < 0:
        return None
    text = condition_source(condition)
    called = {"x == 0": "zeros", "x == 1": "ones"}.get(text, "run")
    return Match(
        {
            "title": f"run of {called} up to {top}" if called != "run" else "run length",
            "condition": text,
            "most": f". Once that is {top} it stays." if for_ever else f", at most {top}.",
            "begins": f" It begins at {variable.start}." if variable.start else "",
            "called": called,
        }
    )


def walk(variable: FiniteVariable) -> Match | None:
    """A number that goes up and down, until it has left its bounds."""
    match variable.update:
        case Operation(
            "if",
            (Operation("between", (Constant(low), Name(one), Constant(high))), inner, Name(other)),
        ) if one == other == variable.name:
            pass
        case _:
            return None
    before, after = variable.before, variable.after
    inside = (low <= before) & (before <= high)
    ups, downs = (inside & (after > before)), (inside & (after < before))
    late = after if variable.loop.after else before
    outside = (late < low) | (late > high)
    ends = np.unique(variable.rows.answers[outside])
    if (1, Name(variable.name)) not in ex.terms_of(inner)[0] or not (ups.any() and downs.any()):
        return None
    return Match({"low": low, "high": high}) if len(ends) <= 1 else None


def stages(variable: FiniteVariable) -> Match | None:
    """Up by one on some condition, and never back."""
    match variable.update:
        case Operation("if", (condition, _, Name(other))) if other == variable.name:
            pass
        case _:
            return None
    low, top = variable.values[0], variable.values[-1]
    holds = variable.rows.value(condition) != 0
    grown = np.where(holds, np.minimum(variable.before + 1, top), variable.before)
    if not variable.becomes(grown) or variable.start != low:
        return None
    when = condition_source(ex.replace(condition, Name(variable.name), Name(STAGE)))
    return Match({"low": low, "top": top, "when": when})


def saturates(variable: FiniteVariable) -> Match | None:
    """A sum that is kept between bounds."""
    if not matching.clamped(variable.update, variable.name):
        return None
    low, high = variable.values[0], variable.values[-1]
    before, after = variable.before, variable.after
    if not all(
        moves_alike(before[read], after[read], low, high) for read in variable.rows.by_symbol()
    ):
        return None
    how = f"up and down, and stays between {low} and {high}"
    if not (after < before).any():
        how = f"up to {high}, and stays there"
    elif not (after > before).any():
        how = f"down to {low}, and stays there"
    return Match({"low": low, "high": high, "how": how})


def moves_alike(
    before: Int[ndarray, " rows"], after: Int[ndarray, " rows"], low: int, high: int
) -> bool:
    """Whether one step, added and kept between the bounds, leads from all values to the next."""
    inside = (after > low) & (after < high)
    if inside.any():
        step = int((after - before)[inside][0])
        return bool((np.clip(before + step, low, high) == after).all())
    least = high - before[after == high].min(initial=high) if (after == high).any() else low - high
    most = low - before[after == low].max(initial=low) if (after == low).any() else high - low
    return int(least) <= int(most)


def leaves_out(variable: FiniteVariable) -> Match | None:
    """A sum that a step is left out of which would lead beyond a bound."""
    low, high = variable.values[0], variable.values[-1]
    skipped = False
    for read in variable.rows.by_symbol():
        before, moves = variable.before[read], (variable.after - variable.before)[read]
        steps = np.unique(moves[moves != 0]).tolist()
        if len(steps) > 1:
            return None
        if steps:
            inside = (before + steps[0] >= low) & (before + steps[0] <= high)
            if not np.array_equal(inside, moves != 0):
                return None
            skipped = skipped or bool((np.abs(steps[0]) > 1) & ~inside.all())
    if not skipped or len(variable.values) < FEWEST:
        return None  # a step of 1 that is left out at a bound is one that is kept at it
    return Match({"low": low, "high": high})


def follows(variable: FiniteVariable) -> Match | None:
    """A number that goes towards the input, by so much a step at most."""
    if len(variable.inputs) > 1 or len(variable.values) < FEWEST:
        return None
    (read,) = variable.rows.given.values()
    apart = read - variable.before
    most = int(np.abs(variable.after - variable.before).max())
    if not most or most >= np.abs(apart).max():
        return None
    if not variable.becomes(variable.before + np.clip(apart, -most, most)):
        return None
    return Match({"most": most})
