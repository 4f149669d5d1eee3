"""Closed forms over a finite domain, as a kind: its stages, in order."""

from __future__ import annotations

from collections.abc import Iterator

from distill.checker.scope import many
from distill.drawing.picture import Picture
from distill.kinds.closed_form.compare import ClosedFormCompared
from distill.kinds.closed_form.emit import emit_closed_form
from distill.kinds.closed_form.exhibits import ClosedFormExhibits, closed_form_exhibits
from distill.kinds.closed_form.extract import extract_closed_form
from distill.kinds.closed_form.mechanism import ClosedFormMechanism
from distill.kinds.closed_form.notation import FORMS, written
from distill.kinds.closed_form.pictures import closed_form_pictures
from distill.kinds.kind import Kind, Written
from distill.kinds.notation import Notation
from distill.networks.trace import Trace, View
from distill.records.refusal import Refusal
from distill.records.report import Report


class ClosedFormKind(ClosedFormCompared, Kind[ClosedFormMechanism]):
    """The answer is a short integer expression of the inputs, whatever the network does inside."""

    title = "Closed forms"
    about = (
        "Networks over finite domains whose answers are a short expression of the inputs. Nothing "
        "is said of how they compute it."
    )
    exhibits = ClosedFormExhibits
    notations = FORMS
    functional = True

    def read(self, view: View) -> Iterator[ClosedFormMechanism | Refusal]:
        """The plainest expression that the answers agree with."""
        if isinstance(view, Trace):
            yield extract_closed_form(view)

    def summary(self, mechanism: ClosedFormMechanism) -> str:
        """The expression, and how many inputs are listed beside it."""
        count = len(mechanism.exceptions)
        return mechanism.name + (f", {many(count, 'exception')}" if count else "")

    def write(self, mechanism: ClosedFormMechanism) -> Written:
        """One line, and the exceptions."""
        return Written(emit_closed_form(mechanism), mechanism, exceptions=len(mechanism.exceptions))

    def takes(self, mechanism: ClosedFormMechanism) -> tuple[range, ...]:
        """The inputs of the network."""
        return tuple(range(low, high + 1) for low, high in mechanism.inputs)

    def listed(self, mechanism: ClosedFormMechanism) -> tuple[tuple[int, ...], ...]:
        """The exceptions."""
        return mechanism.exceptions

    def show(self, mechanism: ClosedFormMechanism, view: View) -> ClosedFormExhibits:
        """The network's answers over two inputs."""
        assert isinstance(view, Trace), "closed forms are read over finite domains"
        return closed_form_exhibits(view)

    def draw(
        self, mechanism: ClosedFormMechanism, exhibits: ClosedFormExhibits, report: Report
    ) -> tuple[Picture, ...]:
        """The answers."""
        return closed_form_pictures(mechanism, exhibits)

    def notation(self, mechanism: ClosedFormMechanism, form: Notation) -> str:
        """The expression as a formula, with the inputs that are answered otherwise."""
        return written(mechanism, form)
