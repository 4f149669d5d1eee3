"""Where nothing was understood: what is shown of the network in place of a mechanism."""

from __future__ import annotations

from distill.drawing.picture import Picture
from distill.kinds.refused.finite_exhibits import RefusalExhibits, refusal_exhibits
from distill.kinds.refused.pictures import refusal_pictures, unread_picture
from distill.kinds.refused.sequence_exhibits import UnreadExhibits, unread_exhibits
from distill.networks.trace import BoxTrace, TextTrace, Trace, View

EXHIBITS = (RefusalExhibits, UnreadExhibits)
"""What is shown of a network over a finite domain, and of one over sequences."""


def show(view: View) -> RefusalExhibits | UnreadExhibits | None:
    """What the pictures of a refusal show; nothing over texts, and over boxes of reals."""
    if isinstance(view, TextTrace | BoxTrace):
        return None
    if isinstance(view, Trace):
        return refusal_exhibits(view)
    return unread_exhibits(view.network, view.length)


def draw(
    exhibits: RefusalExhibits | UnreadExhibits | None, heldout: float | None
) -> tuple[Picture, ...]:
    """The pictures of a refusal, in the order in which they are looked at.

    Args:
        exhibits: what they show; null where no network was trained.
        heldout: part of the inputs that the network was not trained on that it has right; null
            where there are none, or where it is not known which they are.
    """
    if isinstance(exhibits, RefusalExhibits):
        return refusal_pictures(exhibits, heldout)
    return () if exhibits is None else (unread_picture(exhibits),)


def spectrum(exhibits: RefusalExhibits | UnreadExhibits | None) -> tuple[float, ...]:
    """Amplitudes of the logits by frequency; none over sequences."""
    return exhibits.amplitudes if isinstance(exhibits, RefusalExhibits) else ()
