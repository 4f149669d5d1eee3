"""Margins are rigorous lower bounds, and the float error is an upper one."""

from dataclasses import replace
from fractions import Fraction

import mpmath
from builders.amount import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from distill.kinds.fourier.meaning import PrintedWave, prove_meaning
from distill.records.report import Meaning

waves = st.lists(
    st.builds(
        PrintedWave,
        st.integers(1, 20),
        st.floats(0.5, 50),
        st.one_of(st.just(0.0), st.floats(-0.6, 0.6)),
        st.one_of(st.just(0.0), st.floats(-5, 50)),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda wave: wave.frequency,
)


def score(printed, p, x, d=0):
    """The score of an answer at fifty digits, where the inputs differ by d."""
    with mpmath.workdps(50):
        return mpmath.fsum(
            (mpmath.mpf(w.amplitude) + w.pizza * abs(mpmath.cos(mpmath.pi * w.frequency * d / p)))
            * mpmath.cos(2 * mpmath.pi * w.frequency * x / p + mpmath.mpf(w.phase))
            for w in printed
        )


def lead(scores, best):
    """How far the score at `best` is before the others."""
    return scores[best] - max(value for x, value in enumerate(scores) if x != best)


@settings(max_examples=examples(60), deadline=None)
@given(waves, st.sampled_from([7, 13, 23]))
def test_margin_is_a_lower_bound_and_tight(printed, p):
    printed = [replace(w, frequency=w.frequency % (p - 1) // 2 + 1) for w in printed]
    meaning = prove_meaning(tuple(printed), p, str, 2 * p)
    varying = any(w.pizza for w in printed)
    differences = range(p) if varying else [0]
    scores = [[score(printed, p, x, d) for x in range(p)] for d in differences]
    mean = [sum(column) for column in zip(*scores, strict=True)]
    best = max(range(p), key=mean.__getitem__)
    least = min(lead(row, best) for row in scores)
    if isinstance(meaning, Meaning):
        assert meaning.margin <= least
        assert least - meaning.margin < 1e-9
        assert meaning.statement == f"the arg max is {best}"
        assert ("difference" in meaning.method) == varying
    else:
        assert least <= 2 * meaning.float_error
        assert ("changes with the difference" in str(meaning)) == (least < -meaning.float_error)


@settings(max_examples=examples(60), deadline=None)
@given(waves, st.sampled_from([41, 53]), st.integers(-100, 100), st.integers(-100, 100))
def test_float_error_bounds_what_the_program_loses(printed, p, x, d):
    import math

    meaning = prove_meaning(tuple(printed), p, str, 100)
    computed = sum(
        (w.amplitude + w.pizza * abs(math.cos(math.pi * w.frequency * d / p)))
        * math.cos(2 * math.pi * w.frequency * x / p + w.phase)
        for w in printed
    )
    lost = abs(Fraction(computed) - Fraction(str(score(printed, p, x % p, d))))
    assert lost <= meaning.float_error
