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


def test_few_waves_are_not_denied_beside_the_sentence_that_says_that_they_are_there():
    """Both captions are of one network, so none says what the other denies."""
    steps = np.arange(31)
    waves = tuple((8 * np.cos(2 * np.pi * 3 * steps / 31)).tolist())
    few = replace(exhibits(31), profile=waves, amplitudes=tuple(8.0 * (np.arange(15) == 2)))
    _, profile, spectrum = (each.caption for each in refusal_pictures(few, None))
    assert "as in a mechanism of waves" in spectrum
    assert "as waves would make them." in profile
    assert "no few waves" not in profile
    many = replace(few, amplitudes=(1.0,) * 15)
    assert "no few waves were found" in refusal_pictures(many, None)[1].caption
