"""What is put into a network by construction comes back, whatever basis it is written in."""

import math

import numpy as np
import pytest
from builders.amount import examples
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from planted import noisy, planted_lead, planted_model, rotated, square

import distill
from distill.kinds.fourier.extract import extract_fourier as extract
from distill.kinds.fourier.mechanism import FourierMechanism
from distill.networks.trace import trace

NOISE = 0.005
"""Of every weight matrix, as a part of its root mean square, where all must come back."""

AMPLITUDES, PHASES = {3: 6.0, 8: 4.0, 11: 5.0}, {3: 0.4, 11: -0.3}


@st.composite
def chosen(draw):
    """Modulus, coefficients, amplitudes, pizzas, phases and a seed, with a clear answer."""
    p = draw(st.sampled_from([29, 31, 37, 41, 43, 47, 53, 59]))
    keys = draw(st.lists(st.integers(1, p // 2), min_size=2, max_size=4, unique=True))
    amplitudes = {k: draw(st.floats(2, 10)) for k in keys}
    pizzas = tuple(k for k in keys if draw(st.booleans()))
    weights = (1, 1) if pizzas else draw(st.sampled_from([(1, 1), (1, -1), (2, 3), (-3, 5)]))
    # a shift of all answers, which a coordinate takes up, and a phase of every wave beside it
    offset, largest = draw(st.integers(0, p - 1)), draw(st.sampled_from([0.5, math.pi]))
    phases = {k: draw(st.floats(-largest, largest)) + math.tau * k * offset / p for k in keys}
    assume(planted_lead(p, amplitudes, pizzas, phases) > 0.04 * sum(amplitudes.values()))
    return p, weights, amplitudes, pizzas, phases, draw(st.integers(0, 1000))


def network(p, weights, amplitudes, pizzas, phases, seed):
    model = planted_model(p, amplitudes, weights, seed=seed, pizzas=pizzas, phases=phases)
    return noisy(rotated(model, seed), NOISE, seed)


def turned(angle):
    """An angle as it is modulo a whole turn, from -π to π."""
    return (angle + math.pi) % math.tau - math.pi


def assert_came_back(found, p, weights, amplitudes, pizzas, phases):
    assert isinstance(found, FourierMechanism), found
    assert found.key_frequencies == tuple(sorted(amplitudes))
    assert tuple(w % p for w in found.coordinate.weights) == tuple(w % p for w in weights)
    for wave in found.waves:
        k, size = wave.frequency, amplitudes[wave.frequency]
        assert wave.label == ("pizza" if k in pizzas else "clock")
        if wave.pizza:
            assert k in pizzas
            assert wave.pizza == pytest.approx(size, rel=0.02)
            assert abs(wave.amplitude) < 0.02 * size
        elif k in pizzas:  # too weak beside the others to be written with its dependence: its mean
            assert wave.amplitude == pytest.approx(size * 2 / math.pi, rel=0.05)
        else:
            assert wave.amplitude == pytest.approx(size, rel=0.02)
        # the phase is beside the offset of the coordinate that was found
        phase = wave.phase - math.tau * k * found.coordinate.offset / p
        assert abs(turned(phase - phases[k])) < 0.02


@settings(max_examples=examples(12), deadline=None)
@given(chosen())
def test_chosen_waves_come_back_from_noisy_weights_in_any_basis(put_in):
    p, *waves, seed = put_in
    found = extract(trace(network(p, *waves, seed), square(p)))
    assert_came_back(found, p, *waves)


@pytest.mark.claim
@settings(max_examples=5, deadline=None)
@given(chosen())
def test_the_whole_pipeline_proves_and_locates_them(put_in):
    p, *waves, seed = put_in
    run = distill.distill(network(p, *waves, seed), square(p))
    assert_came_back(run.mechanism, p, *waves)
    assert run.report.verdict in {"proved", "exhaustive"}
    assert run.program is not None
    doubts = [reason for reason in run.report.reasons if reason.startswith("not located")]
    # of few values other frequencies decode nearly as well: then nothing is said to be located
    assert run.report.located != bool(doubts)
    assert all("and a decoy" in doubt for doubt in doubts)


@pytest.mark.parametrize(("noise", "program"), [(0.02, True), (0.3, False)])
def test_noise_that_changes_the_answers_leaves_no_program(noise, program):
    planted = rotated(planted_model(29, AMPLITUDES, pizzas=(8,)), 0)
    run = distill.distill(noisy(planted, noise, 0), square(29))
    assert (run.program is not None) == program
    assert (run.report.verdict == "refused") != program


def formula(p, pizzas):
    """Σ A_k cos(2πk(c - a - b)/p + θ_k), with |cos(πk(a - b)/p)| before that of a pizza."""
    a, b, c = np.ogrid[:p, :p, :p]
    waves = sum(
        amplitude
        * (np.abs(np.cos(np.pi * k * (a - b) / p)) if k in pizzas else 1)
        * np.cos(2 * np.pi * k * (c - a - b) / p + PHASES.get(k, 0.0))
        for k, amplitude in AMPLITUDES.items()
    )
    return waves.reshape(p * p, p)


@pytest.mark.parametrize("pizzas", [(), (8,), (3, 8, 11)])
def test_the_logits_of_a_planted_network_are_the_chosen_waves(pizzas):
    model = planted_model(29, AMPLITUDES, pizzas=pizzas, phases=PHASES)
    said = formula(29, pizzas)
    off = model.logits(square(29).tokens()) - said
    assert np.square(off).sum() < 0.001 * np.square(said).sum()
    top = np.sort(said, axis=1)
    lead = float((top[:, -1] - top[:, -2]).min())
    assert planted_lead(29, AMPLITUDES, pizzas, PHASES) == pytest.approx(lead)


def test_an_answer_that_changes_with_the_difference_does_not_lead():
    opposed = {3: 0.0, 8: 2.5}  # where the difference stills one of two pizzas, the other chooses
    assert planted_lead(29, {3: 6.0, 8: 4.0}, (3, 8), opposed) <= 0


def test_another_basis_is_the_same_function_with_nothing_on_an_axis():
    plain = planted_model(29, AMPLITUDES, pizzas=(8,), phases=PHASES)
    hidden = rotated(plain, 1)
    tokens = square(29).tokens()
    np.testing.assert_allclose(hidden.logits(tokens), plain.logits(tokens), atol=1e-4)
    for name, weights in hidden.parameters.items():
        if weights.ndim > 1:  # a row of zeros, as that of "=", is one in every basis
            rows = weights.flatten(0, -2)
            assert (rows[rows.any(dim=1)] != 0).all(), name
    assert not (plain.parameters["blocks.0.W_in"] != 0).all()


def test_noise_is_a_part_of_the_size_of_every_matrix_and_only_of_those():
    plain = rotated(planted_model(29, AMPLITUDES), 0)
    loud, again = (noisy(plain, 0.1, seed=3).parameters for _ in range(2))
    for name, weights in plain.parameters.items():
        assert loud[name].equal(again[name])
        sizes = (loud[name] - weights).square().mean().sqrt(), weights.square().mean().sqrt()
        if weights.ndim == 1:
            assert sizes[0] == 0
        else:
            assert float(sizes[0] / sizes[1]) == pytest.approx(0.1, rel=0.2)
