"""Layers of recurrent cells: PyTorch's own forward pass on random weights, and what it has not."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch

from distill import DistillError, Model, RecurrentLayers
from distill.networks.library_cells import cell_of, taken_apart
from distill.networks.recurrent_layers import sigmoid
from distill.serialise import from_json, to_json

torch.manual_seed(0)
SYMBOLS, WIDTH, HIDDEN, LENGTH = 4, 3, 5, 30


def library(cell, layers=1, bias=True, activation="tanh"):
    options = {"num_layers": layers, "bias": bias, "batch_first": True}
    if cell == "rnn":
        return torch.nn.RNN(WIDTH, HIDDEN, nonlinearity=activation, **options).double()
    return {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[cell](WIDTH, HIDDEN, **options).double()


def stored(module, embedding, output, **changed):
    """The same weights as a stored network."""
    cell = cell_of(module)
    shape = RecurrentLayers(
        n_symbols=SYMBOLS,
        n_outputs=output.out_features,
        d_input=WIDTH,
        cell=cell,
        d_hidden=HIDDEN,
        n_layers=getattr(module, "num_layers", 1),
        biases=2 if module.bias else 0,
        activation=getattr(module, "nonlinearity", "tanh"),
        **changed,
    )
    parameters = taken_apart(cell, dict(module.named_parameters()))
    parameters |= {"W_E": embedding, "W_out": output.weight, "b_out": output.bias}
    answers = tuple(range(shape.n_outputs)) if shape.readout == "choice" else ()
    return Model(shape, parameters, answers)


CELLS = [
    *product(("gru", "lstm"), (1, 2, 3), (True, False), ("tanh",)),
    *product(("rnn",), (1, 2), (True, False), ("tanh", "relu")),
]


@pytest.mark.parametrize(("cell", "layers", "bias", "activation"), CELLS)
def test_every_cell_is_the_librarys_own(cell, layers, bias, activation):
    module = library(cell, layers, bias, activation)
    with torch.no_grad():
        for weights in module.parameters():
            weights.mul_(3)  # gates that are used from end to end
    embedding = 2 * torch.randn(SYMBOLS, WIDTH).double()
    output = torch.nn.Linear(HIDDEN, 6).double()
    model = stored(module, embedding, output)
    words = torch.randint(0, SYMBOLS, (20, LENGTH))
    with torch.no_grad():
        expected = output(module(embedding[words])[0]).numpy()
    hidden = model.hidden(words.numpy())
    found = model.values(hidden.reshape(-1, hidden.shape[2])).reshape(expected.shape)
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10)
    np.testing.assert_array_equal(model.run(words.numpy()), found.argmax(axis=2))


@pytest.mark.parametrize("kind", [torch.nn.RNNCell, torch.nn.GRUCell, torch.nn.LSTMCell])
def test_a_single_cell_is_a_layer(kind):
    cell, embedding = kind(WIDTH, HIDDEN).double(), torch.randn(SYMBOLS, WIDTH).double()
    output = torch.nn.Linear(HIDDEN, 2).double()
    model = stored(cell, embedding, output)
    words, said, hidden = torch.randint(0, SYMBOLS, (4, LENGTH)), [], None
    with torch.no_grad():
        for symbols in words.T:
            hidden = cell(embedding[symbols], hidden)
            said.append(output(hidden[0] if isinstance(hidden, tuple) else hidden))
    found = model.hidden(words.numpy())
    values = model.values(found.reshape(-1, found.shape[2])).reshape(4, LENGTH, 2)
    np.testing.assert_allclose(values, torch.stack(said, dim=1).numpy(), rtol=1e-10, atol=1e-10)


def test_another_order_of_gates_is_another_network():
    module, output = library("gru"), torch.nn.Linear(HIDDEN, 2).double()
    model = stored(module, torch.randn(SYMBOLS, WIDTH).double(), output)
    gate = "layers.0.{}".format
    swapped = {}
    for part in ("W_x", "W_h", "b_x", "b_h"):
        swapped[gate(f"{part}r")] = model.parameters[gate(f"{part}z")]
        swapped[gate(f"{part}z")] = model.parameters[gate(f"{part}r")]
    words = np.random.default_rng(0).integers(0, SYMBOLS, (50, LENGTH))
    one, other = (each.hidden(words) for each in (model, model.with_parameters(**swapped)))
    assert np.abs(one - other).max() > 0.01


def random(shape):
    return Model(shape, shape.initialise(torch.Generator().manual_seed(0)), (0, 1))


GRU = RecurrentLayers(SYMBOLS, 2, WIDTH, "gru", HIDDEN)
LSTM = RecurrentLayers(SYMBOLS, 2, WIDTH, "lstm", HIDDEN)


@pytest.mark.parametrize(
    "shape",
    [
        replace(GRU, reset="before"),
        replace(GRU, reset="unused"),
        replace(GRU, update="takes", biases=1),
        replace(LSTM, peepholes=True),
        replace(LSTM, coupled=True),
        replace(LSTM, coupled=True, peepholes=True, n_layers=2, head=(7, 4)),
        replace(GRU, head=(7,), head_activation="tanh"),
    ],
)
def test_what_no_library_has_is_what_the_formulas_say(shape):
    model = random(shape)
    w = {name: value.numpy() for name, value in model.parameters.items()}
    for layer in range(shape.n_layers):  # a learned start
        w[f"layers.{layer}.h_0"] = np.linspace(-0.5, 0.5, HIDDEN)
    model = model.with_parameters(**{name: torch.from_numpy(value) for name, value in w.items()})
    word = [0, 3, 1, 1, 2, 0]
    states = [(w[f"layers.{k}.h_0"], w.get(f"layers.{k}.c_0")) for k in range(shape.n_layers)]
    for symbol in word:
        x = w["W_E"][symbol]
        for layer, (h, c) in enumerate(states):
            states[layer] = one_step(shape, w, f"layers.{layer}.", x, h, c)
            x = states[layer][0]
    for place in range(len(shape.head)):
        x = w[f"head.{place}.W"] @ x + w[f"head.{place}.b"]
        x = np.maximum(x, 0) if shape.head_activation == "relu" else np.tanh(x)
    expected = w["W_out"] @ x + w["b_out"]
    np.testing.assert_allclose(model.values(model.hidden(np.array([word]))[:, -1])[0], expected)


def one_step(shape, w, at, x, h, c):
    """One cell on one input, from the formulas of the module's docstring."""

    def driven(g):
        return w[f"{at}W_x{g}"] @ x + w[f"{at}b_x{g}"]

    def recurring(g, h):
        product = w[f"{at}W_h{g}"] @ h
        return product + w[f"{at}b_h{g}"] if shape.biases == 2 else product

    def peep(g, c):
        return w[f"{at}p_{g}"] * c if shape.peepholes else 0

    if shape.cell == "gru":
        z = sigmoid(driven("z") + recurring("z", h))
        if shape.reset == "unused":
            n = np.tanh(driven("n") + recurring("n", h))
        else:
            r = sigmoid(driven("r") + recurring("r", h))
            before = shape.reset == "before"
            inner = recurring("n", r * h) if before else r * recurring("n", h)
            n = np.tanh(driven("n") + inner)
        return (z * h + (1 - z) * n if shape.update == "keeps" else z * n + (1 - z) * h), None
    f = sigmoid(driven("f") + recurring("f", h) + peep("f", c))
    i = 1 - f if shape.coupled else sigmoid(driven("i") + recurring("i", h) + peep("i", c))
    c = f * c + i * np.tanh(driven("g") + recurring("g", h))
    return sigmoid(driven("o") + recurring("o", h) + peep("o", c)) * np.tanh(c), c


def test_an_architecture_is_what_its_json_says():
    shape = replace(LSTM, peepholes=True, head=(3, 2))
    assert from_json(RecurrentLayers, to_json(shape)) == shape


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"cell": "lstm", "reset": "before"}, "is of the cell 'gru'"),
        ({"cell": "gru", "coupled": True}, "is of the cell 'lstm'"),
        ({"biases": 3}, "expected 0, 1 or 2"),
        ({"d_hidden": 0}, "1 or more"),
    ],
)
def test_what_makes_no_network_is_refused(changed, said):
    with pytest.raises(DistillError, match=said):
        replace(GRU, **changed)
