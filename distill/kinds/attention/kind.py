"""Programs of selections over positions, as a kind: its stages, in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from distill.checker.attention import UNDERSTOOD, listed_in
from distill.checker.scope import many
from distill.drawing.picture import Picture
from distill.evidence.figures import Measure, Measured
from distill.kinds.attention.behaviour import behaves
from distill.kinds.attention.compare import AttentionCompared
from distill.kinds.attention.emit import emit_attention
from distill.kinds.attention.evidence import replaced
from distill.kinds.attention.exhibits import AttentionExhibits, attention_exhibits
from distill.kinds.attention.extract import extract_attention
from distill.kinds.attention.mechanism import AttentionMechanism
from distill.kinds.attention.pictures import attention_pictures
from distill.kinds.attention.proof import proved
from distill.kinds.attention.told import how_heads_do
from distill.kinds.attention.why import why_it_works
from distill.kinds.kind import Kind, Proved, Written
from distill.networks.trace import TextTrace, View
from distill.records.refusal import Refusal
from distill.records.report import Report


class AttentionKind(AttentionCompared, Kind[AttentionMechanism]):
    """Selections, aggregations and maps over positions."""

    title = "Programs of selections"
    about = "Transformers over texts, whose heads select positions and take something from them."
    exhibits = AttentionExhibits

    def read(self, view: View) -> Iterator[AttentionMechanism | Refusal]:
        """One program, or why there is none."""
        if isinstance(view, TextTrace):
            yield extract_attention(view)

    def summary(self, mechanism: AttentionMechanism) -> str:
        """How many selections, and how much is listed."""
        return f"{mechanism.name}, {many(mechanism.cells, 'table cell')}"

    def write(self, mechanism: AttentionMechanism) -> Written:
        """A line for every step."""
        remarks = ()
        if mechanism.cells:
            remarks = (
                f"{many(mechanism.cells, 'value')} stand in tables that no expression was found "
                "for"
                + (
                    f": more than {UNDERSTOOD:g}, so that the program does not say what they mean"
                    if mechanism.cells > UNDERSTOOD
                    else ""
                ),
            )
        alone = [s.name for s in mechanism.steps if s.op == "select" and s.head is None]
        if alone:
            remarks = (
                *remarks,
                f"{many(len(alone), 'selection')} ({', '.join(alone)}) in no head that was found: "
                "the program was found by asking the network alone",
            )
        remarks = (*remarks, *how_heads_do(mechanism))
        tabulated = mechanism.cells > UNDERSTOOD
        return Written(emit_attention(mechanism), mechanism, tabulated=tabulated, remarks=remarks)

    def takes(self, mechanism: AttentionMechanism) -> tuple[range, ...]:
        """The values of a token."""
        return (range(mechanism.tokens[0], mechanism.tokens[1] + 1),)

    def longest(self, mechanism: AttentionMechanism) -> int:
        """Tokens of the longest text that the network has positions for."""
        return mechanism.longest

    def probe(self, written: Written, view: View, sample: Any) -> Measured:
        """The heads replaced by their selections; how much is listed; what texts of a kind do."""
        mechanism = written.mechanism
        assert isinstance(mechanism, AttentionMechanism), "of this kind"
        assert isinstance(view, TextTrace), "selections are read over texts"
        listed = mechanism.cells + listed_in(mechanism.data)
        cells = {"table_cells": Measure(float(listed))}
        return cells | replaced(mechanism, view) | behaves(mechanism, view)

    def prove(self, written: Written, view: View) -> Proved:
        """That both answer alike over sets of texts, or texts on which they do not."""
        mechanism = written.mechanism
        assert isinstance(mechanism, AttentionMechanism), "of this kind"
        assert isinstance(view, TextTrace), "selections are read over texts"
        return proved(mechanism, written.program.source, view)

    def show(self, mechanism: AttentionMechanism, view: View) -> AttentionExhibits:
        """Attention beside selections along one text."""
        assert isinstance(view, TextTrace), "selections are read over texts"
        return attention_exhibits(mechanism, view)

    def draw(
        self, mechanism: AttentionMechanism, exhibits: AttentionExhibits, report: Report
    ) -> tuple[Picture, ...]:
        """Every head's attention beside its selection."""
        return attention_pictures(mechanism, exhibits)

    def why(self, mechanism: AttentionMechanism, report: Report) -> list[str]:
        """What each head does for the program, and what shows that."""
        return why_it_works(mechanism, report)
