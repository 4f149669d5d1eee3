"""The picture of a closed form: what the network answers, beside what the expression says."""

from __future__ import annotations

from distill.checker.scope import many
from distill.drawing.answers import AnswerMap, answers_drawn
from distill.drawing.heat import held
from distill.drawing.picture import Picture, picture
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
    names = " and ".join(plane.names)
    but = f", but for {count:,} that the program lists" if count else ""
    return picture(
        "answers",
        "What the network answers",
        f"Its answer for every {names}{held(plane)}: {mechanism.name}{but}. The picture is of the "
        "network, and not of the program.",
        f"Of {many(len(plane.first), 'value')} of {plane.names[0]} and {len(plane.second)} of "
        f"{plane.names[1]} the answers are shown as colours from {exhibits.outputs[0]} to "
        f"{exhibits.outputs[1]}.",
        answers_drawn(answers, exhibits.outputs),
        height=4.2,
    )
