"""Numberings: squares, logarithms and names drawn at random are read from a network's logits."""

import json
import shutil

import numpy as np
import pytest
import torch
from builders.amount import examples
from builders.changed_folder import changed_at, numbers_in, rehash
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from planted import planted_model, square

import distill
from distill import BlackBox, Model
from distill.checker.check import check_run
from distill.domains.finite import Domain
from distill.kinds.fourier.coordinate import Coordinate, Listed, Logarithm, Polynomial, logarithm_of
from distill.kinds.fourier.extract import extract_fourier as extract
from distill.kinds.fourier.mechanism import FourierMechanism
from distill.networks.trace import trace
from distill.records.refusal import Refusal

pytestmark = pytest.mark.usefixtures("page_undrawn")

SIZES = {2: 5.0, 7: 4.0, 9: 3.0}


def waves(first, second, output, sizes=SIZES, noise=0.0):
    """A callable whose logits turn with first[a] + second[b] - output[c], modulo its outputs."""
    m = len(output)
    tables = [torch.tensor(np.asarray(table)) for table in (first, second, output)]
    fixed = noise * torch.randn(m, m, m, generator=torch.Generator().manual_seed(0))

    def logits(tokens):
        a, b = tokens[:, 0], tokens[:, 1]
        turns = ((tables[0][a] + tables[1][b])[:, None] - tables[2]).double()
        total = sum(size * torch.cos(2 * torch.pi * k * turns / m) for k, size in sizes.items())
        return total + fixed[a, b]

    return logits


def read(function, domain):
    return extract(trace(BlackBox.over(function, domain), domain))


@settings(max_examples=examples(30), deadline=None)
@given(
    st.sampled_from([23, 29, 31]),
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)),
    st.tuples(st.integers(0, 5), st.integers(0, 5)),
    st.integers(0, 20),
)
def test_polynomials_of_the_inputs_come_back(p, first, second, start):
    assume(any(first) and any(second))
    domain = Domain((range(start, start + p), range(p)), range(p))
    x, y = np.arange(start, start + p), np.arange(p)
    numbers = [sum(c * x**e for e, c in enumerate(first, 1)) % p]
    numbers.append(sum(c * y**e for e, c in enumerate(second, 1)) % p)
    assume(all(len(set(n.tolist())) > 2 for n in numbers))
    found = read(waves(*numbers, np.arange(p), noise=0.5), domain)
    assert isinstance(found, FourierMechanism), found
    assert not any(isinstance(n, Listed) for n in found.coordinate.numberings)
    phi = found.coordinate.phi(domain.values(domain.tokens()))
    np.testing.assert_array_equal(phi, (numbers[0][:, None] + numbers[1]).ravel() % p)


@settings(max_examples=examples(30), deadline=None)
@given(st.sampled_from([11, 23, 29, 31]), st.integers(1, 9), st.integers(1, 9), st.integers(0, 99))
def test_products_of_powers_are_sums_of_logarithms(q, u, v, w):
    logarithm = logarithm_of(range(1, q))
    numbers = logarithm.numbers(np.arange(1, q), q - 1)
    assume((u * numbers % (q - 1)).any() and (v * numbers % (q - 1)).any())
    domain = Domain((range(1, q), range(1, q)), range(1, q))
    sizes = {1: 5.0, 2: 4.0, 3: 3.0}
    found = read(waves(u * numbers, v * numbers + w, numbers, sizes), domain)
    assert isinstance(found, FourierMechanism), found
    assert found.coordinate.output == logarithm
    phi = found.coordinate.phi(domain.values(domain.tokens()))
    np.testing.assert_array_equal(phi, (u * numbers[:, None] + v * numbers + w).ravel() % (q - 1))


@settings(max_examples=examples(20), deadline=None)
@given(st.sampled_from([12, 23, 25, 30]), st.integers(0, 10**6))
def test_names_drawn_at_random_come_back_as_a_list(m, seed):
    rng = np.random.default_rng(seed)
    tables = [rng.permutation(m) for _ in range(3)]
    found = read(waves(*tables, {1: 5.0, 3: 4.0, 5: 3.0}, noise=0.3), square(m))
    assert isinstance(found, FourierMechanism), found
    names = [isinstance(n, Listed) for n in (*found.coordinate.numberings, found.coordinate.output)]
    assert all(names)
    assert found.agreement == 1
    assert found.fit.heldout_r2 > 0.9


def test_a_function_of_a_sum_is_not_taken_for_one_of_its_terms():
    p = 23
    x = np.arange(p)
    table = torch.tensor((x[:, None] + x) ** 2 % p)

    def logits(tokens):
        turns = (table[tokens[:, 0], tokens[:, 1]][:, None] - torch.arange(p)).double()
        return sum(size * torch.cos(2 * torch.pi * k * turns / p) for k, size in SIZES.items())

    assert isinstance(read(logits, square(p)), Refusal)


def test_a_refusal_says_what_the_logits_are_a_function_of():
    """Waves of a + 3b that know the answer's square root and not the answer."""
    p = 23
    root = torch.tensor([next((x for x in range(12) if x * x % p == c), 11) for c in range(p)])

    def logits(tokens):
        turns = (tokens[:, 0] + 3 * tokens[:, 1])[:, None].double()
        angles = [2 * torch.pi * k / p for k in SIZES]
        waves = zip(SIZES.values(), angles, strict=True)
        return sum(size * torch.cos(k * turns) * torch.cos(k * root) for size, k in waves)

    found = read(logits, square(p))
    assert isinstance(found, Refusal)
    assert any("a function of a + 3 * b mod 23 (100.0%" in reason for reason in found.reasons)


def test_misread_numbers_do_not_hide_a_rule():
    """The singular vectors of a network with mistakes are wrong at some values."""
    p, rng = 31, np.random.default_rng(0)
    x = np.arange(p)
    clean = waves(x**2 % p, x**2 % p, x)
    spoiled = torch.tensor(rng.random((p, p)) < 0.008)

    def logits(tokens):
        wrong = spoiled[tokens[:, 0], tokens[:, 1]]
        return torch.where(wrong[:, None], -clean(tokens), clean(tokens))

    found = read(logits, square(p))
    assert isinstance(found, FourierMechanism), found
    assert found.coordinate.expression == "a**2 + b**2"
    assert len(found.exceptions) == int(spoiled.sum())


@pytest.fixture(scope="module")
def product_run(tmp_path_factory):
    """The weights of a sum modulo 30, its tokens renamed so that it multiplies modulo 31."""
    plain = planted_model(30, SIZES)
    numbers = logarithm_of(range(1, 31)).numbers(np.arange(1, 31), 30)
    rows = torch.tensor([*numbers, 30])
    model = Model(
        plain.architecture,
        {
            **plain.parameters,
            "W_E": plain.parameters["W_E"][rows],
            "W_U": plain.parameters["W_U"][:, rows[:-1]],
        },
    )
    domain = Domain((range(1, 31), range(1, 31)), range(1, 31))
    return distill.distill(model, domain, name="product", out=tmp_path_factory.mktemp("product"))


def test_a_network_that_multiplies_is_proved_located_and_checked(product_run):
    report = product_run.report
    assert (report.verdict, report.located) == ("proved", True), report.reasons
    assert report.meaning.statement == (
        "the arg max is (a * b) mod 31, for all integers that 31 does not divide"
    )
    assert report.value("removed_accuracy") < 0.1
    assert product_run.program(17, 23) == 17 * 23 % 31
    assert "product_mod_31" in product_run.program.source
    assert check_run(product_run.folder).ok


def test_every_number_of_a_numbering_matters(product_run, tmp_path):
    document = json.loads((product_run.folder / "mechanism.json").read_text())
    listed = Listed(1, tuple(range(30)))
    changes = [path for path in numbers_in(document) if path[0] == "coordinate"]
    assert len(changes) >= 10
    mutants = [changed_at(document, path) for path in changes]
    mutants.append({**document, "coordinate": {**document["coordinate"], "inputs": []}})
    plain = {"kind": "polynomial", "coefficients": [1]}
    mutants.append({**document, "coordinate": {**document["coordinate"], "output": plain}})
    listed = {"kind": "listed", "first": 1, "numbered": [0] * 30}
    mutants.append({**document, "coordinate": {**document["coordinate"], "output": listed}})
    for number, mutant in enumerate(mutants):
        folder = shutil.copytree(product_run.folder, tmp_path / str(number))
        (folder / "mechanism.json").write_text(json.dumps(mutant))
        rehash(folder)
        assert not check_run(folder).ok, mutant["coordinate"]


def test_coordinates_read_as_python():
    square_, cube = Polynomial((0, 1)), Polynomial((2, 0, 1))
    log, names = Logarithm(3, 7), Listed(0, (2, 0, 1))
    for coordinate, expected in {
        Coordinate((1, -2), 3, 7, (square_, Polynomial())): "a**2 - 2 * b + 3",
        Coordinate((-1, 2), 0, 7, (cube, cube)): "-(a**3 + 2 * a) + 2 * (b**3 + 2 * b)",
        Coordinate((1, 2), -1, 6, (log, log), log): "LOG[a] + 2 * LOG[b] - 1",
        Coordinate((1, 1), 0, 3, (names, names), names): "NUMBER[a] + NUMBER[b]",
        Coordinate((0, 0), 0, 3): "0",
    }.items():
        assert coordinate.expression == expected
