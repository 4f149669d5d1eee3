"""Comparisons over a finite domain, as a kind: its stages, in order."""

from __future__ import annotations

from collections.abc import Iterator

from jaxtyping import Float, Int
from numpy import ndarray

from distill.drawing.picture import Picture
from distill.evidence.checked import Checked
from distill.evidence.figures import Measured
from distill.kinds.comparison.compare import ComparisonCompared
from distill.kinds.comparison.emit import emit_comparison
from distill.kinds.comparison.evidence import line_evidence, margin_evidence
from distill.kinds.comparison.exhibits import ComparisonExhibits, comparison_exhibits
from distill.kinds.comparison.extract import extract_comparison
from distill.kinds.comparison.graded import graded_score
from distill.kinds.comparison.mechanism import ComparisonMechanism
from distill.kinds.comparison.notation import FORMS, written
from distill.kinds.comparison.pictures import comparison_pictures
from distill.kinds.kind import Kind, Written
from distill.kinds.notation import Notation
from distill.networks.trace import Trace, View
from distill.records.refusal import Refusal
from distill.records.report import Report


class ComparisonKind(ComparisonCompared, Kind[ComparisonMechanism]):
    """One of two answers, by a linear inequality of the inputs."""

    title = "Comparisons"
    about = "Networks over finite domains that compare: one of two answers, on two sides of a line."
    exhibits = ComparisonExhibits
    notations = FORMS

    def read(self, view: View) -> Iterator[ComparisonMechanism | Refusal]:
        """The smallest inequality that all answers agree with."""
        found = extract_comparison(view) if isinstance(view, Trace) else None
        if found is not None:
            yield found

    def write(self, mechanism: ComparisonMechanism) -> Written:
        """One line."""
        return Written(emit_comparison(mechanism), mechanism)

    def takes(self, mechanism: ComparisonMechanism) -> tuple[range, ...]:
        """The inputs of the network."""
        return tuple(range(low, high + 1) for low, high in mechanism.inputs)

    def probe(self, written: Written, view: View, sample: Checked) -> Measured:
        """The margin along the weighted sum, and the line that values are embedded on."""
        mechanism = written.mechanism
        assert isinstance(view, Trace), "comparisons are read over finite domains"
        assert isinstance(mechanism, ComparisonMechanism), "of this kind"
        return margin_evidence(view, mechanism) | line_evidence(view, mechanism, sample)

    def structure(self, logits: Float[ndarray, "n outputs"], tokens: Int[ndarray, "n k"]) -> float:
        """How far it is surer of an answer the further an input is from a line."""
        return graded_score(logits, tokens)

    def show(self, mechanism: ComparisonMechanism, view: View) -> ComparisonExhibits:
        """Margins, along the weighted sum and over two inputs."""
        assert isinstance(view, Trace), "comparisons are read over finite domains"
        return comparison_exhibits(mechanism, view)

    def draw(
        self, mechanism: ComparisonMechanism, exhibits: ComparisonExhibits, report: Report
    ) -> tuple[Picture, ...]:
        """The margins."""
        return comparison_pictures(mechanism, exhibits)

    def notation(self, mechanism: ComparisonMechanism, form: Notation) -> str:
        """The answer by cases."""
        return written(mechanism, form)
