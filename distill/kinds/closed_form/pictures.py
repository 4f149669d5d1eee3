"""The picture of a closed form: what the network answers, beside what the expression says."""

from __future__ import annotations

from distill.checker.scope import many
from distill.drawing.answers import AnswerMap, Scale, answers_drawn, scale_said
from distill.drawing.heat import held
from distill.drawing.picture import Picture, picture
from distill.expressions.expression import Constant, Operation, terms_of
from distill.expressions.reading import read_expression
from distill.kinds.closed_form.exhibits import ClosedFormExhibits
from distill.kinds.closed_form.mechanism import ClosedFormMechanism


def closed_form_pictures(
    mechanism: ClosedFormMechanism, exhibits: ClosedFormExhibits
) -> tuple[Picture, ...]:
    """The answers, where there are two inputs to lay them out by."""
    answers = exhibits.answers
    return () if answers is None else (_answers(mechanism, exhibits, answers),)


def _answers(
    mechanism: ClosedFormMechanism, exhibits: ClosedFormExhibits, answers: AnswerMap
) -> Picture:
    plane, count = answers.plane, len(mechanism.exceptions)
    scale = scale_of(mechanism.expression, exhibits.outputs)
    names = " and ".join(plane.names)
    but = f", but for {count:,} that the program lists" if count else ""
    return picture(
        "answers",
        "What the network answers",
        f"Its answer for every {names}{held(plane)}: {mechanism.name}{but}. The picture is of the "
        f"network, and not of the program. {scale_said(scale, exhibits.outputs)}",
        f"Of {many(len(plane.first), 'value')} of {plane.names[0]} and {len(plane.second)} of "
        f"{plane.names[1]} the answers are shown as colours from {exhibits.outputs[0]} to "
        f"{exhibits.outputs[1]}.",
        answers_drawn(answers, exhibits.outputs, scale),
        height=4.2,
    )


def scale_of(expression: str, outputs: tuple[int, int]) -> Scale:
    """What answers are to each other by the expression that gives them.

    The last is next to the first where it is taken modulo the number of outputs.

    Args:
        expression: of a mechanism.
        outputs: first and last value of the output.
    """
    first, last = outputs
    terms, offset = terms_of(read_expression(expression))
    match terms:
        case [(1, Operation("%", (_, Constant(modulus))))] if (modulus, offset) == (
            last - first + 1,
            first,
        ):
            return "round" if modulus > 2 else "ordered"
    return "ordered"
