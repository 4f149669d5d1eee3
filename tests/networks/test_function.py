"""Networks over boxes: values and gradients, of stored ones and of those in memory."""

import math

import numpy as np
import pytest
import torch
from builders.real_networks import LINE, PRODUCT, one_unit, product, view_of

from distill.domains.boxes import Box
from distill.errors import DistillError
from distill.networks.called_function import CalledFunction, real_function
from distill.networks.function import RealView, StoredFunction, shape_in_words
from distill.networks.real_perceptron import RealPerceptron


def test_a_stored_network_has_values_gradients_and_units():
    view = view_of(product(), PRODUCT)
    assert isinstance(view, RealView)
    points = PRODUCT.draw(50, 0)
    x, y = points.T
    assert np.abs(view.values(points) - x * y).max() < 1e-14
    assert np.abs(view.gradients(points) - np.stack([y, x], axis=1)).max() < 1e-14
    assert np.abs(view.units(points)[:, 0] - (x + y) ** 2).max() < 1e-13
    assert view.noise is None


def test_a_sequence_of_layers_is_read_as_what_it_is():
    torch.manual_seed(0)
    inner = torch.nn.Sequential(torch.nn.Linear(2, 5), torch.nn.SiLU(), torch.nn.Linear(5, 4))
    module = torch.nn.Sequential(inner, torch.nn.SiLU(), torch.nn.Linear(4, 1))
    read, remarks = real_function(module, PRODUCT)
    assert isinstance(read, StoredFunction)
    assert read.model.architecture.widths == (5, 4)
    assert "5-4 silu units over 2 inputs" in remarks[0]
    points = PRODUCT.draw(20, 1)
    same = module.double()(torch.from_numpy(points)).detach().numpy()[:, 0]
    assert np.abs(read.values(points) - same).max() < 1e-12


class Own(torch.nn.Module):
    """Nothing that is known."""

    def __init__(self):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.tensor(2.0))

    def forward(self, points):
        assert points.dtype == torch.float32
        return (self.scale * points[:, :1] * points[:, 1:]).cos()


def test_another_module_is_run_in_its_own_precision():
    module = Own().train()
    read, remarks = real_function(module, PRODUCT)
    assert isinstance(read, CalledFunction)
    assert "float32" in remarks[0]
    assert 0 < read.noise < 1e-6
    points = PRODUCT.draw(20, 1)
    x, y = points.T
    assert np.abs(read.values(points) - np.cos(2 * x * y)).max() < 1e-5
    assert np.abs(read.gradients(points)[:, 0] + 2 * y * np.sin(2 * x * y)).max() < 1e-4
    assert module.training


@pytest.mark.parametrize(
    "network",
    [
        lambda x, y: math.sqrt(x) * math.exp(y),
        lambda points: np.sqrt(points[:, 0]) * np.exp(points[:, 1]),
        lambda points: (np.sqrt(points[:, 0]) * np.exp(points[:, 1]))[:, None],
    ],
)
def test_a_callable_is_asked_as_it_can_be_and_never_outside_of_the_box(network):
    box = Box.of({"x": (0.0, 2.0), "y": (1.0, 3.0)})  # left of 0 there is no root
    read, _ = real_function(network, box)
    points = np.concatenate([box.draw(30, 3), [[0.0, 2.0], [2.0, 3.0]]])
    x, y = points.T
    assert np.abs(read.values(points) - np.sqrt(x) * np.exp(y)).max() < 1e-12
    by_y = read.gradients(points)[:, 1]
    assert np.abs(by_y - np.sqrt(x) * np.exp(y)).max() < 1e-7


def test_what_answers_a_number_otherwise_than_an_array_is_asked_with_numbers():
    read, (remark,) = real_function(lambda x: x**2 + 0.01 * (np.ndim(x) > 0), LINE)
    assert remark.startswith("read as a callable of one number for every input")
    assert read.values(np.array([[0.5]])) == 0.25


@pytest.mark.parametrize(
    ("network", "said"),
    [
        (lambda x: x, "neither with an array"),
        (lambda points: points, "neither with an array"),
        (torch.nn.Linear(3, 1), "reads 3 inputs, and the box has 2"),
        ("a name", "expected a module, a callable"),
    ],
)
def test_what_does_not_fit_is_refused(network, said):
    with pytest.raises(DistillError, match=said):
        real_function(network, PRODUCT)


def test_a_network_without_a_value_says_where():
    read, _ = real_function(lambda x: 1 / x if abs(x) > 0.5 else math.inf, LINE)
    with pytest.raises(DistillError, match=r"answers inf at x = 0"):
        read.values(np.array([[0.0]]))


def test_one_input_is_no_plural():
    assert shape_in_words(RealPerceptron(1, (8,), "tanh")).endswith("tanh units over 1 input")


def test_one_unit_answers_its_formula():
    values = view_of(one_unit(), LINE).values(np.array([[0.25]]))
    assert values[0] == pytest.approx(3 * math.tanh(1.0) - 1)
