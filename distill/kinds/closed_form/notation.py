"""A closed form as a formula of sympy, or for LaTeX."""

from __future__ import annotations

from distill.domains.finite import input_names
from distill.expressions.as_sympy import as_sympy
from distill.expressions.cases import listed_beside, with_exceptions
from distill.expressions.reading import read_expression
from distill.kinds.closed_form.mechanism import ClosedFormMechanism
from distill.kinds.notation import Notation

MECHANISM = ClosedFormMechanism
FORMS: tuple[Notation, ...] = ("latex", "sympy")


def written(mechanism: ClosedFormMechanism, form: Notation) -> str:
    """The expression as a formula, with the inputs that are answered otherwise."""
    formula = as_sympy(read_expression(mechanism.expression))
    names = input_names(len(mechanism.inputs))
    if form == "sympy":
        return str(formula) + listed_beside(names, mechanism.exceptions)
    import sympy

    return with_exceptions(names, mechanism.exceptions, str(sympy.latex(formula)))
