"""Fitted numbers become exact ones where they are known well enough, and stay floats elsewhere."""

import math

import pytest
from builders.amount import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from distill.kinds.formula.constants import Exact, snapped


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (0.5, Exact(1, 2)),
        (-0.25, Exact(-1, 4)),
        (9.81, Exact(981, 100)),
        (2 * math.pi, Exact(2, pi_halves=2)),
        (math.sqrt(2) / 2, Exact(1, 2, radicand=2)),
        (1 / math.sqrt(2 * math.pi), Exact(1, 2, radicand=2, pi_halves=-1)),
        (3e8, Exact(300_000_000)),
        (2 * math.e, Exact(2, e_power=1)),
        (17 / 12, Exact(17, 12)),
        (1 / 0.511, Exact(1000, 511)),
    ],
)
def test_a_number_that_is_known_to_six_digits_is_what_it_is(value, form):
    found = snapped(value * (1 + 3e-7), abs(value) * 1e-6)
    assert found is not None
    assert found[0] == form


@pytest.mark.parametrize("value", [0.7234561, 1.380649, 31.70629])
def test_what_is_no_simple_number_stays_a_float(value):
    assert snapped(value, abs(value) * 1e-6) is None


def test_a_number_that_is_hardly_known_is_none():
    assert snapped(0.5, 0.2) is None
    assert snapped(1e-9, 1e-6) is None


@settings(max_examples=examples(40), deadline=None)
@given(
    over=st.integers(1, 60),
    under=st.integers(1, 60),
    off=st.floats(-1, 1),
)
def test_simple_fractions_come_back_from_seven_digits(over, under, off):
    value = over / under
    found = snapped(value * (1 + off * 5e-9), value * 1e-8)
    assert found is not None
    assert found[0].value == pytest.approx(value, rel=1e-12)
