"""Integer recurrences over sequences, as a kind: its stages, in order."""

from __future__ import annotations

from collections.abc import Iterator

from jaxtyping import Int
from numpy import ndarray

from distill.checker.kind import VARIABLE
from distill.drawing.picture import Picture
from distill.evidence.figures import Measured
from distill.expressions.reading import read_expression
from distill.kinds.kind import TABULATED, Kind, Proved, Written
from distill.kinds.notation import Notation
from distill.kinds.recurrence.compare import (
    RecurrenceCompared,
)
from distill.kinds.recurrence.emit import emit_recurrence
from distill.kinds.recurrence.evidence import look_inside, prove
from distill.kinds.recurrence.exhibits import RecurrenceExhibits, recurrence_exhibits
from distill.kinds.recurrence.extract import readings
from distill.kinds.recurrence.mechanism import RecurrenceMechanism
from distill.kinds.recurrence.notation import FORMS, written
from distill.kinds.recurrence.pictures import recurrence_pictures
from distill.networks.trace import SequenceTrace, View
from distill.records.refusal import Refusal
from distill.records.report import Report
from distill.search.conformance import impulses


class RecurrenceKind(RecurrenceCompared, Kind[RecurrenceMechanism]):
    """Integer registers that every step updates."""

    title = "Integer recurrences"
    about = "Recurrent networks that count, sum, delay and compare."
    exhibits = RecurrenceExhibits
    notations = FORMS

    def read(self, view: View) -> Iterator[RecurrenceMechanism | Refusal]:
        """What linear responses, kept values and decoded registers say, each for itself."""
        if isinstance(view, SequenceTrace):
            yield from readings(view.network, view.length)

    def summary(self, mechanism: RecurrenceMechanism) -> str:
        """How many registers there are."""
        registers = len(mechanism.registers)
        if not registers:
            return "function of the current input"
        return f"{registers} integer register{'s' if registers > 1 else ''}"

    def write(self, mechanism: RecurrenceMechanism) -> Written:
        """A loop that sets one register after another.

        Raises:
            MachineError: an expression is none that this version reads.
        """
        order = None
        if mechanism.order is not None:
            order = tuple(
                tuple((name, read_expression(update)) for name, update in group)
                for group in mechanism.order
            )
        ranges = [range(low, high + 1) for low, high in mechanism.ranges]
        emitted = emit_recurrence(mechanism.recurrence, order, ranges, named=True)
        remarks = (TABULATED,) if emitted.tabulated else ()
        return Written(emitted.program, mechanism, tabulated=emitted.tabulated, remarks=remarks)

    def takes(self, mechanism: RecurrenceMechanism) -> tuple[range, ...]:
        """What its channels read."""
        return tuple(range(low, high + 1) for low, high in mechanism.ranges)

    def probe(
        self, written: Written, view: View, sample: Int[ndarray, "n length channels"]
    ) -> Measured:
        """Every register read from the hidden state, and moved."""
        mechanism = written.mechanism
        assert isinstance(mechanism, RecurrenceMechanism), "of this kind"
        assert isinstance(view, SequenceTrace), "recurrences are read over sequences"
        if not view.network.reached:
            return {}
        return look_inside(mechanism.recurrence, view.network, sample)

    def prove(self, written: Written, view: View) -> Proved:
        """Program = recurrence as sums; network = recurrence up to a length."""
        mechanism = written.mechanism
        assert isinstance(mechanism, RecurrenceMechanism), "of this kind"
        assert isinstance(view, SequenceTrace), "recurrences are read over sequences"
        return Proved(prove(written.program.source, mechanism, view.network))

    def hunt(
        self, mechanism: RecurrenceMechanism, view: View
    ) -> list[Int[ndarray, "n length channels"]]:
        """Sequences at rest but for one step."""
        assert isinstance(view, SequenceTrace), "recurrences are read over sequences"
        return [impulses(view.channels.inputs, view.length)]

    def show(self, mechanism: RecurrenceMechanism, view: View) -> RecurrenceExhibits:
        """Registers beside what is read of them, and one sequence that is followed."""
        assert isinstance(view, SequenceTrace), "recurrences are read over sequences"
        return recurrence_exhibits(mechanism.recurrence, view.network, view.length)

    def draw(
        self, mechanism: RecurrenceMechanism, exhibits: RecurrenceExhibits, report: Report
    ) -> tuple[Picture, ...]:
        """A sequence that is followed, and every register decoded."""
        return recurrence_pictures(exhibits, report.each(VARIABLE))

    def notation(self, mechanism: RecurrenceMechanism, form: Notation) -> str:
        """Its updates as formulas."""
        return written(mechanism, form)
