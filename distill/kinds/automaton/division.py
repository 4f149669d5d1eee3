"""Loops that divide at every step, and give out one part of quotient and remainder."""

from __future__ import annotations

from dataclasses import dataclass

from distill.expressions.expression import Constant, Operation
from distill.expressions.printing import source
from distill.kinds.automaton.loop import Plan, table_names
from distill.programs.description import Description
from distill.programs.recognition.matching import Linear, linear, reads_digits
from distill.programs.recognition.variable import Loop


@dataclass(frozen=True)
class Division:
    """What is divided at every step.

    Attributes:
        carries: the part that is kept for the next step: "//" or "%".
        state: the variable that it is kept in.
        summed: what is divided, as a multiple of the variable and what is added to it.
        divisor: by which number.
    """

    carries: str
    state: str
    summed: Linear
    divisor: int

    def adds_inputs(self, inputs: tuple[str, ...]) -> bool:
        """Whether what is added are all inputs, and nothing else."""
        return self.summed.is_sum_of(inputs) and len(self.summed.terms) == len(inputs)


def describe_division(plan: Plan, loop: Loop) -> Description | None:
    """A loop whose answer and next value are the two parts of one division."""
    if not plan.divides or len(plan.updates) != 1:
        return None
    divided = _divided(plan)
    if divided is None:
        return None
    if divided.carries == "%":
        return _long_division(divided, loop) or _dithering(divided, plan, loop)
    return _addition(divided, loop)


def _divided(plan: Plan) -> Division | None:
    ((state, update),) = plan.named_updates.items()
    match update:
        case Operation(carries, (whole, Constant(divisor))):
            found = linear(plan.shared[1] if plan.shared else whole, state)
            return None if found is None else Division(carries, state, found, divisor)
    return None


def _long_division(divided: Division, loop: Loop) -> Description | None:
    base, divisor = divided.summed.factor, divided.divisor
    digits = reads_digits(divided.summed.added, base, loop.inputs, loop.values)
    if base < 2 or loop.start[divided.state] or not digits:
        return None
    called = "bit" if base == 2 else "digit"
    return Description(
        f"long division by {divisor} in base {base}",
        (
            f"Reads a number digit by digit in base {base}, the most significant first, and writes "
            f"the digits of its quotient by {divisor}.",
            "Why it works: this is long division. The remainder so far, followed by the next "
            f"digit, is {base} * remainder + {called}. How often {divisor} goes into that is the "
            "next digit of the quotient, and what is left over is the next remainder.",
        ),
        {divided.state: "remainder", loop.inputs[0]: called},
        "quotient",
    )


def _dithering(divided: Division, plan: Plan, loop: Loop) -> Description | None:
    """What is left over is added to what comes in next."""
    if divided.summed.factor != 1 or loop.start[divided.state]:
        return None
    divisor = divided.divisor
    comes, came = "what comes in", "what came in"
    if not divided.adds_inputs(loop.inputs):
        comes = came = source(divided.summed.added, table_names(plan))
    return Description(
        f"division by {divisor} that carries the remainder",
        (
            f"Divides {comes} by {divisor}, gives out the quotient, and adds the remainder to "
            f"{comes} at the next step.",
            f"Why it works: {divisor} times all that was given out, and the remainder, always "
            f"make up the sum of {came}.",
        ),
        {divided.state: "remainder"},
        "quotient",
    )


def _addition(divided: Division, loop: Loop) -> Description | None:
    """Digits are added up, the least significant first."""
    base, first = divided.divisor, loop.start[divided.state]
    read = {value for name in loop.inputs for value in loop.values[name]}
    if divided.summed.factor != 1 or not read <= {*range(base)}:
        return None
    several = divided.adds_inputs(loop.inputs) and len(loop.inputs) > 1
    kind = "addition" if several else "arithmetic"
    return Description(
        f"{kind} with carry, base {base}" + (f", from a carry of {first}" if first else ""),
        (
            f"Works through the digits in base {base}, the least significant first, as on paper."
            + (f" The first carry is {first}." if first else ""),
            f"Why it works: divided by {base}, a step's total leaves its last digit, which is the "
            f"output; the quotient counts for the next place, {base} times as much, and is "
            "carried there.",
        ),
        {divided.state: "carry"},
        "digit",
    )
