"""Extraction finds planted waves, refuses what has none, and is told nothing of a task."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from builders.amount import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import planted_logits, planted_model, square

from distill import BlackBox, Model, Transformer
from distill.kinds.fourier.extract import extract_fourier as extract
from distill.kinds.fourier.mechanism import FourierMechanism
from distill.kinds.fourier.table import table_structure
from distill.kinds.fourier.waves import structure_score
from distill.networks.trace import trace
from distill.records.refusal import Refusal

KEYS = st.dictionaries(st.integers(1, 12), st.floats(1, 100), min_size=1, max_size=5)


def read(function, p):
    return extract(trace(BlackBox.over(function, square(p)), square(p)))


@settings(max_examples=examples(40), deadline=None)
@given(st.sampled_from([25, 29, 31, 37, 53]), KEYS, st.integers(1, 6), st.integers(-6, 6))
def test_chosen_waves_come_back_exactly(p, amplitudes, u, v):
    if p == 25 and any(k % 5 == 0 for k in amplitudes):
        amplitudes = {k: size for k, size in amplitudes.items() if k % 5} or {1: 2.0}
    found = read(planted_logits(p, amplitudes, (u % p or 1, v % p or 1)), p)
    assert isinstance(found, FourierMechanism), found
    assert found.key_frequencies == tuple(sorted(amplitudes))
    sizes = [wave.amplitude for wave in found.waves]
    np.testing.assert_allclose(sizes, [amplitudes[k] for k in sorted(amplitudes)], rtol=1e-6)
    assert tuple(w % p for w in found.coordinate.weights) == (u % p or 1, v % p or 1)
    assert found.fit.heldout_r2 > 1 - 1e-9


@pytest.mark.parametrize("weights", [(1, 1), (1, -1), (2, 3)])
def test_waves_in_the_weights_of_a_transformer_come_back(weights):
    amplitudes = {3: 6.0, 5: 2.0, 11: 4.0}
    found = extract(trace(planted_model(29, amplitudes, weights), square(29)))
    assert isinstance(found, FourierMechanism)
    assert found.key_frequencies == (3, 5, 11)
    assert found.coordinate.weights == weights
    assert found.agreement == 1


def test_a_weak_wave_is_found_in_clean_logits_and_not_in_noise():
    amplitudes = {2: 10.0, 5: 8.0, 9: 0.1}
    clean, noisy = (read(planted_logits(31, amplitudes, noise=noise), 31) for noise in (0.0, 0.7))
    assert isinstance(clean, FourierMechanism)
    assert isinstance(noisy, FourierMechanism)
    assert clean.key_frequencies == (2, 5, 9)
    assert noisy.key_frequencies == (2, 5)


def test_an_offset_is_part_of_the_coordinate():
    plain = planted_logits(31, {2: 10.0, 5: 8.0})
    found = read(lambda tokens: plain((tokens + torch.tensor([7, 0])) % 31), 31)
    assert isinstance(found, FourierMechanism)
    assert found.coordinate.expression == "a + b + 7"


def untrained(p):
    shape = Transformer.for_domain(square(p))
    return Model(shape, shape.initialise(torch.Generator().manual_seed(0)))


def shuffled(p):
    order = torch.randperm(p * p, generator=torch.Generator().manual_seed(0)).reshape(p, p)
    waves = planted_logits(p, {2: 10.0, 5: 8.0})

    def logits(tokens):
        moved = order[tokens[:, 0], tokens[:, 1]]
        return waves(torch.stack([moved // p, moved % p], dim=1))

    return logits


def lookup(p):
    def logits(tokens):
        return 20.0 * torch.nn.functional.one_hot((tokens[:, 0] + tokens[:, 1]) % p, p)

    return logits


def test_untrained_network_is_refused_with_numbers():
    found = extract(trace(untrained(31), square(31)))
    assert isinstance(found, Refusal)
    assert found.numbers["strongest_share"] < 0.3
    assert any("no Latin square" in reason for reason in found.reasons)


def test_shuffled_network_is_refused_with_numbers():
    found = read(shuffled(31), 31)
    assert isinstance(found, Refusal)
    assert found.numbers["latin"] < 0.1


def test_a_lookup_table_is_no_mechanism_even_if_it_is_the_table_of_a_group():
    found = read(lookup(31), 31)
    assert isinstance(found, Refusal)
    assert found.numbers["self_aligned"] == pytest.approx(1)
    assert any("that of the cyclic group" in reason for reason in found.reasons)


def test_a_constant_network_is_refused():
    assert isinstance(read(lambda tokens: torch.zeros(len(tokens), 31), 31), Refusal)


@pytest.mark.parametrize(("function", "low"), [(lookup, True), (shuffled, False)])
def test_structure_score_separates_spikes_from_waves(function, low):
    logits = BlackBox(function(31), 31).logits(square(31).tokens())
    score = structure_score(logits - logits.mean(axis=1, keepdims=True))
    assert (score == 0) if low else (score > 0.99)  # shuffled inputs still turn as waves do


def test_few_exceptions_are_listed_and_many_refused():
    plain = planted_logits(31, {2: 10.0, 5: 8.0})

    def mistaken(count):
        def logits(tokens):
            wrong = tokens[:, 0] * 31 + tokens[:, 1] < count
            return torch.where(wrong[:, None], plain((tokens + 1) % 31), plain(tokens))

        return logits

    few, many = read(mistaken(9), 31), read(mistaken(10), 31)
    assert isinstance(few, FourierMechanism)
    assert [row[:2] for row in few.exceptions] == [(0, b) for b in range(9)]
    assert few.agreement == pytest.approx(1 - 9 / 961)
    assert isinstance(many, Refusal)
    assert many.numbers["exceptions"] == 10


def structure(table):
    found, _ = table_structure(table, len(table))
    return found


def test_tables_of_groups_and_of_none():
    x = np.arange(6)
    cyclic = (x[:, None] + x) % 6
    rotation, flip = x % 3, x // 3
    s3 = (rotation[:, None] + (1 - 2 * flip[:, None]) * rotation) % 3 + 3 * (
        (flip[:, None] + flip) % 2
    )
    latin = cyclic.copy()
    latin[[0, 3]] = latin[[3, 0]]
    assert structure(cyclic[np.array([3, 1, 0, 5, 2, 4])]).cyclic  # an isotope of it
    assert structure(s3).cyclic is False
    assert structure(np.minimum(x[:, None], x)).latin < 1
    quasigroup = np.array(
        [[0, 1, 2, 3, 4], [1, 0, 3, 4, 2], [2, 4, 0, 1, 3], [3, 2, 4, 0, 1], [4, 3, 1, 2, 0]]
    )
    assert structure(quasigroup).associative < 1


@given(st.integers(3, 40), st.integers(-50, 50), st.integers(-50, 50), st.integers(-50, 50))
def test_the_table_alone_says_which_affine_function_it_is(p, u, v, w):
    x = np.arange(p)
    found = structure((u * x[:, None] + v * x + w) % p)
    if np.gcd(u, p) == np.gcd(v, p) == 1:
        assert found.affine == (u % p, v % p)
    else:
        assert found.latin < 1
        assert found.affine is None


def test_a_relabelled_cyclic_table_is_cyclic_and_not_affine():
    p = 13
    x = np.arange(1, p)
    found = structure(x[:, None] * x % p - 1)
    assert found.cyclic
    assert found.affine is None
    assert "relabelled" in str(found)


FRESH = """
import json, sys
from safetensors.torch import load_file
from distill.networks.architecture import StoredArchitecture
from distill.domains.finite import Domain
from distill.kinds.fourier.extract import extract_fourier as extract
from distill.networks.stored import Model
from distill.serialise import from_json, to_json
from distill.threads import fixed_threads
from distill.networks.trace import trace

shape = from_json(StoredArchitecture, sys.argv[1])
sizes, weights = json.loads(sys.argv[2]), sys.argv[3]
with fixed_threads():
    model = Model(shape, load_file(weights))
    domain = Domain(tuple(range(n) for n in sizes["inputs"]), range(sizes["output"]))
    found = extract(trace(model, domain))
told = {"distill.tasks.finite", "distill.train", "distill.pipeline"} & set(sys.modules)
assert not told, told
sys.stdout.buffer.write(to_json(found))
"""


def test_a_fresh_process_without_the_task_finds_the_same_bytes(small_run, tmp_path):
    certificate = json.loads((small_run / "certificate.json").read_text())
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes((small_run / "model.safetensors").read_bytes())
    sizes = {"inputs": [59, 59], "output": 59}
    found = subprocess.run(
        [
            *(sys.executable, "-c", FRESH, json.dumps(certificate["architecture"])),
            *(json.dumps(sizes), str(weights)),
        ],
        capture_output=True,
        cwd=tmp_path,
        check=True,
    )
    assert found.stdout == (small_run / "mechanism.json").read_bytes()
