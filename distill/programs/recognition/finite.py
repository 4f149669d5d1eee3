"""What a variable with finitely many values is: a table, each row tested on all steps of the loop.

A row is taken only if it is true of every step that the loop can take, whichever expression the
next value was found as; a variable that no row recognises is a number with rules.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.expressions import expression as ex
from distill.expressions.expression import Constant, Expression, Lookup, Name, Operation
from distill.expressions.printing import condition_source, source
from distill.programs.recognition import matching
from distill.programs.recognition.matching import Linear
from distill.programs.recognition.table import Match, Recogniser, recognise
from distill.programs.recognition.variable import FiniteVariable, Recognition, VariableRole
from distill.programs.recognition.words import (
    EXTREMES,
    OF_ALL,
    before_the_step,
    beginning,
    function_of,
)

STAGE = "stage"
"""The name of a variable that goes through stages, as its sentence has it."""


def recognise_finite(variable: FiniteVariable) -> Recognition:
    """What a variable is whose next value is an expression, or no more than rules."""
    return recognise(FINITE, variable) or rules(variable)


def rules(variable: FiniteVariable) -> Recognition:
    """What is true of every variable."""
    return Recognition(
        VariableRole.RULES,
        f"rules over {len(variable.values)} values",
        "The state is a number with rules for the next one.",
        "the rules give the right next state and output for every state that can be reached and "
        "every input.",
    )


def _is_bit(variable: FiniteVariable) -> bool:
    return variable.values == [0, 1]


def _alternates(variable: FiniteVariable) -> Match | None:
    """A bit that changes at every step."""
    update, name = variable.update, variable.name
    if not _is_bit(variable) or not matching.toggles(update, name) or ex.names(update) != {name}:
        return None
    from_0 = variable.start == 0 and variable.rows.answered(name)
    return Match({"full": "parity of the number of steps" if from_0 else ""})


def _changes(variable: FiniteVariable) -> Match | None:
    """A bit that changes where something holds."""
    update, name = variable.update, variable.name
    if not _is_bit(variable) or not matching.toggles(update, name):
        return None
    when, full = _occasion(update, name, variable.inputs)
    from_0 = variable.start == 0 and variable.rows.answered(name)
    return Match({"when": when, "full": full if from_0 else ""})


def _occasion(update: Expression, name: str, inputs: tuple[str, ...]) -> tuple[str, str]:
    """When a bit changes, and the title of one that is answered, as far as there is one."""
    parts = ex.conjuncts("^", (update,))
    match update:
        case Operation("if", (condition, *_)):
            given = matching.inputs_that_are(condition, inputs)
            full = f"parity of the inputs that are {given}" if given else ""
            return condition_source(condition), full
    if len(parts) == 2 and Name(name) in parts:
        other = parts[parts[0] == Name(name)]
        if other == Name("x"):
            return "the input is 1", "parity of the inputs"
        both = {*ex.conjuncts("&", (other,))} == {*map(Name, inputs)}
        return f"{source(other)} is 1", "parity of the steps with all inputs 1" if both else ""
    return "what is combined with it is 1", ""


def _on_a_circle(variable: FiniteVariable) -> tuple[Linear, int] | None:
    """A place on a circle, which every input moves on by a number of its own."""
    found = matching.modular(variable.update, variable.name)
    if found is None or found[0].factor != 1:
        return None
    steps = variable.rows.moves(variable.name) % found[1]
    if any(len(np.unique(steps[read])) > 1 for read in variable.rows.by_symbol()):
        return None
    return found


def _adds_inputs_modulo(variable: FiniteVariable) -> Match | None:
    """The remainder of the sum of all inputs."""
    found = _on_a_circle(variable)
    if found is None:
        return None
    (sum_of, modulus), inputs = found, variable.inputs
    every = {*inputs} == ex.names(variable.update) - {variable.name}
    if not sum_of.is_sum_of(inputs) or not every or len(sum_of.terms) != len(inputs):
        return None
    begins = beginning(variable.start)
    answered = variable.rows.answered(variable.name)
    return Match(
        {
            "modulus": modulus,
            "begins": begins,
            "called": "place" if variable.divided else "total",
            "full": f"running sum mod {modulus}{begins}" if answered else "",
        }
    )


def _counts_modulo(variable: FiniteVariable) -> Match | None:
    """Any steps on a circle; where they are listed, in the table STEP."""
    found = _on_a_circle(variable)
    if found is None:
        return None
    sum_of, modulus = found
    called = "place"
    if not sum_of.terms:
        called = "position"
    elif sum_of.is_sum_of(variable.inputs) and not variable.divided:
        called = "total"
    listed = any(isinstance(term, Lookup) for _, term in sum_of.terms)
    by = "what STEP says" if listed else "so many steps"
    return Match({"modulus": modulus, "by": by, "called": called})


def _affine(variable: FiniteVariable) -> tuple[Linear, int] | None:
    found = matching.modular(variable.update, variable.name)
    if found is None or found[0].factor == 1:
        return None
    reads = {name for _, term in found[0].terms for name in ex.names(term)}
    return found if reads <= {*variable.inputs} else None


def _reads_digits_modulo(variable: FiniteVariable) -> Match | None:
    """The remainder of a number whose digits come in."""
    found = _affine(variable)
    if found is None or variable.start:
        return None
    sum_of, modulus = found
    values = variable.loop.values
    if not matching.reads_digits(sum_of.added, sum_of.factor, variable.inputs, values):
        return None
    return Match({"factor": sum_of.factor, "modulus": modulus})


def _multiplies_modulo(variable: FiniteVariable) -> Match | None:
    found = _affine(variable)
    if found is None:
        return None
    sum_of, modulus = found
    steps = {part: "STEP" for part in ex.subexpressions(sum_of.added) if isinstance(part, Lookup)}
    nothing = sum_of.added == Constant(0)
    more = "" if nothing else f" and adds {source(sum_of.added, steps)}"
    return Match({"factor": sum_of.factor, "more": more, "modulus": modulus})


def _answered_as(variable: FiniteVariable, title: str) -> str:
    """A title of a variable as that of a program which has no other: by what it answers."""
    if variable.rows.answered(variable.name):
        return title
    if (variable.rows.answers == variable.before).all():
        return before_the_step(title)
    return function_of([title])


def _extreme(role: VariableRole) -> Callable[[FiniteVariable], Match | None]:
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


def _bitwise(variable: FiniteVariable) -> Match | None:
    """Numbers whose digits in base 2 are combined one by one."""
    match variable.update:
        case Operation("^" | "&" | "|" as operator, operands) if not _is_bit(variable):
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


def _latch(variable: FiniteVariable) -> Match | None:
    """A bit that changes once."""
    name = variable.name
    match variable.update:
        case Operation("&" | "|", operands) if _is_bit(variable) and Name(name) in operands:
            pass
        case Operation("if", (condition, Constant(0 | 1), Name(other))) if (
            _is_bit(variable) and other == name and name not in ex.names(condition)
        ):
            pass
        case _:
            return None
    changed = variable.before != variable.start
    if not (variable.after[changed] != variable.start).all():
        return None
    return Match({"called": "seen" if variable.start == 0 else "valid"})


def _run(variable: FiniteVariable) -> Match | None:
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


def _walk(variable: FiniteVariable) -> Match | None:
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


def _stages(variable: FiniteVariable) -> Match | None:
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


def _saturates(variable: FiniteVariable) -> Match | None:
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


FINITE: tuple[Recogniser[FiniteVariable], ...] = (
    Recogniser(
        VariableRole.ALTERNATION,
        _alternates,
        title="counter mod 2",
        does="The bit changes at every step.",
        why="after an even number of changes it is what it was at the start.",
        name="position",
        full="{full}",
    ),
    Recogniser(
        VariableRole.PARITY,
        _changes,
        title="counter mod 2",
        does="The bit changes whenever {when}, and else stays.",
        why="after an even number of changes it is what it was at the start.",
        name="parity",
        full="{full}",
    ),
    Recogniser(
        VariableRole.COUNTER,
        _adds_inputs_modulo,
        title="counter mod {modulus}",
        does="Adds up the inputs modulo {modulus}{begins}.",
        why="the remainder of a sum follows from the remainders of its terms, so the remainder so "
        "far is all that is needed.",
        name="{called}",
        full="{full}",
    ),
    Recogniser(
        VariableRole.COUNTER,
        _counts_modulo,
        title="counter mod {modulus}",
        does="Counts modulo {modulus}: every input moves the place on a circle of {modulus} on by "
        "{by}.",
        why="moves on a circle add up in any order, so the place is all that the inputs so far "
        "have done.",
        name="{called}",
    ),
    Recogniser(
        VariableRole.AFFINE,
        _reads_digits_modulo,
        title="affine map mod {modulus}",
        does="Every input multiplies the state by {factor} and adds to it, modulo {modulus}.",
        why="with the digits of a number coming in, the most significant first, the state is the "
        "value of what was read so far, modulo {modulus}.",
        name="remainder",
    ),
    Recogniser(
        VariableRole.AFFINE,
        _multiplies_modulo,
        title="affine map mod {modulus}",
        does="Every step multiplies the state by {factor}{more}, modulo {modulus}.",
        why="the remainder of a sum or a product follows from the remainders of its parts, so the "
        "remainder so far is all that is needed.",
        name="remainder",
    ),
    *(
        Recogniser(
            role,
            _extreme(role),
            title="{title}",
            does="{what}",
            why=words.why,
            name=words.called,
            full="{full}",
        )
        for role, words in EXTREMES.items()
    ),
    Recogniser(
        VariableRole.BITWISE,
        _bitwise,
        title="{title}",
        does="Keeps the {how} of {begins}the inputs so far.",
        why="it is that of the latest input and of what all the others gave, digit by digit in "
        "base 2.",
        name="bits",
        full="{full}",
    ),
    Recogniser(
        VariableRole.LATCH,
        _latch,
        title="latch",
        does="A bit that changes once, and then stays as it is.",
        why="after the change no input makes a difference to it.",
        name="{called}",
    ),
    Recogniser(
        VariableRole.RUN,
        _run,
        title="{title}",
        does="Counts for how many steps in a row {condition} has held{most}{begins}",
        why="an input of the other kind starts a new run, whatever came before.",
        name="{called}",
    ),
    Recogniser(
        VariableRole.WALK,
        _walk,
        title="walk between {low} and {high}",
        does="Goes up and down as long as it is between {low} and {high}, and stays where it is "
        "once it has left.",
        why="whatever is read after that, the bounds have been left, which is all that the output "
        "depends on.",
        name="height",
    ),
    Recogniser(
        VariableRole.STAGE,
        _stages,
        title="stages {low} to {top}",
        does="Goes on by one where {when}, up to {top}, and never back.",
        why="every stage is reached through the one before it, so which one it is says all that "
        "matters of the past.",
        name=STAGE,
    ),
    Recogniser(
        VariableRole.SATURATING,
        _saturates,
        title="saturating counter {low} to {high}",
        does="Counts {how}.",
        why="at a bound a further step does nothing, so it need not be remembered.",
        name="count",
    ),
)
"""What a variable with finitely many values can be; the first row whose test holds is taken."""
