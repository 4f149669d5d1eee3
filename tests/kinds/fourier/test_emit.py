"""Emitted programs are the group operation, read well, and are refused where digits cannot tell."""

import math

import pytest
from builders.amount import examples
from builders.fourier import mechanism, square
from builders.paths import GOLDEN
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from distill.checker.language import read_program
from distill.domains.finite import Domain
from distill.kinds.fourier.coordinate import Coordinate
from distill.kinds.fourier.emit import Emitted, emit_fourier
from distill.programs.guarded import guarded
from distill.records.refusal import Refusal

odd = st.integers(1, 600).map(lambda n: 2 * n + 1)


@settings(max_examples=examples(60), deadline=None)
@given(odd, st.data())
def test_for_every_odd_p_and_coprime_keys_the_program_is_the_group_operation(p, data):
    keys = data.draw(st.sets(st.integers(1, p // 2), min_size=1, max_size=6))
    assume(math.gcd(p, *keys) == 1)
    sizes = data.draw(st.lists(st.floats(1, 100), min_size=len(keys), max_size=len(keys)))
    waves = [(k, size, 0.0) for k, size in zip(sorted(keys), sizes, strict=True)]
    emitted = emit_fourier(mechanism(p, waves), square(p))
    assert isinstance(emitted, Emitted), emitted
    assert emitted.meaning.method == "symbolic"
    pairs = [(0, 0), (p - 1, p - 1), (0, p - 1)]
    pairs += data.draw(
        st.lists(st.tuples(st.integers(0, p - 1), st.integers(0, p - 1)), max_size=8)
    )
    for a, b in pairs:
        assert emitted.program(a, b) == (a + b) % p


@settings(max_examples=examples(40), deadline=None)
@given(st.integers(2, 60), st.tuples(st.integers(-5, 5), st.integers(-5, 5)), st.integers(-9, 9))
def test_every_affine_coordinate_is_computed_and_stated(p, weights, offset):
    assume(weights[0] % p and weights[1] % p)
    coordinate = Coordinate(weights, offset, p)
    emitted = emit_fourier(mechanism(p, [(1, 5.0, 0.0)], coordinate), square(p, first_output=3))
    assert isinstance(emitted, Emitted)
    for a, b in [(0, 0), (1, 0), (0, 1), (p - 1, p // 2)]:
        answer = emitted.program(a, b)
        assert 3 <= answer < p + 3
        assert (answer - weights[0] * a - weights[1] * b - offset) % p == 0
    assert coordinate.expression in emitted.meaning.statement


def test_the_answers_letter_is_none_of_the_inputs():
    coordinate = Coordinate((1, 1, 1), 0, 7)
    domain = Domain((range(7),) * 3, range(7))
    emitted = emit_fourier(mechanism(7, [(1, 5.0, 0.0)], coordinate), domain)
    assert isinstance(emitted, Emitted)
    assert [emitted.program(1, 2, c) for c in range(7)] == [(3 + c) % 7 for c in range(7)]


@pytest.mark.parametrize(("p", "keys"), [(12, [2, 4]), (15, [3, 6]), (9, [3])])
def test_keys_that_share_a_divisor_with_p_are_refused(p, keys):
    refused = emit_fourier(mechanism(p, [(k, 5.0, 0.0) for k in keys]), square(p))
    assert isinstance(refused, Refusal)
    assert "share the divisor" in refused.reasons[0]


def test_digits_that_floating_point_cannot_separate_are_refused():
    # a huge amplitude with a common divisor drowns the small one that would break the ties
    waves = [(3, 1e17, 0.0), (1, 1.0, 0.0)]
    refused = emit_fourier(mechanism(9, waves), square(9))
    assert isinstance(refused, Refusal)
    assert "floating point may lose" in refused.reasons[0]
    waves = [(3, 1e6, 0.0), (1, 1.0, 0.0)]
    assert isinstance(emit_fourier(mechanism(9, waves), square(9)), Emitted)


def test_phases_and_exceptions_are_written_and_explained():
    waves = [(2, 9.0, -0.4), (5, 8.0, 0.01)]
    emitted = emit_fourier(mechanism(11, waves, exceptions=((3, 4, 9),)), square(11))
    assert isinstance(emitted, Emitted)
    assert emitted.meaning.method == "every residue, in interval arithmetic"
    assert emitted.program(3, 4) == 9
    assert emitted.program(4, 4) == 8
    assert "PHASE = {2: 0.4}" in emitted.program.source
    assert "On 1 input the network answers" in emitted.program.source


@pytest.mark.parametrize(
    ("name", "emitted"),
    [
        ("sum", emit_fourier(mechanism(7, [(1, 4.0, 0.0), (3, 2.5, 0.0)]), square(7))),
        (
            "sum_with_pizza",
            emit_fourier(
                mechanism(7, [(1, 4.0, 0.0, 3.5), (3, 2.5, 0.0, 0.0)]),
                square(7),
            ),
        ),
        (
            "affine_with_phase_and_exception",
            emit_fourier(
                mechanism(
                    7,
                    [(1, 4.0, -0.3), (2, 2.5, 0.0)],
                    Coordinate((2, -1), 3, 7),
                    ((0, 1, 1),),
                ),
                square(7, first_output=1),
            ),
        ),
    ],
)
def test_golden_programs(name, emitted):
    assert isinstance(emitted, Emitted)
    read_program(emitted.program.source)
    written = guarded(emitted.program, square(7).inputs)
    assert written.source == (GOLDEN / f"{name}.py").read_text()


@pytest.mark.parametrize(
    ("weights", "pizza", "said"),
    [
        ((1, 1), 3.5, "# what the difference adds, at most"),
        ((1, 1), -3.5, "# what the difference adds, or takes away, at most"),
        ((1, -1), 3.5, "# what the total adds, at most"),
    ],
)
def test_what_the_other_combination_does_is_said_as_it_is(weights, pizza, said):
    waves = [(1, 4.0, 0.0, pizza), (3, 2.5, 0.0, 0.0)]
    emitted = emit_fourier(mechanism(7, waves, Coordinate(weights, 0, 7)), square(7))
    assert isinstance(emitted, Emitted)
    assert said in emitted.program.source
    assert ("difference" in emitted.program.source.split("def ")[1]) == ("difference" in said)
