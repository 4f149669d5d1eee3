"""Pictures of a group: shares of the logits by irreducible, and the table of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from distill.drawing.answers import AnswerMap, Scale, answers_drawn, scale_said
from distill.drawing.heat import cells_of
from distill.drawing.maps import Plane, lines
from distill.drawing.picture import SERIES, Picture, picture
from distill.groups.families import Abelian
from distill.kinds.group.exhibits import GroupExhibits
from distill.kinds.group.mechanism import GroupMechanism, Law
from distill.kinds.group.writing import written

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = 24
"""Irreducibles that are shown at most, the largest."""


def group_pictures(mechanism: GroupMechanism, exhibits: GroupExhibits) -> tuple[Picture, ...]:
    """The shares, where anything was seen inside, and the answers."""
    found = [_shares(mechanism, exhibits)] if mechanism.keys else []
    if exhibits.answers is not None:
        found.append(_answers(mechanism, exhibits, exhibits.answers))
    return tuple(found)


def _shares(mechanism: GroupMechanism, exhibits: GroupExhibits) -> Picture:
    """Two bars for every irreducible."""
    order = np.argsort(-np.array(exhibits.elements), kind="stable")[:SHOWN]
    names = [exhibits.irreps[place] for place in order]
    keys = {key.name for key in mechanism.keys}

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        places = np.arange(len(order))[::-1]
        axes.barh(places + 0.2, [exhibits.elements[i] for i in order], 0.38, color=SERIES[0])
        axes.barh(places - 0.2, [exhibits.characters[i] for i in order], 0.38, color=SERIES[1])
        axes.set_yticks(places, [f"{name} *" if name in keys else name for name in names])
        axes.set_xlabel("part of the logits")
        axes.legend(["products of matrix elements", "character of the answer's quotient"])

    listed = "; ".join(
        f"{exhibits.irreps[place]}: {exhibits.elements[place]:.1%}, "
        f"{exhibits.characters[place]:.1%} by its character"
        for place in order
    )
    return picture(
        "irreps",
        "Which representations its logits are made of",
        f"For every irreducible representation of {mechanism.law.group.name} the part of the "
        "logits that products of its matrix elements account for, and that its character alone "
        "does. Keys have a star; what is no key accounts for almost nothing.",
        listed,
        draw,
        height=1.6 + 0.36 * len(order),
    )


def _answers(mechanism: GroupMechanism, exhibits: GroupExhibits, answers: AnswerMap) -> Picture:
    plane, law, scale = answers.plane, mechanism.law, scale_of(mechanism.law)
    shown, outputs, order = answers, exhibits.outputs, ""
    alternative = (
        f"Of {len(plane.first)} values of a and {len(plane.second)} of b the answers are shown as "
        f"colours from {exhibits.outputs[0]} to {exhibits.outputs[1]}."
    )
    if law.lists and len(plane.first) == len(plane.second) == law.order:
        shown, outputs = by_elements(law, answers), (0, law.order - 1)
        order = (
            " Values stand in the order of their elements, and colours are the elements of the "
            f"answers: {written(law.group, inverts=False).says}."
        )
        alternative = (
            f"For every two of the {law.order} elements, in the group's own order, the element of "
            "the answer is shown as a colour."
        )
    return picture(
        "answers",
        "What the network answers",
        f"Its answer for every a and b: {mechanism.name}.{order} The picture is of the network, "
        f"and not of the program. {scale_said(scale, outputs)}",
        alternative,
        answers_drawn(shown, outputs, scale, "element" if order else "answer"),
        height=4.2,
    )


def scale_of(law: Law) -> Scale:
    """What elements are to each other: in a cyclic group the last is next to the first.

    In any other group their numbers are names: its table, as drawn, has no order of its answers.
    """
    group = law.group
    cyclic = isinstance(group, Abelian) and len(group.moduli) == 1 and law.order > 2
    drawn_by_element = bool(law.lists) or law.output is None
    return "round" if cyclic and drawn_by_element else "apart"


def by_elements(law: Law, answers: AnswerMap) -> AnswerMap:
    """A map of all answers, its values in the order of their elements: a subgroup is a block.

    In another order the table of any group looks drawn at random.
    """
    left, right, output = (law.elements(side) for side in ("left", "right", "output"))
    cells = output[cells_of(answers.rows)][np.argsort(left)][:, np.argsort(right)]
    numbers, names = tuple(range(law.order)), answers.plane.names
    plane = Plane(
        (f"element of {names[0]}", f"element of {names[1]}"), numbers, numbers, answers.plane.held
    )
    return AnswerMap(plane, lines(cells.ravel(), plane))
