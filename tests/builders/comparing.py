"""Networks that compare, by construction: one that weighs its inputs, one that looks them up."""

import numpy as np
import torch

import distill
from distill.domains.finite import Domain
from distill.networks.mlp import MLP


def weighing(weights, threshold, sizes, loud=1.0):
    """Two units, one for either side of the line: the margin grows with the distance from it.

    A value is embedded as a multiple of one direction, by the weight of its input.
    """
    shape = MLP(len(sizes), max(sizes), 2, d_embed=1, widths=(2,), shared=False)
    values = torch.arange(max(sizes))[:, None].float()
    rows = {f"W_E{place}": weight * values for place, weight in enumerate(weights)}
    sides = torch.tensor([[1.0, -1.0]])
    rest = {"W_1": sides, "b_1": sides[0] * (0.5 - threshold), "b_U": torch.zeros(2)}
    return distill.Model(shape, rows | rest | {"W_U": loud * torch.tensor([[-1.0, 1], [1, -1.0]])})


def looking_up(answers, seed=0):
    """A unit for every pair of values, which says what to answer, and how surely, at random."""
    p = len(answers)
    shape = MLP(2, p, 2, d_embed=2 * p, widths=(p * p,), shared=False)
    one = torch.eye(2 * p)
    pairs = torch.tensor([(a, p + b) for a in range(p) for b in range(p)])
    margins = torch.from_numpy(
        np.random.default_rng(seed).uniform(1, 3, p * p) * np.where(answers.ravel(), 1, -1)
    ).float()
    weights = {
        "W_E0": one[:p],
        "W_E1": one[p:],
        "W_1": (one[pairs[:, 0]] + one[pairs[:, 1]]).T.contiguous(),
        "b_1": -torch.ones(p * p),
        "W_U": torch.stack([-margins, margins], dim=1),
        "b_U": torch.zeros(2),
    }
    return distill.Model(shape, weights)


def over(sizes, outputs=range(2)):
    """The domain of so many values of every input, from 0."""
    return Domain(tuple(map(range, sizes)), outputs)
