"""Finite-state automata over sequences, as a kind: its stages, in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from jaxtyping import Int
from numpy import ndarray

from distill.checker.kind import TOLD_APART
from distill.drawing.picture import Picture
from distill.evidence.figures import Measured
from distill.kinds.automaton.boxes import NotClosed, data_of
from distill.kinds.automaton.compare import AutomatonCompared
from distill.kinds.automaton.emit import emit_machine
from distill.kinds.automaton.evidence import look_inside, prove, walks_through
from distill.kinds.automaton.exhibits import MachineExhibits, machine_exhibits
from distill.kinds.automaton.extract import MAX_STATES, extract_machine, extract_on_shorter
from distill.kinds.automaton.mechanism import AutomatonMechanism, Variable, automaton_of
from distill.kinds.automaton.notation import FORMS, written
from distill.kinds.automaton.pictures import machine_pictures
from distill.kinds.kind import TABULATED, Kind, Proved, Written
from distill.kinds.notation import Notation
from distill.networks.trace import SequenceTrace, View
from distill.records.refusal import Refusal
from distill.records.report import NOT_LOOKED_FOR, Report

MAX_SYMBOLS = 512
"""Symbols up to which an automaton is looked for."""

GIVEN_STATES = 100
"""States of a machine that is read of a network that somebody else trained, where nobody says how
many: one that is right on most sequences follows hundreds on the others, which mean nothing."""


class AutomatonKind(AutomatonCompared, Kind[AutomatonMechanism]):
    """States that are told apart in hidden space, and steps between them."""

    title = "Finite-state automata"
    about = "Recurrent networks that are in one of finitely many states."
    exhibits = MachineExhibits
    notations = FORMS

    def read(self, view: View) -> Iterator[AutomatonMechanism | Refusal]:
        """The minimal automaton of a network that reads symbols, if there are few of them."""
        if not isinstance(view, SequenceTrace):
            return
        network = view.network
        if not network.reads_symbols or network.channels.size > MAX_SYMBOLS:
            return  # what reads and gives numbers is no automaton
        symbols = tuple(tuple(int(value) for value in row) for row in network.channels.alphabet)
        most = view.max_states or (GIVEN_STATES if view.given else MAX_STATES)
        model = network.over_symbols()
        found = extract_machine(model, symbols, view.length, most)
        if isinstance(found, Refusal):
            shorter = extract_on_shorter(model, symbols, view.length, most) if view.given else None
            if shorter is None or 2 * shorter.length < view.length:
                yield found  # that it is no machine is all that is known
            if shorter is None:
                return
            found = shorter
        yield automaton_of(found.machine.minimise(), found.machine.states, found.rounds)

    def summary(self, mechanism: AutomatonMechanism) -> str:
        """How many states there are, here and in hidden space."""
        states = mechanism.states
        merged = f", of {mechanism.found} in hidden space" if mechanism.found > states else ""
        return f"finite-state machine of {states} state{'s' if states > 1 else ''}{merged}"

    def write(self, mechanism: AutomatonMechanism) -> Written:
        """A loop over a list, with arithmetic in place of states where there is some.

        Raises:
            MachineError: the program could not be shown to be the automaton.
        """
        emitted = emit_machine(mechanism.machine)
        count = f"{mechanism.states} state{'s' if mechanism.states > 1 else ''}"
        variables = tuple(Variable(*variable) for variable in emitted.variables)
        free = [each.name for each in variables if None in each.values]
        apart = f"{count}{TOLD_APART if free else ''}"  # its program remembers more than these
        named = replace(
            mechanism,
            name=emitted.name if count in emitted.name else f"{emitted.name} ({apart})",
            tabulated=emitted.tabulated,
            variables=variables,
        )
        remarks = [TABULATED] if emitted.tabulated else []
        if free:
            remarks.append(
                f"{', '.join(free)} has several values in some states, which no answer tells "
                f"apart, and {NOT_LOOKED_FOR}"
            )
        return Written(emitted.program, named, tabulated=emitted.tabulated, remarks=tuple(remarks))

    def takes(self, mechanism: AutomatonMechanism) -> tuple[range, ...]:
        """What its symbols are made of."""
        return tuple(
            range(min(values), max(values) + 1) for values in zip(*mechanism.symbols, strict=True)
        )

    def probe(
        self, written: Written, view: View, sample: Int[ndarray, "n length channels"]
    ) -> Measured:
        """Every variable read from the hidden state, exchanged, and moved."""
        mechanism = written.mechanism
        assert isinstance(mechanism, AutomatonMechanism), "of this kind"
        assert isinstance(view, SequenceTrace), "automata are read over sequences"
        if not view.network.reached:
            return {}
        return look_inside(mechanism, view.network, sample)

    def prove(self, written: Written, view: View) -> Proved:
        """Program = automaton by walking both, network = automaton by induction over boxes."""
        mechanism = written.mechanism
        assert isinstance(mechanism, AutomatonMechanism), "of this kind"
        assert isinstance(view, SequenceTrace), "automata are read over sequences"
        proof, boxes = prove(written.program.source, mechanism, view.network)
        remarks = ()
        if isinstance(boxes, NotClosed):
            remarks = (f"no boxes in hidden space were found that no step leaves: {boxes.reason}",)
        return Proved(proof, None if boxes is None else data_of(boxes), remarks)

    def hunt(
        self, mechanism: AutomatonMechanism, view: View
    ) -> list[Int[ndarray, "n length channels"]]:
        """Sequences that go through all of the automaton."""
        assert isinstance(view, SequenceTrace), "automata are read over sequences"
        return walks_through(mechanism, view.network)

    def show(self, mechanism: AutomatonMechanism, view: View) -> MachineExhibits:
        """Hidden states by state of the automaton, and what exchanging them does."""
        assert isinstance(view, SequenceTrace), "automata are read over sequences"
        return machine_exhibits(mechanism, view.network, view.length)

    def draw(
        self, mechanism: AutomatonMechanism, exhibits: MachineExhibits, report: Report
    ) -> tuple[Picture, ...]:
        """States and steps as a graph, hidden states, exchanges."""
        return machine_pictures(mechanism, exhibits)

    def notation(self, mechanism: AutomatonMechanism, form: Notation) -> str:
        """The state graph, in Graphviz's language."""
        return written(mechanism, form)
