"""What can be asked of a network comes from its architecture, and nothing else is answered."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from distill import MLP, BlackBox, Channels, DistillError, Domain, Model, Transformer
from distill.networks.architecture import (
    STEP_ARCHITECTURES,
    TOKEN_ARCHITECTURES,
    FeedForward,
    IntegerRecurrent,
    Recurrent,
    RecurrentLayers,
    StoredArchitecture,
)
from distill.networks.network import HIDDEN, HasActivations, HasLogits, HasParameters, HasSteps
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.stored import model_of, reads_steps, reads_tokens
from distill.serialise import from_json, to_json

DOMAIN = Domain((range(4), range(4)), range(5))
SMALL = replace(Transformer.for_domain(DOMAIN), d_model=6, n_heads=2, d_head=3, d_mlp=7)
TOKENS = [
    SMALL,
    replace(SMALL, n_layers=2, biases=True),
    replace(MLP.for_domain(DOMAIN), d_embed=3, widths=(6, 5), combine="concat"),
    replace(FeedForward.for_domain(DOMAIN), d_embed=3, layers=("shift", "tanh", "linear 4")),
]
STEPS = [
    (Recurrent(6, 2, 3), (0, 7)),
    (IntegerRecurrent(2, 3, 2, "relu"), ()),
    (IntegerRecurrent(1, 3, 2, "linear", "choice", one_hot=True, n_symbols=6), (3, 1)),
    (RecurrentLayers(6, 2, 4, "lstm", 3, n_layers=2, head=(5,)), (1, 4)),
]


def stored(architecture, answers=()):
    generator = torch.Generator().manual_seed(0)
    if isinstance(architecture, (*TOKEN_ARCHITECTURES.values(), RecurrentLayers)):
        return Model(architecture, architecture.initialise(generator), answers)
    members = architecture.initialise(generator, 1)
    return Model(architecture, {name: weights[0] for name, weights in members.items()}, answers)


@pytest.mark.parametrize("architecture", TOKENS)
def test_what_reads_tokens_has_logits_and_no_steps(architecture):
    model = stored(architecture)
    assert reads_tokens(model)
    assert not reads_steps(model)
    tokens = DOMAIN.tokens()
    np.testing.assert_array_equal(model.run(tokens), model.logits(tokens).argmax(axis=1))
    for ask in (lambda: model.start, lambda: model.hidden(tokens[:, None])):
        with pytest.raises(DistillError, match="reads tokens of a domain and no sequences"):
            ask()
    with pytest.raises(DistillError, match=f"kind '{architecture.kind}' reads no sequences"):
        SequenceNetwork(model, Channels((range(4),)))


@pytest.mark.parametrize(("architecture", "answers"), STEPS)
def test_what_is_stepped_has_no_logits_over_tokens(architecture, answers):
    model = stored(architecture, answers)
    assert reads_steps(model)
    assert not reads_tokens(model)
    assert model.places == ()
    for ask in (model.logits, lambda tokens: model.activations(HIDDEN, tokens)):
        with pytest.raises(DistillError, match="reads sequences: ask for its start"):
            ask(DOMAIN.tokens())


@pytest.mark.parametrize(("architecture", "answers"), STEPS)
def test_a_run_is_the_steps_from_the_start(architecture, answers):
    model = stored(architecture, answers)
    high = 6 if architecture.reads_symbols else 9
    sequences = np.random.default_rng(0).integers(0, high, (5, 7, *architecture.step_shape))
    hidden = np.repeat(model.start[None], 5, axis=0)
    for t in range(7):
        hidden = model.step(hidden, sequences[:, t])
        np.testing.assert_array_equal(model.hidden(sequences)[:, t], hidden)
        np.testing.assert_array_equal(model.run(sequences)[:, t], model.outputs(hidden))
    if answers:
        assert set(model.run(sequences).ravel().tolist()) <= set(answers)


def test_symbols_by_number_and_by_their_values_are_the_same_network():
    channels = Channels((range(3), range(-1, 1)))
    words = np.random.default_rng(0).integers(0, 6, (5, 7))
    for architecture, answers in (STEPS[0], STEPS[2]):
        network = SequenceNetwork(stored(architecture, answers), channels)
        over_symbols = network.over_symbols()
        assert isinstance(over_symbols, HasSteps)
        values = channels.alphabet[words]
        np.testing.assert_array_equal(over_symbols.run(words), network.run(values)[..., 0])
        np.testing.assert_array_equal(over_symbols.hidden(words), network.hidden(values))


@pytest.mark.parametrize("architecture", TOKENS)
def test_activations_are_those_that_the_logits_are_made_of(architecture):
    model, tokens = stored(architecture), DOMAIN.tokens()
    w = model.weights
    hidden = model.activations(HIDDEN, tokens)
    if isinstance(architecture, MLP):
        first = model.activations("layer 1", tokens)
        np.testing.assert_allclose(np.maximum(first @ w["W_2"] + w["b_2"], 0), hidden)
        logits = hidden @ w["W_U"] + w["b_U"]
    elif isinstance(architecture, FeedForward):
        bent = model.activations("layer 2", tokens)
        np.testing.assert_allclose(np.tanh(model.activations("layer 1", tokens)), bent)
        np.testing.assert_allclose(bent @ w["W_3"] + w["b_3"], hidden)
        logits = hidden @ w["W_U"] + w["b_U"]
    else:
        block = f"blocks.{architecture.n_layers - 1}."
        read = model.activations("residual", tokens)
        units = np.maximum(read @ w[f"{block}W_in"] + w[f"{block}b_in"], 0)
        np.testing.assert_allclose(units, hidden, atol=1e-12)
        written = read + hidden @ w[f"{block}W_out"] + w[f"{block}b_out"]
        logits = written @ w["W_U"] + w.get("b_U", 0)
    np.testing.assert_allclose(model.logits(tokens), logits, atol=1e-12)
    with pytest.raises(DistillError, match=r"no place 'layer 9': expected one of .*hidden"):
        model.activations("layer 9", tokens)


def test_a_black_box_shows_what_its_last_linear_layer_is_given():
    module = torch.nn.Sequential(
        torch.nn.Embedding(4, 3), torch.nn.Flatten(), torch.nn.Linear(6, 5), torch.nn.Tanh(),
        torch.nn.Linear(5, 5),
    )  # fmt: skip
    box, tokens = BlackBox.over(module, DOMAIN), DOMAIN.tokens()
    assert isinstance(box, HasLogits)
    assert isinstance(box, HasActivations)
    with torch.no_grad():
        shown = module[:4](torch.from_numpy(tokens)).double().numpy()
    np.testing.assert_array_equal(box.activations(HIDDEN, tokens), shown)
    np.testing.assert_array_equal(box.run(tokens), box.logits(tokens).argmax(axis=1))
    plain = BlackBox.over(lambda tokens: torch.eye(5)[tokens[:, 0]], DOMAIN)
    assert plain.places == ()
    with pytest.raises(DistillError, match="no place 'hidden': expected none"):
        plain.activations(HIDDEN, tokens)


def test_every_architecture_is_told_from_its_json():
    every = {**TOKEN_ARCHITECTURES, **STEP_ARCHITECTURES}
    told = [*TOKENS, *(architecture for architecture, _ in STEPS)]
    assert {architecture.kind for architecture in told} == set(every)
    for architecture in told:
        again = from_json(StoredArchitecture, to_json(architecture))
        assert type(again) is every[architecture.kind]
        assert again == architecture


def test_a_stored_network_is_asked_for_by_its_architecture():
    model = stored(*STEPS[0])
    assert model_of(model, Recurrent) is model
    assert model_of(model, IntegerRecurrent) is None
    assert model_of(SequenceNetwork(model, Channels((range(6),))), Recurrent) is None


def test_an_intervention_changes_one_parameter_and_leaves_the_network_as_it_was():
    model = stored(*STEPS[0])
    assert isinstance(model, HasParameters)
    moved = model.with_parameters(h_0=torch.zeros(3))
    assert moved.answers == model.answers
    assert model.start.all()
    assert not moved.start.any()
    np.testing.assert_array_equal(moved.weights["W"], model.weights["W"])
    with pytest.raises(DistillError, match="parameter 'h_1'"):
        model.with_parameters(h_1=model.parameters["h_0"])
    with pytest.raises(DistillError, match="1 answers to choose from; expected 2"):
        replace(model, answers=(0,))
