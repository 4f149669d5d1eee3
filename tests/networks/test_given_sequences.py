"""Networks over sequences in memory: modules by their layers, callables, and what is refused."""

from collections import namedtuple

import numpy as np
import pytest
import torch
from builders.library_networks import Module, ends_in, parity, planted

import distill
from distill import Channels, DistillError, RecurrentLayers
from distill.networks.calling import LISTS, convention_of, first_of
from distill.networks.given import over_sequences
from distill.networks.stored import model_of

torch.manual_seed(1)
BITS = Channels((range(2),))


def read(network, channels=BITS, outputs=None, length=8):
    return over_sequences(network, channels, outputs, length)


def words(channels, count=40, length=9):
    rng = np.random.default_rng(0)
    columns = [rng.integers(v.start, v.stop, (count, length)) for v in channels.inputs]
    return np.stack(columns, axis=-1)


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("at_the_end", [False, True])
def test_a_module_is_read_by_its_layers_and_does_what_the_machine_does(cell, at_the_end):
    machine = ends_in("101")
    given = read(planted(machine, cell, at_the_end))
    model = model_of(given.network.model, RecurrentLayers)
    assert model is not None
    assert model.architecture.cell == cell
    assert "its forward pass gives the same to" in given.remarks[0]
    sequences = words(BITS)
    expected = machine.run(sequences[..., 0])
    np.testing.assert_array_equal(given.network.run(sequences)[..., 0], expected)


class Odd(torch.nn.Module):
    """Everything that stands around recurrent layers, chosen by name."""

    def __init__(self, what, inputs=3, d=6, outputs=4):
        super().__init__()
        self.what = what
        layers = 2 if "two layers" in what else 1
        first = "steps first" not in what
        self.layer = torch.nn.GRU(inputs, d, layers, batch_first=first)
        self.hidden = torch.nn.Linear(d, 5)
        self.output = torch.nn.Linear(5, outputs)
        self.plain = torch.nn.Linear(d, outputs, bias="no bias" not in what)
        self.embedding = torch.nn.Embedding(2, inputs)
        self.norm = torch.nn.LayerNorm(d)
        self.in_front = torch.nn.Linear(1, inputs)

    def forward(self, x):
        what = self.what
        if "values" in what:
            x = self.in_front(x)
        else:
            x = one_hot(x) if "one-hot" in what else self.embedding(x)
        h = self.layer(x)[0]
        if "norm" in what:
            return self.plain(self.norm(h))
        if "head" in what:
            act = {"relu": torch.relu, "tanh": torch.tanh, "nothing": lambda y: y}
            name = next(each for each in act if each in what)
            return self.output(act[name](self.hidden(h)))
        y = self.plain(h)
        return torch.log_softmax(y, -1) if "softmax" in what else y


def one_hot(x):
    return torch.nn.functional.one_hot(x, 3).float()


@pytest.mark.parametrize(
    ("what", "channels"),
    [
        ("plain", BITS),
        ("two layers, no bias", BITS),
        ("steps first", BITS),
        ("head with relu", BITS),
        ("head with tanh", BITS),
        ("head with nothing", BITS),
        ("softmax", BITS),
        ("one-hot inside", Channels((range(3),))),
        ("values", Channels((range(-2, 3),))),
    ],
)
def test_what_stands_around_a_layer_is_found_by_trying(what, channels):
    module = Odd(what) if "one-hot" in what else Odd(what).double()
    network = read(module, channels).network
    assert network.stored is not None, what
    sequences = words(channels)
    given = torch.from_numpy(sequences)
    given = given.double() if what == "values" else given[..., 0]
    with torch.no_grad():
        own = module(given.transpose(0, 1)).transpose(0, 1) if "first" in what else module(given)
    np.testing.assert_array_equal(network.run(sequences)[..., 0], own.argmax(-1).numpy())


def test_vectors_of_several_channels_are_handed_in_as_one_hot():
    channels = Channels((range(2), range(3)))
    module = torch.nn.LSTM(5, 4, batch_first=True)  # 2 + 3 entries; no readout: 4 answers
    network = read(module, channels).network
    assert network.stored is not None
    sequences = words(channels)
    hot = [
        torch.nn.functional.one_hot(torch.from_numpy(sequences[..., i]), n)
        for i, n in enumerate((2, 3))
    ]
    with torch.no_grad():
        own = module(torch.cat(hot, -1).float())[0].argmax(-1).numpy()
    np.testing.assert_array_equal(network.run(sequences)[..., 0], own)


def test_what_its_layers_do_not_say_is_a_black_box_and_says_so():
    module = Odd("norm")
    given = read(module)
    assert given.network.stored is None
    assert given.remarks[0].startswith("read as a black box over sequences, called with integers")
    assert "its own forward pass gives something else than its submodules" in given.remarks[0]
    sequences = words(BITS)
    with torch.no_grad():
        own = module(torch.from_numpy(sequences[..., 0])).argmax(-1).numpy()
    np.testing.assert_array_equal(given.network.run(sequences)[..., 0], own)
    stepped = given.network.over_symbols()
    np.testing.assert_array_equal(
        np.stack([stepped.run(sequences[i : i + 1, :, 0])[0] for i in range(3)]), own[:3]
    )


def test_a_layer_whose_gates_are_used_in_another_order_is_a_black_box():
    class Swapped(Module):
        """The weights of a GRU, run with r and z exchanged."""

        def forward(self, tokens):
            w = {name: part.chunk(3) for name, part in self.layer.named_parameters()}
            h = torch.zeros(len(tokens), self.layer.hidden_size, dtype=self.output.weight.dtype)
            said = []
            for x in self.embedding(tokens).unbind(1):
                a = [x @ W.T + b for W, b in zip(w["weight_ih_l0"], w["bias_ih_l0"], strict=True)]
                c = [h @ W.T + b for W, b in zip(w["weight_hh_l0"], w["bias_hh_l0"], strict=True)]
                z, r = torch.sigmoid(a[0] + c[0]), torch.sigmoid(a[1] + c[1])
                h = z * h + (1 - z) * torch.tanh(a[2] + r * c[2])
                said.append(self.output(h))
            return torch.stack(said, 1)

    network = Swapped(
        torch.nn.Embedding(2, 3), torch.nn.GRU(3, 4, batch_first=True), torch.nn.Linear(4, 2)
    )
    given = read(network)
    assert given.network.stored is None
    assert "is called 0 times" in given.remarks[0]


def test_three_callables_over_arrays_tensors_and_plain_numbers():
    machine = ends_in("11")
    step, said = machine.transitions, [int(q == 2) for q in range(3)]
    Pair = namedtuple("Pair", "h c")
    cases = [
        (0, lambda q, x: step[q][x], lambda q: said[q]),
        (lambda: np.array([0]), lambda q, x: np.array([step[q[0]][x]]), lambda q: bool(said[q[0]])),
        (
            Pair(torch.zeros(1), 0.0),
            lambda q, x: Pair(q.h * 0 + step[int(q.h)][x], q.c),
            lambda q: torch.tensor([0.5, said[int(q.h)]]),
        ),
    ]
    sequences = words(BITS)
    for given in cases:
        network = read(given).network
        assert network.stored is None
        expected = machine.run(sequences[..., 0])
        np.testing.assert_array_equal(network.run(sequences)[..., 0], expected)


def test_one_output_is_a_logit_a_number_or_refused():
    layer = planted(ends_in("11"), "gru")
    layer.output = torch.nn.Linear(layer.layer.hidden_size, 1)
    given = read(layer, outputs=range(2))
    assert "read as a logit, for the second answer where it is above 0" in given.remarks[0]
    sequences = words(BITS)
    with torch.no_grad():
        own = layer(torch.from_numpy(sequences[..., 0]))[..., 0].numpy()
    np.testing.assert_array_equal(given.network.run(sequences)[..., 0], own > 0)
    numbers = read(layer)
    assert "read as numbers, to the nearest integers" in numbers.remarks[0]
    np.testing.assert_array_equal(numbers.network.run(sequences)[..., 0], np.rint(own))
    probability = lambda tokens: torch.sigmoid(layer(tokens))  # noqa: E731
    with pytest.raises(DistillError, match="lies between 0 and 1 everywhere, as a probability"):
        read(probability, outputs=range(2))


def test_answers_are_the_values_that_are_said():
    network = read(planted(parity()), outputs=range(5, 7)).network
    assert set(network.run(words(BITS)).ravel().tolist()) == {5, 6}


BAD = [
    (lambda tokens: tokens.flip(1).float().cumsum(1)[..., None].repeat(1, 1, 2), "come later"),
    (lambda tokens: (tokens + tokens.sum()) % 2, "depends on the others"),
    (lambda tokens: 1 / 0, "ZeroDivisionError"),
    (lambda tokens: torch.zeros(3), "could not be called|no function of sequences"),
    ((0, lambda q, x: q + x, lambda q: q + 0.5), "expected an integer"),
    ((0, lambda q, x: None, lambda q: q), "expected numbers, arrays or tensors"),
    ((0, lambda q, x: {}[x], lambda q: q), "raised KeyError"),
    ((0, lambda q, x: q), "expected three"),
]


@pytest.mark.parametrize(("network", "said"), BAD)
def test_what_cannot_be_read_is_refused_in_a_line(network, said):
    with pytest.raises(DistillError, match=said) as caught:
        read(network)
    assert "\n" not in str(caught.value)


def test_a_module_that_ends_in_arg_max_is_a_module():
    module = planted(parity())

    class Labels(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = module

        def forward(self, tokens):
            return self.inner(tokens).argmax(-1)

    given = read(Labels())
    assert "its module gives labels" in given.remarks[0]
    sequences = words(BITS)
    expected = parity().run(sequences[..., 0])
    np.testing.assert_array_equal(given.network.run(sequences)[..., 0], expected)


def test_noise_is_called_what_it_is():
    module = planted(parity())
    noisy = lambda tokens: module(tokens) + 1e-7 * torch.rand(1)  # noqa: E731
    with pytest.raises(DistillError, match="answers otherwise when it is asked the same again"):
        read(noisy)


def test_outputs_that_are_said_are_those_of_the_answers():
    """Of three callables and of labels too: none is passed over in silence."""
    step = (lambda q, x: (q + x) % 2, lambda q: q)
    logits = lambda q: torch.eye(2)[q]  # noqa: E731
    over = read((0, step[0], logits), outputs=range(5, 7)).network
    assert set(over.run(words(BITS)).ravel().tolist()) == {5, 6}
    assert read((0, *step), outputs=range(2)).network.run(words(BITS)).max() == 1
    with pytest.raises(DistillError, match=r"2 logits, and outputs=range\(0, 3\) are 3"):
        read((0, step[0], logits), outputs=range(3))
    with pytest.raises(DistillError, match=r"answered 0: expected labels that are among"):
        read((0, *step), outputs=range(5, 7))
    labels = read(lambda tokens: tokens.cumsum(1) % 2, outputs=range(1)).network
    with pytest.raises(DistillError, match=r"answered 1: expected labels that are among"):
        labels.run(words(BITS))
    stored = read(planted(parity())).network.stored
    with pytest.raises(DistillError, match="says itself what its outputs stand for"):
        read(stored, outputs=range(5, 7))
    assert read(stored, outputs=range(2)).network.stored is stored


def test_a_number_of_outputs_that_is_not_that_of_the_answers_is_refused():
    with pytest.raises(DistillError, match=r"2 outputs a step, and outputs=range\(0, 3\) are 3"):
        read(planted(parity()), outputs=range(3))


def test_a_network_over_sequences_wants_a_length_and_no_outputs():
    with pytest.raises(DistillError, match=r"or length=\.\.\., if the network reads sequences"):
        distill.distill(planted(parity()), [range(2)])


def test_a_step_that_is_left_to_chance_is_no_function():
    rng = np.random.default_rng(0)
    with pytest.raises(DistillError, match="something else when they are asked again"):
        distill.distill((0, lambda s, x: int(rng.integers(2)), lambda s: s), [range(2)], length=8)


@pytest.mark.parametrize("length", [0, True, 201])
def test_a_length_is_a_number_of_steps(length):
    with pytest.raises(DistillError, match="expected 1 to 200 steps"):
        distill.distill(torch.nn.GRU(2, 2), [range(2)], length=length)


def test_a_module_that_differs_from_its_layers_on_one_short_sequence_is_a_black_box():
    word = torch.tensor([1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0])

    class Seen(Module):
        """Answers otherwise once it has read one word of 2,048."""

        def forward(self, tokens):
            said = super().forward(tokens)
            if tokens.shape[1] >= len(word):
                met = (tokens[:, : len(word)] == word).all(dim=1)
                said[met, len(word) - 1 :] *= -1
            return said

    module = Seen(
        torch.nn.Embedding(2, 3), torch.nn.GRU(3, 4, batch_first=True), torch.nn.Linear(4, 2)
    )
    given = over_sequences(module, BITS, None, len(word))
    assert given.network.stored is None
    assert "gives something else than its submodules" in given.remarks[0]


@pytest.mark.parametrize(
    ("function", "channels", "sequence"),
    [
        (
            lambda xs: [int(t > 1 and min(xs[t - 2 : t + 1]) > 1) for t in range(len(xs))],
            1,
            [2] * 4,
        ),
        (lambda xs: [sum(xs[: t + 1]) % 3 for t in range(len(xs))], 1, [2, 1, 1, 0]),
        (lambda xs: sum(xs) % 2, 1, [1, 1, 1]),
        (lambda xs: [int(a == b) for a, b in xs], 2, [(1, 1), (0, 1)]),
    ],
)
def test_a_function_of_a_list_is_called_with_lists(function, channels, sequence):
    run = distill.distill(function, [range(3)] * channels, length=5)
    assert run.report.verdict == "tested"
    assert run.program is not None
    answers = run.program(sequence)
    due = function(sequence)
    assert answers == due if isinstance(due, list) else answers[-1] == due


@pytest.mark.parametrize(
    "rows",
    [
        lambda xs: [x for i, x in enumerate(xs) if i < 25],
        lambda xs: [x if i < 25 else 0 * x for i, x in enumerate(xs)],
    ],
    ids=["leaves the others out", "answers 0 to the others"],
)
def test_what_answers_for_some_sequences_at_once_is_not_called_with_many(rows):
    """Of up to 25 sequences at once it gives each back, whatever it does to a single one."""
    found = convention_of(rows, Channels((range(3),)))
    assert found.time_first or found.encoding == LISTS


def test_a_list_of_tensors_of_several_shapes_is_refused_in_a_line():
    with pytest.raises(distill.DistillError, match=r"tensors of shapes \[3\] and \[\]"):
        first_of([torch.zeros(3), torch.zeros(())])


def test_a_list_of_answers_is_no_tuple_of_which_the_first_counts():
    def summed(steps):  # [steps, sequences], as the sum along a list of its rows
        return [sum(steps[: t + 1]) % 3 for t in range(len(steps))]

    run = distill.distill(summed, [range(3)], length=5)
    assert run.program is not None
    assert run.program([1, 1, 1, 2]) == [1, 2, 0, 2]


def _changes_in_place(xs):
    position, speed, said = 0, 0, []
    for x in xs:
        speed += x
        position += speed
        said.append(position)
    return said


def _counts_from_its_values(xs):
    total, said = 0, []
    for x in xs:
        total = total + x
        said.append(total)
    return said


def _by_place(xs):
    return [x if place < 25 else 0 for place, x in enumerate(xs)]


@pytest.mark.parametrize(
    "function", [_changes_in_place, _counts_from_its_values, _by_place], ids=lambda f: f.__name__
)
def test_a_function_of_a_list_is_given_lists_where_tensors_would_mean_something_else(function):
    channels = Channels((range(-2, 3),))
    given = read(function, channels)
    sequences = words(channels)
    expected = [function(list(map(int, row))) for row in sequences[..., 0]]
    np.testing.assert_array_equal(given.network.run(sequences)[..., 0], expected)


WORD = [1, 1, 0, 1, 0, 0, 1, 1, 1, 0]


def _alarm(xs):
    """Parity, and 0 after one word of ten: a list may equal another, and a tensor never does."""
    return [
        0 if xs[max(0, t - 9) : t + 1] == WORD else sum(xs[: t + 1]) % 2 for t in range(len(xs))
    ]


def test_what_answers_lists_otherwise_than_tensors_on_few_sequences_is_asked_with_lists():
    """Tensors that stood for lists made this a proof of parity, on all 4,096 sequences."""
    found = convention_of(_alarm, BITS)
    assert found.encoding == LISTS
    sequence = [0, 1, *WORD]
    (answers,) = read(_alarm, length=12).network.run(np.array([sequence])[..., None])[..., 0]
    assert answers.tolist() == _alarm(sequence)
    assert answers[-1] != sum(sequence) % 2, "the word makes a difference"


def test_a_function_of_tensors_alone_is_called_with_all_sequences_at_once():
    found = convention_of(lambda xs: xs.cumsum(1) % 2, BITS)
    assert found.encoding == "integers"
    assert not found.time_first


def _changes_after(most):
    """A sum modulo 3 that is answered otherwise after so many calls."""
    calls = [0]

    def function(xs):
        calls[0] += 1
        total, said = 0, []
        for x in list(xs):
            total = (total + int(x)) % 3
            said.append(total)
        if calls[0] > most:
            said[-1] = (said[-1] + 1) % 3
        return said

    return function


def test_what_answers_otherwise_by_the_end_is_told_of_over_sequences_too():
    with pytest.raises(DistillError, match="answers otherwise than at the beginning"):
        distill.distill(_changes_after(11_000), [range(3)], length=6)
    run = distill.distill(_changes_after(10**9), [range(3)], length=6)
    assert run.report.verdict == "tested"


class Later(torch.nn.Module):
    """Parity, and 1 at every step of a sequence of more than 12."""

    def forward(self, xs):
        return (xs.cumsum(1) % 2).clamp(min=int(xs.shape[1] > 12))


def test_a_sequence_where_both_part_is_one_that_the_network_answers_otherwise_when_asked():
    """Cut at the first wrong step, it was one that both answer alike."""
    run = distill.distill(Later(), [range(2)], length=8)
    assert run.report.verdict == "tested"
    found = run.report.diverges_at
    assert len(found.inputs) > 12
    sequence = [x for (x,) in found.inputs]
    said = Later()(torch.tensor([sequence]))[0, -1].item()
    assert run.program(sequence)[-1] == found.program[0] != found.model[0] == said


def test_a_state_that_is_no_number_is_called_what_it_is():
    counts = ({"n": 0}, lambda state, x: {"n": (state["n"] + x) % 5}, lambda state: state["n"])
    with pytest.raises(DistillError, match=r"holds a dict, .*: expected numbers, arrays"):
        read(counts)
