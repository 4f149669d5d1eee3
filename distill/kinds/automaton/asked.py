"""What a loop of one variable answers of it: whether it is 3, what a division leaves of it."""

from __future__ import annotations

import re

from distill.expressions import expression as ex
from distill.expressions.expression import Name, Operation
from distill.kinds.automaton.loop import Plan
from distill.programs.recognition.rows import Rows
from distill.programs.recognition.variable import Recognition
from distill.programs.recognition.words import condition_words, function_of


def asked_of(plan: Plan, rows: Rows, one: Recognition) -> str:
    """The title of the one variable, or of what is asked of it.

    Args:
        plan: of a loop with one variable.
        rows: every step that it can take.
        one: what the variable is.
    """
    (name,) = plan.labelling.names
    plain = {one.title, function_of([one.title])}
    if rows.answered(name) or not plan.after or one.whole not in plain:
        return one.whole
    # a machine is no number, and of several stages one is what is asked about
    held = one.title.replace("state machine with", "state of a machine with")
    held = re.sub(r"^stages (.*)$", r"stage (\1)", held)
    match plan.output:
        case Operation("%", (Name(), ex.Constant(by))):
            return f"remainder of the {held} by {by}"
        case Operation("-", (ex.Constant(number), Name())):
            return f"{number} minus the {held}"
    kind = condition_words(plan.output)
    match plan.output:
        case Operation("!=", (Operation("%", (Name(), ex.Constant(2))), ex.Constant(0))):
            kind = "odd"
    if kind is None or ex.names(plan.output) != {name}:
        return one.whole
    return f"whether the {held} is {kind}"
