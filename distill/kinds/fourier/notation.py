"""A sum of cosines as a formula of sympy, or for LaTeX."""

from __future__ import annotations

from typing import Any

from distill.domains.finite import input_names, output_name
from distill.expressions.cases import listed_beside, with_exceptions
from distill.kinds.fourier.coordinate import Coordinate, Logarithm, Numbering, Polynomial
from distill.kinds.fourier.emit import DIGITS, SMALL_PHASE
from distill.kinds.fourier.mechanism import FourierMechanism
from distill.kinds.notation import Notation

MECHANISM = FourierMechanism
FORMS: tuple[Notation, ...] = ("latex", "sympy")


def fourier_expression(mechanism: FourierMechanism) -> Any:
    """The logit of an output as a sympy expression in inputs and output, as the program has it."""
    import sympy

    coordinate = mechanism.coordinate
    c = sympy.Symbol(_answer(coordinate))
    phi, difference = _phi(coordinate), coordinate.difference
    turn = _number(coordinate, coordinate.output, c) - phi
    total = sympy.Integer(0)
    for wave in mechanism.waves:
        # the whole turn stays in one piece: multiplied out, every input has a fraction of its own
        one = 2 * sympy.pi * sympy.Rational(wave.frequency, mechanism.modulus)
        size = sympy.Float(wave.amplitude, DIGITS)
        if wave.pizza and difference is not None:
            radius = sympy.Mul(one / 2, _phi(difference), evaluate=False)
            size += sympy.Float(wave.pizza, DIGITS) * sympy.Abs(sympy.cos(radius))
        angle = sympy.Mul(one, turn, evaluate=False)
        if abs(wave.phase) >= SMALL_PHASE:  # as in the program
            angle += sympy.Float(wave.phase, DIGITS)
        total += size * sympy.cos(angle)
    return total


def _exceptions(mechanism: FourierMechanism) -> tuple[tuple[int, ...], ...]:
    """Inputs that the program answers from its list, as values, each with its answer last."""
    domain = mechanism.domain
    return tuple(
        (
            *(values[token] for values, token in zip(domain.inputs, tokens, strict=True)),
            domain.outputs[output],
        )
        for *tokens, output in mechanism.exceptions
    )


def _answer(coordinate: Coordinate) -> str:
    """The name of an output, as in the program."""
    return output_name(len(coordinate.weights))


def _phi(coordinate: Coordinate) -> Any:
    import sympy

    total = sympy.Integer(coordinate.offset)
    names = input_names(len(coordinate.weights))
    pairs = zip(names, coordinate.weights, coordinate.numberings, strict=True)
    for name, weight, numbering in pairs:
        total += weight * _number(coordinate, numbering, sympy.Symbol(name))
    return total


def _number(coordinate: Coordinate, numbering: Numbering, variable: Any) -> Any:
    """The number of a value: a polynomial, a discrete logarithm, or a function without a rule,
    called as the program calls its table.
    """
    import sympy

    if isinstance(numbering, Polynomial):
        return sum(
            coefficient * variable**power
            for power, coefficient in enumerate(numbering.coefficients, start=1)
        )
    if isinstance(numbering, Logarithm):
        return sympy.Function(f"log_{numbering.base}")(variable)
    return sympy.Function(coordinate.constants[numbering].lower())(variable)


def written(mechanism: FourierMechanism, form: Notation) -> str:
    """The logit for sympy, with what the program answers otherwise; for LaTeX its arg max."""
    import sympy

    logit, names = fourier_expression(mechanism), input_names(len(mechanism.coordinate.weights))
    exceptions = _exceptions(mechanism) if mechanism.exceptions else ()
    if form == "sympy":
        return str(logit) + listed_beside(names, exceptions)
    answer = _answer(mechanism.coordinate)
    waves = rf"\operatorname*{{arg\,max}}_{{{answer}}} \left({sympy.latex(logit)}\right)"
    return with_exceptions(names, exceptions, waves)
