"""Activation functions: none is steeper than it is said to be, or rounded by more."""

import mpmath
import numpy as np
import pytest

from distill.checker.activations import ACTIVATIONS

ROUNDOFF = 2.0**-53
EXACT = {
    "relu": lambda x: max(x, mpmath.mpf(0)),
    "abs": abs,
    "identity": lambda x: x,
    "gelu": lambda x: x * mpmath.ncdf(x),
    "gelu_tanh": lambda x: (
        x * (1 + mpmath.tanh(mpmath.sqrt(2 / mpmath.pi) * (x + mpmath.mpf("0.044715") * x**3))) / 2
    ),
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "tanh": mpmath.tanh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "leaky_relu": lambda x: x if x > 0 else x / 100,
    "elu": lambda x: x if x > 0 else mpmath.expm1(x),
}


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_no_function_is_steeper_than_it_is_said_to_be(name):
    """Nor much less steep than that: between points a 4,000th apart."""
    at = np.linspace(-8, 8, 64_001)
    steepest = np.abs(np.diff(ACTIVATIONS[name].value(at)) / np.diff(at)).max()
    assert steepest <= ACTIVATIONS[name].slope * (1 + 1e-9)
    assert steepest >= 0.99 * ACTIVATIONS[name].slope


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_no_function_is_rounded_by_more_than_is_said(name):
    function, dice = ACTIVATIONS[name], np.random.default_rng(0)
    at = np.concatenate([dice.normal(size=150) * 3, 10.0 ** dice.uniform(-20, 0, 100)])
    at = np.concatenate([at, -at])
    with mpmath.workdps(40):
        exact = [EXACT[name](mpmath.mpf(x)) for x in at.tolist()]
        off = [abs(float(said - it)) for said, it in zip(function.value(at), exact, strict=True)]
    sizes = np.maximum(np.abs(at), 1.0) if function.of_one else np.abs(at)
    assert (np.array(off) <= function.lost * ROUNDOFF * sizes).all()
