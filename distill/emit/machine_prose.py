"""What a loop is called and why it works, read off its expressions and never known beforehand."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sympy.combinatorics import Permutation, PermutationGroup

from distill.machine import Machine
from distill.synthesis import expression as ex
from distill.synthesis.expression import Constant, Expression, Lookup, Name, Operation

if TYPE_CHECKING:
    from distill.emit.machine_loop import Plan

WIDTH = 88

MAX_GROUP_STATES = 24
"""Up to this many states a group of permutations is named."""


@dataclass(frozen=True)
class Role:
    """What a program is.

    Attributes:
        name: in words, such as "counter mod 113".
        why: what the algorithm is and why it works, in paragraphs.
        names: better names for variables and inputs, by the names that they have.
    """

    name: str
    why: tuple[str, ...]
    names: dict[str, str]

    @property
    def function(self) -> str:
        """The name as a function's."""
        words = re.sub(r"-(?=\d)", "minus ", self.name.lower())
        return re.sub(r"[^a-z0-9]+", "_", words).strip("_")

    @property
    def docstring(self) -> str:
        """Of the module."""
        title = self.name[0].upper() + self.name[1:] + "."
        paragraphs = [textwrap.fill(text, WIDTH, break_long_words=False) for text in self.why]
        return "\n\n".join([title, *paragraphs])


def role_of(plan: Plan) -> Role:
    """Recognise what a plan does."""
    names = plan.labelling.names
    if not names:
        return Role(
            "function of the current input",
            (
                "Every output depends on the input of its own step alone.",
                "Why it works: there is nothing to remember, so one expression says it all.",
            ),
            {},
        )
    if all(isinstance(update, Name) for update in plan.updates):
        return _window(plan)
    if plan.divides:
        return _division(plan)
    if len(names) > 1:
        kinds = [
            _single(plan, name, update)[0] for name, update in zip(names, plan.updates, strict=True)
        ]
        apart = not any(
            other in ex.names(update)
            for name, update in zip(names, plan.updates, strict=True)
            for other in names
            if other != name
        )
        if apart:
            return Role(
                f"product of {' and '.join(kinds)}",
                (
                    "The variables go on side by side, and the output is made of them together.",
                    "Why it works: no variable needs another to know its next value.",
                ),
                {},
            )
        return Role(
            f"machine of {plan.labelling.machine.states} states in {len(names)} variables",
            ("The variables are the state. Each has a rule for its next value.",),
            {},
        )
    name, why = next(
        _single(plan, variable, update)
        for variable, update in zip(names, plan.updates, strict=True)
    )
    renamed = {"state": "count"} if name.startswith("saturating") else {}
    renamed = {"state": "lowest"} if name == "running minimum" else renamed
    renamed = {"state": "highest"} if name == "running maximum" else renamed
    return Role(name, why, renamed)


def _window(plan: Plan) -> Role:
    names = plan.labelling.names
    length = 1 + len(names) // max(1, len(plan.inputs))
    renamed = {"state": "previous"} if names == ("state",) else {}
    return Role(
        f"window of {length} inputs",
        (
            "The output depends on the input and the ones just before it, "
            f"{length} in all. They are kept, and each becomes older by one at every step; before "
            "the start they are what the variables are set to.",
            f"Why it works: nothing older than that can change an output, so the last {length} "
            "inputs are all that there is to know.",
        ),
        renamed,
    )


def _division(plan: Plan) -> Role:
    """A sum of which one part of a quotient and remainder is given out, and the other kept."""
    (update,) = plan.updates
    assert isinstance(update, Operation), "the next value is a quotient or a remainder"
    assert isinstance(update.operands[1], Constant), "by a constant"
    divisor = update.operands[1].value
    terms, offset = ex.terms_of(plan.shared[1] if plan.shared else update.operands[0])
    factor = {term: size for size, term in terms}
    own = factor.get(Name(plan.labelling.names[0]), 0)
    others = [size for term, size in factor.items() if term != Name(plan.labelling.names[0])]
    (state,) = plan.labelling.names
    if update.operator == "%":
        if own > 1 and others == [1] and not offset and len(plan.inputs) == 1:
            (digit,) = plan.inputs
            return Role(
                f"long division by {divisor} in base {own}",
                (
                    f"Reads a number digit by digit in base {own}, the most significant first, and "
                    f"writes the digits of its quotient by {divisor}.",
                    "Why it works: this is long division. The remainder so far, followed by the "
                    f"next digit, is {own} * remainder + {'bit' if own == 2 else 'digit'}. How "
                    f"often {divisor} goes into that is the next digit of the quotient, and what "
                    "is left over is the next remainder.",
                ),
                {state: "remainder", digit: "bit" if own == 2 else "digit", "total": "value"},
            )
        return Role(
            f"carrying over mod {divisor}",
            (
                f"Adds up what comes in, gives out the whole multiples of {divisor}, and keeps the "
                "rest for the next step.",
                f"Why it works: what was given out, times {divisor}, and what is kept always make "
                "up the sum of what came in.",
            ),
            {state: "error"},
        )
    plain = own == 1 and set(others) == {1} and not offset and len(others) == len(plan.inputs)
    kind = "addition" if plain and len(plan.inputs) > 1 else "arithmetic"
    return Role(
        f"{kind} with carry, base {divisor}",
        (
            f"Works through the digits in base {divisor}, the least significant first, as on "
            "paper.",
            f"Why it works: a step's total has a last digit, total % {divisor}, which is the "
            f"output; the rest, total // {divisor}, counts for the next place, {divisor} times as "
            "much, and is carried there.",
        ),
        {state: "carry"},
    )


def _single(plan: Plan, name: str, update: Expression) -> tuple[str, tuple[str, ...]]:
    """The kind of one variable, and why it works."""
    machine = plan.labelling.machine
    values = sorted(plan.domains[name])
    if ex.tables(update):
        return _table(machine)
    factor, modulus = _modular(update, name, values)
    if factor == 1:
        return f"counter mod {modulus}", (
            f"Counts modulo {modulus}: every input moves the state on by so many places, on a "
            f"circle of {modulus}.",
            "Why it works: moves on a circle add up in any order, so the place is all that the "
            "inputs so far have done.",
        )
    if factor is not None:
        return f"affine map mod {modulus}", (
            f"Every input multiplies the state by {factor} and adds to it, modulo {modulus}.",
            "Why it works: with the digits of a number coming in, the most significant first, "
            f"the state is the value of what was read so far, modulo {modulus}.",
        )
    match update:
        case Operation("min" | "max" as kind, (Name(one), Name(_))) if one == name:
            word = {"min": "minimum", "max": "maximum"}[kind]
            return f"running {word}", (
                f"Keeps the {word} of the inputs so far.",
                f"Why it works: the {word} of all is that of the latest and the {word} of the "
                "others.",
            )
        case Operation("&" | "|", operands) if Name(name) in operands:
            return "latch", (
                "A bit that changes once, and then stays as it is.",
                "Why it works: after the change no input makes a difference.",
            )
    if _clamped(update, name):
        return f"saturating counter {values[0]} to {values[-1]}", (
            f"Counts up and down, and stays between {values[0]} and {values[-1]}.",
            "Why it works: at a bound a further step does nothing, so it need not be remembered.",
        )
    return f"rules over {machine.states} states", (
        "The state is a number with rules for the next one.",
        "Why it works: the rules give the right next state and output for every state that can "
        "be reached and every input.",
    )


def _modular(update: Expression, name: str, values: list[int]) -> tuple[int | None, int]:
    """The factor of a variable in an update modulo a number, and that number."""
    match update:
        case Operation("%", (inner, Constant(modulus))):
            factors = [size for size, term in ex.terms_of(inner)[0] if term == Name(name)]
            rest = [term for _, term in ex.terms_of(inner)[0] if term != Name(name)]
            if factors and not any(name in ex.names(term) for term in rest):
                return factors[0] % modulus, modulus
    parts = ex.subexpressions(update)
    toggles = all(
        isinstance(part, Name | Constant) or part.operator in {"^", "-"}
        for part in parts
        if not isinstance(part, Lookup | ex.Member)
    )
    if values == [0, 1] and toggles and Name(name) in parts:
        return 1, 2
    return None, 0


def _clamped(update: Expression, name: str) -> bool:
    """Whether an update is a sum with the variable, kept between bounds; perhaps on a condition."""
    match update:
        case Operation("min" | "max", (inner, Constant())):
            return _clamped(inner, name) or any(
                (size, term) == (1, Name(name)) for size, term in ex.terms_of(inner)[0]
            )
    return False


def _table(machine: Machine) -> tuple[str, tuple[str, ...]]:
    group = _group(machine)
    return f"table of {machine.states} states" + (f", {group}" if group else ""), (
        "No arithmetic was found for this machine: it is listed, state by state.",
        "Why it works: NEXT has the next state for every state and input.",
    )


def _group(machine: Machine) -> str | None:
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
