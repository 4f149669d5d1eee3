"""A program evaluated on Taylor models: what it answers on whole boxes, in real arithmetic.

The program is one of the language without branches that depend on its inputs: sums, products,
quotients, small powers and functions of `math`. Its constants are the floats that it is written
with. Anything else is refused, and nothing is proved of such a program.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from .errors import ProgramError
from .evaluate import Evaluator
from .language import Program
from .model_functions import MATH_OF_MODELS, quotient
from .taylor import ROUNDOFF, Model, constant


def _refuse(*_: Any) -> Any:
    raise ProgramError(
        "the program does more with its inputs than arithmetic and functions of math"
    )


class Quantity:
    """A number that differs from point to point, on many boxes: a value with its own arithmetic."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def of(self, value: Any) -> Model:
        """Another quantity's model, or a number as one over the same boxes."""
        if isinstance(value, Quantity):
            return value.model
        if type(value) not in (int, float, Fraction):
            return _refuse()
        number = float(value)
        exact = type(value) is float or Fraction(number) == value
        return constant(self.model, number, 0.0 if exact else 2 * ROUNDOFF * abs(number))

    def __add__(self, other: Any) -> Quantity:
        return Quantity(self.model.plus(self.of(other)))

    def __neg__(self) -> Quantity:
        return Quantity(self.model.scaled(-1.0))

    def __pos__(self) -> Quantity:
        return self

    def __sub__(self, other: Any) -> Quantity:
        return Quantity(self.model.plus(self.of(other).scaled(-1.0)))

    def __rsub__(self, other: Any) -> Quantity:
        return Quantity(self.of(other).plus(self.model.scaled(-1.0)))

    def __mul__(self, other: Any) -> Quantity:
        if type(other) is float:
            return Quantity(self.model.scaled(other))
        return Quantity(self.model.times(self.of(other)))

    def __truediv__(self, other: Any) -> Quantity:
        if other == 0 if not isinstance(other, Quantity) else False:
            return _refuse()
        return Quantity(quotient(self.model, self.of(other)))

    def __rtruediv__(self, other: Any) -> Quantity:
        return Quantity(quotient(self.of(other), self.model))

    def __pow__(self, exponent: Any) -> Quantity:
        if type(exponent) is not int or exponent < 0:
            return _refuse()
        made = constant(self.model, 1.0)
        for place in range(exponent.bit_length() - 1, -1, -1):
            made = made.times(made)
            if exponent >> place & 1:
                made = made.times(self.model)
        return Quantity(made)

    def __abs__(self) -> Quantity:
        return Quantity(MATH_OF_MODELS["abs"](self.model))

    def called(self, name: str, given: Sequence[Any]) -> Quantity:
        """A function of Python or of `math` of quantities and numbers."""
        known = MATH_OF_MODELS.get(name)
        return _refuse() if known is None else Quantity(known(*map(self.of, given)))

    __radd__, __rmul__ = __add__, __mul__
    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __ne__ = __bool__ = __index__ = _refuse
    __mod__ = __rmod__ = __floordiv__ = __rfloordiv__ = __float__ = __int__ = _refuse
    __hash__ = None  # type: ignore[assignment]  # a quantity is no key


def on_models(program: Program, seconds: int) -> Callable[[list[Model]], Model]:
    """What a program answers to models of its inputs.

    The function that is returned raises ProgramError where the program does what no model can bear.
    """
    evaluator = Evaluator(program, seconds)

    def answer(inputs: list[Model]) -> Model:
        said = evaluator.call(program.entry, [*map(Quantity, inputs)], 1)
        if isinstance(said, Quantity):
            return said.model
        if type(said) in (int, float):
            return constant(inputs[0], np.float64(said), 2 * ROUNDOFF * abs(said))
        return _refuse()

    return answer
