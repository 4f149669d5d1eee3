"""Pictures of a network that was refused: what it answers, and what its logits do show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from distill.checker.scope import many
from distill.drawing.answers import AnswerMap, answers_drawn, scale_said
from distill.drawing.clouds import cloud, side_said
from distill.drawing.heat import cells_of, held
from distill.drawing.picture import FAINT, SERIES, Picture, picture, whole
from distill.drawing.spectrum import bars, near_zero, window_said
from distill.kinds.refused.finite_exhibits import RefusalExhibits
from distill.kinds.refused.patterns import pattern_said, scale_of
from distill.kinds.refused.sequence_exhibits import UnreadExhibits

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FLAT = 0.2
"""Of the answer's height, what logits beside it vary by where there are no hills."""

FEW, MOST_OF_IT, ALIKE = 3, 0.9, 0.5
"""Tall bars, the part that they hold in a mechanism of waves, and bars that are alike."""

FEWEST = 4
"""Outputs from which on logits around an answer can show waves."""

MEMORISED = 0.5
"""Held-out accuracy below which a network is taken to have its answers by heart."""


def refusal_pictures(exhibits: RefusalExhibits, heldout: float | None) -> tuple[Picture, ...]:
    """In the order in which they are looked at.

    Args:
        exhibits: what they show.
        heldout: part of the inputs that the network was not trained on that it has right; null
            where there are none, or where it is not known which they are.
    """
    answers = exhibits.answers
    shown = () if answers is None else (_answers(exhibits, answers),)
    if len(exhibits.profile) < FEWEST:
        return shown  # one step from an answer to the other: neither hills nor frequencies
    return (*shown, _profile(exhibits, heldout), _spectrum(exhibits, heldout))


def _by_heart(heldout: float | None) -> str:
    """What a spike, or a flat spectrum, may be taken for, by what the network has right."""
    if heldout is None:
        return "that says that no few waves are there, and not what is there instead"
    if heldout < MEMORISED:
        return (
            f"that is what memorised answers look like, and of held-out inputs it has {heldout:.1%}"
            " right"
        )
    return (
        "that is no sign of answers by heart, as it has "
        f"{heldout:.1%} of held-out inputs right: no few waves are there, but some other rule is"
    )


def _hills(exhibits: RefusalExhibits, heldout: float | None) -> str:
    """What is so beside the answer: hills, and whether few waves make them, or next to nothing."""
    profile = exhibits.profile
    others = max(profile[1:]) - min(profile[1:])
    part = others / max(profile[0] - min(profile[1:]), 1e-300)
    if part < FLAT:
        return f"A spike at 0 and next to nothing beside it: {_by_heart(heldout)}."
    beside = (
        f"Beside the answer logits go up and down by {part:.0%} of its height, as waves would make "
        "them"
    )
    sizes = exhibits.amplitudes
    if len(sizes) <= FEW or _held_by_few(sizes) < MOST_OF_IT:
        return f"{beside}; no few waves were found to explain them."
    return f"{beside}."


def _held_by_few(sizes: tuple[float, ...]) -> float:
    """Part of the squares of all bars that the tallest few have."""
    squares = sorted((size * size for size in sizes), reverse=True)
    return sum(squares[:FEW]) / max(sum(squares), 1e-300)


def _tall(sizes: tuple[float, ...], heldout: float | None) -> str:
    """What is so of the bars: a few that are tall, or all alike."""
    ordered = sorted(sizes, reverse=True)
    few = _held_by_few(sizes)
    if len(sizes) <= FEW:
        return "There are so few frequencies that a few tall ones could not be told from all."
    if few >= MOST_OF_IT:
        return (
            f"The tallest {FEW} hold {few:.0%} of it, as in a mechanism of waves; it was refused "
            "for another reason."
        )
    if ordered[-1] > ALIKE * ordered[0]:
        return f"All are much alike: {_by_heart(heldout)}."
    return f"The tallest {FEW} of {len(sizes)} hold {few:.0%} of it: too little for a few waves."


def _answers(exhibits: RefusalExhibits, answers: AnswerMap) -> Picture:
    first, last = exhibits.outputs
    count, plane, cells = last - first + 1, answers.plane, cells_of(answers.rows)
    names = " and ".join(plane.names)
    often = np.bincount(cells.reshape(-1), minlength=count)
    outputs = range(first, last + 1)
    said, scale = pattern_said(cells, plane, outputs), scale_of(cells, plane, outputs)
    return picture(
        "answers",
        "What the network answers",
        f"Its answer for every {names}{held(plane)}. {said} {scale_said(scale, exhibits.outputs)}",
        f"{int((often > 0).sum())} of {count} outputs are given; the commonest is "
        f"{first + int(often.argmax())}, on {often.max() / often.sum():.1%} of what is shown.",
        answers_drawn(answers, exhibits.outputs, scale),
        height=4.2,
    )


def _profile(exhibits: RefusalExhibits, heldout: float | None) -> Picture:
    profile = exhibits.profile

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        steps, (line,) = near_zero(profile)
        axes.axhline(0, color=FAINT, linewidth=0.6)
        axes.plot(steps, line, "o-", color=SERIES[0], markersize=3.5)
        whole(axes.xaxis)
        axes.set_xlabel("steps from the network's own answer to another output")
        axes.set_ylabel("mean logit")

    others = max(map(abs, profile[1:]))
    return picture(
        "profile",
        "Logits around the network's own answer",
        f"{_hills(exhibits, heldout)}{window_said(len(profile))}",
        f"The mean logit of the answer is {profile[0]:.3g}; of every other output it is within "
        f"{others:.3g} of zero.",
        draw,
    )


def _spectrum(exhibits: RefusalExhibits, heldout: float | None) -> Picture:
    sizes = exhibits.amplitudes
    strongest = max(range(len(sizes)), key=lambda place: sizes[place]) + 1
    middle = sorted(sizes)[len(sizes) // 2]

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        bars(axes, sizes, ())
        axes.set_xlabel("frequency (turns over all outputs)")
        axes.set_ylabel("amplitude in logits")

    return picture(
        "spectrum",
        "Frequencies around its own answer",
        "Amplitude of every frequency in the logits around the network's own answer. "
        + _tall(sizes, heldout),
        f"The largest amplitude is {sizes[strongest - 1]:.3g} (frequency {strongest}); half of "
        f"all are above {middle:.3g}.",
        draw,
    )


def unread_picture(exhibits: UnreadExhibits) -> Picture:
    """Of a network that was learned and not understood."""
    view, answers = exhibits.hidden, exhibits.answers
    return picture(
        "hidden",
        "Hidden states",
        "Every point is the network's hidden state after a step, coloured by its answer then. "
        "Clouds that are apart would be states, and points on a line a number; neither was found "
        f"to explain all answers. The ring is the start. {side_said(view)}",
        f"Hidden states, coloured by {many(len(answers), 'answer')} or spans of them: "
        f"{'; '.join(answers)}; the picture holds {view.share:.0%} of their variance.",
        cloud(view, answers, 5.0, 3.4),
        height=3.4,
    )
