"""Formulas come back from values and gradients alone; what has no closed form is refused."""

from types import SimpleNamespace

import numpy as np
import pytest
import sympy
from builders.formulas import Noisy, same_function

from distill.kinds.formula import extract
from distill.kinds.formula.expression import Variable, multiply, number
from distill.kinds.formula.extract import extract_formula
from distill.kinds.formula.mechanism import FormulaMechanism
from distill.kinds.formula.symbols import to_sympy
from distill.records.refusal import Refusal

PLANTED = {
    "a product of powers": (
        "m/sqrt(1 - v**2/c**2)",
        lambda m, v, c: m / np.sqrt(1 - v**2 / c**2),
        {"m": (1.0, 5.0), "v": (1.0, 2.0), "c": (3.0, 10.0)},
    ),
    "a shift": (
        "sqrt((a - b)**2 + (c - d)**2)",
        lambda a, b, c, d: np.sqrt((a - b) ** 2 + (c - d) ** 2),
        {"a": (1.0, 2.0), "b": (3.0, 5.0), "c": (1.0, 2.0), "d": (3.0, 5.0)},
    ),
    "a mean": (
        "(m*r + n*s)/(m + n)",
        lambda m, r, n, s: (m * r + n * s) / (m + n),
        {"m": (1.0, 5.0), "r": (1.0, 5.0), "n": (1.0, 5.0), "s": (1.0, 5.0)},
    ),
    "an arc": (
        "asin(n*sin(t))",
        lambda n, t: np.arcsin(n * np.sin(t)),
        {"n": (0.2, 0.9), "t": (0.2, 1.4)},
    ),
    "waves and products": (
        "x*y + w*sin(z)",
        lambda x, y, z, w: x * y + w * np.sin(z),
        {"x": (1.0, 3.0), "y": (1.0, 3.0), "z": (0.0, 3.0), "w": (1.0, 3.0)},
    ),
    "a damped wave": (
        "exp(-k*t)*cos(w*t)",
        lambda t, k, w: np.exp(-k * t) * np.cos(w * t),
        {"t": (0.0, 2.0), "k": (0.2, 1.0), "w": (1.0, 3.0)},
    ),
    "a variable of both signs beside one that it scales with": (
        "x/(1 + exp(-b*x))",
        lambda x, b: x / (1 + np.exp(-b * x)),
        {"x": (-4.0, 4.0), "b": (0.5, 2.0)},
    ),
    "an exponential and its square, both with one rate": (
        "d*(1 - exp(-a*(r - 1)))**2",
        lambda d, r, a: d * (1 - np.exp(-a * (r - 1))) ** 2,
        {"d": (1.0, 3.0), "r": (0.5, 3.0), "a": (0.5, 1.5)},
    ),
    "a logarithm of a sum": (
        "log(1 + exp(x))",
        lambda x: np.log(1 + np.exp(x)),
        {"x": (-4.0, 4.0)},
    ),
    "an input that does not matter": (
        "x**2/2",
        lambda x, y: x**2 / 2 + 0 * y,
        {"x": (1.0, 3.0), "y": (1.0, 3.0)},
    ),
}


@pytest.mark.part(2)  # each is a whole search, of seconds
@pytest.mark.parametrize(("text", "function", "box"), PLANTED.values(), ids=PLANTED)
def test_a_planted_formula_comes_back_with_exact_constants(text, function, box):
    found = extract_formula(Noisy(function, box), "own")
    assert isinstance(found, FormulaMechanism), found
    symbols = [sympy.Symbol(name, real=True) for name in box]
    assert same_function(to_sympy(found.expression, symbols), text, box)
    assert found.deviation <= 1.5 * found.noise


@pytest.mark.claim
@pytest.mark.parametrize(
    ("function", "box"),
    [
        (lambda x, y: np.sin(3.137 * x) * y + 0.21737 * x, {"x": (0.0, 2.0), "y": (1.0, 2.0)}),
        (
            lambda x: np.tanh(1.937 * x - 0.71) + 0.337 * np.tanh(0.913 * x + 0.27),
            {"x": (-1.0, 1.0)},
        ),
    ],
    ids=["constants that are no simple numbers", "a network of two units"],
)
def test_what_is_no_formula_with_simple_constants_is_refused(function, box):
    said = extract_formula(Noisy(function, box), "own")
    assert isinstance(said, Refusal)
    assert "expression" in said.reasons[0]  # what came nearest, or that nothing was near


@pytest.mark.claim
def test_a_term_that_is_missing_is_seen():
    """Simple constants to six digits, but a small smooth term that no candidate has."""

    def function(x, y):
        return x * y + 1e-4 * np.sin(np.sin(2 * x) + np.cos(x * y))

    said = extract_formula(Noisy(function, {"x": (1.0, 2.0), "y": (1.0, 2.0)}), "own")
    assert isinstance(said, Refusal)


def test_the_same_network_gives_the_same_formula():
    _, function, box = PLANTED["an arc"]
    assert extract_formula(Noisy(function, box), "own") == extract_formula(
        Noisy(function, box), "own"
    )


def test_a_constant_is_no_formula():
    said = extract_formula(Noisy(lambda x: 0 * x + 2.0, {"x": (0.0, 1.0)}, off=0.0), "own")
    assert isinstance(said, Refusal)


def test_a_refusal_shows_the_expression_that_came_nearest(monkeypatch):
    """0.21737 x is x times a number that is no simple one."""
    proposed = [multiply(number(0.2), Variable(0))]
    one = SimpleNamespace(name="once", propose=lambda problem: iter(proposed))
    monkeypatch.setattr(extract, "engines_for", lambda engine: (one,))
    said = extract_formula(Noisy(lambda x: 0.2173713 * x, {"x": (1.0, 2.0)}), "own")
    assert isinstance(said, Refusal)
    assert "an expression, about 0.217371 * x, gives the values" in said.reasons[0]
    assert said.reasons[1:] == ("the engine once came upon 1 expression",)


def test_an_own_search_without_a_result_says_so_in_words(monkeypatch):
    own = SimpleNamespace(name="own", propose=lambda problem: iter(()))
    monkeypatch.setattr(extract, "engines_for", lambda engine: (own,))
    said = extract_formula(Noisy(lambda x: 0.2173713 * x, {"x": (1.0, 2.0)}), "own")
    assert isinstance(said, Refusal)
    assert said.reasons == (
        "no expression was found that is near the network",
        "the search of this package came upon no expression",
    )
