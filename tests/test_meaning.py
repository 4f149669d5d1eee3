"""Margins are rigorous lower bounds, and the float error is an upper one."""

from fractions import Fraction

import mpmath
from hypothesis import given, settings
from hypothesis import strategies as st

from distill.meaning import Meaning, PrintedWave, prove_meaning

waves = st.lists(
    st.builds(
        PrintedWave,
        st.integers(1, 20),
        st.floats(0.5, 50),
        st.one_of(st.just(0.0), st.floats(-0.6, 0.6)),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda wave: wave.frequency,
)


def scores(printed, p):
    """The scores at fifty digits."""
    with mpmath.workdps(50):
        return [
            mpmath.fsum(
                mpmath.mpf(w.amplitude)
                * mpmath.cos(2 * mpmath.pi * w.frequency * x / p + mpmath.mpf(w.phase))
                for w in printed
            )
            for x in range(p)
        ]


@settings(max_examples=60, deadline=None)
@given(waves, st.sampled_from([41, 43, 53]))
def test_margin_is_a_lower_bound_and_tight(printed, p):
    meaning = prove_meaning(tuple(printed), p, "a + b", 2 * p)
    exact = scores(printed, p)
    best = max(range(p), key=exact.__getitem__)
    lead = exact[best] - max(value for x, value in enumerate(exact) if x != best)
    if isinstance(meaning, Meaning):
        assert meaning.margin <= lead
        assert lead - meaning.margin < 1e-9
        assert (best == 0) == ("(a + b)" in meaning.statement)
    else:
        assert lead <= 2 * meaning.float_error


@settings(max_examples=60, deadline=None)
@given(waves, st.sampled_from([41, 53]), st.integers(-100, 100))
def test_float_error_bounds_what_the_program_loses(printed, p, x):
    import math

    meaning = prove_meaning(tuple(printed), p, "a + b", 100)
    computed = sum(
        w.amplitude * math.cos(2 * math.pi * w.frequency * x / p + w.phase) for w in printed
    )
    lost = abs(Fraction(computed) - Fraction(str(scores(printed, p)[x % p])))
    assert lost <= meaning.float_error
