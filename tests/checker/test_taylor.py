"""Taylor models hold what they are models of: everywhere in a box, with every rounding."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from distill.checker.activations import ACTIVATIONS
from distill.checker.model_functions import ACTIVATIONS_OF_MODELS, MATH_OF_MODELS, quotient
from distill.checker.taylor import Basis, Model, basis_of, constant, variables

RNG = np.random.default_rng(0)
BOXES, POINTS = 40, 64
T = RNG.uniform(-1, 1, (POINTS, 2))
T[:4] = [[1, 1], [-1, -1], [1, -1], [-1, 1]]


def inputs():
    """Two variables over boxes of all widths; and points of these [points, boxes] each."""
    low = RNG.uniform(0.05, 0.6, (BOXES, 2))
    high = low + 10.0 ** RNG.uniform(-6, np.log10(0.3), (BOXES, 1))
    x, y = variables(basis_of(2), low, high)
    points = (low + high) / 2 + (high - low) / 2 * T[:, None]
    return x, y, points[..., 0], points[..., 1]


def excess(model: Model, values) -> float:
    """How far values are outside of a model, at the points of `T`; not above 0 where it holds."""
    powers = np.prod(T[:, None, :] ** model.basis.exponents[None], axis=2)
    return float((np.abs(powers @ model.parts - values) - model.rad).max())


NUMPY = {"asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "atan2": np.arctan2}
NUMPY |= {"abs": np.abs, "float": np.positive}


@pytest.mark.parametrize("name", sorted(MATH_OF_MODELS))
def test_functions_of_math_stay_within_their_models(name):
    x, y, at_x, at_y = inputs()
    function = NUMPY.get(name) or getattr(np, name)
    of_two = name in ("atan2", "hypot")
    made = MATH_OF_MODELS[name](*(x, y)[: 1 + of_two])
    assert excess(made, function(at_x, at_y) if of_two else function(at_x)) <= 1e-15
    assert np.median(made.rad) < 1e-6


@pytest.mark.parametrize("name", sorted({*ACTIVATIONS, "square"}))
def test_activations_stay_within_their_models(name):
    x, _, at_x, _ = inputs()
    function = np.square if name == "square" else ACTIVATIONS[name].value
    made = ACTIVATIONS_OF_MODELS[name](x.scaled(8.0).raised(-3.0))
    assert excess(made, function(8.0 * at_x - 3.0)) <= 1e-15


def test_sums_products_and_quotients_stay_within_their_models():
    x, y, at_x, at_y = inputs()
    for model, values in (
        (x.plus(y).scaled(0.1), (at_x + at_y) * 0.1),
        (x.times(y).times(x), at_x * at_y * at_x),
        (quotient(x, y.raised(1.0)), at_x / (at_y + 1.0)),
        (constant(x, 0.3), np.full(at_x.shape, 0.3)),
    ):
        assert excess(model, values) <= 1e-16


def test_a_model_is_as_tight_as_its_degree_allows():
    (x,) = variables(basis_of(1), np.array([[0.5]]), np.array([[0.625]]))
    for function in ("exp", "sin", "tanh"):
        assert MATH_OF_MODELS[function](x).rad[0] < 1e-12


@pytest.mark.parametrize(
    ("name", "low"), [("log", -0.1), ("sqrt", -0.1), ("tan", math.pi / 2 - 0.05), ("asin", 0.95)]
)
def test_nothing_is_said_where_a_function_has_no_value(name, low):
    corner = np.array([[low]])
    (x,) = variables(basis_of(1), corner, corner + 0.2)
    assert not np.isfinite(MATH_OF_MODELS[name](x).rad).any()


def test_nothing_is_said_where_a_divisor_may_be_zero():
    low = np.array([[-0.1], [-0.1], [-1.0], [-0.7], [0.1], [-0.3]])
    high = np.array([[0.1], [1.0], [0.1], [1.2], [0.3], [-0.2]])
    (x,) = variables(basis_of(1), low, high)
    made = quotient(constant(x, 1.0), x)
    assert np.isfinite(made.rad).tolist() == [False, False, False, False, True, True]


def test_an_angle_is_told_in_a_half_plane_alone():
    """Around the origin, and across the line where it turns from pi to -pi, there is none."""
    low = np.array([[0.2, -1], [-1, 0.2], [-1, -0.9], [-0.1, -0.1], [-1, -0.1], [-1, 0.0]])
    high = np.array([[0.9, 1], [-0.2, 0.9], [1, -0.2], [0.1, 0.1], [-0.5, 0.1], [-0.5, 0.1]])
    x, y = variables(basis_of(2), low, high)
    made = MATH_OF_MODELS["atan2"](y, x)
    assert np.isfinite(made.rad).tolist() == [True, True, True, False, False, False]
    points = (low + high) / 2 + (high - low) / 2 * T[:, None]
    told = Model(made.basis, made.parts[:, :3], made.rad[:3])
    assert excess(told, np.arctan2(points[..., 1], points[..., 0])[:, :3]) <= 1e-15


def test_a_root_from_zero_on_is_bounded_by_its_ends():
    (x,) = variables(basis_of(1), np.array([[0.0]]), np.array([[0.04]]))
    root = MATH_OF_MODELS["sqrt"](x.raised(1e-12))
    assert 0.09 < root.spread[0] < 0.11


# with no tolerance: against fractions, and against 60 digits

SMALL = Basis(2, 3)
CORNERS = [(one, other) for one in (-1, 1) for other in (-1, 1)]


def drawn(rng, boxes=6, rad=0.0, units=None) -> Model:
    """A model with coefficients that have all their digits."""
    of = (boxes,) if units is None else (boxes, units)
    parts = rng.normal(size=(len(SMALL.exponents), *of)) * 10.0 ** rng.integers(-3, 3, of)
    return Model(SMALL, parts, np.full(of, rad))


def exactly(model: Model, t, end=0) -> list[Fraction]:
    """The polynomial at a point, and so many radii above it, box by box."""
    powers = [
        math.prod(Fraction(x) ** int(n) for x, n in zip(t, row, strict=True))
        for row in model.basis.exponents
    ]
    wide, rad = model.parts.reshape(len(powers), -1), model.rad.ravel()
    return [
        sum(Fraction(part) * power for part, power in zip(column, powers, strict=True))
        + end * Fraction(off)
        for column, off in zip(wide.T.tolist(), rad.tolist(), strict=True)
    ]


def lies_within(model: Model, t, values) -> bool:
    """Whether numbers are within a model at a point: nothing is rounded here."""
    pairs = zip(exactly(model, t), values, model.rad.ravel().tolist(), strict=True)
    return all(abs(at - value) <= Fraction(off) for at, value, off in pairs)


@pytest.mark.parametrize("rad", [0.0, 0.03])
@pytest.mark.parametrize("t", [*CORNERS, (0, 0), (0.3, -0.7)])
def test_exact_sums_and_products_of_functions_lie_within_theirs(t, rad):
    """Whatever function is within the models, and however its values are rounded on the way."""
    rng = np.random.default_rng(1)
    one, other = drawn(rng, rad=rad), drawn(rng, rad=rad / 2)
    for end in (-1, 1):
        for upper in (-1, 1):
            a, b = exactly(one, t, end), exactly(other, t, upper)
            both = list(zip(a, b, strict=True))
            assert lies_within(one.plus(other), t, [x + y for x, y in both])
            assert lies_within(one.times(other), t, [x * y for x, y in both])
            assert lies_within(one.times(other, upto=1), t, [x * y for x, y in both])
        for factor in (0.1, -1 / 3):
            assert lies_within(one.scaled(factor), t, [x * Fraction(factor) for x in a])
            assert lies_within(one.raised(factor), t, [x + Fraction(factor) for x in a])


@pytest.mark.parametrize("rad", [0.0, 0.03])
def test_exact_layers_of_functions_lie_within_theirs(rad):
    rng = np.random.default_rng(2)
    units, weights, biases = drawn(rng, 4, rad, 5), rng.normal(size=(5, 3)), rng.normal(size=3)
    made = units.mixed(weights, biases)
    for t in CORNERS:
        for end in (-1, 1):
            given = np.array(exactly(units, t, end), dtype=object).reshape(4, 5)
            if end == 1 and rad:  # the worst of all: every unit off to the side of its weight
                given = np.array(exactly(units, t), dtype=object).reshape(4, 5)
            for answer in range(3):
                exact = np.array([Fraction(w) for w in weights[:, answer].tolist()], dtype=object)
                side = sum(map(abs, exact)) * Fraction(rad) if end == 1 else 0
                values = given @ exact + Fraction(float(biases[answer])) + side
                part = Model(SMALL, made.parts[..., answer], made.rad[..., answer])
                assert lies_within(part, t, values.tolist())


def test_rounding_alone_has_a_radius():
    """Of constants: where nothing is left out, what is left is what a float cannot hold."""
    rng = np.random.default_rng(3)
    one, other = (constant(drawn(rng, 50), rng.normal(size=50)) for _ in range(2))
    a, b = exactly(one, (0, 0)), exactly(other, (0, 0))
    pairs = list(zip(a, b, strict=True))
    assert lies_within(one.plus(other), (0, 0), [x + y for x, y in pairs])
    assert lies_within(one.times(other), (0, 0), [x * y for x, y in pairs])
    assert lies_within(one.raised(0.1), (0, 0), [x + Fraction(0.1) for x in a])
    assert lies_within(one.scaled(0.1), (0, 0), [x * Fraction(0.1) for x in a])
    assert not lies_within(
        Model(SMALL, one.plus(other).parts, one.rad), (0, 0), [x + y for x, y in pairs]
    )


def test_radii_of_factors_multiply():
    """Of numbers that are known within a radius: the largest product is at the ends of both."""
    one, other = (constant(drawn(np.random.default_rng(n)), 3.0, 0.5) for n in (1, 2))
    for product in (Fraction(7, 2) ** 2, Fraction(5, 2) ** 2):
        assert lies_within(one.times(other), (0, 0), [product] * 6)


def test_a_layer_of_many_units_rounds_no_more_than_its_radius():
    """The sum of a thousand numbers that are all rounded the same way."""
    many = 4096
    units = Model(Basis(1, 1), np.full((2, 1, many), 0.1), np.zeros((1, many)))
    made = units.mixed(np.full((many, 1), 0.3), np.zeros(1))
    exact = many * Fraction(0.1) * Fraction(0.3)
    part = Model(units.basis, made.parts[..., 0], made.rad[..., 0])
    assert lies_within(part, (1,), [2 * exact])
    assert lies_within(part, (-1,), [Fraction(0)])
    assert part.rad[0] >= 2.0**-53 * many * float(exact)


def test_inputs_hold_both_ends_of_their_intervals():
    rng = np.random.default_rng(4)
    low = rng.normal(size=(200, 1))
    high = low + 10.0 ** rng.uniform(-17, 2, (200, 1))
    (x,) = variables(Basis(1, 2), low, high)
    for t, ends in ((-1, low), (1, high)):
        assert lies_within(x, (t,), [Fraction(end) for end in ends[:, 0].tolist()])


def test_a_model_that_overflows_says_nothing_and_stays_a_number():
    huge = constant(drawn(np.random.default_rng(5)), 1.5e308)
    with np.errstate(all="ignore"):
        for made in (huge.plus(huge), huge.scaled(10.0), huge.times(huge), huge.raised(1e308)):
            assert np.isinf(made.rad).all()
            assert np.isfinite(made.parts).all()
            assert np.isinf(made.size).all()
            assert np.isinf(made.plus(constant(huge, 1.0)).rad).all()


def test_one_box_that_overflows_leaves_the_others():
    some = constant(drawn(np.random.default_rng(5), 2), np.array([1.5e308, 1.0]))
    with np.errstate(all="ignore"):
        made = some.plus(some)
    assert np.isinf(made.rad).tolist() == [True, False]
    assert made.parts[0].tolist() == [0.0, 2.0]


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "abs"])
def test_straight_functions_hold_their_exact_values_across_the_bend(name):
    """However near an end the bend is: the chord's slope is rounded as well."""
    rng = np.random.default_rng(7)
    near = 10.0 ** rng.uniform(-18, 0, (400, 1))
    low, high = np.concatenate([-near, -rng.random((400, 1))]), rng.random((800, 1))
    high[400:] = near
    (x,) = variables(Basis(1, 2), low, high)
    made = ACTIVATIONS_OF_MODELS[name](x)
    below = {"relu": Fraction(0), "leaky_relu": Fraction(0.01), "abs": Fraction(-1)}[name]
    for t in (-1, Fraction(-1, 3), 1):
        for end in (-1, 1):
            values = [at if at > 0 else below * at for at in exactly(x, (t,), end)]
            assert lies_within(made, (t,), values)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS_OF_MODELS))
def test_nothing_is_said_of_what_nothing_is_known_of(name):
    x = constant(drawn(np.random.default_rng(8)), 0.5, np.inf)
    with np.errstate(all="ignore"):
        assert np.isinf(ACTIVATIONS_OF_MODELS[name](x).rad).all()


def test_ends_are_beyond_every_value():
    model = drawn(np.random.default_rng(6), rad=1e-3)
    for t in CORNERS:
        for end in (-1, 1):
            for value, low, high in zip(exactly(model, t, end), *model.ends, strict=True):
                assert low <= value <= high
    tenth = constant(model, 0.1)  # a float is rounded already: what it stands for may be beyond it
    assert (tenth.ends[0] < 0.1).all()
    assert (tenth.ends[1] > 0.1).all()


EXACT = {
    **{
        name: getattr(mpmath, name) for name in ("exp", "log", "tanh", "sin", "cos", "atan", "sqrt")
    },
    **{name: getattr(mpmath, name) for name in ("tan", "sinh", "cosh", "asin", "acos")},
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "gelu": lambda x: x * mpmath.ncdf(x),
    "elu": lambda x: x if x > 0 else mpmath.expm1(x),
    "relu": lambda x: max(x, mpmath.mpf(0)),
    "abs": abs,
}


@pytest.mark.parametrize("name", sorted(EXACT))
@pytest.mark.parametrize("width", [0.0, 1e-15, 1e-7, 0.2])
def test_exact_values_lie_within_the_models_of_functions(name, width):
    """From boxes that are a number, where all that is left is rounding, to wide ones."""
    low = np.array([[0.05], [0.3], [0.55], [0.7]])
    if name in ("tanh", "sigmoid", "silu", "gelu", "elu", "relu", "abs"):
        low = np.concatenate([low, [[-2.0], [-0.9], [-0.1]]])
    (x,) = variables(basis_of(1), low, low + width)
    made = (MATH_OF_MODELS.get(name) or ACTIVATIONS_OF_MODELS[name])(x)
    assert np.isfinite(made.rad).all()
    assert np.median(made.rad) < max(width, 1e-12)
    with mpmath.workdps(60):
        for t in (-1.0, -0.31, 0.0, 0.77, 1.0):
            for place in range(len(low)):
                at = mpmath.mpf(0)
                for part in reversed(x.parts[:, place].tolist()):
                    at = at * t + part
                said = mpmath.mpf(0)
                for part in reversed(made.parts[:, place].tolist()):
                    said = said * t + part
                for end in (-1, 0, 1):
                    value = EXACT[name](at + end * mpmath.mpf(float(x.rad[place])))
                    assert abs(value - said) <= float(made.rad[place]), (t, place, end)
