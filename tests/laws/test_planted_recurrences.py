"""The law: a random integer recurrence that is hidden in a network comes back, or nothing does.

Networks by construction, in random bases, of 1 to 4 registers. What is measured over many of them
is `benchmarks/recurrences.py`; here is what must hold.
"""

from __future__ import annotations

import numpy as np
import pytest
from builders.amount import some
from planted_recurrences import KINDS, LENGTH, TIMES, PlantedRecurrence, noisy, plant
from recurrences import fresh, outcome

from distill.kinds.recurrence.emit import emit_recurrence
from distill.kinds.recurrence.held.comparisons import Comparison, compared
from distill.kinds.recurrence.linear.realisation import Realisation, realise
from distill.kinds.recurrence.recurrence import Recurrence
from distill.networks.integer_recurrent import IntegerRecurrent
from distill.networks.sequence_network import SequenceNetwork

DIMENSIONS = 1, 2, 3, 4


def read(planted: PlantedRecurrence) -> Recurrence | None:
    """The recurrence that is read from weights, or null for a refusal."""
    network = SequenceNetwork(planted.network, planted.channels)
    assert isinstance(planted.network.architecture, IntegerRecurrent)
    shape = planted.network.architecture
    if (shape.activation, shape.readout) == ("linear", "value"):
        found = realise(planted.network, planted.channels, LENGTH)
        if not isinstance(found, Realisation):
            return None
    else:
        found = compared(network, LENGTH)
        if not isinstance(found, Comparison):
            return None
    emit_recurrence(found.recurrence, found.assignments)
    return found.recurrence


def equivalent(planted: PlantedRecurrence, found: Recurrence, seed: int) -> bool:
    """Whether it answers as what was put in, at the length of training and at five times that."""
    drawn = [fresh(planted, length, seed) for length in (LENGTH, TIMES * LENGTH)]
    return all(np.array_equal(found.run(x), planted.answers(x)) for x in drawn)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_a_network_by_construction_is_the_recurrence(kind, dimension):
    for seed in range(3):
        planted = plant(kind, dimension, seed)
        network = SequenceNetwork(planted.network, planted.channels)
        sequences = fresh(planted, TIMES * LENGTH, seed)
        np.testing.assert_array_equal(network.run(sequences), planted.answers(sequences))
        assert len(np.unique(planted.answers(sequences))) > 1


@pytest.mark.parametrize("noise", [0.0, 1e-6])
@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_a_plain_recurrence_always_comes_back(dimension, noise):
    for seed in some(range(3), 1):
        planted = noisy(plant("plain", dimension, seed), noise, seed)
        found = read(planted)
        assert found is not None
        assert len(found.registers) <= dimension
        assert equivalent(planted, found, seed)


@pytest.mark.parametrize(
    ("kind", "dimension", "least"),
    [
        *((kind, 1, 4) for kind in KINDS[1:4]),
        *(pytest.param(kind, 2, 4, marks=pytest.mark.claim) for kind in KINDS[1:4]),
        *((kind, 3, 3) for kind in KINDS[1:4]),
    ],
)
def test_thresholds_and_maxima_come_back_and_never_as_something_else(kind, dimension, least):
    back = 0
    for seed in range(4):
        planted = noisy(plant(kind, dimension, seed), 1e-6 * (seed % 2), seed)
        found = read(planted)
        if found is not None:
            sequences = fresh(planted, LENGTH, seed)
            np.testing.assert_array_equal(found.run(sequences), planted.answers(sequences))
            back += equivalent(planted, found, seed)
    assert back >= least


@pytest.mark.part(2)
@pytest.mark.parametrize(
    ("kind", "dimension", "noise", "verdict"),
    [
        ("plain", 2, 1e-6, "proved"),
        pytest.param("plain", 3, 1e-6, "proved", marks=pytest.mark.claim),
        pytest.param("threshold, relu", 2, 0.0, "tested", marks=pytest.mark.claim),
        pytest.param("threshold, choice", 2, 1e-6, "tested", marks=pytest.mark.claim),
        ("maximum", 3, 0.0, "tested"),
        ("modulus", 1, 1e-6, "proved"),
        pytest.param("modulus", 2, 0.0, "proved", marks=pytest.mark.claim),
    ],
)
def test_the_whole_pipeline_brings_it_back(kind, dimension, noise, verdict):
    come = outcome(noisy(plant(kind, dimension, 0), noise, 0), 0)
    assert come.back
    assert come.verdict == verdict
    assert not come.claimed_wrong


@pytest.mark.part(1)
@pytest.mark.parametrize(("kind", "dimension"), [("plain", 2), ("maximum", 2)])
def test_too_much_noise_is_never_claimed_to_be_understood(kind, dimension):
    come = outcome(noisy(plant(kind, dimension, 1), 0.05, 1), 1)
    assert not come.kept
    assert not come.claimed_wrong
