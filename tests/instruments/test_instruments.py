"""Instruments give what closed forms, brute force and definitions give."""

from itertools import combinations, permutations

import numpy as np
import pytest
import torch
from scipy.stats import mannwhitneyu

from distill import instruments
from distill.instruments.least_squares import levenberg_marquardt
from distill.studies.grokking import explained_by_keys

P = 13


def waves(keys, size=5.0):
    place = torch.arange(P)
    turned = place[:, None, None] + place[None, :, None] - place
    return sum(size * torch.cos(2 * torch.pi * k * turned / P) for k in keys)[None]


def test_amplitudes_of_a_circle_are_at_its_frequency():
    angle = 2 * torch.pi * 3 * torch.arange(P) / P
    circle = torch.stack([angle.cos(), angle.sin()], dim=1)
    found = instruments.amplitudes(circle)
    assert found.shape == (6,)
    assert found.argmax() == 2
    assert found[2] == pytest.approx((P / 2) ** 0.5)
    assert float(found.sum() - found[2]) < 1e-4
    assert instruments.key_frequencies(found.numpy()) == [3]


def test_gini_is_0_of_equals_and_nearly_1_of_one():
    assert instruments.gini(np.ones(10)) == pytest.approx(0)
    assert instruments.gini(np.eye(10)[0]) == pytest.approx(0.9)


def test_logits_of_keys_alone_are_all_key_and_their_rest_knows_nothing():
    logits, labels = waves([2, 5]), (torch.arange(P)[:, None] + torch.arange(P)) % P
    trained = torch.ones(P, P, dtype=torch.bool)
    restricted, excluded = instruments.restricted_and_excluded(logits, [[2, 5]], labels, trained)
    assert restricted[0] < 0.2
    assert excluded[0] == pytest.approx(np.log(P), abs=1e-4)
    assert explained_by_keys(logits, [[2, 5]])[0] == pytest.approx(1, abs=1e-5)
    assert explained_by_keys(logits, [[1, 3]])[0] == pytest.approx(0, abs=1e-5)
    _, others = instruments.restricted_and_excluded(logits, [[1, 3]], labels, trained)
    assert others[0] == pytest.approx(float(restricted[0]), abs=1e-3)


def test_walsh_hadamard_is_its_definition():
    values = np.random.default_rng(0).standard_normal(16)
    signs = 1 - 2 * ((np.arange(16)[:, None] >> np.arange(4)) & 1)
    for subset, coefficient in enumerate(instruments.walsh_hadamard(values)):
        chosen = [j for j in range(4) if subset >> j & 1]
        assert coefficient == pytest.approx((values * signs[:, chosen].prod(axis=1)).mean())


def test_the_leap_is_the_least_over_all_orders():
    rng = np.random.default_rng(1)
    every = [set(each) for size in (1, 2, 3) for each in combinations(range(4), size)]
    for _ in range(30):
        subsets = [every[n] for n in rng.permutation(len(every))[:4]]

        def of(order):
            known, largest = set(), 0
            for subset in order:
                largest, known = max(largest, len(subset - known)), known | subset
            return largest

        assert instruments.leap(subsets) == min(map(of, permutations(subsets)))


def test_change_points_are_those_that_fit_best():
    y = np.concatenate([np.zeros(10), np.arange(10) * 2.0, np.full(10, 5.0)])
    y += 0.01 * np.random.default_rng(0).standard_normal(30)
    first, second = instruments.change_points(y, 3)
    assert abs(first - 10) <= 1
    assert second == 20

    def off(part):
        x = np.arange(len(part))
        return float(np.square(part - np.polyval(np.polyfit(x, part, 1), x)).sum())

    noise = np.random.default_rng(1).standard_normal(12)
    (found,) = instruments.change_points(noise, 2)
    assert found == min(range(3, 10), key=lambda at: off(noise[:at]) + off(noise[at:]))
    with pytest.raises(ValueError, match="5 points are too few for 2 segments"):
        instruments.change_points(np.zeros(5), 2)


def test_the_area_under_the_curve_is_that_of_mann_and_whitney():
    rng = np.random.default_rng(0)
    scores, positive = rng.integers(0, 5, 40).astype(float), rng.random(40) < 0.4
    theirs = mannwhitneyu(scores[positive], scores[~positive]).statistic
    count = positive.sum() * (~positive).sum()
    assert instruments.area_under_curve(scores, positive) == pytest.approx(theirs / count)


def test_linear_equations_of_growth_are_found_and_noise_in_time_has_none():
    matrix = np.array([[0.01, -0.02, 0], [0, 0.02, 0], [-0.01, 0, 0.005]])
    signals = [np.array([1.0, 0.5, 2.0])]
    for _ in range(100):
        signals.append(signals[-1] + matrix @ signals[-1])
    law = instruments.growth_law(np.array(signals), 0.0)
    np.testing.assert_allclose(law.matrix, matrix, atol=1e-6)
    assert law.rollout_r2 > 0.999
    shuffled = np.random.default_rng(0).permutation(np.array(signals))
    assert instruments.growth_law(shuffled, 0.01).rollout_r2 < 0.5


def test_parallelograms_imply_what_can_be_worked_out():
    pairs = np.array([(a, b) for a in range(4) for b in range(a, 4)])
    sums = pairs.sum(axis=1)
    rows = instruments.parallelograms([(0, 2), (1, 1), (1, 3), (2, 2)], [2, 2, 4, 4], 4)
    assert instruments.nullity(rows) == 2
    trained = np.isin(np.arange(10), [2, 4, 6, 7, 3])  # (0,2) (1,1) (1,3) (2,2) (0,3)
    right = instruments.right_by_parallelograms(rows, pairs, sums, trained)
    assert {tuple(p) for p in pairs[right & ~trained].tolist()} == {(1, 2)}
    none = instruments.parallelograms([(0, 1)], [1], 4)
    assert instruments.nullity(none) == 4


def test_heads_that_look_back_and_that_match_prefixes_score_one():
    tokens = torch.tensor([[0, 1, 2, 3, 0, 1, 2, 3]])
    back = torch.zeros(1, 1, 8, 8)
    back[..., range(1, 8), range(7)] = 1
    match = torch.zeros(1, 1, 8, 8)
    match[..., range(4, 8), range(1, 5)] = 1
    assert instruments.previous_token_scores(back).item() == 1
    assert instruments.prefix_matching_scores(match, tokens).item() == 1
    assert instruments.prefix_matching_scores(back, tokens).item() < 0.3
    losses = torch.arange(10.0).flip(0).expand(3, 10)
    assert instruments.in_context_score(losses, 2, 8).item() == -6


def test_quanta_of_separate_parts_are_found_and_rand_is_1_only_of_the_same():
    generator = torch.Generator().manual_seed(0)
    blocks = torch.zeros(30, 3, 8)
    truth = torch.arange(3).repeat_interleave(10)
    blocks[range(30), truth] = torch.randn(30, 8, generator=generator) + 1
    alike = instruments.similarity(blocks.flatten(1))
    found = instruments.quanta(alike, 3)
    assert instruments.adjusted_rand_index(found, truth.numpy()) > 0.9
    mixed = np.random.default_rng(0).permutation(truth.numpy())
    assert abs(instruments.adjusted_rand_index(mixed, truth.numpy())) < 0.2


def test_gradients_by_input_are_those_of_one_at_a_time():
    generator = torch.Generator().manual_seed(0)
    w, x = torch.randn(3, generator=generator), torch.randn(4, 3, generator=generator)

    def loss(parameters, inputs, target):
        return (inputs @ parameters["w"] - target).square()

    found = instruments.gradients_by_input(loss, {"w": w}, x, torch.zeros(4))
    torch.testing.assert_close(found, 2 * (x @ w)[:, None] * x)


def test_the_learning_coefficient_of_a_quadratic_is_half_of_its_dimensions():
    def losses(weights, step):
        return weights["w"].square().sum(dim=1) / 2

    at = {"w": torch.zeros(256, 4, dtype=torch.float64)}
    generator = torch.Generator().manual_seed(0)
    found = instruments.learning_coefficient(losses, at, 1e3, 5e-5, generator, 1000, 300)
    assert float(found.mean()) == pytest.approx(2.0, rel=0.05)


@pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated")  # torch's own, on import
def test_levenberg_and_marquardt_fit_to_the_last_digits():
    x = torch.linspace(-1, 1, 30, dtype=torch.float64)

    def residuals(weights):
        return weights[0] * torch.exp(weights[1] * x) - 2 * torch.exp(-0.5 * x)

    begun = torch.tensor([[1.0, 0.3], [0.5, -1.0]], dtype=torch.float64)
    fitted, off = levenberg_marquardt(residuals, begun, 60)
    assert float(off.max()) < 1e-14
    torch.testing.assert_close(fitted, torch.tensor([[2.0, -0.5]] * 2, dtype=torch.float64))
