"""Closed forms side by side: they are the same where their programs are, letter by letter."""

from __future__ import annotations

from distill.kinds.closed_form.mechanism import ClosedFormMechanism
from distill.kinds.difference import Compared


class ClosedFormCompared(Compared[ClosedFormMechanism]):
    """What is known of two of them: no more than their texts."""

    name = "closed_form"
    noun = ("closed form", "closed forms")
    mechanism = ClosedFormMechanism
