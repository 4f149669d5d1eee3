"""Closed formulas over boxes of reals, as a kind: its stages, in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from distill.drawing.picture import Picture
from distill.evidence.figures import Measured
from distill.kinds.formula.compare import FormulaCompared
from distill.kinds.formula.emit import emit_formula
from distill.kinds.formula.evidence import behaviour
from distill.kinds.formula.exhibits import FormulaExhibits, formula_exhibits
from distill.kinds.formula.mechanism import FormulaMechanism
from distill.kinds.formula.notation import FORMS, written
from distill.kinds.formula.pictures import formula_pictures
from distill.kinds.formula.points import furthest_looked_at
from distill.kinds.kind import Kind, Written
from distill.kinds.notation import Notation
from distill.networks.trace import BoxTrace, View
from distill.records.refusal import Refusal
from distill.records.report import Report

ROOM = 10.0
"""How much further off than where it was looked at a network may be from its formula."""


class FormulaKind(FormulaCompared, Kind[FormulaMechanism]):
    """Closed formulas."""

    title = "Closed formulas"
    about = "Networks over boxes of reals that compute an expression of their inputs."
    exhibits = FormulaExhibits
    notations = FORMS

    def read(self, view: View) -> Iterator[FormulaMechanism | Refusal]:
        """One formula, or why there is none."""
        if isinstance(view, BoxTrace):
            # with sympy and optimisers, which nothing else waits for
            from distill.kinds.formula.extract import extract_formula

            yield extract_formula(view, view.engine)

    def write(self, mechanism: FormulaMechanism) -> Written:
        """One line."""
        return Written(emit_formula(mechanism), mechanism)

    def takes(self, mechanism: FormulaMechanism) -> tuple[tuple[float, float], ...]:
        """Both ends of every input."""
        return tuple((each.low, each.high) for each in mechanism.inputs)

    def tolerance(self, mechanism: FormulaMechanism) -> float:
        """What is taken for the network's own error, in corners as well."""
        return ROOM * max(mechanism.largest, 2 * mechanism.noise)

    def hunt(self, mechanism: FormulaMechanism, view: View) -> list[Any]:
        """The worst of the points that the formula was held against."""
        assert isinstance(view, BoxTrace), "formulas are read over boxes"
        return [furthest_looked_at(mechanism.expression, view)]

    def probe(self, written: Written, view: View, sample: Any) -> Measured:
        """Derivatives, lines on which the formula stays, and its parts in the last layer."""
        assert isinstance(view, BoxTrace), "formulas are read over boxes"
        assert isinstance(written.mechanism, FormulaMechanism), "of this kind"
        return behaviour(written.mechanism, view)

    def show(self, mechanism: FormulaMechanism, view: View) -> FormulaExhibits:
        """Expressions by error and size."""
        return formula_exhibits(mechanism)

    def draw(
        self, mechanism: FormulaMechanism, exhibits: FormulaExhibits, report: Report
    ) -> tuple[Picture, ...]:
        """Error against size."""
        return formula_pictures(exhibits)

    def notation(self, mechanism: FormulaMechanism, form: Notation) -> str:
        """For SymPy, LaTeX, NumPy, torch or C."""
        return written(mechanism, form)
