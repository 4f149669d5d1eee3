"""What is excluded before any factors are tried, no sum with small factors would have answered."""

import numpy as np
import pytest
from planted_recurrences import KINDS, LENGTH, plant

from distill.checker.linear_bound import IntegerSystem
from distill.domains.sequences import Channels
from distill.kinds.recurrence.held import comparisons
from distill.kinds.recurrence.held.comparisons import Comparison, compared
from distill.kinds.recurrence.held.excluded import answers_differ, moves_at_rest
from distill.networks.sequence_network import SequenceNetwork

NINE = Channels((range(2),) * 9)
NOTHING_HELD = IntegerSystem((), (), (), (), ((),), ((0,) * 9,), (0,), after=False)


def terms(seed, channels=3):
    """Few values, so that steps with the same terms are common; and a register that counts."""
    x = np.random.default_rng(seed).integers(-1, 2, (60, 10, channels))
    return np.concatenate([x, x[..., :1].cumsum(axis=1)], axis=2)


def highest(columns, rng):
    """The largest value so far of some sum of terms, from some first value on."""
    factors = rng.integers(-5, 6, columns.shape[2])
    best = np.maximum.accumulate(columns @ factors, axis=1)
    return np.maximum(best, rng.integers(best.min(), best.max() + 1))


def test_an_extreme_of_a_sum_and_a_sum_beside_it_are_never_excluded():
    for seed in range(100):
        rng, columns = np.random.default_rng([seed, 1]), terms(seed)
        times, rest = rng.integers(-3, 4, 2)
        alone = times * highest(columns, rng) + rest
        beside = columns @ rng.integers(-5, 6, columns.shape[2])
        assert not moves_at_rest(columns, alone, beside=False)
        assert not moves_at_rest(columns, alone + beside, beside=True)


def test_a_function_of_the_terms_has_no_two_answers():
    for seed in range(20):
        columns = terms(seed)
        said = columns @ np.random.default_rng(seed).integers(-5, 6, columns.shape[2]) >= 2
        assert not answers_differ(columns, said.astype(int))


def test_parities_and_answers_that_are_one_off_are_excluded():
    columns = terms(0)
    parity = columns[..., 1].cumsum(axis=1) % 2
    assert answers_differ(columns[..., :3], parity)
    assert moves_at_rest(columns, parity, beside=True)
    alone = highest(columns, np.random.default_rng(5))
    still = (columns[:, 1:] == columns[:, :1]).all(axis=2)
    n, t = np.argwhere(still)[0]
    alone[n, t + 1] += 1
    assert moves_at_rest(columns, alone, beside=False)


@pytest.mark.parametrize("search", ["threshold", "extreme"])
def test_no_factors_of_nine_channels_are_tried_on_a_parity(search, monkeypatch):
    def tried(_):
        raise AssertionError("19,683 sums were gone through")

    monkeypatch.setattr(comparisons._Search, "_sums", tried)
    probes = np.random.default_rng(0).integers(0, 2, (600, 10, 9))
    probes[:100] = probes[:100, :1]  # constant sequences, as those of stress are
    said = probes[..., 8].cumsum(axis=1) % 2
    searched = comparisons._Search(NOTHING_HELD, NINE, probes, said, every=True)
    assert getattr(searched, search)() is None


@pytest.mark.parametrize("kind", KINDS[1:4])
def test_what_is_found_is_the_same_without(kind, monkeypatch):
    for seed in range(3):
        planted = plant(kind, 1, seed)
        network = SequenceNetwork(planted.network, planted.channels)
        found = compared(network, LENGTH)
        assert isinstance(found, Comparison)
        with monkeypatch.context() as patched:
            for name in ("answers_differ", "moves_at_rest"):
                patched.setattr(comparisons, name, lambda *_: False)
            assert compared(network, LENGTH) == found
