"""Files of perceptrons over reals: what no tensor says is asked for."""

import numpy as np
import pytest
import torch
from torch import nn

from distill.domains.boxes import Box
from distill.errors import DistillError
from distill.importing import import_over_box
from distill.networks.function import StoredFunction

BOX = Box.of({"x": (0.5, 2.0), "y": (1.0, 3.0)})


def saved(tmp_path, *layers):
    torch.manual_seed(0)
    module = nn.Sequential(*layers)
    torch.save(module.state_dict(), tmp_path / "net.pt")
    return module, tmp_path / "net.pt"


def test_layers_in_a_row_are_read_with_the_activation_that_is_said(tmp_path):
    layers = (nn.Linear(2, 6), nn.SiLU(), nn.Linear(6, 5, bias=False), nn.SiLU(), nn.Linear(5, 1))
    module, path = saved(tmp_path, *layers)
    imported = import_over_box(path, BOX, "perceptron,activation=silu")
    points = BOX.draw(20, 0)
    said = StoredFunction(imported.model, BOX).values(points)
    expected = module.double()(torch.from_numpy(points))[:, 0].detach().numpy()
    assert np.abs(said - expected).max() < 1e-12
    assert imported.layout == "perceptron,activation=silu"
    tensors, said = imported.lines
    assert "by the tensors: a perceptron of 6-5 units over 2 inputs" in tensors
    assert "silu" not in tensors
    assert (
        said == f"as it was said: silu stands between its layers, and inputs are of the box {BOX}"
    )


def test_one_layer_needs_no_activation(tmp_path):
    _, path = saved(tmp_path, nn.Linear(2, 1))
    assert import_over_box(path, BOX).model.architecture.widths == ()


@pytest.mark.parametrize(
    ("layers", "layout", "said"),
    [
        ((nn.Linear(2, 4), nn.Linear(4, 1)), None, "which activation stands between them"),
        ((nn.Linear(2, 4), nn.Linear(4, 1)), "mlp", "expected perceptron,activation=tanh"),
        ((nn.Linear(2, 4), nn.Linear(4, 1)), "perceptron,activation=step", "expected one of"),
        ((nn.Linear(2, 4), nn.Linear(4, 2)), "perceptron,activation=tanh", "and one number"),
        ((nn.Linear(3, 4), nn.Linear(4, 1)), "perceptron,activation=tanh", "reads 3 inputs"),
        ((nn.Linear(2, 4), nn.Linear(5, 1)), "perceptron,activation=tanh", "follow one another"),
        ((nn.Linear(2, 4), nn.LayerNorm(4), nn.Linear(4, 1)), None, "other tensors than linear"),
    ],
)
def test_what_is_not_said_is_asked_for(tmp_path, layers, layout, said):
    _, path = saved(tmp_path, *layers)
    with pytest.raises(DistillError, match=said):
        import_over_box(path, BOX, layout)


@pytest.mark.parametrize("text", ["x", "x=1", "x=1..2,x=1..2", "x=1..2,y", "x=a..b", "x=2..1"])
def test_a_box_is_written_as_it_is_shown(text):
    assert Box.read("x=0.5..2.0, y=1..3") == BOX
    assert Box.read("x=-1..-0.5").low == (-1.0,)
    with pytest.raises(DistillError):
        Box.read(text)
