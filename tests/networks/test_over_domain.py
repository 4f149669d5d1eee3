"""A network in memory is asked at the end what it was asked at the beginning."""

import itertools

import numpy as np
import pytest
import torch
from planted import planted_logits
from torch import nn

import distill
from distill import DistillError, Domain

P = 11
DOMAIN = Domain((range(P), range(P)), range(P))


class Counting(nn.Module):
    """A module that answers something else after some calls; nothing of it is set anew."""

    def __init__(self, calls):
        super().__init__()
        self.counter, self.calls = itertools.count(), calls
        self.waves = planted_logits(P, {2: 5.0, 3: 4.0})

    def forward(self, tokens):
        said = self.waves(tokens)
        return said.roll(1, dims=1) if next(self.counter) >= self.calls else said


def test_a_module_that_counts_its_calls_and_changes_is_no_function():
    """Whatever it was when its program was found."""
    asked = Counting(10**9)
    assert distill.distill(asked, DOMAIN).report.verdict != "refused"
    calls = next(asked.counter)
    with pytest.raises(DistillError, match="otherwise than at the beginning, to 121 of 121 inputs"):
        distill.distill(Counting(calls // 2), DOMAIN)


def test_a_callable_that_is_one_is_taken():
    def answer(tokens):
        return torch.eye(P)[tokens.sum(dim=1) % P]

    assert distill.distill(answer, DOMAIN).report.verdict != "refused"


def seldom_otherwise(rate, seed):
    """A vectorised sum modulo 5 that is one too many now and then."""
    dice = np.random.default_rng(seed)

    def answer(tokens):
        total = np.asarray(tokens).sum(axis=1)
        return (total + (dice.random(len(total)) < rate)) % 5

    return answer


@pytest.mark.parametrize("seed", range(2))
def test_few_inputs_are_asked_often_enough_to_see_noise(seed):
    """Five of a thousand answers: of 25 inputs asked once, nine of ten runs saw nothing."""
    small = Domain((range(5), range(5)), range(5))
    with pytest.raises(DistillError, match=r"of 25 inputs \(in .* answers\).* draws at random"):
        distill.distill(seldom_otherwise(0.005, seed), small)
    assert distill.distill(seldom_otherwise(0.0, seed), small).report.verdict != "refused"
