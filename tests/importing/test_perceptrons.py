"""Layers in a row, from the shapes of a state dict: read as the module computes, or not at all."""

import json
import random

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F  # noqa: N812

from distill import DistillError
from distill.importing import import_model
from distill.networks.activation import ACTIVATIONS

P = 5
MODULES = {
    "relu": nn.ReLU, "gelu": nn.GELU, "silu": nn.SiLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid,
    "leaky_relu": nn.LeakyReLU, "elu": nn.ELU,
}  # fmt: skip


def drawn(draw):
    """An `nn.Sequential` of a drawn make, what its first layer reads, and its activation."""
    act = draw.choice(sorted(MODULES))
    first = draw.choice(["embedding", "onehot", "added"])
    width, outputs = draw.randint(2, 6), draw.choice([2, P, P + 3])
    reads = {"embedding": 6, "onehot": 2 * P, "added": P}[first]
    layers = [nn.Embedding(P, 3), nn.Flatten()] if first == "embedding" else []
    for _ in range(draw.randint(1, 2)):
        layers.append(nn.Linear(reads, width, bias=draw.random() < 0.8 or reads == 2 * P))
        layers += [[], [nn.LayerNorm(width)], [nn.BatchNorm1d(width)]][draw.choice([0, 0, 1, 2])]
        layers += [MODULES[act](), *([nn.Dropout()] if draw.random() < 0.3 else [])]
        reads = width
    module = nn.Sequential(*layers, nn.Linear(reads, outputs))
    for part in module.modules():
        if isinstance(part, nn.LayerNorm | nn.BatchNorm1d):
            nn.init.normal_(part.weight)
            nn.init.normal_(part.bias)
        if isinstance(part, nn.BatchNorm1d):
            part.running_mean.normal_()
            part.running_var.uniform_(0.5, 2)
    return module.eval().double(), first, act


def asked(module, first, tokens):
    hot = F.one_hot(torch.from_numpy(tokens), P).double()
    given = {"embedding": torch.from_numpy(tokens), "onehot": hot.flatten(1), "added": hot.sum(1)}
    return module(given[first]).detach().numpy()


@pytest.mark.parametrize("seed", range(25))
def test_a_sequence_of_layers_gives_its_logits_or_says_no(seed, tmp_path):
    draw = random.Random(seed)
    torch.manual_seed(seed)
    module, first, act = drawn(draw)
    prefix = draw.choice(["", "net.", "module.", "_orig_mod.net."])
    state = {prefix + key: value for key, value in module.state_dict().items()}
    path = tmp_path / draw.choice(["x.pt", "x.safetensors"])
    (torch.save if path.suffix == ".pt" else save_file)(state, path)
    (tmp_path / "x.json").write_text(json.dumps({"activation": act}))
    try:
        imported = import_model(path, f"feedforward,first={first}")
    except DistillError:
        return
    tokens = imported.domain.tokens()
    np.testing.assert_allclose(
        imported.model.logits(tokens), asked(module, first, tokens), atol=1e-6
    )
    assert f"activation {act} by 'x.json'" in imported.notes["said"]


def test_most_of_these_are_read(tmp_path):
    read = 0
    for seed in range(25):
        torch.manual_seed(seed)
        module, first, _ = drawn(random.Random(seed))
        torch.save(module.state_dict(), tmp_path / "x.pt")
        try:
            import_model(tmp_path / "x.pt", f"feedforward,first={first}")
        except DistillError:
            continue
        read += 1
    assert read >= 20


def embedded(*between, behind=()):
    return nn.Sequential(
        nn.Embedding(P, 4), nn.Flatten(), nn.Linear(8, 6), *between, nn.Linear(6, P), *behind
    )


class Rms(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))


FALSE = {
    "an RMS norm": (embedded(Rms(6), nn.ReLU()), "vector of weights without a bias"),
    "a PReLU": (embedded(nn.PReLU(6)), "vector of weights without a bias"),
    "a norm behind or before": (
        embedded(nn.ReLU(), nn.LayerNorm(6), nn.Dropout()),
        "whether the activation is before or behind it",
    ),
    "no activation": (embedded(nn.Linear(6, 6), nn.ReLU()), "a list of modules with activations"),
    "a convolution": (embedded(nn.Conv1d(1, 1, 3), nn.ReLU()), "of no known layout"),
}


@pytest.mark.parametrize("name", FALSE)
def test_what_no_tensor_tells_is_not_guessed(name, tmp_path):
    module, message = FALSE[name]
    torch.save(module.state_dict(), tmp_path / "x.pt")
    with pytest.raises(DistillError, match=message):
        import_model(tmp_path / "x.pt")


def test_two_networks_in_a_file_are_never_read_as_one(tmp_path):
    """Added one-hot vectors, as many answers as values: the second would fit behind the first."""
    module = nn.Sequential(nn.Linear(P, 6), nn.ReLU(), nn.Linear(6, P))
    state = module.state_dict()
    torch.save({"model": state, "ema": {k: v + 1 for k, v in state.items()}}, tmp_path / "x.pt")
    with pytest.raises(DistillError, match=r"same layers below 'model.' and 'ema.'"):
        import_model(tmp_path / "x.pt", "feedforward,first=added")
    imported = import_model(tmp_path / "x.pt", "feedforward,first=added,strip=ema.")
    assert torch.equal(imported.model.parameters["W_U"], state["2.weight"].T + 1)


def test_what_a_first_layer_reads_is_asked_for_unless_the_task_says_it(tmp_path):
    torch.save(
        nn.Sequential(nn.Linear(10, 6), nn.ReLU(), nn.Linear(6, 2)).state_dict(), tmp_path / "x.pt"
    )
    with pytest.raises(DistillError, match=r"'0' of .* reads 10 numbers: expected to be told"):
        import_model(tmp_path / "x.pt")
    assert import_model(tmp_path / "x.pt", sizes=(7, 3)).domain.shape == (7, 3)
    told = import_model(tmp_path / "x.pt", "feedforward,first=onehot")
    assert told.domain.shape == (5, 5)
    # what somebody said is none of what was assumed
    assert told.notes["said"] == (
        "the first layer reads 2 one-hot vectors side by side by --layout"
    )
    assert "--layout" not in told.notes["assumed"]
    assert import_model(tmp_path / "x.pt", "feedforward,first=added").domain.shape == (10, 10)
    with pytest.raises(DistillError, match="expected to be told"):
        import_model(tmp_path / "x.pt", sizes=(7, 4))


def test_names_without_numbers_are_in_the_order_that_sizes_allow(tmp_path):
    sizes = {"zz_in": (6, 2 * P), "hidden": (7, 6), "a_out": (P, 7)}
    state = {f"{name}.weight": torch.randn(size) for name, size in sizes.items()}
    state |= {f"{name}.bias": torch.randn(size[0]) for name, size in sizes.items()}
    save_file(state, tmp_path / "x.safetensors")
    imported = import_model(tmp_path / "x.safetensors", "feedforward,first=onehot")
    assert "layers in the order zz_in, hidden, a_out" in imported.notes["assumed"]
    square = {"b": (6, 6), "a": (6, 6), "in": (6, 2 * P), "out": (P, 6)}
    state = {f"{name}.weight": torch.randn(size) for name, size in square.items()}
    state |= {f"{name}.bias": torch.randn(size[0]) for name, size in square.items()}
    save_file(state, tmp_path / "y.safetensors")
    with pytest.raises(DistillError, match="follow one another in 2 orders"):
        import_model(tmp_path / "y.safetensors", "feedforward,first=onehot")
    names = ("in", "b", "a", "out")
    torch.save(
        {f"{n}.{part}": state[f"{n}.{part}"] for n in names for part in ("weight", "bias")},
        tmp_path / "y.pt",
    )
    imported = import_model(tmp_path / "y.pt", "feedforward,first=onehot")
    assert "layers in the order in, b, a, out of the file" in imported.notes["assumed"]


def test_every_activation_of_a_config_is_one_of_those_that_are_stored():
    assert set(MODULES) < set(ACTIVATIONS)
