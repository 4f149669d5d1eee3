"""What is no function of its inputs, or computes something else than its layers, is told so."""

import itertools

import numpy as np
import pytest
import torch
from builders.real_networks import PRODUCT

import distill
from distill.errors import DistillError
from distill.networks.called_function import CalledFunction, asked_again, real_function


class Doubled(torch.nn.Linear):
    """A linear layer by its class, and twice that by what it does."""

    def forward(self, points):
        return 2 * super().forward(points)


def replaced():
    module = torch.nn.Sequential(torch.nn.Linear(2, 1))
    module[0].forward = lambda points: points[:, :1] * points[:, 1:]
    return module


@pytest.mark.parametrize("make", [lambda: Doubled(2, 1), replaced], ids=["subclass", "replaced"])
def test_a_layer_that_does_something_else_is_not_read_by_its_weights(make):
    module = make()
    read, _ = real_function(module, PRODUCT)
    assert isinstance(read, CalledFunction)
    points = PRODUCT.draw(20, 1)
    with torch.no_grad():
        own = module(torch.from_numpy(points).float()).numpy()[:, 0]
    assert np.abs(read.values(points) - own).max() < 1e-5


def counting():
    calls = itertools.count()
    return lambda points: points.prod(axis=1) * (1.0 if next(calls) < 2 else 1.001)


def random():
    dice = np.random.default_rng(0)
    return lambda points: points.prod(axis=1) + 1e-9 * dice.standard_normal(len(points))


@pytest.mark.parametrize(
    ("network", "said"),
    [
        (counting(), "otherwise than at the beginning"),
        (random(), "otherwise than at the beginning"),
        (lambda points: points[:, 0] + 0.01 * points[:, 1].mean(), "some points than to these"),
    ],
    ids=["counts", "random", "all together"],
)
def test_what_is_no_function_of_its_inputs_is_told_at_the_end(network, said):
    read, _ = real_function(network, PRODUCT)
    again = asked_again(read)
    with pytest.raises(DistillError, match=said):
        again()


def test_a_random_callable_has_no_verdict():
    with pytest.raises(DistillError, match="otherwise than at the beginning"):
        distill.distill(random(), PRODUCT)


def test_a_function_is_asked_again_in_vain():
    for network in (lambda x, y: x * y, lambda points: points.prod(axis=1)):
        asked_again(real_function(network, PRODUCT)[0])()


@pytest.mark.parametrize(
    ("network", "said"),
    [
        (lambda points: points[:, 0] + 1j, "complex128, and no real number"),
        (lambda x, y: str(x * y), "and no real number"),
        (lambda x, y: np.complex128(x * y), "complex128"),
        (lambda x, y: exit(3), "raised SystemExit"),
    ],
)
def test_what_answers_no_real_number_is_refused(network, said):
    with pytest.raises(DistillError, match=said):
        real_function(network, PRODUCT)


@pytest.mark.parametrize(
    ("later", "said"),
    [
        (lambda points: 1 / 0, "about 20 points of the box, the network raised ZeroDivisionError"),
        (lambda points: points[:1, 0], r"answered \[1\] to 20 points"),
    ],
)
def test_what_fails_later_says_so(later, said):
    read, _ = real_function(lambda p: p[:, 0] if len(p) == 5 else later(p), PRODUCT)
    with pytest.raises(DistillError, match=said):
        read.values(PRODUCT.draw(20, 1))


def test_points_are_not_changed_by_who_is_asked():
    read, _ = real_function(lambda points: points.__imul__(2.0)[:, 0], PRODUCT)
    points = PRODUCT.draw(20, 1)
    before = points.copy()
    read.values(points)
    assert (points == before).all()


@pytest.mark.parametrize("seed", range(4))
def test_points_are_asked_often_enough_to_see_what_is_seldom(seed):
    """Two of a thousand answers: asked once, two of three runs saw nothing of it."""
    dice = np.random.default_rng(seed)
    read, _ = real_function(
        lambda points: points.prod(axis=1) + (dice.random(len(points)) < 0.002), PRODUCT
    )
    with pytest.raises(DistillError, match="otherwise than at the beginning"):
        asked_again(read)()
