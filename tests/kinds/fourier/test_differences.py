"""Clock or pizza: every frequency has its own label, and programs depend on what networks do."""

import ast
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from builders.amount import examples, some
from builders.changed_folder import changed_at, numbers_in, program_mutants, rehash
from builders.fourier import mechanism
from hypothesis import example, given, settings
from hypothesis import strategies as st
from planted import planted_logits, planted_model, rotated, square

import distill
from distill import BlackBox
from distill.checker.check import check_run
from distill.checker.sandbox import run_program
from distill.domains.finite import Domain
from distill.kinds.fourier.coordinate import Coordinate
from distill.kinds.fourier.differences import MIN_GAIN, fit_differences, isolated_fits, label_of
from distill.kinds.fourier.emit import Emitted, emit_fourier
from distill.kinds.fourier.extract import extract_fourier as extract
from distill.kinds.fourier.mechanism import (
    FourierMechanism,
    Wave,
    mechanism_logits,
    midpoint_radius,
)
from distill.networks.trace import trace

pytestmark = pytest.mark.usefixtures("page_undrawn")

SIZES = {2: 5.0, 7: 4.0, 9: 3.0}


def read(function, p):
    return extract(trace(BlackBox.over(function, square(p)), square(p)))


@pytest.fixture(scope="module")
def mixed_run(tmp_path_factory):
    """A network by construction that is a pizza at 7 and 9, and a clock at 2."""
    model = planted_model(23, SIZES, pizzas=(7, 9))
    return distill.distill(model, square(23), name="mixed", out=tmp_path_factory.mktemp("mixed"))


@settings(max_examples=examples(40), deadline=None)
@given(
    st.sampled_from([29, 31, 37]),
    st.dictionaries(st.integers(1, 12), st.tuples(st.floats(0, 9), st.floats(4, 9)), min_size=1),
    st.integers(1, 6),
    st.integers(-6, -1),
)
@example(29, {1: (0.0, 4.0), 2: (0.0, 4.0), 3: (0.0, 4.0)}, 5, -4)
def test_chosen_dependences_come_back_to_a_millionth_of_the_largest(p, sizes, u, v):
    """What two passes of the fit to half of the inputs leave is in proportion to the sizes."""
    sizes = dict(list(sizes.items())[:3])
    near = 1e-6 * max(map(max, sizes.values()))
    amplitudes, pizzas = ({k: pair[i] for k, pair in sizes.items()} for i in range(2))
    found = read(planted_logits(p, amplitudes, (u, v), pizzas=pizzas), p)
    assert isinstance(found, FourierMechanism), found
    assert found.key_frequencies == tuple(sorted(sizes))
    for wave in found.waves:
        assert wave.label is None  # nothing can be isolated in a black box
        if wave.pizza:
            assert wave.amplitude == pytest.approx(amplitudes[wave.frequency], abs=near)
            assert wave.pizza == pytest.approx(pizzas[wave.frequency], abs=near)
    unwritten = sum(not wave.pizza for wave in found.waves)
    assert found.fit.r2 > 1 - MIN_GAIN * unwritten - 1e-9


def test_a_dependence_too_small_to_matter_is_not_written():
    amplitudes = {3: 10.0, 5: 8.0}
    for size, written in ((1.0, False), (5.0, True)):
        found = read(planted_logits(31, amplitudes, pizzas={3: size}), 31)
        assert [bool(wave.pizza) for wave in found.waves] == [written, False]


@pytest.mark.parametrize(("clock", "pizza"), [(0.0, 2.0), (1.5, 0.0)])
@pytest.mark.parametrize("p", [31, 59])
def test_a_weak_wave_beside_strong_pizzas_is_a_key(p, clock, pizza):
    """What a pizza's dependence explains is not noise that a weak wave has to stand out from."""
    strong = dict.fromkeys((3, 8, 12), 10.0)
    amplitudes = {5: clock, **dict.fromkeys(strong, 0.0)}
    found = read(planted_logits(p, amplitudes, pizzas={**strong, 5: pizza}), p)
    assert isinstance(found, FourierMechanism)
    assert found.key_frequencies == (3, 5, 8, 12)
    weak = found.waves[1]
    assert weak.amplitude == pytest.approx(clock + pizza * 2 / np.pi, rel=0.01)


def test_a_weak_wave_in_noise_beside_strong_pizzas_is_none():
    pizzas = {3: 10.0, 5: 0.2, 8: 10.0, 12: 10.0}
    found = read(planted_logits(31, dict.fromkeys(pizzas, 0.0), noise=0.5, pizzas=pizzas), 31)
    assert isinstance(found, FourierMechanism), found
    assert found.key_frequencies == (3, 8, 12)


def test_the_training_curve_fits_the_same_frequencies_at_every_step():
    """Those that depend on the difference in the end, however little they did at first."""
    function = planted_logits(31, {3: 10.0, 5: 8.0}, pizzas={3: 0.5, 5: 6.0})
    traced = trace(BlackBox.over(function, square(31)), square(31))
    plain = tuple(Wave(k, 1.0, 0.0, 0.1) for k in (3, 5))
    first, second = fit_differences(
        traced.logits,
        Coordinate((1, 1), 0, 31),
        traced.tokens,
        range(31),
        plain,
        frozenset({3}),
    )
    assert (first.amplitude, first.pizza) == pytest.approx((10.0, 0.5))
    assert second == plain[1]


def test_the_phase_of_a_program_is_that_of_its_network():
    def logits(tokens):
        turns = (torch.arange(23)[None] - tokens.sum(dim=1)[:, None]).double()
        waves = ((2, 5.0, 0.3), (7, 4.0, 0.0), (9, 3.0, -0.2))
        return sum(A * torch.cos(2 * torch.pi * k * turns / 23 + phase) for k, A, phase in waves)

    assert distill.distill(logits, square(23)).report.value("logit_r2") > 1 - 1e-6


@pytest.mark.parametrize(
    ("pizzas", "labels"),
    [
        ((), ["clock", "clock", "clock"]),
        ((7, 9), ["clock", "pizza", "pizza"]),
        ((2, 7, 9), ["pizza", "pizza", "pizza"]),
    ],
)
def test_every_frequency_of_a_transformer_has_its_own_label(pizzas, labels):
    found = extract(trace(planted_model(23, SIZES, pizzas=pizzas), square(23)))
    assert isinstance(found, FourierMechanism)
    assert [wave.label for wave in found.waves] == labels
    assert found.fit.heldout_r2 > 0.999
    for wave in found.waves:
        constant, varying = (0.0, SIZES[wave.frequency])[:: 1 if wave.label == "pizza" else -1]
        assert wave.amplitude == pytest.approx(constant, abs=0.05)
        assert wave.pizza == pytest.approx(varying, abs=0.05)
    kind = {0: "clock cosines of a + b mod 23 at 2, 7, 9", 3: "pizza cosines of a + b"}
    named = kind.get(len(pizzas), "cosines of a + b mod 23 at 2 (clock), 7 (pizza), 9 (pizza)")
    assert found.name.startswith(named)


@given(st.sampled_from([29, 59, 113]), st.integers(1, 14), st.floats(0, 1))
def test_labels_are_the_better_fit_and_mixtures_are_neither(p, k, part):
    radius = midpoint_radius(k, np.arange(p), p)
    clock_r2, pizza_r2 = isolated_fits(1 - part + part * radius, k)
    label = label_of(clock_r2, pizza_r2)
    if part < 0.4:
        assert label == "clock"
    elif part > 0.75:
        assert label == "pizza"
    elif 0.55 < part < 0.62:
        assert label == "mixed"
    assert label_of(*isolated_fits(np.zeros(p), k)) == "mixed"


def test_the_difference_is_of_the_terms_and_reads_well():
    for weights, expected in {(1, 1): "a - b", (1, -1): "a + b", (-2, 3): "2 * a + 3 * b"}.items():
        assert Coordinate(weights, 5, 31).difference.expression == expected
    assert Coordinate((1, 31), 0, 31).difference is None
    assert Coordinate((1, 1, 1), 0, 31).difference is None


@settings(max_examples=examples(15), deadline=None)
@given(
    st.sampled_from([7, 12, 13]),
    st.tuples(st.sampled_from([1, -1, 2]), st.sampled_from([1, -1, 3])),
    st.floats(-0.3, 0.3),
    st.floats(0.5, 5),
)
def test_the_program_says_what_the_mechanism_says(p, weights, phase, pizza):
    plain = mechanism(p, [(1, 5.0, phase), (2, 3.0, 0.2)], Coordinate(weights, 1, p))
    first, second = plain.waves
    waves = (replace(first, pizza=pizza), second)
    domain = Domain((range(3, p + 3), range(p)), range(2, p + 2))
    emitted = emit_fourier(replace(plain, waves=waves), domain)
    assert isinstance(emitted, Emitted), emitted
    values = domain.values(domain.tokens())
    said = run_program(emitted.program.source, values, outputs=p).logits
    expected = mechanism_logits(plain.coordinate, waves, values, domain.outputs)
    # amplitudes have four digits, and a phase below 0.05 is not printed
    np.testing.assert_allclose(said, expected, atol=0.05 * (5 + pizza) + 0.01)
    if abs(phase) > 0.05:
        np.testing.assert_allclose(said, expected, atol=0.01)


def test_a_run_over_a_mixed_network_is_proved_and_says_which_is_which(mixed_run):
    report = mixed_run.report
    assert report.verdict == "proved"
    assert report.value("logit_r2") > 0.999
    alone = report.each("isolated: ")
    assert [row.note for row in alone.values()] == ["clock", "pizza", "pizza"]
    assert alone["2"].value > 0.9 > alone["2"].decoy  # a constant size beside |cos|
    assert "difference" in report.meaning.method
    assert "AMPLITUDE = {2: 4.991, 7: 0.0, 9: 0.0}" in mixed_run.program.source
    assert "PIZZA = {7: 4.0, 9: 3.0}" in mixed_run.program.source
    assert mixed_run.program(20, 9) == 6
    assert check_run(mixed_run.folder).ok


@pytest.mark.claim
def test_the_papers_measures_tell_pizzas_from_clocks():
    clock, pizza = (
        distill.distill(planted_model(23, SIZES, pizzas=pizzas), square(23)).report
        for pizzas in ((), tuple(SIZES))
    )
    assert pizza.value("gradient_symmetricity") > 0.99
    assert clock.value("gradient_symmetricity") < 0.5
    assert pizza.value("distance_irrelevance") < 0.1
    assert clock.value("distance_irrelevance") > 0.5


def test_every_constant_and_operator_of_a_pizza_matters(mixed_run, tmp_path):
    source = mixed_run.program.source
    plain = set(ast.unparse(ast.parse(source)).splitlines())
    mutants = [
        mutant
        for mutant in program_mutants(source)
        if any("PIZZA" in line or "difference" in line for line in set(mutant.splitlines()) - plain)
    ]
    mutants.append(ast.unparse(ast.parse(source.replace("abs(", "float("))))
    assert len(mutants) >= 12
    for number, mutant in enumerate(some(mutants[::3], 3)):
        folder = shutil.copytree(mixed_run.folder, tmp_path / str(number))
        (folder / "program.py").write_text(mutant)
        rehash(folder)
        assert not check_run(folder).ok, mutant


def test_every_number_of_a_pizza_wave_matters(mixed_run, tmp_path):
    document = json.loads((mixed_run.folder / "mechanism.json").read_text())
    of_waves = {"amplitude", "frequency", "phase", "pizza"}
    paths = [p for p in numbers_in(document) if p[0] == "waves" and p[-1] in of_waves]
    for number, path in enumerate(some(paths, 5)):
        mutant = changed_at(document, path)
        if path[-1] != "frequency":
            mutant["waves"][path[1]][path[-1]] = document["waves"][path[1]][path[-1]] * 1.1 + 0.2
        folder = shutil.copytree(mixed_run.folder, tmp_path / str(number))
        (folder / "mechanism.json").write_text(json.dumps(mutant))
        rehash(folder)
        assert not check_run(folder).ok, path


def test_the_wave_of_a_pizza_decodes_with_its_size():
    """Its units hold cos times |cos|, of which the plain cosine is 8/π²."""
    model = rotated(planted_model(31, {3: 6.0, 8: 4.0, 11: 5.0}, pizzas=(8,)), 1)
    report = distill.distill(model, square(31)).report
    assert report.value("decode_r2") > 0.99
    assert report.located
