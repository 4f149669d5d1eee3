"""A stored formula is held against its program: in value, as it is written, and by its fields."""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from builders.real_networks import PRODUCT, program_of

from distill.checker import formula
from distill.checker.formula import derive
from distill.checker.formula_identity import is_identical
from distill.checker.formula_values import FUNCTIONS, exact, value_of
from distill.checker.kind import FOLLOWS
from distill.checker.real_answers import evaluated_reals
from distill.checker.sandbox import program_of as read


def num(over, under=1, radicand=1, pi=0, e=0):
    """A number of an expression; pi counts halves of its exponent."""
    form = {"numerator": over, "denominator": under, "radicand": radicand}
    form |= {"pi_halves": pi, "e_power": e}
    value = over / under * math.sqrt(radicand) * math.pi ** (pi / 2) * math.e**e
    return {"node": "number", "value": value, "form": form}


def add(*terms):
    return {"node": "sum", "terms": list(terms)}


def times(*factors):
    return {"node": "product", "factors": list(factors)}


def power(base, over, under=1):
    return {"node": "power", "base": base, "over": over, "under": under}


def call(name, argument):
    return {"node": "call", "name": name, "argument": argument}


X, Y = ({"node": "variable", "place": place} for place in (0, 1))
XY = times(X, Y)
POINTS = PRODUCT.draw(1000, 2)
FROM = "from math import cos, exp, sin, sqrt, tanh"


def source_of(text):
    names = "acos, asin, atan, cos, cosh, e, exp, log, pi, sin, sinh, sqrt, tan, tanh"
    used = [name for name in names.split(", ") if f"{name}" in text]
    source = program_of(text, PRODUCT)
    return source.replace(FROM, f"from math import {', '.join(used)}" if used else "")


def claims(expression, text="x * y", points=POINTS, worst=POINTS[:2], **changed):
    inputs = [{"name": "x", "low": 0.5, "high": 2.0}, {"name": "y", "low": 1.0, "high": 3.0}]
    rest = {"inputs": inputs, **changed}
    evidence = SimpleNamespace(
        mechanism={"expression": expression, **rest},
        takes=((0.5, 2.0), (1.0, 3.0)),
        names=("x", "y"),
        program=source_of(text),
        points=points,
        worst=worst,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(formula, "run_reals", evaluated_reals)  # no process for each
        return derive(evidence)  # type: ignore[arg-type]


FOUND = {
    "x * y": XY,
    "x * sqrt(x) / y**2": times(power(X, 3, 2), power(Y, -2)),
    "1 / (y * sqrt(x))": times(power(X, -1, 2), power(Y, -1)),
    "exp(2 * log(x) / 3) + y": add(power(X, 2, 3), Y),
    "-x * y": times(num(-1), X, Y),
    "0.5 - x": add(num(1, 2), times(num(-1), X)),
    "2 * pi * sqrt(x / y)": times(num(2, pi=2), power(times(X, power(Y, -1)), 1, 2)),
    "3 * sqrt(2) * x / (4 * sqrt(pi))": times(num(3, 4, radicand=2, pi=-1), X),
    "e**2 * x - 9.81 * pi * sqrt(pi)": add(times(num(1, e=2), X), num(-981, 100, pi=3)),
    "x / e": times(num(1, e=-1), X),
    **{f"{name}(x / 4)": call(name, times(num(1, 4), X)) for name in FUNCTIONS},
}


@pytest.mark.parametrize("text", FOUND)
def test_a_program_is_the_expression_that_it_writes(text):
    assert claims(FOUND[text], text)[FOLLOWS]


@pytest.mark.parametrize("text", FOUND)
def test_no_program_is_the_expression_of_another(text):
    for other, expression in FOUND.items():
        assert is_identical(read(source_of(text)), expression) == (other == text)


BUMP = call("exp", times(num(-(10**14)), power(add(X, num(-13, 10)), 2)))
WRONG = {
    "a bump between the points": add(XY, times(num(5), BUMP)),
    "a narrow fraction": add(
        XY, power(add(num(1), times(num(10**12), power(add(X, num(-1)), 2))), -50)
    ),
    "less than the points tell": add(XY, num(1, 10**12)),
    "another product": times(X, X),
    "a constant factor": times(num(1001, 1000), XY),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_expression_that_is_another_function_is_seen(name):
    """Also where the points that were drawn do not."""
    assert not claims(WRONG[name])[FOLLOWS]


def test_a_value_that_is_another_at_one_point_is_seen():
    """Or none at all, whatever is written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(formula, "is_identical", lambda *_: True)
        off = POINTS.copy()
        assert claims(XY, points=off)[FOLLOWS]
        assert not claims(times(num(1001, 1000), XY))[FOLLOWS]
        assert not claims(add(XY, times(num(1), BUMP)), points=np.r_[off, [[1.3, 2.0]]])[FOLLOWS]
        assert not claims(add(XY, times(num(1), BUMP)), worst=np.array([[1.3, 2.0]]))[FOLLOWS]
        nothing = times(num(0), call("log", add(X, num(-6, 10))))
        assert not claims(add(XY, nothing))[FOLLOWS]  # it has no value below 0.6


MALFORMED = {
    "a divisor below 0": power(X, 1, -2),
    "a divisor of 0": power(X, 1, 0),
    "an exponent that is no integer": power(X, 1.0),
    "a denominator below 0": times(num(-1, -1), XY),
    "a numerator that is a truth": times(num(True), XY),
    "a root of a float": times({**num(1), "form": {**num(1)["form"], "radicand": 1.0}}, XY),
    "more than a part has": {**XY, "units": "m/s"},
    "more than a number has": {**num(1), "note": "3"},
    "a function that is none": call("cosine", X),
    "a kind that is none": {"node": "tower"},
    "no part": add(X, 3),
    "an input that is none": {"node": "variable", "place": 2},
    "an input before the first": {"node": "variable", "place": -1},
    "a value that is another": {**num(2), "value": 2.0001},
    "a number without a form": {**num(2), "form": None},
}


@pytest.mark.parametrize("name", MALFORMED)
def test_what_is_no_expression_is_refused(name):
    with pytest.raises(ValueError, match=r"expression|variable|form"):
        value_of(MALFORMED[name], POINTS)


def test_values_are_those_of_numpy():
    x, y = POINTS.T
    assert np.allclose(value_of(FOUND["x * sqrt(x) / y**2"], POINTS), x**1.5 / y**2, rtol=1e-14)
    assert np.allclose(value_of(FOUND["exp(2 * log(x) / 3) + y"], POINTS), x ** (2 / 3) + y)
    for name, function in FUNCTIONS.items():
        known = {"asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "abs": np.abs}
        expected = known.get(name) or getattr(np, name)
        assert function is expected
    assert exact(num(3, 4, radicand=2, pi=-1, e=2)["form"]) == pytest.approx(
        0.75 * math.sqrt(2 / math.pi) * math.e**2, rel=1e-15
    )


def test_other_inputs_are_seen():
    one, two = ({"name": n, "low": a, "high": b} for n, a, b in (("x", 0.5, 2.0), ("y", 1.0, 3.0)))
    assert claims(XY, inputs=[one, two])[FOLLOWS]
    for changed in ([one, {**two, "high": 4.0}], [{**one, "name": "z"}, two], [one]):
        assert claims(XY, inputs=changed) == {FOLLOWS: False}
    for changed in ({**two, "low": True}, {**two, "unit": "m"}):
        with pytest.raises(ValueError, match="inputs of the mechanism"):
            claims(XY, inputs=[one, changed])


def test_a_formula_is_called_by_the_inputs_that_it_reads():
    assert claims(XY)["mechanism.name"] == "a formula of x, y"
    assert claims(times(Y, Y), "y**2")["mechanism.name"] == "a formula of y"
    assert claims(num(3), "3.0")["mechanism.name"] == "a constant"


@pytest.mark.parametrize(
    "text",
    [
        "x * y if x > 1.0 else y * x",
        "max(x * y, x * y)",
        "x * y * (x - x) / (x - x)",
        "(x * y) * ((((x**8)**8)**8)**8)**8 / ((((x**8)**8)**8)**8)**8",
    ],
)
def test_a_program_that_does_more_than_answer_a_formula_is_none(text):
    assert not is_identical(read(program_of(text)), XY)


def test_steps_of_a_program_are_read():
    assert is_identical(read(program_of("half + half", body="    half = x * y / 2\n")), XY)
    assert not is_identical(read(program_of("half", body="    half = x * y / 2\n")), XY)


BRANCHES = "    if x > 1.0:\n        return x * y\n    else:\n        return y * x\n"


def test_a_function_of_the_program_s_own_is_not_the_one_of_that_name():
    own = "def tanh(u: float) -> float:\n    return u / (1.0 + u)\n\n\n"
    source = program_of("tanh(x) * y").replace("def f(", f"{own}def f(").replace(FROM, "")
    assert is_identical(read(source_of("tanh(x) * y")), times(call("tanh", X), Y))
    assert not is_identical(read(source), times(call("tanh", X), Y))


def test_a_program_of_branches_writes_no_formula():
    source = source_of("x * y").replace("    return x * y\n", BRANCHES)
    assert not is_identical(read(source), XY)
