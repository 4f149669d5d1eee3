"""Pictures of a run over sequences, understood or refused."""

from __future__ import annotations

from distill.checker.located import VARIABLE
from distill.drawing.clouds import cloud, side_said
from distill.drawing.picture import Picture, picture
from distill.kinds.automaton.mechanism import AutomatonMechanism
from distill.kinds.automaton.pictures import machine_pictures
from distill.kinds.exhibiting import MachineExhibits, RecurrenceExhibits, UnreadExhibits
from distill.kinds.recurrence.pictures import recurrence_pictures
from distill.pages.pictures.lengths import lengths_picture
from distill.pages.pictures.located import located_picture
from distill.pages.pictures.sequence_training import training_picture
from distill.records.curve import SequenceCurve
from distill.runs.store import Run


def sequence_pictures(run: Run) -> tuple[Picture, ...]:
    """In the order in which they are looked at."""
    exhibits, mechanism, report = run.exhibits, run.mechanism, run.report
    drawn: list[Picture | None] = []
    if isinstance(exhibits, MachineExhibits) and isinstance(mechanism, AutomatonMechanism):
        drawn += machine_pictures(mechanism, exhibits)
    elif isinstance(exhibits, RecurrenceExhibits):
        drawn += recurrence_pictures(exhibits, report.each(VARIABLE))
    elif isinstance(exhibits, UnreadExhibits):
        drawn.append(unread_picture(exhibits))
    drawn.append(located_picture(report))
    if isinstance(exhibits, MachineExhibits | RecurrenceExhibits):
        drawn.append(lengths_picture(report, exhibits.length))
    if isinstance(run.curve, SequenceCurve) or run.curve is None:
        drawn.append(training_picture(run.curve, run.record.attempts))
    return tuple(each for each in drawn if each is not None)


def unread_picture(exhibits: UnreadExhibits) -> Picture:
    """Of a network that was learned and not understood."""
    view, answers = exhibits.hidden, exhibits.answers
    return picture(
        "hidden",
        "Hidden states",
        "Every point is the network's hidden state after a step, coloured by its answer then. "
        "Clouds that are apart would be states, and points on a line a number; neither was found "
        f"to explain all answers. The ring is the start. {side_said(view)}",
        f"Hidden states, coloured by {len(answers)} answers or spans of them: "
        f"{'; '.join(answers)}; the picture holds {view.share:.0%} of their variance.",
        cloud(view, answers, 5.0, 3.4),
        height=3.4,
    )
