"""What one variable of a loop is: proposed by the expression of its next value, tested on its rows.

A title, and every sentence beside it, is taken only if it is true of all steps that the loop can
take; otherwise the variable is a number with rules.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Int
from numpy import ndarray
from sympy.combinatorics import Permutation, PermutationGroup

from distill.expressions import expression as ex
from distill.expressions.expression import Constant, Expression, Lookup, Member, Name, Operation
from distill.expressions.printing import condition_source, source
from distill.kinds.automaton.machine import Machine
from distill.kinds.automaton.rows import Rows
from distill.programs.window_prose import input_title

if TYPE_CHECKING:
    from distill.kinds.automaton.loop import Plan

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


def kind_of(plan: Plan, rows: Rows, name: str) -> Kind:
    """The kind of one variable."""
    update = plan.named_updates[name]
    match update:
        case Operation("if", (condition, Name(one), other)) if one == name:
            update = Operation("if", (ex.opposite(condition), other, Name(name)))
    if not set(ex.tables(update)) & set(plan.listed):
        seen = _Seen(plan, rows, name, update)
        for recognise in (_counter, _extreme, _bitwise, _latch, _run, _walk, _progress, _clipped):
            kind = recognise(seen)
            if kind is not None:
                return kind
    elif isinstance(update, Lookup) and _is_whole(plan, update):
        return _table(plan, update)
    count = len(plan.domains[name])
    return Kind(
        f"rules over {count} values",
        "The state is a number with rules for the next one.",
        "the rules give the right next state and output for every state that can be reached and "
        "every input.",
    )


@dataclass(frozen=True)
class _Seen:
    """A variable, the expression of its next value, and the steps that it can take."""

    plan: Plan
    rows: Rows
    name: str
    update: Expression

    @property
    def values(self) -> list[int]:
        """Those of the variable."""
        return sorted(self.plan.domains[self.name])

    @property
    def start(self) -> int:
        """Its first value."""
        return self.rows.start[self.name]

    @property
    def before(self) -> Int[ndarray, " rows"]:
        """Its values before every step."""
        return self.rows.before[self.name]

    @property
    def after(self) -> Int[ndarray, " rows"]:
        """Its values after every step."""
        return self.rows.after[self.name]

    def becomes(self, value: Int[ndarray, " rows"]) -> bool:
        """Whether that is what it is after every step."""
        return bool((self.after == value).all())


def of(title: str, rows: Rows, name: str) -> str:
    """A title of a variable as that of a program which has no other: by what it answers."""
    if rows.answered(name):
        return title
    if (rows.answers == rows.before[name]).all():
        return f"{title} before the step"
    return f"function of the {title}"


def _counter(seen: _Seen) -> Kind | None:
    if seen.values == [0, 1] and _toggles(seen.update, seen.name):
        return _parity(seen)
    factor, modulus = _modular(seen.update, seen.name)
    if factor == 1:
        return _counter_modulo(seen, modulus)
    return None if factor is None else _affine(seen, factor, modulus)


def _parity(seen: _Seen) -> Kind:
    """A bit that changes on some condition."""
    plan, rows, name, update = seen.plan, seen.rows, seen.name, seen.update
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
        alone if seen.start == 0 and rows.answered(name) else "",
    )


def _counter_modulo(seen: _Seen, modulus: int) -> Kind | None:
    """A place on a circle, which every input moves on by a number of its own."""
    plan, rows, name, update = seen.plan, seen.rows, seen.name, seen.update
    steps = [seen.rows.moves(name)[read] % modulus for read in rows.by_symbol()]
    if any(len(np.unique(sizes)) > 1 for sizes in steps):
        return None
    assert isinstance(update, Operation), "a remainder"
    terms, offset = ex.terms_of(update.operands[0])
    rest = [(size, term) for size, term in terms if term != Name(name)]
    called, sums = "place", False
    if not rest:
        called = "position"
    elif not offset and all(pair in [(1, Name(n)) for n in plan.inputs] for pair in rest):
        called = "place" if plan.shared else "total"
        sums = {*plan.inputs} == ex.names(update) - {name} and len(rest) == len(plan.inputs)
    if sums:
        begins = f", from {seen.start}" if seen.start else ""
        return Kind(
            f"counter mod {modulus}",
            f"Adds up the inputs modulo {modulus}{begins}.",
            "the remainder of a sum follows from the remainders of its terms, so the remainder "
            "so far is all that is needed.",
            called,
            f"running sum mod {modulus}{begins}" if rows.answered(name) else "",
        )
    listed = any(isinstance(term, Lookup) for _, term in rest)
    what = f"Counts modulo {modulus}: every input moves the place on a circle of {modulus} on"
    return Kind(
        f"counter mod {modulus}",
        f"{what} by what STEP says." if listed else f"{what} by so many steps.",
        "moves on a circle add up in any order, so the place is all that the inputs so far have "
        "done.",
        called,
    )


def _affine(seen: _Seen, factor: int, modulus: int) -> Kind | None:
    """A number that is multiplied and added to, modulo another."""
    plan, name, update = seen.plan, seen.name, seen.update
    assert isinstance(update, Operation), "a remainder"
    terms, offset = ex.terms_of(update.operands[0])
    rest = [(size, term) for size, term in terms if term != Name(name)]
    if not {name for _, term in rest for name in ex.names(term)} <= {*plan.inputs}:
        return None
    title, called = f"affine map mod {modulus}", "remainder"
    digits = len(plan.inputs) == 1 and plan.domains[plan.inputs[0]] <= {*range(factor)}
    if digits and rest == [(1, Name(plan.inputs[0]))] and not offset and not seen.start:
        return Kind(
            title,
            f"Every input multiplies the state by {factor} and adds to it, modulo {modulus}.",
            "with the digits of a number coming in, the most significant first, the state is the "
            f"value of what was read so far, modulo {modulus}.",
            called,
        )
    added = ex.add(rest, offset)
    more = "" if added == Constant(0) else f" and adds {source(added, _weights(added))}"
    return Kind(
        title,
        f"Every step multiplies the state by {factor}{more}, modulo {modulus}.",
        "the remainder of a sum or a product follows from the remainders of its parts, so the "
        "remainder so far is all that is needed.",
        called,
    )


def _extreme(seen: _Seen) -> Kind | None:
    plan, name = seen.plan, seen.name
    match seen.update:
        case Operation("min" | "max" as which, (Name(one), Name(other))) if (
            one == name and other in plan.inputs
        ):
            pass
        case _:
            return None
    word, called = {"min": ("minimum", "lowest"), "max": ("maximum", "highest")}[which]
    (end, bound), side = {"min": ((max, min), "largest"), "max": ((min, max), "smallest")}[which]
    extreme = end(plan.domains[other])
    read = "the inputs" if len(plan.inputs) == 1 else f"input {other}"
    title, what = f"running {word}", f"Keeps the {word} of {read} so far."
    if len(plan.inputs) > 1:
        title = f"running {word} of {other}"
    if seen.start == extreme:
        what += f" It begins as the {side} that an input can be."
    elif bound(seen.start, extreme) == seen.start:  # the start may be beyond what was read
        title, what = f"{title}, from {seen.start}", f"{what} It begins at {seen.start}."
        what = what.replace(f"of {read} so far", f"of {seen.start} and {read} so far")
    return Kind(
        title,
        what,
        f"the {word} of all is that of the latest and the {word} of the others.",
        called,
        of(title, seen.rows, name),
    )


BITWISE = {"^": "xor", "&": "and", "|": "or"}
"""Bit operators, and what they are called."""


def _bitwise(seen: _Seen) -> Kind | None:
    """Numbers whose digits in base 2 are combined one by one."""
    match seen.update:
        case Operation("^" | "&" | "|" as operator, operands) if seen.values != [0, 1]:
            parts = ex.conjuncts(operator, operands)
        case _:
            return None
    wanted = [Name(seen.name), *map(Name, seen.plan.inputs)]
    if sorted(parts, key=repr) != sorted(wanted, key=repr):
        return None
    read = np.bitwise_or.reduce(np.concatenate([*seen.rows.given.values()]))
    nothing = seen.start == 0 if operator != "&" else seen.start & read == read
    title = f"running bitwise {BITWISE[operator]}"
    begun = "" if nothing else f"{seen.start} and "
    return Kind(
        title if nothing else f"{title}, from {seen.start}",
        f"Keeps the bitwise {BITWISE[operator]} of {begun}the inputs so far.",
        "it is that of the latest input and of what all the others gave, digit by digit in base 2.",
        "bits",
        of(title if nothing else f"{title}, from {seen.start}", seen.rows, seen.name),
    )


def _latch(seen: _Seen) -> Kind | None:
    name = seen.name
    match seen.update:
        case Operation("&" | "|", operands) if seen.values == [0, 1] and Name(name) in operands:
            pass
        case Operation("if", (condition, Constant(0 | 1), Name(other))) if (
            seen.values == [0, 1] and other == name and name not in ex.names(condition)
        ):
            pass
        case _:
            return None
    changed = seen.before != seen.start
    if not (seen.after[changed] != seen.start).all():
        return None
    return Kind(
        "latch",
        "A bit that changes once, and then stays as it is.",
        "after the change no input makes a difference to it.",
        "seen" if seen.start == 0 else "valid",
    )


def _run(seen: _Seen) -> Kind | None:
    """How many of the latest inputs were of a kind, up to some number; perhaps until it is met."""
    name, for_ever, update = seen.name, False, seen.update
    match update:
        case Operation("if", (Operation("<", (Name(one), Constant())), inner, Name(other))) if (
            one == other == name
        ):
            update, for_ever = inner, True
    match update:
        case Operation("if", (condition, _, Constant(0))) if ex.names(condition) and ex.names(
            condition
        ) <= {*seen.plan.inputs}:
            pass
        case _:
            return None
    top = seen.values[-1]
    holds = seen.rows.value(condition) != 0
    counted = np.where(holds, np.minimum(seen.before + 1, top), 0)
    if for_ever:
        counted = np.where(seen.before == top, top, counted)
    if not seen.becomes(counted) or seen.values[0] < 0:
        return None
    text = condition_source(condition)
    called = {"x == 0": "zeros", "x == 1": "ones"}.get(text, "run")
    most = f". Once that is {top} it stays." if for_ever else f", at most {top}."
    begins = "" if seen.start == 0 else f" It begins at {seen.start}."
    return Kind(
        f"run of {called} up to {top}" if called != "run" else "run length",
        f"Counts for how many steps in a row {text} has held{most}{begins}",
        "an input of the other kind starts a new run, whatever came before.",
        called,
    )


def _walk(seen: _Seen) -> Kind | None:
    match seen.update:
        case Operation(
            "if",
            (Operation("between", (Constant(low), Name(one), Constant(high))), inner, Name(other)),
        ) if one == other == seen.name:
            pass
        case _:
            return None
    inside = (low <= seen.before) & (seen.before <= high)
    ups, downs = (inside & (seen.after > seen.before)), (inside & (seen.after < seen.before))
    late = seen.after if seen.plan.after else seen.before
    outside = (late < low) | (late > high)
    ends = np.unique(seen.rows.answers[outside])
    if (1, Name(seen.name)) not in ex.terms_of(inner)[0] or not (ups.any() and downs.any()):
        return None
    if len(ends) > 1:
        return None
    return Kind(
        f"walk between {low} and {high}",
        f"Goes up and down as long as it is between {low} and {high}, and stays where it is once "
        "it has left.",
        "whatever is read after that, the bounds have been left, which is all that the output "
        "depends on.",
        "height",
    )


def _progress(seen: _Seen) -> Kind | None:
    """Up by one on some condition, and never back."""
    match seen.update:
        case Operation("if", (condition, _, Name(other))) if other == seen.name:
            pass
        case _:
            return None
    low, top = seen.values[0], seen.values[-1]
    holds = seen.rows.value(condition) != 0
    grown = np.where(holds, np.minimum(seen.before + 1, top), seen.before)
    if not seen.becomes(grown) or seen.start != low:
        return None
    when = condition_source(ex.replace(condition, Name(seen.name), Name(STAGE)))
    return Kind(
        f"stages {low} to {top}",
        f"Goes on by one where {when}, up to {top}, and never back.",
        "every stage is reached through the one before it, so which one it is says all that "
        "matters of the past.",
        STAGE,
    )


STAGE = "stage"
"""The name of a variable that goes through stages, as its sentence has it."""


def _clipped(seen: _Seen) -> Kind | None:
    """A sum that is kept between bounds."""
    if not _clamped(seen.update, seen.name):
        return None
    low, high = seen.values[0], seen.values[-1]
    ups, downs = (seen.after > seen.before).any(), (seen.after < seen.before).any()
    if not all(
        _moves_alike(seen.before[read], seen.after[read], low, high)
        for read in seen.rows.by_symbol()
    ):
        return None
    what = f"Counts up and down, and stays between {low} and {high}."
    if not downs:
        what = f"Counts up to {high}, and stays there."
    elif not ups:
        what = f"Counts down to {low}, and stays there."
    return Kind(
        f"saturating counter {low} to {high}",
        what,
        "at a bound a further step does nothing, so it need not be remembered.",
        "count",
    )


def _moves_alike(
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


def _is_whole(plan: Plan, table: Lookup) -> bool:
    """Whether a table has the next state for every state and input, and is looked up by these."""
    if len(plan.labelling.names) > 1 or not all(isinstance(key, Name) for key in table.operands):
        return False
    keys = [key.name for key in table.operands if isinstance(key, Name)]
    sizes = [len(plan.domains[key]) for key in keys if key in plan.domains]
    return keys[:1] == [*plan.labelling.names] and len(table.rows) == math.prod(sizes)


def _table(plan: Plan, table: Lookup) -> Kind:
    machine = plan.labelling.machine
    group = group_of(machine)
    inputs = [name for name in plan.inputs if Name(name) in table.operands]
    read = "input" if inputs == [*plan.inputs] else f"value of {' and '.join(inputs)}"
    return Kind(
        f"table of {machine.states} states" + (f", {group}" if group else ""),
        "No arithmetic was found for the transitions of this machine: they are listed, in a table "
        f"of {len(table.rows):,} cells.",
        f"NEXT has the next state for every state and {read}.",
    )


def _weights(added: Expression) -> dict[Lookup, str]:
    """The name that what symbols add has in a program."""
    return {part: "STEP" for part in ex.subexpressions(added) if isinstance(part, Lookup)}


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
