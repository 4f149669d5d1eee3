"""One network, in every make that people have it in, is one program."""

import json
import shutil
from importlib.util import find_spec
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from builders.changed_folder import rehash
from builders.checkpoint_files import theirs
from planted import planted_model
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F  # noqa: N812

import distill
from distill.checker.check import check_run
from distill.importing import import_model
from distill.kinds.known import read, write
from distill.networks.over_domain import over_domain
from distill.networks.trace import trace

pytestmark = pytest.mark.usefixtures("page_undrawn")

P, THRESHOLD = 6, 5
INPUTS, OUTPUTS = [range(P)] * 2, range(2)


def embedded():
    """Whether a + b >= 5, by an embedding, side by side."""
    module = nn.Sequential(
        nn.Embedding(P, 1), nn.Flatten(), nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2)
    )
    with torch.no_grad():
        module[0].weight.copy_(torch.arange(P, dtype=torch.float32)[:, None])
        module[2].weight.fill_(1.0)
        module[2].bias.copy_(torch.tensor([0.0, 1.0, 0.5]))
        module[4].weight.copy_(torch.tensor([[-1.0, 0, 0], [1.0, 0, 0]]))
        module[4].bias.copy_(torch.tensor([THRESHOLD - 0.5, 0.5 - THRESHOLD]))
    return module


def one_hot(sides=2):
    """The same on one-hot vectors, side by side or added."""
    first = nn.Linear(sides * P, 3)
    whole = embedded()
    with torch.no_grad():
        first.weight.copy_(torch.arange(P).repeat(sides).expand(3, -1))
        first.bias.copy_(whole[2].bias)
    return nn.Sequential(first, nn.ReLU(), whole[4])


class Own(nn.Module):
    """The same as somebody's own class."""

    def __init__(self):
        super().__init__()
        self.embed, _, self.fc1, _, self.fc2 = embedded()

    def forward(self, tokens):
        x = torch.cat([self.embed(tokens[:, 0]), self.embed(tokens[:, 1])], dim=-1)
        return self.fc2(F.relu(self.fc1(x)))


def classifier():
    """The same with the fields of scikit-learn's perceptron."""
    layers = [it for it in one_hot() if isinstance(it, nn.Linear)]
    return SimpleNamespace(
        coefs_=[it.weight.detach().double().numpy().T for it in layers],
        intercepts_=[it.bias.detach().double().numpy() for it in layers],
        classes_=np.arange(2),
        activation="relu",
        out_activation_="softmax",
        predict=len,
    )


def files(folder):
    """The same as files, with the layout that they need to be told, if any."""
    plain, own, hot = embedded().state_dict(), Own().state_dict(), one_hot().state_dict()
    torch.save(plain, folder / "sequential.pt")
    torch.save({"state_dict": {f"net.{k}": v for k, v in plain.items()}}, folder / "lit.ckpt")
    save_file({f"_orig_mod.{k}": v for k, v in own.items()}, folder / "own.safetensors")
    torch.save(hot, folder / "hot.pt")
    torch.save(one_hot(1).state_dict(), folder / "added.pt")
    zhong = {"embed.weight": plain["0.weight"], "unembed.weight": plain["4.weight"]}
    zhong |= {"l1.weight": plain["2.weight"], "l1.bias": plain["2.bias"]}
    torch.save(zhong | {"unembed.bias": plain["4.bias"]}, folder / "named.pt")
    sharded(plain, folder / "sharded")
    told = dict.fromkeys(as_onnx(plain, folder / "graph.onnx"))
    onehot = "feedforward,first=onehot"
    return {
        "sequential.pt": None,
        "lit.ckpt": None,
        "own.safetensors": None,
        "hot.pt": onehot,
        "added.pt": "feedforward,first=added",
        "named.pt": None,
        "sharded": None,
        **told,
    }


def sharded(state, folder):
    """In two files and an index, under the prefixes of a compiled and parallel model."""
    folder.mkdir()
    state, index = {f"_orig_mod.module.{key}": it for key, it in state.items()}, {}
    for name, keys in {"a": [*state][::2], "b": [*state][1::2]}.items():
        save_file({key: state[key] for key in keys}, folder / f"{name}.safetensors")
        index |= dict.fromkeys(keys, f"{name}.safetensors")
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": index}))


def as_onnx(state, path):
    """As a graph, where the library for it is installed; the name of the file, if so."""
    if find_spec("onnx") is None:
        return []
    import onnx
    from onnx import helper

    given = {key.replace(".", "_"): it.numpy() for key, it in state.items()}
    linear = ("Gemm", {"transB": 1})
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["0_weight", "x"], ["e"]),
            helper.make_node("Flatten", ["e"], ["f"]),
            helper.make_node(linear[0], ["f", "2_weight", "2_bias"], ["g"], **linear[1]),
            helper.make_node("Relu", ["g"], ["h"]),
            helper.make_node(linear[0], ["h", "4_weight", "4_bias"], ["y"], **linear[1]),
        ],
        "network",
        [helper.make_tensor_value_info("x", onnx.TensorProto.INT64, ["n", 2])],
        [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, ["n", 2])],
        [onnx.numpy_helper.from_array(it, key) for key, it in given.items()],
    )
    opset = [helper.make_opsetid("", 20)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=9), path)
    return [path.name]


def callables():
    tokens = torch.tensor([[-1.0], [1.0]])
    return {
        "labels": lambda t: (t.sum(1) >= THRESHOLD).long(),
        "values": lambda a, b: int(a + b >= THRESHOLD),
        "logits": lambda t: ((t.sum(1) - THRESHOLD + 0.5) * tokens).T,
    }


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """The network in memory, stored with its run."""
    folder = tmp_path_factory.mktemp("run")
    return distill.distill(embedded(), INPUTS, OUTPUTS, name="network", out=folder)


def program(network, domain):
    """The text that is read out of a network: extraction and emission, as a run has them."""
    mechanisms, _ = read(trace(network, domain))
    return write(mechanisms[0]).program.source


def of_file(path, layout=None):
    imported = import_model(path, layout)
    return program(imported.model, imported.domain)


def test_a_perceptron_in_every_make_is_one_program(first, tmp_path):
    assert first.report.verdict == "proved"
    assert first.report.located
    sources = {"run folder": of_file(first.folder)}
    sources["weights of a run"] = of_file(first.folder / "model.safetensors")
    for name, layout in files(tmp_path).items():
        sources[name] = of_file(tmp_path / name, layout)
    modules = {"one-hot": one_hot(), "added": one_hot(1), "class": Own(), "fitted": classifier()}
    domain = distill.Domain(tuple(INPUTS), OUTPUTS)
    for name, network in {**modules, **callables()}.items():
        over = over_domain(network, domain)
        assert isinstance(over.network, distill.Model) == (name in modules), over.remarks
        sources[name] = program(over.network, domain)
    for name, source in sources.items():
        assert source == first.program.source, name


def test_a_changed_weight_of_the_run_is_caught(first, tmp_path):
    """In the table, in a layer, in a bias of its own: the checker's own pass answers otherwise."""
    for name in ("W_E", "W_1", "b_U"):
        folder = tmp_path / name
        shutil.copytree(first.folder, folder)
        tensors = load_file(folder / "model.safetensors")
        tensors[name] = tensors[name] * (-1 if name != "b_U" else 3)
        save_file(tensors, folder / "model.safetensors")
        rehash(folder)
        assert not check_run(folder).ok, name


MAKES = {
    "nanda_transformer": (False, {}),
    "transformerlens": (True, {"act_fn": "relu", "normalization_type": None}),
    "transformerlens_4": (True, {"act_fn": "relu", "normalization_type": None, "n_heads": 8}),
}


def test_a_transformer_in_every_make_is_one_program(tmp_path):
    model = planted_model(13, {2: 5.0, 3: 4.0, 5: 3.0})
    sources = {"in memory": program(model, distill.Domain((range(13),) * 2, range(13)))}
    for name, (biases, config) in MAKES.items():
        shape = distill.Transformer(**{**vars(model.architecture), "biases": biases})
        zeros = {key: torch.zeros(size) for key, size in shape.shapes().items()}
        state = theirs(name, {**zeros, **model.parameters})
        folder = tmp_path / name
        folder.mkdir()
        torch.save({"model": {f"module.{key}": it for key, it in state.items()}}, folder / "x.pt")
        if config:
            heads = {"n_heads": model.architecture.n_heads} if "n_heads" in config else {}
            (folder / "config.json").write_text(json.dumps({**config, **heads}))
        sources[name] = of_file(folder)
        if not config:
            sharded(state, tmp_path / "sharded")
            sources["sharded"] = of_file(tmp_path / "sharded")
    assert len(set(sources.values())) == 1, sorted(sources)
