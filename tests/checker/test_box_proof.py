"""The bound over a box: tight where both are the same, never below how far they are apart."""

from dataclasses import asdict

import numpy as np
import pytest
from builders.real_networks import LINE, PRODUCT, one_unit, product, program_of

from distill.checker import box_proof
from distill.checker.box_proof import bounded
from distill.checker.errors import ProgramError
from distill.checker.real_answers import evaluated_reals
from distill.checker.sandbox import program_of as read
from distill.checker.taylor import Model
from distill.networks.function import StoredFunction

ACTIVATION = {
    "tanh": "tanh(2.0 * x + 0.5)",
    "sigmoid": "1.0 / (1.0 + exp(-2.0 * x - 0.5))",
    "silu": "(2.0 * x + 0.5) / (1.0 + exp(-2.0 * x - 0.5))",
}


def bound(formula, model, box, wanted, work=30_000_000, body=""):
    low, high = np.array(box.low), np.array(box.high)
    weights = {name: it.numpy() for name, it in StoredFunction(model, box).parameters.items()}
    program = read(program_of(formula, box, body))
    return bounded(program, asdict(model.architecture), weights, low, high, wanted, work)


@pytest.mark.parametrize("name", sorted(ACTIVATION))
def test_a_formula_that_is_the_network_is_bounded_to_the_last_digits(name):
    found = bound(f"3.0 * {ACTIVATION[name]} - 1.0", one_unit(name), LINE, 1e-11)
    assert found.error <= 1e-11
    assert found.parts < 300


def test_a_product_is_bounded_in_one_part():
    found = bound("x * y", product(), PRODUCT, 1e-12)
    assert (found.parts, found.error <= 1e-12) == (1, True)


def test_relu_is_bounded_across_its_bend():
    formula = "1.5 * (2.0 * x + 0.5 + abs(2.0 * x + 0.5)) - 1.0"
    assert bound(formula, one_unit("relu"), LINE, 1e-9).error <= 1e-9


@pytest.mark.parametrize(
    "formula",
    [
        "1.0003 * x * y",
        "x * y + 1e-4 * sin(3.0 * x)",
        "x * y + 1e-2 * exp(-((1000.0 * (x - 1.2)) ** 2))",
        "(x * y * (y - 1.5)) / (y - 1.5)",
    ],
)
def test_no_bound_is_below_the_largest_deviation(formula):
    found = bound(formula, product(), PRODUCT, 1e-9)
    points = np.concatenate([PRODUCT.draw(4000, 3), PRODUCT.corners, [[1.2, 2.0]]])
    apart = np.abs(evaluated_reals(program_of(formula), points) - points.prod(axis=1))
    assert found.error >= apart[np.isfinite(apart)].max()
    assert found.error > 1e-6


def test_a_hole_in_the_box_is_named():
    found = bound("(x * y * (y - 1.5)) / (y - 1.5)", product(), PRODUCT, 1e-9)
    assert not np.isfinite(found.error)
    assert found.undefined
    assert found.at[1] == pytest.approx(1.5, abs=0.1)


def test_work_ends_it_with_the_bound_that_there_is():
    few = bound("3.0 * tanh(2.0 * x + 0.5) - 1.0", one_unit(), LINE, 1e-13, work=10_000)
    more = bound("3.0 * tanh(2.0 * x + 0.5) - 1.0", one_unit(), LINE, 1e-13, work=10_000_000)
    assert few.error > more.error
    assert few.parts < more.parts


def test_a_program_with_branches_is_none_to_be_bounded():
    with pytest.raises(ProgramError):
        bound("x * y if x > 1.0 else y * x", product(), PRODUCT, 1e-9)


@pytest.mark.parametrize("rad", [0.5, np.inf, np.nan])
def test_what_is_not_known_of_a_program_is_in_the_bound(monkeypatch, rad):
    """A radius alone, one without an end, and one that is no number."""

    def known(inputs):
        made = inputs[0].times(inputs[1])
        return Model(made.basis, made.parts, np.full_like(made.rad, rad))

    monkeypatch.setattr(box_proof, "on_models", lambda *_: known)
    error = bound("x * y", product(), PRODUCT, 1e-9, work=100_000).error
    assert error == pytest.approx(0.5) if rad == 0.5 else error == np.inf


def test_parts_that_are_not_held_at_once_are_all_bounded(monkeypatch):
    formula = "3.0 * tanh(2.0 * x + 0.5) - 1.0 + 1e-3 * x * x"
    whole = bound(formula, one_unit(), LINE, 1e-4, work=200_000)
    monkeypatch.setattr(box_proof, "AT_ONCE", 3 * 13)
    assert bound(formula, one_unit(), LINE, 1e-4, work=200_000) == whole
    assert whole.parts > 9
