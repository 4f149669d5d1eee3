"""The bound on a linear network is one: against exact arithmetic over every input."""

import math
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from distill.checker.linear_bound import Fixed, IntegerSystem, linear_bound

STEPS = 4
SYSTEM = IntegerSystem(
    A=((1, 0), (1, 1)),
    B=((1,), (2,)),
    constant=(1, 0),
    start=(0, 1),
    C=((0, 1),),
    D=((0,),),
    offset=(1,),
    after=True,
)


def network(off):
    """The system, every weight of it off by so much to one side or the other."""
    dice = np.random.default_rng(3)
    exact = {"A": SYSTEM.A, "B": SYSTEM.B, "b": SYSTEM.constant, "h_0": SYSTEM.start}
    exact |= {"C": SYSTEM.C, "d": SYSTEM.offset}
    return {n: np.array(w) + off * dice.uniform(-1, 1, np.shape(w)) for n, w in exact.items()}


def exactly(weights, xs):
    """What a network answers in real arithmetic, step by step."""
    w = {name: np.vectorize(Fraction, otypes=[object])(value) for name, value in weights.items()}
    state, said = w["h_0"], []
    for x in xs:
        state = w["A"] @ state + w["B"] @ np.array([Fraction(x)], dtype=object) + w["b"]
        said.append((w["C"] @ state + w["d"])[0])
    return said


def furthest(weights, values, divisor=1):
    """The largest deviation of every step, over every input; times what an answer is divided by."""
    worst = [Fraction(0)] * STEPS
    for xs in product((values[0], values[-1]), repeat=STEPS):
        for t, (one, other) in enumerate(
            zip(exactly(weights, xs), exactly(network(0.0), xs), strict=True)
        ):
            middle = Fraction(1 - divisor, 2)
            worst[t] = max(worst[t], abs(divisor * one - other - middle))
    return worst


@pytest.mark.parametrize("values", [range(-1, 2), range(3, 9), range(-7, -2)])
@pytest.mark.parametrize("off", [1e-3, 1e-9, 0.0])
def test_no_error_is_above_its_bound_and_none_far_below(values, off):
    weights = network(off)
    found = linear_bound(weights, SYSTEM, (values,), STEPS).errors
    worst = furthest(weights, values)
    for error, exact in zip(found.tolist(), worst, strict=True):
        assert exact < Fraction(error) <= Fraction(1.001) * exact + Fraction(1e-11)
        assert error >= 2.0**-53  # the network's own rounding, also where it is exact


def test_an_answer_that_is_divided_is_bounded_in_its_parts():
    """An integer n is divided by 3: the network answers (n - 1) / 3, in the middle of thirds."""
    divided = replace(SYSTEM, divisors=(3,))
    weights = network(1e-4)
    weights["C"], weights["d"] = weights["C"] / 3, (weights["d"] - 1.0) / 3
    found = linear_bound(weights, divided, (range(-1, 2),), STEPS)
    worst = furthest(weights, range(-1, 2), 3)
    for error, exact in zip(found.errors.tolist(), worst, strict=True):
        assert exact < Fraction(error) <= Fraction(1.001) * exact + Fraction(1e-11)
    assert found.holds_to == STEPS
    assert found.lead == pytest.approx((0.5 - found.error) / 3)


def test_it_holds_as_long_as_every_error_is_below_one_half():
    found = linear_bound(network(2e-2), SYSTEM, (range(-1, 2),), 12)
    first = int(np.flatnonzero(found.errors >= 0.5)[0])
    assert 0 < found.holds_to == first
    assert found.error == found.errors[:first].max() < 0.5
    assert found.lead == pytest.approx(0.5 - found.error)
    assert linear_bound(network(3.0), SYSTEM, (range(-1, 2),), 3).holds_to == 0


def test_of_channels_one_is_hot():
    """Of two channels one is 1 and the other 0: what both add alike is no deviation."""
    system = IntegerSystem(((1,),), ((1, 2),), (0,), (0,), ((1,),), ((0, 0),), (0,), after=True)
    exact = {"A": np.eye(1), "b": np.zeros(1), "h_0": np.zeros(1)}
    exact |= {"C": np.eye(1), "d": np.zeros(1), "B": np.array([[1.0 + 1e-3, 2.0 - 2e-3]])}
    found = linear_bound(exact, system, None, 3).errors
    assert found == pytest.approx([2e-3, 4e-3, 6e-3], rel=1e-8)
    exact["B"] = np.array([[1.0 + 1e-3, 2.0 + 1e-3]])
    assert linear_bound(exact, system, None, 3).errors == pytest.approx([1e-3, 2e-3, 3e-3])


def counter(channel, more=0.0):
    """A running sum whose weight is off, of inputs of -1 to 1."""
    system = IntegerSystem(((1,),), ((1,),), (0,), (0,), ((1,),), ((0,),), (0,), after=True)
    weights = {"A": np.eye(1) + more, "B": np.array([[1.0 + channel]]), "C": np.eye(1)}
    return weights | {name: np.zeros(1) for name in ("b", "h_0", "d")}, system


def test_it_holds_to_the_step_before_one_half():
    found = linear_bound(*counter(0.11), (range(-1, 2),), 8)
    assert found.errors[4] == pytest.approx(0.55)
    assert found.holds_to == 4


def test_what_outgrows_all_numbers_is_no_bound_below_one_half():
    with np.errstate(all="ignore"):
        found = linear_bound(*counter(0.0, more=1e6), (range(-1, 2),), 80)
    assert not (found.errors[1:] < 0.5).any()
    assert not np.isnan(found.errors).any()


def test_of_several_answers_the_worst_counts():
    system = IntegerSystem(
        ((1,),), ((1,),), (0,), (0,), ((1,), (0,)), ((0,), (1,)), (0, 0), after=True
    )
    weights, _ = counter(0.11)
    weights |= {"C": np.array([[1.0], [0.0]]), "d": np.array([0.0, 1e-3])}
    found = linear_bound(weights, replace(system, D=((0,), (0,))), (range(-1, 2),), 3)
    assert found.errors == pytest.approx([0.11, 0.22, 0.33])


def test_the_rounding_of_an_answer_counts_as_often_as_its_divisor():
    weights, plain = network(0.0), linear_bound(network(0.0), SYSTEM, (range(-1, 2),), STEPS)
    weights["C"], weights["d"] = weights["C"] / 4, (weights["d"] - 1.5) / 4
    divided = linear_bound(weights, replace(SYSTEM, divisors=(4,)), (range(-1, 2),), STEPS)
    assert (divided.errors > 0.9 * plain.errors).all()


@pytest.mark.parametrize("point", [5, 20, 300])
def test_numbers_of_a_fixed_point_are_off_by_no_more_than_they_say(point):
    dice = np.random.default_rng(point)
    one, other = dice.normal(size=(3, 4)), dice.normal(size=(4, 2))
    exact = np.vectorize(Fraction, otypes=[object])
    a, b = Fixed.of(one, point), Fixed.of(other, point)
    twice = (a @ b).parts_less(
        np.array([[3], [5], [1]], dtype=object), np.array([[1], [0], [2]], dtype=object)
    )
    product = exact(one) @ exact(other)
    less = product * np.array([[3], [5], [1]]) - np.array([[1], [0], [2]]) * Fraction(1, 2)
    for fixed, values in (
        (a, exact(one)),
        (a @ b, product),
        (twice, less),
        (a + a, 2 * exact(one)),
    ):
        scale = Fraction(1 << fixed.point)
        assert (abs(fixed.units / scale - values) <= fixed.off / scale).all()
        sure = abs(values) > 2 * fixed.off / scale
        far = exact(np.abs(fixed.away())) * (1 + Fraction(1, 1 << 52))
        assert (far >= abs(values))[sure].all()


def test_a_product_of_fixed_numbers_is_off_by_the_most_that_its_factors_are():
    """Both as far above what they are held as: the units of one times those of the other."""
    one, other = (
        Fixed(np.array([[100]], dtype=object), 7, 3),
        Fixed(np.array([[90]], dtype=object), 5, 3),
    )
    made, most = one @ other, Fraction(107 * 95, 8)
    assert most <= made.units[0, 0] + made.off
    times = one.parts_less(np.array([[5]], dtype=object), np.array([[0]], dtype=object))
    assert (times.units[0, 0], times.off) == (500, 35)


@pytest.mark.parametrize("unit", [-7, 7, 1 << 60, -(1 << 60), 3 << 192, 5 << 2000])
@pytest.mark.parametrize("point", [3, 300])
def test_a_number_that_is_handed_on_is_as_far_from_zero_as_it_may_be(unit, point):
    off = 5
    far = float(Fixed(np.array([[unit]], dtype=object), off, point).away()[0, 0])
    most = Fraction(abs(unit) + off, 1 << point)
    assert (far > 0) == (unit > 0)
    assert math.isinf(far) or Fraction(abs(far)) * (1 + Fraction(1, 1 << 52)) >= most
