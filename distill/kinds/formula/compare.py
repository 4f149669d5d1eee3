"""Formulas side by side: they are the same where their programs are, letter by letter."""

from __future__ import annotations

from collections.abc import Mapping

from distill.kinds.difference import Compared
from distill.kinds.formula.mechanism import FormulaMechanism


class FormulaCompared(Compared[FormulaMechanism]):
    """What is known of two of them: no more than their texts."""

    name = "formula"
    noun = ("formula", "formulas")
    mechanism = FormulaMechanism

    def sizes(self, mechanism: FormulaMechanism) -> Mapping[str, int]:
        """Parts of the expression."""
        return {"parts": mechanism.size}
