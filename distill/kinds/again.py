"""From a mechanism alone to its program: the same text, whenever and by whom it is written."""

from __future__ import annotations

from distill.errors import MachineError
from distill.expressions.reading import read_expression
from distill.kinds.automaton.emit import emit_machine
from distill.kinds.automaton.mechanism import AutomatonMechanism
from distill.kinds.fourier.emit import emit_fourier
from distill.kinds.fourier.mechanism import FourierMechanism
from distill.kinds.mechanism import Mechanism
from distill.kinds.recurrence.emit import emit_recurrence
from distill.programs.program import Program
from distill.records.refusal import Refusal


def emit_again(mechanism: Mechanism) -> Program:
    """Write the program of a stored mechanism.

    Raises:
        DistillError: it was stored without its domain, or by a version that wrote other
            expressions.
    """
    if isinstance(mechanism, FourierMechanism):
        emitted = emit_fourier(mechanism, mechanism.domain)
        if isinstance(emitted, Refusal):
            raise MachineError(f"the mechanism has no program: {emitted.reasons[0]}")
        return emitted.program
    if isinstance(mechanism, AutomatonMechanism):
        return emit_machine(mechanism.machine).program
    order = None
    if mechanism.order is not None:
        order = tuple(
            tuple((name, read_expression(update)) for name, update in group)
            for group in mechanism.order
        )
    ranges = [range(low, high + 1) for low, high in mechanism.ranges]
    return emit_recurrence(mechanism.recurrence, order, ranges, named=True).program
