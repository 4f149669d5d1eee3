"""What one variable of a loop is, read off the expression of its next value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sympy.combinatorics import Permutation, PermutationGroup

from distill.emit.window_prose import input_title
from distill.machine import Machine
from distill.synthesis import expression as ex
from distill.synthesis.expression import Constant, Expression, Lookup, Member, Name, Operation
from distill.synthesis.printing import condition_source, source

if TYPE_CHECKING:
    from distill.emit.machine_loop import Plan

MAX_GROUP_STATES = 24
"""Up to this many states a group of permutations is named."""


@dataclass(frozen=True)
class Kind:
    """What a variable is.

    Attributes:
        title: in words, such as "counter mod 113".
        what: what it does.
        why: why that is enough to remember.
        name: what to call the variable, by its role; empty where no role is known.
        alone: the title where it is the only variable, if that says more.
    """

    title: str
    what: str
    why: str
    name: str = ""
    alone: str = ""


def kind_of(plan: Plan, name: str, update: Expression) -> Kind:
    """The kind of one variable."""
    values = sorted(plan.domains[name])
    match update:
        case Operation("if", (condition, Name(one), other)) if one == name:
            update = Operation("if", (ex.opposite(condition), other, Name(name)))
    if set(ex.tables(update)) & set(plan.tables):
        return _table(plan.labelling.machine)
    for recognise in (_counter, _extreme, _latch, _run, _walk, _progress):
        kind = recognise(plan, name, update, values)
        if kind is not None:
            return kind
    if _clamped(update, name):
        return Kind(
            f"saturating counter {values[0]} to {values[-1]}",
            f"Counts up and down, and stays between {values[0]} and {values[-1]}.",
            "at a bound a further step does nothing, so it need not be remembered.",
            "count",
        )
    return Kind(
        f"rules over {len(values)} values",
        "The state is a number with rules for the next one.",
        "the rules give the right next state and output for every state that can be reached and "
        "every input.",
    )


def _counter(plan: Plan, name: str, update: Expression, values: list[int]) -> Kind | None:
    if values == [0, 1] and _toggles(update, name):
        reads = ex.names(update) - {name}
        condition = update.operands[0] if isinstance(update, Operation) else update
        what, alone = "The bit changes at every step.", "parity of the number of steps"
        if reads:
            when, alone = "what is combined with it is 1", ""
            parts = ex.conjuncts("^", (update,))
            if isinstance(update, Operation) and update.operator == "if":
                when = condition_source(condition)
                title = input_title(condition, plan.inputs, None)
                given = title.removeprefix(asked := "whether the input is ")
                alone = f"parity of the inputs that are {given}" if title.startswith(asked) else ""
            elif len(parts) == 2 and Name(name) in parts:
                other = parts[parts[0] == Name(name)]
                when = f"{source(other)} is 1"
                if other == Name("x"):
                    when, alone = "the input is 1", "parity of the inputs"
                elif {*ex.conjuncts("&", (other,))} == {*map(Name, plan.inputs)}:
                    alone = "parity of the steps with all inputs 1"
            what = f"The bit changes whenever {when}, and else stays."
        return Kind(
            "counter mod 2",
            what,
            "after an even number of changes it is what it was at the start.",
            "parity" if reads else "position",
            alone if plan.labelling.values[0] == (0,) and plan.after else "",
        )
    factor, modulus = _modular(update, name)
    if factor == 1:
        assert isinstance(update, Operation), "a remainder"
        terms, offset = ex.terms_of(update.operands[0])
        rest = [(size, term) for size, term in terms if term != Name(name)]
        listed = any(isinstance(term, Lookup) for _, term in rest)
        called, alone = "place", ""
        if not rest:
            called = "position"
        elif not offset and all(pair in [(1, Name(n)) for n in plan.inputs] for pair in rest):
            called = "place" if plan.shared else "total"
            alone = (
                f"running sum mod {modulus}" if {*plan.inputs} == ex.names(update) - {name} else ""
            )
        if alone:
            return Kind(
                f"counter mod {modulus}",
                f"Adds up the inputs modulo {modulus}.",
                "the remainder of a sum follows from the remainders of its terms, so the remainder "
                "so far is all that is needed.",
                called,
                alone if plan.output == Name(name) and plan.after else "",
            )
        what = f"Counts modulo {modulus}: every input moves the place on a circle of {modulus} on"
        return Kind(
            f"counter mod {modulus}",
            f"{what} by what STEP says." if listed else f"{what} by so many steps.",
            "moves on a circle add up in any order, so the place is all that the inputs so far "
            "have done.",
            called,
        )
    if factor is not None:
        return Kind(
            f"affine map mod {modulus}",
            f"Every input multiplies the state by {factor} and adds to it, modulo {modulus}.",
            "with the digits of a number coming in, the most significant first, the state is the "
            f"value of what was read so far, modulo {modulus}.",
            "remainder",
        )
    return None


def _extreme(plan: Plan, name: str, update: Expression, values: list[int]) -> Kind | None:
    match update:
        case Operation("min" | "max" as kind, (Name(one), Name(other))) if one == name:
            word, called = {"min": ("minimum", "lowest"), "max": ("maximum", "highest")}[kind]
            start = plan.labelling.values[0][plan.labelling.names.index(name)]
            end, side = {"min": (max, "largest"), "max": (min, "smallest")}[kind]
            begins = f" It begins as the {side} that an input can be."
            known = other in plan.inputs and start == end(plan.domains[other])
            return Kind(
                f"running {word}",
                f"Keeps the {word} of the inputs so far.{begins if known else ''}",
                f"the {word} of all is that of the latest and the {word} of the others.",
                called,
            )
    return None


def _latch(plan: Plan, name: str, update: Expression, values: list[int]) -> Kind | None:
    match update:
        case Operation("&" | "|", operands) if values == [0, 1] and Name(name) in operands:
            pass
        case Operation("if", (condition, Constant(0 | 1), Name(other))) if (
            values == [0, 1] and other == name and name not in ex.names(condition)
        ):
            pass
        case _:
            return None
    start = plan.labelling.values[0][plan.labelling.names.index(name)]
    return Kind(
        "latch",
        "A bit that changes once, and then stays as it is.",
        "after the change no input makes a difference to it.",
        "seen" if start == 0 else "valid",
    )


def _run(plan: Plan, name: str, update: Expression, values: list[int]) -> Kind | None:
    """How many of the latest inputs were of a kind, up to some number; perhaps until it is met."""
    for_ever = False
    match update:
        case Operation("if", (Operation("<", (Name(one), Constant())), inner, Name(other))) if (
            one == other == name
        ):
            update, for_ever = inner, True
    match update:
        case Operation("if", (condition, grows, Constant(0))) if name not in ex.names(condition):
            step = grows
            match grows:
                case Operation("min", (inner, Constant())):
                    step = inner
            if step != ex.add([(1, Name(name))], 1) or not ex.names(condition) <= {*plan.inputs}:
                return None
            text = condition_source(condition)
            called = {"x == 0": "zeros", "x == 1": "ones"}.get(text, "run")
            top = values[-1]
            most = f". Once that is {top} it stays." if for_ever else f", at most {top}."
            return Kind(
                f"run of {called} up to {top}" if called != "run" else "run length",
                f"Counts for how many steps in a row {text} has held{most}",
                "an input of the other kind starts a new run, whatever came before.",
                called,
            )
    return None


def _walk(plan: Plan, name: str, update: Expression, values: list[int]) -> Kind | None:
    match update:
        case Operation(
            "if",
            (Operation("between", (Constant(low), Name(_), Constant(high))), inner, Name(other)),
        ) if other == name:
            terms, _ = ex.terms_of(inner)
            if (1, Name(name)) in terms:
                return Kind(
                    f"walk between {low} and {high}",
                    f"Goes up and down as long as it is between {low} and {high}, and stays where "
                    "it is once it has left.",
                    "whatever is read after that, the bounds have been left, which is all that the "
                    "output depends on.",
                    "height",
                )
    return None


def _progress(plan: Plan, name: str, update: Expression, values: list[int]) -> Kind | None:
    """Up by one on some condition, and never back."""
    match update:
        case Operation("if", (condition, further, Name(other))) if other == name:
            match further:
                case Operation("min", (inner, Constant())):
                    further = inner
            if further == ex.add([(1, Name(name))], 1):
                when = condition_source(ex.replace(condition, Name(name), Name("stage")))
                return Kind(
                    f"stages {values[0]} to {values[-1]}",
                    f"Goes on by one where {when}, up to {values[-1]}, and never back.",
                    "every stage is reached through the one before it, so which one it is says "
                    "all that matters of the past.",
                    "stage",
                )
    return None


def _toggles(update: Expression, name: str) -> bool:
    """Whether a bit changes on a condition that it has no part in, and else stays."""
    changed = Operation("-", (Constant(1), Name(name)))
    match update:
        case Operation("if", (condition, yes, Name(other))) if other == name and yes == changed:
            return name not in ex.names(condition)
    return update == changed or (
        Name(name) in ex.subexpressions(update)
        and all(
            isinstance(part, Name | Constant) or part.operator in {"^", "-"}
            for part in ex.subexpressions(update)
            if not isinstance(part, Lookup | Member) and name in ex.names(part)
        )
        and isinstance(update, Operation)
        and update.operator == "^"
    )


def _modular(update: Expression, name: str) -> tuple[int | None, int]:
    """The factor of a variable in an update modulo a number, and that number."""
    match update:
        case Operation("%", (inner, Constant(modulus))):
            factors = [size for size, term in ex.terms_of(inner)[0] if term == Name(name)]
            rest = [term for _, term in ex.terms_of(inner)[0] if term != Name(name)]
            if factors and not any(name in ex.names(term) for term in rest):
                return factors[0] % modulus, modulus
    return None, 0


def _clamped(update: Expression, name: str) -> bool:
    """Whether an update is a sum with the variable, kept between bounds; perhaps on a condition."""
    match update:
        case Operation("min" | "max", (inner, Constant())):
            return _clamped(inner, name) or any(
                (size, term) == (1, Name(name)) for size, term in ex.terms_of(inner)[0]
            )
    return False


def _table(machine: Machine) -> Kind:
    group = group_of(machine)
    return Kind(
        f"table of {machine.states} states" + (f", {group}" if group else ""),
        "No arithmetic was found for this machine: it is listed, state by state.",
        "NEXT has the next state for every state and input.",
    )


def group_of(machine: Machine) -> str | None:
    """The group that the symbols generate, where they permute a few states."""
    states = machine.states
    if states > MAX_GROUP_STATES or any(
        len(np.unique(column)) < states for column in machine.delta.T
    ):
        return None
    moves = list(dict.fromkeys(map(tuple, machine.delta.T.tolist())))
    group = PermutationGroup([Permutation(list(move)) for move in moves])
    order = int(group.order())
    if group.is_abelian:
        return f"abelian group of order {order}"
    if group.is_symmetric:
        return f"symmetric group of {states}"
    if group.is_alternating:
        return f"alternating group of {states}"
    if order <= 200 and group.is_dihedral:
        return f"dihedral group of order {order}"
    return f"group of order {order}"
