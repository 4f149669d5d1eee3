"""A mechanism in other notations: a formula for LaTeX or sympy, a graph for Graphviz.

What a folder holds is read and not executed: expressions of a recurrence go through a short list
of operations, node by node.
"""

from __future__ import annotations

from distill.errors import DistillError
from distill.kinds.automaton.mechanism import AutomatonMechanism
from distill.kinds.automaton.notation import state_graph
from distill.kinds.fourier.mechanism import FourierMechanism
from distill.kinds.fourier.notation import (
    _answer,
    _listed_beside,
    _with_exceptions,
    fourier_expression,
)
from distill.kinds.kind import Notation
from distill.kinds.mechanism import Mechanism
from distill.kinds.recurrence.mechanism import RecurrenceMechanism
from distill.kinds.recurrence.notation import _recurrence
from distill.records.refusal import Refusal


def written(mechanism: Mechanism | Refusal, notation: Notation) -> str:
    """A mechanism in a notation.

    Raises:
        DistillError: it has no such form.
    """
    if isinstance(mechanism, FourierMechanism) and notation != "dot":
        import sympy

        logit = fourier_expression(mechanism)
        if notation == "sympy":
            return str(logit) + _listed_beside(mechanism)
        answer = _answer(mechanism.coordinate)
        waves = rf"\operatorname*{{arg\,max}}_{{{answer}}} \left({sympy.latex(logit)}\right)"
        return _with_exceptions(mechanism, waves)
    if isinstance(mechanism, RecurrenceMechanism) and notation != "dot":
        return _recurrence(mechanism, notation)
    if isinstance(mechanism, AutomatonMechanism) and notation == "dot":
        return state_graph(mechanism)
    has = {
        "fourier": "--latex or --sympy",
        "recurrence": "--latex or --sympy",
        "automaton": "--dot",
    }
    instead = has.get(mechanism.kind)
    raise DistillError(
        f"a mechanism of the kind '{mechanism.kind}' has no form for --{notation}: "
        + (f"use {instead}" if instead else "there is nothing to write")
    )
