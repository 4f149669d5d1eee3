"""Whether a program's formula is a stored expression, by the rules of fractions alone.

Points that are checked tell little of what lies between them: `x + exp(-(10**9 * (x - 0.3))**2)` is
`x` at nearly all of them. So both are computed once more, exactly, with random fractions in the
places of the inputs, of pi and e, and of every function of every argument: what is the same then is
the same formula, whatever its functions are (identity testing: Schwartz 1980, Zippel 1979). Nobody
can know these fractions before. The program is to write the expression as it stands: `a - a` for 0
is the same, `sin(a)**2 + cos(a)**2` for 1 is not.
"""

from __future__ import annotations

import ast
import secrets
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from .errors import ProgramError
from .language import Program

BITS = 64
"""Of the random numbers."""

MOST_BITS = 1 << 16
"""Of numerators and denominators on the way, and the largest power."""


def is_identical(program: Program, expression: Mapping[str, Any]) -> bool:
    """Whether the program's formula is the expression.

    Args:
        program: one function that answers a formula, of the inputs in their order.
        expression: whose fields are as wanted.
    """
    meaning = Meaning()
    try:
        return meaning.of_program(program) == meaning.of_expression(expression)
    except (ProgramError, ZeroDivisionError):
        return False


class Meaning:
    """What inputs, pi, e and functions stand for: a random fraction each."""

    def __init__(self) -> None:
        self._known: dict[tuple[Any, ...], Fraction] = {}

    def __call__(self, *what: Any) -> Fraction:
        """The fraction that stands for something, the same whenever it is asked for."""
        return self._known.setdefault(what, Fraction(secrets.randbits(BITS) + 2))

    def of_program(self, program: Program) -> Fraction:
        """The answer of a program.

        Raises:
            ProgramError: it does more than answer a formula.
        """
        function = program.functions[program.entry]
        names = {arg.arg: self("input", place) for place, arg in enumerate(function.args.args)}
        constants = [node for node in program.body if isinstance(node, ast.Assign)]
        *steps, last = function.body[1:] if ast.get_docstring(function) else function.body
        for step in [*constants, *steps]:
            if not isinstance(step, ast.Assign) or not isinstance(step.targets[0], ast.Name):
                raise ProgramError("the program does more than answer a formula")
            names[step.targets[0].id] = self._written(step.value, names)
        if len(program.functions) > 1 or not isinstance(last, ast.Return):
            raise ProgramError("the program does more than answer a formula")
        return self._written(last.value, names)

    def _written(self, node: ast.expr | None, names: Mapping[str, Fraction]) -> Fraction:
        match node:
            case ast.Constant(value=int() | float() as value) if type(value) is not bool:
                return Fraction(repr(value))
            case ast.Name(id=name):
                return names[name] if name in names else self(name)
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return -self._written(inner, names)
            case ast.BinOp(left=left, op=op, right=right):
                one, other = self._written(left, names), self._written(right, names)
                return _combined(op, one, other)
            case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]):
                return self(name, self._written(argument, names))
        raise ProgramError("the program does more than answer a formula")

    def of_expression(self, node: Mapping[str, Any]) -> Fraction:
        """An expression, as a program writes it: roots by `sqrt`, others by `exp` and `log`."""
        match node["node"]:
            case "number":
                return self._of_form(node["form"])
            case "variable":
                return self("input", node["place"])
            case "sum":
                return _bounded(sum(map(self.of_expression, node["terms"]), Fraction(0)))
            case "product":
                return self._product(node["factors"])
            case "power":
                base, over = self.of_expression(node["base"]), abs(node["over"])
                made = self._raised(base, Fraction(over, node["under"]))
                return made if node["over"] >= 0 else 1 / made
        return self(node["name"], self.of_expression(node["argument"]))

    def _product(self, factors: Sequence[Mapping[str, Any]]) -> Fraction:
        found = Fraction(1)
        for part in factors:
            found = _bounded(found * self.of_expression(part))
        return found

    def _raised(self, base: Fraction, exponent: Fraction) -> Fraction:
        if exponent.denominator > 2:
            return self("exp", exponent * self("log", base))
        whole = _power(base, int(exponent))
        return whole if exponent.denominator == 1 else _bounded(whole * self("sqrt", base))

    def _of_form(self, form: Mapping[str, int]) -> Fraction:
        found = Fraction(form["numerator"], form["denominator"])
        if form["radicand"] != 1:
            found *= self("sqrt", Fraction(form["radicand"]))
        halves, power = form["pi_halves"], form["e_power"]
        pi = _power(self("pi"), abs(halves) // 2)
        pi *= self("sqrt", self("pi")) if halves % 2 else 1
        e = _power(self("e"), abs(power))
        return found * (pi if halves > 0 else 1 / pi) * (e if power > 0 else 1 / e)


def _combined(op: ast.operator, one: Fraction, other: Fraction) -> Fraction:
    match op:
        case ast.Add():
            return _bounded(one + other)
        case ast.Sub():
            return _bounded(one - other)
        case ast.Mult():
            return _bounded(one * other)
        case ast.Div():
            return _bounded(one / other)
        case ast.Pow() if other.denominator == 1 and other >= 0:
            return _power(one, int(other))
    raise ProgramError("the program does more than answer a formula")


def _power(base: Fraction, exponent: int) -> Fraction:
    size = max(base.numerator.bit_length(), base.denominator.bit_length())
    if exponent * size > MOST_BITS:
        raise ProgramError("the program's powers are too large")
    return base**exponent


def _bounded(value: Fraction) -> Fraction:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > MOST_BITS:
        raise ProgramError("the program's fractions are too large")
    return value
