"""Perceptrons that read and answer numbers: what of them is given; they are stored plainly."""

import numpy as np
import pytest
import torch

from distill import DistillError, Domain, Model
from distill.networks.choice import architecture_for
from distill.networks.feedforward import FeedForward
from distill.networks.numbers import SHARPER, SHARPNESS, begun, given_parameters, reads_numbers
from distill.networks.trace import trace

DOMAIN = Domain((range(5), range(-2, 9)), range(3, 12))


@pytest.mark.parametrize("sharpness", [SHARPNESS, SHARPER])
def test_the_answer_is_the_one_that_is_nearest_to_a_number(sharpness):
    shape = reads_numbers(DOMAIN)
    given = given_parameters(shape, DOMAIN, sharpness)
    for answer in range(9):
        number = torch.tensor([[(answer + 0.4 - 4) / 4]])
        logits = number @ given["W_U"] + given["b_U"]
        assert int(logits.argmax()) == answer


def test_inputs_are_read_in_the_order_of_their_values_from_minus_to_plus_the_same():
    shape = reads_numbers(DOMAIN)
    given = given_parameters(shape, DOMAIN)
    for name, size in zip(shape.embeddings, DOMAIN.shape, strict=True):
        read = given[name][:size, 0].numpy()
        assert (np.diff(read) > 0).all()
        assert read[0] == pytest.approx(-read[-1])


def test_it_is_stored_as_any_other_perceptron():
    shape = architecture_for("numbers", DOMAIN)
    assert type(shape) is FeedForward
    network = Model(shape, begun(shape, DOMAIN, torch.Generator().manual_seed(0)))
    assert network.logits(DOMAIN.tokens()).shape == (55, 9)
    with pytest.raises(DistillError, match="'numbers' has no fields"):
        architecture_for("numbers,d_embed=3", DOMAIN)


def test_it_is_told_in_words_what_it_reads():
    shape = reads_numbers(Domain((range(5), range(5)), range(9)))
    assert shape.in_words == "perceptron on 2 numbers: 64 relu, 64 relu, 1 linear, 9 outputs"
    network = Model(shape, begun(shape, Domain((range(5),) * 2, range(9)), torch.Generator()))
    assert trace(network, Domain((range(5),) * 2, range(9))).in_words == shape.in_words
    assert FeedForward.for_domain(Domain((range(5),) * 2, range(9))).in_words == (
        "perceptron on 2 one-hot inputs of 5 values: 256 relu, 9 outputs"
    )
