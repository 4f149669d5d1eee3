"""Pictures of a refusal are drawn where there is something to be seen."""

from dataclasses import replace

import numpy as np
import torch

from distill import Domain
from distill.kinds.refused.finite_exhibits import refusal_exhibits
from distill.kinds.refused.pictures import refusal_pictures
from distill.networks.black_box import BlackBox
from distill.networks.trace import trace


def exhibits(outputs: int):
    table = torch.from_numpy(np.random.default_rng(0).normal(size=(6, 6, outputs)))
    domain = Domain((range(6), range(6)), range(outputs))
    network = BlackBox.over(lambda tokens: table[tokens[:, 0], tokens[:, 1]], domain)
    return refusal_exhibits(trace(network, domain))


def test_around_one_of_two_answers_there_are_neither_hills_nor_frequencies():
    assert [each.name for each in refusal_pictures(exhibits(2), None)] == ["answers"]
    assert [each.name for each in refusal_pictures(exhibits(7), None)] == [
        *("answers", "profile", "spectrum"),
    ]
    # without answers over two inputs there is nothing to draw
    assert refusal_pictures(replace(exhibits(2), answers=None), None) == ()
