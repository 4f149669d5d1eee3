"""One recurrent network, in every make that people have it in, is one program."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F  # noqa: N812

import distill
from distill import Channels
from distill.importing import import_model
from distill.kinds.known import read, write
from distill.networks.given import over_sequences
from distill.networks.library_cells import taken_apart
from distill.networks.trace import SequenceTrace

pytestmark = pytest.mark.usefixtures("page_undrawn")

BITS, LENGTH = Channels((range(2),)), 8
FAR = 40.0
"""Of the biases of gates that are open or closed for ever."""

CELLS = {"rnn": (nn.RNN, 0), "gru": (nn.GRU, 2), "lstm": (nn.LSTM, 2)}
"""The library's layer, and the place of the gate that writes."""

MAPPED = """
architecture = "recurrent_layers"
[parameters]
W_E = ["symbols", "v e -> v e"]
"layers.0.W_xGATES" = ["x_GATES", "h x -> h x"]
"layers.0.W_hGATES" = ["h_GATES", "h x -> h x"]
"layers.0.b_xGATES" = ["bx_GATES", "h -> h"]
"layers.0.b_hGATES" = ["bh_GATES", "h -> h"]
W_out = ["out", "a h -> a h"]
b_out = ["bias", "a -> a"]
[values]
cell = "CELL"
VALUES
readout = "choice"
answers = "0-1"
"""


class Net(nn.Module):
    """Whether the last two bits are 1: a unit for the last bit, and one for both.

    Every other unit is closed by its bias where nothing was read yet, so that the start is 0.
    """

    def __init__(self, cell, first=True):
        super().__init__()
        make, place = CELLS[cell]
        self.embedding, self.output = nn.Embedding(2, 3), nn.Linear(2, 2)
        self.layer = make(3, 2, batch_first=first)
        self.first = first
        on = float(torch.tanh(torch.tensor(1.0))) if cell == "lstm" else 1.0
        wanted = {
            "weight_ih_l0": [[-6.0, 6.0, 0.0], [-9.0, 3.0, 0.0]],
            "weight_hh_l0": [[0.0, 0.0], [6.0 / on, 0.0]],
            "bias_ih_l0": [0.0, -6.0],
        }
        with torch.no_grad():
            self.embedding.weight.copy_(torch.eye(2, 3))
            self.output.weight.copy_(torch.tensor([[0.0, -4.0], [0.0, 4.0]]))
            self.output.bias.zero_()
            for name, weights in self.layer.named_parameters():
                weights.zero_()
                if name == "bias_ih_l0" and cell != "rnn":
                    gates = {"gru": (FAR, -FAR, 0), "lstm": (FAR, -FAR, 0, FAR)}[cell]
                    weights.copy_(torch.tensor(gates).repeat_interleave(2))
                if name in wanted:
                    weights[2 * place : 2 * place + 2] = torch.tensor(wanted[name])

    def forward(self, tokens):
        return self.output(self.layer(self.embedding(tokens))[0])


class AtTheEnd(Net):
    def forward(self, tokens):
        return super().forward(tokens)[:, -1]


class OneHot(Net):
    def forward(self, tokens):
        return self.output(self.layer(F.one_hot(tokens, 3).float())[0])


class Labels(Net):
    def forward(self, tokens):
        return super().forward(tokens).argmax(-1)


class StepByStep(nn.Module):
    """The same weights in a cell that is called in a loop."""

    def __init__(self, net, cell):
        super().__init__()
        make = {"rnn": nn.RNNCell, "gru": nn.GRUCell, "lstm": nn.LSTMCell}[cell]
        self.cell, self.embedding, self.output = make(3, 2), net.embedding, net.output
        state = net.layer.state_dict()
        self.cell.load_state_dict({name.removesuffix("_l0"): it for name, it in state.items()})

    def forward(self, tokens):
        state, said = None, []
        for t in range(tokens.shape[1]):
            state = self.cell(self.embedding(tokens[:, t]), state)
            said.append(self.output(state[0] if isinstance(self.cell, nn.LSTMCell) else state))
        return torch.stack(said, 1)


def stepping(net, cell):
    """Three callables around the library's own cell."""
    loop, zero = StepByStep(net, cell), torch.zeros(1, 2)

    def step(state, x):
        given = loop.embedding(torch.tensor([x]))
        return loop.cell(given, state)

    hidden = (lambda state: state[0]) if cell == "lstm" else (lambda state: state)
    return (zero, zero) if cell == "lstm" else zero, step, lambda s: loop.output(hidden(s))[0]


def in_memory(cell):
    net = Net(cell)
    return {
        "module": net,
        "steps first": Net(cell, first=False),
        "at the end": AtTheEnd(cell),
        "one-hot": OneHot(cell),
        "labels": Labels(cell),
        "cell": StepByStep(net, cell),
        "double": Net(cell).double(),
        "function": lambda tokens: net(tokens),
        "three callables": stepping(net, cell),
    }


def files(cell, folder):
    """The same as files, with the layout that they need to be told, if any."""
    state = Net(cell).state_dict()
    torch.save(state, folder / "plain.pt")
    beside = {"optimizer": {"state": {}}, "epoch": 3}
    torch.save(
        {"state_dict": {f"model.net.{k}": v for k, v in state.items()}} | beside,
        folder / "trainer.ckpt",
    )
    save_file({f"_orig_mod.module.{k}": v for k, v in state.items()}, folder / "x.safetensors")
    np.savez(folder / "x.npz", **{key: it.numpy() for key, it in state.items()})
    sharded, half = folder / "sharded", len(state) // 2
    sharded.mkdir()
    parts = {"1-of-2": [*state][:half], "2-of-2": [*state][half:]}
    index = {}
    for name, keys in parts.items():
        save_file({key: state[key] for key in keys}, sharded / f"{name}.safetensors")
        index |= dict.fromkeys(keys, f"{name}.safetensors")
    (sharded / "model.safetensors.index.json").write_text(json.dumps({"weight_map": index}))
    own = taken_apart(cell, {k.removeprefix("layer."): v for k, v in state.items() if "layer" in k})
    tensors = {"symbols": state["embedding.weight"], "out": state["output.weight"]}
    tensors["bias"] = state["output.bias"]
    gates = {"rnn": "n", "gru": "rzn", "lstm": "ifgo"}[cell]
    for gate in gates:
        for name in ("W_x", "W_h", "b_x", "b_h"):
            mine = name.removeprefix("W_").replace("_", "")
            tensors[f"{mine}_{gate}"] = own[f"layers.0.{name}{gate}"]
    named = f"{{{','.join(gates)}}}" if len(gates) > 1 else gates
    text = MAPPED.replace("GATES", named).replace("CELL", cell)
    values = {"rnn": 'activation = "tanh"', "gru": 'reset = "after"\nupdate = "keeps"', "lstm": ""}
    text = text.replace("VALUES", values[cell])
    save_file({key: it.contiguous() for key, it in tensors.items()}, folder / "own.safetensors")
    (folder / "own.toml").write_text(text)
    told = "torch_recurrent,activation=tanh" if cell == "rnn" else None
    names = ("plain.pt", "trainer.ckpt", "x.safetensors", "x.npz", "sharded")
    return dict.fromkeys(names, told) | {"own.safetensors": str(folder / "own.toml")}


def program(network, domain=BITS):
    """The text that is read out of a network: extraction and emission, as a run has them."""
    over = over_sequences(network, domain, None, LENGTH)
    mechanisms, _ = read(SequenceTrace(over.network, LENGTH, True))
    return write(mechanisms[0]).program.source


@pytest.mark.parametrize("cell", CELLS)
def test_a_recurrent_network_in_every_make_is_one_program(cell, tmp_path):
    run = distill.distill(Net(cell), [range(2)], length=LENGTH, out=tmp_path / "runs")
    assert run.report.verdict == "proved"
    assert run.report.holds_for.lengths == "every length"
    sources = {"run folder": program(import_model(run.folder).model)}
    for name, network in in_memory(cell).items():
        sources[name] = program(network)
    folder = tmp_path / "files"
    folder.mkdir()
    for name, layout in files(cell, folder).items():
        imported = import_model(folder / name, layout)
        assert imported.domain == BITS
        sources[name] = program(imported.model)
    for name, source in sources.items():
        assert source == run.program.source, name
    assert run.program([1, 1, 0, 1, 1, 1]) == [0, 1, 0, 0, 1, 1]
