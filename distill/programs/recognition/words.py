"""The words that titles and sentences are made of, each with one place where it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from distill.expressions.expression import Constant, Expression, Name, Operation, conjuncts
from distill.programs.recognition.variable import VariableRole

STAGE = "stage"
"""The name of a variable that goes through stages, as its sentence has it."""

COMPARED = {
    "==": "",
    "!=": "not ",
    ">": "above ",
    ">=": "at least ",
    "<": "below ",
    "<=": "at most ",
}
"""Comparisons in words."""

OF_ALL = {
    "^": "bitwise xor",
    "&": "bitwise and",
    "|": "bitwise or",
    "max": "maximum",
    "min": "minimum",
}
"""What an operator makes of many numbers."""

SUM_SO_FAR = "the sum over all steps is the sum so far and what the latest step adds."
MOTION = (
    "a velocity changes by what acts on it at a step, and a position by its velocity; with both "
    "known, nothing else of the past matters."
)
"""Why a variable, or two together, are enough to remember, for those that share a reason."""


@dataclass(frozen=True)
class Extreme:
    """Words for the largest or the smallest of some numbers.

    Attributes:
        noun: of the number.
        most: the adjective that it has among them.
        least: what it is called where nothing was read yet.
        bound: the word of a claim that it never went beyond a number.
        called: a variable that holds it.
    """

    noun: str
    most: str
    least: str
    bound: str
    called: str

    @property
    def title(self) -> str:
        """What a variable that holds it is."""
        return f"running {self.noun}"

    @property
    def why(self) -> str:
        """Why it alone is enough to remember."""
        return f"the {self.noun} of all is that of the latest and the {self.noun} of the others."

    @property
    def begins(self) -> str:
        """Of a variable that begins as what no input can go below, or beyond."""
        return f"it begins as the {self.least} that an input can be"


EXTREMES = {
    VariableRole.MAXIMUM: Extreme("maximum", "largest", "smallest", "above", "highest"),
    VariableRole.MINIMUM: Extreme("minimum", "smallest", "largest", "below", "lowest"),
}


def before_the_step(title: str) -> str:
    """The title of what something was before the step."""
    return f"{title} before" if title.endswith("of steps") else f"{title} before the step"


def function_of(titles: Sequence[str]) -> str:
    """The title of what depends on some things."""
    return f"function of the {' and the '.join(titles)}"


def combination(operator: str, one: str, other: str) -> str:
    """The title of a sum, a difference or a product of two things."""
    return {
        "+": f"sum of {one} and {other}",
        "-": f"{one} minus {other}",
        "*": f"product of {one} and {other}",
    }[operator]


def beginning(start: int, comma: str = ",") -> str:
    """Where something begins that others would let begin at 0."""
    return f"{comma} from {start}" if start else ""


def values_asked(condition: Expression) -> dict[str, int] | None:
    """The values of variables that all have to have them: of (a, b) == (1, 0); null of another."""
    if not isinstance(condition, Operation) or condition.operator != "and":
        return None
    held = dict[str, int]()
    for part in conjuncts("and", condition.operands):
        match part:
            case Operation("==", (Name(name), Constant(value))) if name not in held:
                held[name] = value
            case _:
                return None
    return held


def condition_words(condition: Expression) -> str | None:
    """A condition on one variable as what that is: "even", "above 3", "not 1"; null without any."""
    match condition:
        case Operation("==", (Operation("%", (Name(), Constant(by))), Constant(rest))):
            if by == 2 and rest in (0, 1):
                return ("even", "odd")[rest]
            if not rest:
                return f"a multiple of {by}"
        case Operation(
            "==", (Operation("*", (Operation("isqrt", (root,)), Operation("isqrt", (same,)))), x)
        ) if root == same == x and isinstance(x, Name):
            return "a square"
        case Operation(how, (Name(), Constant(value))) if how in COMPARED and value >= 0:
            return f"{COMPARED[how]}{value}"
    return None
