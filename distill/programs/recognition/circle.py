"""What is said of a place on a circle: by how much each input moves it, and which it counts.

Both are read off the steps that the loop can take, so an input that sets the place to a number
instead is not among those that are said to move it.
"""

from __future__ import annotations

from collections.abc import Mapping

from distill.expressions import expression as ex
from distill.expressions.expression import Expression, Lookup
from distill.expressions.printing import source
from distill.programs.recognition.variable import FiniteVariable

COUNTED = " of the inputs that are "
"""Stands in a title between "counter mod 3" and which inputs it counts."""

MOST_LISTED = 4
"""Inputs up to which each is said to move the place by so much; of more, an expression says it."""


def steps_on_a_circle(variable: FiniteVariable, added: Expression | None, modulus: int) -> str:
    """What moves the place on, and by how much.

    Args:
        variable: the place; every input moves it by a number of its own.
        added: what is added at a step, where one expression says it.
        modulus: places on the circle.
    """
    moves = "moves the place on a circle of {} on by {}"
    counted = inputs_that_count(variable, modulus)
    if counted:
        kind = counted.removeprefix(COUNTED)
        return f"every input that is {kind} {moves.format(modulus, 1)}, and no other moves it"
    steps = _by_symbol(variable, modulus)
    if len({*steps.values()}) == 1:
        return f"every step {moves.format(modulus, next(iter(steps.values())))}"
    if added is not None and any(isinstance(it, Lookup) for it in ex.subexpressions(added)):
        return f"every input {moves.format(modulus, 'what STEP says')}"
    if len(variable.inputs) == 1 and len(steps) <= MOST_LISTED:
        (first, step), *more = (
            (f"input {symbol[0]}", step) for symbol, step in sorted(steps.items())
        )
        said = [f"{first} {moves.format(modulus, step)}", *(f"{one} by {by}" for one, by in more)]
        return f"{', '.join(said[:-1])} and {said[-1]}"
    by = "a number that depends on the input alone" if added is None else source(added)
    return f"every step {moves.format(modulus, by)}"


def inputs_that_count(variable: FiniteVariable, modulus: int) -> str:
    """What stands in a title behind "counter mod 3": which inputs it counts.

    Nothing where every input counts, where one counts for more than one, or where no word says
    which do.
    """
    steps = _by_symbol(variable, modulus)
    if len(variable.inputs) != 1 or {*steps.values()} != {0, 1} or modulus < 3:
        return ""
    counted = {symbol[0]: bool(step) for symbol, step in steps.items()}
    ones = [value for value, counts in counted.items() if counts]
    others = [value for value, counts in counted.items() if not counts]
    if len(ones) == 1 and ones[0] >= 0:
        return f"{COUNTED}{ones[0]}"
    kinds = {
        f"at least {min(ones)}": lambda value: value >= min(ones),
        f"at most {max(ones)}": lambda value: value <= max(ones),
        "even": lambda value: value % 2 == 0,
        "odd": lambda value: value % 2 == 1,
        f"not {others[0]}": lambda value: value != others[0],
    }
    if min(counted) < 0:
        return ""
    for words, is_of_kind in kinds.items():
        if all(is_of_kind(value) == counts for value, counts in counted.items()):
            return f"{COUNTED}{words}"
    return ""


def _by_symbol(variable: FiniteVariable, modulus: int) -> Mapping[tuple[int, ...], int]:
    """How far on each symbol moves the place, which is the same from anywhere."""
    moves = variable.rows.moves(variable.name) % modulus
    columns = [*variable.rows.given.values()]
    return {
        tuple(int(column[read][0]) for column in columns): int(moves[read][0])
        for read in variable.rows.by_symbol()
    }
