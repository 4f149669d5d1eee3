"""Recurrent networks from files: the library's state dicts, and others by layouts."""

import json
import re
import tomllib
from itertools import pairwise

import numpy as np
import pytest
import torch

from distill import Channels, DistillError, import_model
from distill.importing.recurrent_layout import may_be_recurrent
from distill.importing.values import LayoutError

LAYOUT = """
architecture = "recurrent_layers"
[parameters]
W_E = ["embedding", "v e -> v e"]
"layers.*.W_x{z,n}" = ["W_x{z,n}_*", "h x -> h x"]
"layers.*.W_h{z,n}" = ["W_h{z,n}_*", "h x -> h x"]
"layers.*.b_x{z,n}" = ["b_{z,n}_*", "h -> h"]
"layers.*.h_0" = ["h0_*", "h -> h"]
W_out = ["W_out", "a h -> a h"]
b_out = ["b_out", "a -> a"]
[values]
cell = "gru"
reset = "unused"
update = "keeps"
readout = "choice"
answers = "1-0"
[ignore]
"*r_*" = "the reset gate is computed and not used"
"""


class Net(torch.nn.Module):
    """A recurrent layer, and what may stand around it."""

    def __init__(self, cell, embedding=True, linear=1, layers=2, bias=True):
        super().__init__()
        if embedding:
            self.embedding = torch.nn.Embedding(3, 4)
        make = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[cell]
        self.rnn = make(4 if embedding else 3, 6, layers, bias=bias, batch_first=True)
        sizes = [*[6, 5, 2][:linear], 2] if linear else []
        self.out = torch.nn.Sequential()
        for place, (a, b) in enumerate(pairwise(sizes)):
            if place:
                self.out.append(torch.nn.ReLU())
            self.out.append(torch.nn.Linear(a, b, bias=bias))

    def forward(self, tokens):
        hot = torch.nn.functional.one_hot(tokens, 3).to(self.rnn.weight_ih_l0.dtype)
        x = self.embedding(tokens) if hasattr(self, "embedding") else hot
        return self.out(self.rnn(x)[0])


def logits(model, words):
    hidden = model.hidden(words)
    values = model.values(hidden.reshape(-1, hidden.shape[2]))
    return values.reshape(*words.shape, -1)


CASES = [
    ("gru", {}, None),
    ("lstm", {"layers": 1, "bias": False}, None),
    ("rnn", {}, "torch_recurrent,activation=tanh"),
    ("gru", {"embedding": False, "linear": 0}, None),
    ("lstm", {"linear": 2}, "torch_recurrent,head_activation=relu"),
]


@pytest.mark.parametrize(("cell", "around", "layout"), CASES)
@pytest.mark.parametrize("prefix", ["", "encoder.inner."])
def test_the_librarys_state_dicts_give_the_librarys_logits(tmp_path, cell, around, layout, prefix):
    torch.manual_seed(0)
    net = Net(cell, **around).double()
    path = tmp_path / "net.pt"
    torch.save({f"{prefix}{key}": value for key, value in net.state_dict().items()}, path)
    imported = import_model(path, layout)
    assert imported.domain == Channels((range(3),))
    words = np.random.default_rng(0).integers(0, 3, (10, 12))
    with torch.no_grad():
        expected = net(torch.from_numpy(words)).numpy()
    np.testing.assert_allclose(logits(imported.model, words), expected, rtol=1e-10, atol=1e-10)
    assert "starts at 0" in imported.notes["assumed"]
    if cell != "rnn":
        assert "gates in PyTorch's order" in imported.notes["assumed"]


@pytest.mark.parametrize("suffix", [".safetensors", ".npz"])
def test_the_format_of_the_file_is_all_one(tmp_path, suffix):
    from safetensors.torch import save_file

    tensors = {key: it.detach().clone() for key, it in Net("gru").state_dict().items()}
    path = tmp_path / f"net{suffix}"
    if suffix == ".npz":
        np.savez(path, **{key: it.numpy() for key, it in tensors.items()})
    else:
        save_file(tensors, path)
    assert import_model(path).model.architecture.cell == "gru"


def cell_of_its_own(seed=0):
    """Tensors of a GRU whose reset gate is computed and not used, under names of its own."""
    rng = np.random.default_rng(seed)
    tensors = {"embedding": rng.normal(size=(2, 3)), "W_out": rng.normal(size=(2, 4))}
    tensors["b_out"] = rng.normal(size=2)
    for layer, below in ((0, 3), (1, 4)):
        for gate in "zrn":
            tensors[f"W_x{gate}_{layer}"] = rng.normal(size=(4, below))
            tensors[f"W_h{gate}_{layer}"] = rng.normal(size=(4, 4))
            tensors[f"b_{gate}_{layer}"] = rng.normal(size=4)
        tensors[f"h0_{layer}"] = rng.normal(size=4)
    return tensors


def written(tmp_path, layout=LAYOUT, **changed):
    path, toml = tmp_path / "own.npz", tmp_path / "own.toml"
    tensors = {**cell_of_its_own(), **changed}
    np.savez(path, **{key: it for key, it in tensors.items() if it is not None})
    toml.write_text(layout)
    return path, str(toml)


def by_the_formula(w, word):
    h = [w["h0_0"], w["h0_1"]]
    for symbol in word:
        x = w["embedding"][symbol]
        for layer in (0, 1):
            a = {g: w[f"W_x{g}_{layer}"] @ x + w[f"b_{g}_{layer}"] for g in "zn"}
            c = {g: w[f"W_h{g}_{layer}"] @ h[layer] for g in "zn"}
            z = 1 / (1 + np.exp(-a["z"] - c["z"]))
            x = h[layer] = z * h[layer] + (1 - z) * np.tanh(a["n"] + c["n"])
    return w["W_out"] @ x + w["b_out"]


def test_a_cell_that_no_library_has_is_a_layout_of_a_few_lines(tmp_path):
    path, layout = written(tmp_path)
    imported = import_model(path, layout)
    for word in ([0], [1, 1, 0, 1, 0, 0, 1]):
        found = logits(imported.model, np.array([word]))[0, -1]
        np.testing.assert_allclose(found, by_the_formula(cell_of_its_own(), word), rtol=1e-10)
    assert imported.model.answers == (1, 0)
    assert "W_xr_0 (the reset gate is computed and not used)" in imported.notes["left_out"]
    assert "reset gate unused" in imported.notes["assumed"]


def test_where_the_reset_gate_acts_makes_another_network(tmp_path):
    words = np.random.default_rng(0).integers(0, 2, (30, 10))
    said = {}
    for reset in ("unused", "after", "before"):
        layout = LAYOUT.replace('"unused"', f'"{reset}"')
        if reset != "unused":
            layout = layout.replace("{z,n}", "{r,z,n}").split("[ignore]")[0]
        path, toml = written(tmp_path, layout)
        said[reset] = logits(import_model(path, toml).model, words)
    assert np.abs(said["unused"] - said["after"]).max() > 0.01
    assert np.abs(said["before"] - said["after"]).max() > 0.01


def test_the_order_of_fused_gates_is_the_layouts(tmp_path):
    net = Net("gru", layers=1)
    path = tmp_path / "net.pt"
    torch.save(net.state_dict(), path)
    entries = {}
    for order in ("r,z,n", "z,r,n"):
        lines = [
            'architecture = "recurrent_layers"',
            "[parameters]",
            'W_E = ["embedding.weight", "v e -> v e"]',
            *(
                f'"layers.*.{ours}{{{order}}}" = ["rnn.{theirs}_l*", "{axes}"]'
                for ours, theirs, axes in (
                    ("W_x", "weight_ih", "(g h) x -> g h x"),
                    ("W_h", "weight_hh", "(g h) x -> g h x"),
                    ("b_x", "bias_ih", "(g h) -> g h"),
                    ("b_h", "bias_hh", "(g h) -> g h"),
                )
            ),
            'W_out = ["out.0.weight", "a h -> a h"]',
            'b_out = ["out.0.bias", "a -> a"]',
            '[values]\ncell = "gru"\nreset = "after"\nupdate = "keeps"\nreadout = "choice"',
        ]
        toml = tmp_path / "order.toml"
        toml.write_text("\n".join(lines))
        entries[order] = import_model(path, str(toml)).model.weights
    plain = import_model(path).model.weights
    for name, values in plain.items():
        np.testing.assert_array_equal(entries["r,z,n"][name], values)
    swapped = entries["z,r,n"]
    np.testing.assert_array_equal(swapped["layers.0.W_xz"], plain["layers.0.W_xr"])
    assert (swapped["layers.0.W_xr"] != plain["layers.0.W_xr"]).any()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"extra": np.zeros(3)}, "does not read extra"),
        ({"W_xz_0": None, "W_xz_1": None}, r"finds no tensor 'W_xz_\*'"),
        ({"W_xz_1": None}, "expects"),
        ({"h0_0": np.zeros((4, 1))}, "does not fit 'h -> h'"),
        ({"W_hn_1": np.zeros((4, 5))}, "expects"),
        ({"W_out": np.zeros((3, 4)), "b_out": np.zeros(3)}, "answers=1-0 of layout"),
    ],
)
def test_tensors_that_do_not_fit_are_refused(tmp_path, changed, said):
    path, layout = written(tmp_path, **changed)
    with pytest.raises(DistillError, match=said):
        import_model(path, layout)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('reset = "unused"\n', "", "nothing says reset: say --layout"),
        ('readout = "choice"\n', "", "nothing says readout"),
        ('"unused"', '"somewhere"', "expected one of after, before, unused"),
        ('cell = "gru"', 'cell = "mgu"', "expected one of rnn, gru, lstm"),
        ("[ignore]", "[ignored]", "unknown entries: ignored"),
        ('"1-0"', '"1-1"', "all different"),
        ("{z,n}_*", "{z}_*", "expected as many"),
        ('"the reset gate is computed and not used"', '""', "expected the reason why"),
    ],
)
def test_a_layout_that_lacks_something_says_what(tmp_path, old, new, said):
    path, layout = written(tmp_path, LAYOUT.replace(old, new))
    with pytest.raises(DistillError, match=said) as caught:
        import_model(path, layout)
    assert "\n" not in str(caught.value)


def test_what_no_tensor_says_of_a_state_dict_is_asked_for(tmp_path):
    path = tmp_path / "net.pt"
    for net, said in (
        (Net("rnn"), "nothing says activation: say --layout torch_recurrent,activation=..."),
        (Net("gru", linear=2), "nothing says head_activation"),
    ):
        torch.save(net.state_dict(), path)
        with pytest.raises(DistillError, match=said):
            import_model(path)
    one = Net("gru")
    one.out = torch.nn.Linear(6, 1)
    torch.save(one.state_dict(), path)
    with pytest.raises(DistillError, match="nothing says readout"):
        import_model(path)
    assert import_model(path, "torch_recurrent,readout=sign").model.answers == (0, 1)


def test_states_of_a_training_beside_the_network_are_left_out_and_named(tmp_path):
    network = Net("gru")
    adam = torch.optim.Adam(network.parameters())
    network(torch.zeros(1, 3, dtype=torch.long)).sum().backward()
    adam.step()
    saved = {"model_state_dict": network.state_dict(), "optimizer": adam.state_dict(), "epoch": 9}
    torch.save(saved, tmp_path / "net.pt")
    imported = import_model(tmp_path / "net.pt", layout="torch_recurrent")
    (left,) = (note for note in imported.remarks if note.startswith("left out"))
    assert re.fullmatch(r"left out: optimizer\.\* \(\d+ tensors: state of the optimizer\)", left), (
        left
    )
    inside = {f"step.{key}": tensor for key, tensor in network.state_dict().items()}
    torch.save(inside | {"step.gate": torch.ones(3)}, tmp_path / "inside.pt")
    with pytest.raises(LayoutError, match=r"does not read step\.gate"):
        import_model(tmp_path / "inside.pt", layout="torch_recurrent")


@pytest.mark.parametrize(
    ("tensors", "said"),
    [
        ({"rnn.weight_ih_l0_reverse": torch.zeros(18, 4)}, "bidirectional"),
        ({"other.weight_ih_l0": torch.zeros(18, 4)}, "has 2 recurrent layers"),
        ({"rnn.weight_hh_l0": torch.zeros(12, 6)}, "are of no recurrent layer of PyTorch's"),
        ({"norm.weight": torch.zeros(6)}, "does not read norm.weight"),
        ({"second.weight": torch.zeros(2, 6)}, "can be read in no way"),
    ],
)
def test_what_is_not_one_layer_and_what_follows_it_is_refused(tmp_path, tensors, said):
    path = tmp_path / "net.pt"
    torch.save({**Net("gru").state_dict(), **tensors}, path)
    with pytest.raises(DistillError, match=said):
        import_model(path)


def test_a_config_beside_the_file_is_obeyed_or_contradicted_out_loud(tmp_path):
    path = tmp_path / "net.pt"
    torch.save(Net("rnn").state_dict(), path)
    config = tmp_path / "net.json"
    config.write_text('{"nonlinearity": "relu", "hidden_size": 6, "dropout": 0.1}')
    imported = import_model(path)
    assert imported.model.architecture.activation == "relu"
    assert "activation relu by 'net.json'" in imported.notes["said"]
    assert imported.notes["config_not_read"] == "dropout"
    with pytest.raises(DistillError, match="says nonlinearity = relu, and --layout"):
        import_model(path, "torch_recurrent,activation=tanh")
    config.write_text('{"nonlinearity": "relu", "hidden_size": 7}')
    with pytest.raises(
        DistillError, match="says hidden_size = '7', and the network is read with 6"
    ):
        import_model(path)
    config.write_text('{"nonlinearity": "relu", "bidirectional": true}')
    with pytest.raises(DistillError, match="bidirectional"):
        import_model(path)


def test_one_bias_of_two_is_asked_about(tmp_path):
    weights = torch.nn.GRU(3, 4).state_dict()
    del weights["bias_hh_l0"]
    torch.save(weights, tmp_path / "half.pt")
    with pytest.raises(DistillError, match="has no bias_hh_l0: PyTorch's recurrent layers have"):
        import_model(tmp_path / "half.pt")


@pytest.mark.parametrize("said", [{"reset": "before"}, {"model_type": "lstm"}])
def test_a_config_that_says_another_cell_is_contradicted_aloud(tmp_path, said):
    torch.save(torch.nn.GRU(3, 4).state_dict(), tmp_path / "network.pt")
    (tmp_path / "config.json").write_text(json.dumps(said))
    with pytest.raises(DistillError, match=r"config\.json' says"):
        import_model(tmp_path / "network.pt")


def test_a_file_with_a_cell_that_no_layout_reads_gets_a_layout_to_fill_in(tmp_path):
    """What is filled in where the dots are is read."""
    path, known = written(tmp_path)
    with pytest.raises(LayoutError) as told:
        import_model(path)
    text = str(told.value).partition("that a recurrent cell has, this:\n\n")[2]
    assert tomllib.loads(text)["architecture"] == "recurrent_layers"
    own = tmp_path / "own.toml"
    filled = {
        '# W_E = ["...",': 'W_E = ["embedding",',
        '# "layers.*.W_x{r,z,n}" = ["..._*", "(g h) x -> g h x"]': (
            '"layers.*.W_x{z,n}" = ["W_x{z,n}_*", "h x -> h x"]'
        ),
        '# "layers.*.W_h{r,z,n}" = ["..._{r,z,n}_*"': '"layers.*.W_h{z,n}" = ["W_h{z,n}_*"',
        '# "layers.*.b_x{r,z,n}" = ["..._{r,z,n}_*"': '"layers.*.b_x{z,n}" = ["b_{z,n}_*"',
        '# W_out = ["...", "a h -> a h"]   # and b_out': (
            'W_out = ["W_out", "a h -> a h"]\nb_out = ["b_out", "a -> a"]\n'
            '"layers.*.h_0" = ["h0_*", "h -> h"]'
        ),
        "# cell = ...": 'cell = "gru"',
        "# reset = ...": 'reset = "unused"',
        "# update = ...": 'update = "keeps"',
        "# readout = ...": 'readout = "choice"\nanswers = "1-0"',
        '# "W_?r_*"': '"*r_*"',
    }
    for line, instead in filled.items():
        assert line in text
        text = text.replace(line, instead)
    own.write_text(text)
    words = np.random.default_rng(0).integers(0, 2, (5, 6))
    read = [import_model(path, layout).model for layout in (str(own), str(known))]
    assert np.array_equal(*(logits(model, words) for model in read))


def test_a_perceptron_with_layers_of_many_sizes_gets_no_cell_to_fill_in():
    assert may_be_recurrent({"a": (12, 3), "b": (12, 4)})
    assert may_be_recurrent({"a": (4, 4), "b": (4, 4), "c": (2, 4)})
    assert not may_be_recurrent({"a": (5, 3), "b": (5, 5), "c": (2, 5)})
    assert not may_be_recurrent({"q": (4, 5, 5), "b": (5, 5), "c": (5, 5)})
