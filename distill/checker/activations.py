"""Activation functions with what rounding can do to them: value, steepest slope, error of its own.

A number that is off by r is off by at most slope · r behind a function of that slope. What a
library loses in computing the function is at most `lost` roundings of the size of its argument, or
of 1 where the function subtracts from it: a few units in the last place each (tanh, exp, erf).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy import ndarray


@dataclass(frozen=True)
class Activation:
    """One function.

    Attributes:
        value: of every number.
        slope: the steepest, anywhere, rounded up.
        lost: roundings in one evaluation; 0 for what is exact.
        of_one: whether they are relative to 1 where the argument is smaller.
    """

    value: Callable[[ndarray], ndarray]
    slope: float
    lost: int
    of_one: bool = False


def _erf(x: ndarray) -> ndarray:
    return np.asarray(np.frompyfunc(math.erf, 1, 1)(x), dtype=np.float64)


def _sigmoid(x: ndarray) -> ndarray:
    part = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, part) / (1 + part)


def _gelu_tanh(x: ndarray) -> ndarray:
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


ACTIVATIONS: Mapping[str, Activation] = {
    "relu": Activation(lambda x: np.maximum(x, 0), 1.0, 0),
    "abs": Activation(np.abs, 1.0, 0),
    "identity": Activation(lambda x: x, 1.0, 0),
    "gelu": Activation(lambda x: 0.5 * x * (1 + _erf(x / math.sqrt(2))), 1.13, 16),
    "gelu_tanh": Activation(_gelu_tanh, 1.13, 32),
    "silu": Activation(lambda x: x * _sigmoid(x), 1.1, 16),
    "tanh": Activation(np.tanh, 1.0, 16),
    "sigmoid": Activation(_sigmoid, 0.25, 16, of_one=True),
    "leaky_relu": Activation(lambda x: np.where(x > 0, x, 0.01 * x), 1.0, 4),
    "elu": Activation(
        lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))), 1.0, 16, of_one=True
    ),
}
"""All but the square, whose slope has no end."""
