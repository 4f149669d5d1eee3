"""Functions over boxes that stand for networks: closed formulas, white noise, units."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray


@dataclass(frozen=True)
class Noisy:
    """A function as a network that is off it by white noise; derivatives by complex steps.

    Attributes:
        function: of arrays, one for every input, that takes complex numbers.
        off: noise, in parts of the spread of the values; ten times that in derivatives.
    """

    function: Callable[..., ndarray]
    box: Mapping[str, tuple[float, float]]
    off: float = 1e-6
    noise: float | None = None

    @property
    def _ends(self) -> ndarray:
        return np.array(list(self.box.values()))

    @property
    def _spread(self) -> float:
        low, high = self._ends.T
        points = low + np.random.default_rng(0).random((500, len(low))) * (high - low)
        return float(np.std(self.function(*points.T)))

    def values(self, points: Float[ndarray, "n d"], /) -> Float[ndarray, " n"]:
        dice = np.random.default_rng(len(points))
        said = np.broadcast_to(self.function(*points.T), len(points))
        return said + self.off * self._spread * dice.standard_normal(len(points))

    def gradients(self, points: Float[ndarray, "n d"], /) -> Float[ndarray, "n d"]:
        low, high = self._ends.T
        dice, found = np.random.default_rng(len(points)), np.zeros_like(points)
        for place in range(points.shape[1]):
            moved = points.astype(complex)
            moved[:, place] += 1e-20j
            found[:, place] = np.imag(self.function(*moved.T)) / 1e-20
        blur = 10 * self.off * self._spread / (high - low)
        return found + blur * dice.standard_normal(points.shape)

    def units(self, points: Float[ndarray, "n d"], /) -> Float[ndarray, "n width"] | None:
        return None


def same_function(one: object, other: str, box: Mapping[str, tuple[float, float]]) -> bool:
    """Whether an expression of SymPy's is a function: to 25 digits, at points of the box."""
    import sympy

    symbols = [sympy.Symbol(name, real=True) for name in box]
    wanted = sympy.sympify(other, locals={str(symbol): symbol for symbol in symbols})
    dice = np.random.default_rng(4)
    for _ in range(8):
        at = {
            symbol: sympy.Rational(round(low + dice.random() * (high - low), 4))
            for symbol, (low, high) in zip(symbols, box.values(), strict=True)
        }
        both = [sympy.N(each.subs(at), 30) for each in (one, wanted)]  # type: ignore[attr-defined]
        if not abs(both[0] - both[1]) <= sympy.Float("1e-24") * (1 + abs(both[1])):
            return False
    return True
