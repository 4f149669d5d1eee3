"""Pictures of a network that was refused: what it answers, and what its logits do show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from distill.drawing.answers import AnswerMap, answers_drawn
from distill.drawing.clouds import cloud, side_said
from distill.drawing.heat import cells_of, held
from distill.drawing.picture import FAINT, SERIES, Picture, picture
from distill.drawing.spectrum import around_zero, bars
from distill.kinds.refused.finite_exhibits import RefusalExhibits
from distill.kinds.refused.sequence_exhibits import UnreadExhibits

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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


def _answers(exhibits: RefusalExhibits, answers: AnswerMap) -> Picture:
    first, last = exhibits.outputs
    count, plane, cells = last - first + 1, answers.plane, cells_of(answers.rows)
    names = " and ".join(plane.names)
    often = np.bincount(cells.reshape(-1), minlength=count)
    return picture(
        "answers",
        "What the network answers",
        f"Its answer for every {names}{held(plane)}. A rule often shows as a pattern, stripes or "
        "squares for example, also one that was not looked for; colours go round once from the "
        "first output to the last.",
        f"{int((often > 0).sum())} of {count} outputs occur; the commonest is "
        f"{first + int(often.argmax())}, on {often.max() / often.sum():.1%} of what is shown.",
        answers_drawn(answers, exhibits.outputs),
        height=4.2,
    )


def _profile(exhibits: RefusalExhibits, heldout: float | None) -> Picture:
    profile = exhibits.profile

    def draw(figure: Figure) -> None:
        axes = figure.add_subplot()
        steps, (line,) = around_zero(profile)
        axes.axhline(0, color=FAINT, linewidth=0.6)
        axes.plot(steps, line, color=SERIES[0])
        axes.set_xlabel("steps beyond the network's own answer")
        axes.set_ylabel("mean logit")

    others = max(map(abs, profile[1:]))
    return picture(
        "profile",
        "Logits around the network's own answer",
        "Waves would show as hills on both sides. Where there is a spike at 0 and nothing beside "
        f"it, {_by_heart(heldout)}.",
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
        "Amplitude of every frequency in the logits around the network's own answer. A mechanism "
        f"of waves would be a few tall bars. Where all of them are alike, {_by_heart(heldout)}.",
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
        f"Hidden states, coloured by {len(answers)} answers or spans of them: "
        f"{'; '.join(answers)}; the picture holds {view.share:.0%} of their variance.",
        cloud(view, answers, 5.0, 3.4),
        height=3.4,
    )
