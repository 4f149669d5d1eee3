"""Modules in memory: read by their layers where these are known, a black box otherwise."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812

from distill import BlackBox, DistillError, Domain
from distill.networks.modules import read_module
from distill.networks.over_domain import over_domain
from distill.networks.rows import Unreadable

P = 5
DOMAIN = Domain((range(P), range(P)), range(P))
UNEVEN = Domain((range(3), range(4)), range(2))


class Custom(nn.Module):
    """A module of one's own, whose forward pass is given."""

    def __init__(self, forward, **parts):
        super().__init__()
        self.parts = nn.ModuleDict(parts)
        self.steps = forward

    def forward(self, tokens):
        return self.steps(self.parts, tokens)


def pair(p, tokens):
    return F.relu(p["l"](torch.cat([p["e"](tokens[:, 0]), p["f"](tokens[:, 1])], dim=1)))


def hot(tokens):
    return F.one_hot(tokens, P).float()


READ = {
    "embedded": (nn.Embedding(P, 4), nn.Flatten(), nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, P)),
    "deep": (
        *(nn.Embedding(P, 4), nn.Flatten(), nn.Linear(8, 6), nn.LayerNorm(6), nn.GELU()),
        *(nn.Dropout(0.5), nn.Linear(6, 6, bias=False), nn.Tanh(), nn.Linear(6, P)),
    ),
    "batch norm before": (
        *(nn.Embedding(P, 4), nn.Flatten(), nn.Linear(8, 6), nn.BatchNorm1d(6)),
        *(nn.SiLU(), nn.Linear(6, P)),
    ),
    "batch norm behind": (
        *(nn.Linear(2 * P, 6), nn.Sigmoid(), nn.BatchNorm1d(6), nn.Linear(6, P)),
    ),
    "one-hot": (nn.Linear(2 * P, 6), nn.ELU(), nn.Linear(6, P)),
    "one-hot added": (nn.Linear(P, 6, bias=False), nn.LeakyReLU(), nn.Linear(6, P)),
    "numbers": (nn.Linear(2, 6), nn.Tanh(), nn.Linear(6, P)),
    "nested": (
        nn.Sequential(nn.Embedding(P, 4), nn.Flatten()),
        nn.Sequential(nn.Linear(8, P), nn.LogSoftmax(dim=-1)),
    ),
    "softmax": (nn.Linear(2 * P, 6), nn.ReLU(), nn.Linear(6, P), nn.Softmax(dim=1)),
}
OWN = {
    "two embeddings": Custom(
        lambda p, t: p["o"](pair(p, t)),
        **{"e": nn.Embedding(P, 3), "f": nn.Embedding(P, 3)},
        **{"l": nn.Linear(6, 7), "o": nn.Linear(7, P)},
    ),
    "shared and added": Custom(
        lambda p, t: p["o"](p["l"](p["e"](t[:, 0]) + p["e"](t[:, 1])).relu()),
        **{"e": nn.Embedding(P, 3), "l": nn.Linear(3, 7), "o": nn.Linear(7, P)},
    ),
    "summed": Custom(
        lambda p, t: p["o"](torch.tanh(p["l"](p["e"](t).sum(dim=1)))),
        **{"e": nn.Embedding(P, 3), "l": nn.Linear(3, 7), "o": nn.Linear(7, P)},
    ),
    "its own one-hot": Custom(
        lambda p, t: p["o"](F.relu(p["l"](hot(t).flatten(1)))),
        **{"l": nn.Linear(2 * P, 7), "o": nn.Linear(7, P)},
    ),
    "one-hot joined": Custom(
        lambda p, t: p["o"](F.relu(p["l"](torch.cat([hot(t[:, 0]), hot(t[:, 1])], -1)))),
        **{"l": nn.Linear(2 * P, 7), "o": nn.Linear(7, P)},
    ),
    "viewed": Custom(
        lambda p, t: p["o"](F.silu(p["l"](p["e"](t).view(t.size(0), -1)))),
        **{"e": nn.Embedding(P, 3), "l": nn.Linear(6, 7), "o": nn.Linear(7, P)},
    ),
    "activated rows": Custom(
        lambda p, t: p["o"](F.relu(p["e"](t[:, 0]) + p["f"](t[:, 1]))),
        **{"e": nn.Embedding(P, 7), "f": nn.Embedding(P, 7), "o": nn.Linear(7, P)},
    ),
}
MODULES = {**{name: nn.Sequential(*layers) for name, layers in READ.items()}, **OWN}


def settled(module):
    """With means and variances that are not those of a fresh batch norm."""
    for part in module.modules():
        if isinstance(part, nn.BatchNorm1d):
            part.running_mean.uniform_(-1, 1)
            part.running_var.uniform_(0.5, 2)
    return module


@pytest.mark.parametrize("name", MODULES)
def test_a_module_is_read_by_its_layers_and_gives_its_logits(name):
    torch.manual_seed(0)
    module = settled(MODULES[name])
    read = over_domain(module, DOMAIN)
    assert not isinstance(read.network, BlackBox), read.remarks
    assert any("read by its layers" in remark for remark in read.remarks)
    tokens = torch.from_numpy(DOMAIN.tokens())
    given = {"one-hot": hot(tokens).flatten(1), "numbers": tokens.float()}
    given |= {"softmax": given["one-hot"], "batch norm behind": given["one-hot"]}
    given |= {"one-hot added": hot(tokens).sum(1)}
    asked = given.get(name, tokens) if name in READ else tokens
    expected = module.eval()(asked).detach().double()
    found = torch.from_numpy(read.network.logits(DOMAIN.tokens()))
    if "Softmax" in str(module):
        found = found.softmax(1) if name == "softmax" else found.log_softmax(1)
        assert any("softmax at the end is left out" in it for it in read.remarks)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert module.training is False


def test_inputs_of_several_sizes_are_read():
    module = nn.Sequential(nn.Linear(7, 6), nn.ReLU(), nn.Linear(6, 2))
    read = read_module(module, UNEVEN)
    tokens = torch.from_numpy(UNEVEN.tokens())
    given = torch.cat([F.one_hot(tokens[:, 0], 3), F.one_hot(tokens[:, 1], 4)], 1).float()
    np.testing.assert_allclose(
        read.model.logits(UNEVEN.tokens()), module(given).detach(), atol=1e-5
    )
    assert "one-hot vectors of the inputs side by side" in read.remarks[0]


def residual(p, t):
    x = p["e"](t).flatten(1)
    return p["o"](x + F.relu(p["l"](x)))


UNREADABLE = {
    "a residual stream": Custom(
        residual, e=nn.Embedding(P, 4), l=nn.Linear(8, 8), o=nn.Linear(8, P)
    ),
    "a product": Custom(
        lambda p, t: p["o"](p["e"](t[:, 0]) * p["e"](t[:, 1])),
        e=nn.Embedding(P, 4),
        o=nn.Linear(4, P),
    ),
    "swapped inputs": Custom(
        lambda p, t: p["o"](F.relu(p["l"](torch.cat([p["e"](t[:, 1]), p["e"](t[:, 0])], 1)))),
        **{"e": nn.Embedding(P, 4), "l": nn.Linear(8, 8), "o": nn.Linear(8, P)},
    ),
    "a branch": Custom(
        lambda p, t: p["o"](p["e"](t).sum(1)) if t.sum() >= 0 else t,
        **{"e": nn.Embedding(P, 4), "o": nn.Linear(4, P)},
    ),
    "another epsilon": nn.Sequential(
        *(nn.Embedding(P, 4), nn.Flatten(), nn.Linear(8, 6), nn.LayerNorm(6, eps=1e-3)),
        *(nn.ReLU(), nn.Linear(6, P)),
    ),
    "another slope": nn.Sequential(
        *(nn.Embedding(P, 4), nn.Flatten(), nn.Linear(8, 6), nn.LeakyReLU(0.3), nn.Linear(6, P)),
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_list_of_layers_is_a_black_box_that_says_why(name):
    module = UNREADABLE[name]
    read = over_domain(module, DOMAIN)
    assert isinstance(read.network, BlackBox)
    assert read.remarks[0].startswith("the network is a black box: its module has ")
    tokens = DOMAIN.tokens()
    expected = module.eval()(torch.from_numpy(tokens)).detach()
    np.testing.assert_allclose(read.network.logits(tokens), expected, atol=1e-5)


def test_a_hook_or_a_subclass_that_computes_something_else_is_not_overlooked():
    class Odd(nn.Linear):
        def forward(self, x):
            return 2 * super().forward(x)

    layers = [nn.Embedding(P, 4), nn.Flatten(), nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, P)]
    hooked = nn.Sequential(*layers)
    hooked[2].register_forward_hook(lambda module, given, made: made + 1)
    with pytest.raises(Unreadable, match="hooks"):
        read_module(hooked, DOMAIN)
    with pytest.raises(Unreadable):
        read_module(nn.Sequential(*layers[:2], Odd(8, P)), DOMAIN)


class Changing(nn.Module):
    """Two layers, and an answer that turns after some calls, which are counted in some way."""

    def __init__(self, count):
        super().__init__()
        self.embedding, self.output = nn.Embedding(P, 4), nn.Linear(8, P)
        self.calls, self.seen, self.count = 0, [], count

    def forward(self, tokens):
        if self.count == "a number":
            self.calls += 1
        else:
            self.seen.append(1)
        said = self.output(self.embedding(tokens).flatten(1))
        return -said if self.calls + len(self.seen) > 50 else said


@pytest.mark.parametrize("count", ["a number", "a list"])
def test_a_module_that_keeps_something_between_calls_is_not_read_by_its_layers(count):
    """Its weights are a network that it is only for as long as nobody asks too often."""
    with pytest.raises(Unreadable, match="keeps something between calls"):
        read_module(Changing(count), DOMAIN)


class Classifier:
    """What scikit-learn's perceptron has once it was fitted."""

    def __init__(self, sizes, classes, activation, out="softmax"):
        rng = np.random.default_rng(0)
        self.coefs_ = [rng.normal(size=pair) for pair in itertools.pairwise(sizes)]
        self.intercepts_ = [rng.normal(size=n) for n in sizes[1:]]
        self.classes_, self.activation, self.out_activation_ = classes, activation, out


@pytest.mark.parametrize(
    ("activation", "act"),
    [
        ("relu", F.relu),
        ("tanh", torch.tanh),
        ("logistic", torch.sigmoid),
        ("identity", lambda x: x),
    ],
)
def test_coefficients_of_a_classifier_are_its_layers(activation, act):
    fitted = Classifier((2 * P, 6, 4, P), np.arange(P), activation)
    read = over_domain(fitted, DOMAIN)
    x = hot(torch.from_numpy(DOMAIN.tokens())).flatten(1).double()
    for i, (W, b) in enumerate(zip(fitted.coefs_, fitted.intercepts_, strict=True)):
        x = x @ torch.from_numpy(W) + torch.from_numpy(b)
        x = act(x) if i < 2 else x
    np.testing.assert_allclose(read.network.logits(DOMAIN.tokens()), x, atol=1e-9)


def test_one_number_for_two_classes_is_a_logit_of_the_second():
    domain = Domain((range(P), range(P)), range(2))
    fitted = Classifier((2 * P, 6, 1), np.arange(2), "relu", "logistic")
    read = over_domain(fitted, domain)
    x = hot(torch.from_numpy(domain.tokens())).flatten(1).double()
    z = F.relu(x @ torch.from_numpy(fitted.coefs_[0]) + torch.from_numpy(fitted.intercepts_[0]))
    z = (z @ torch.from_numpy(fitted.coefs_[1]) + torch.from_numpy(fitted.intercepts_[1]))[:, 0]
    np.testing.assert_array_equal(read.network.run(domain.tokens()), (z > 0).numpy())


def test_a_classifier_of_other_classes_or_widths_is_refused():
    with pytest.raises(DistillError, match=r"fitted on the classes \[1, 2, 3, 4, 5\]: expected"):
        over_domain(Classifier((2 * P, 6, P), np.arange(1, P + 1), "relu"), DOMAIN)
    with pytest.raises(DistillError, match="a first layer that reads 9 numbers"):
        over_domain(Classifier((9, 6, P), np.arange(P), "relu"), DOMAIN)


class Predicts:
    """An estimator of another sort."""

    def predict(self, rows):
        return (np.asarray(rows).sum(axis=1)) % P


CALLABLES = {
    "labels": lambda tokens: tokens.sum(1) % P,
    "values": lambda a, b: (a + b) % P,
    "logits of values": lambda a, b: np.eye(P)[(a + b) % P],
    "predicts": Predicts(),
    "logits": lambda tokens: torch.eye(P)[tokens.sum(1) % P],
    "a column": lambda tokens: (tokens.sum(1) % P)[:, None],
}


@pytest.mark.parametrize("name", CALLABLES)
def test_callables_may_answer_with_labels_and_be_asked_for_values(name):
    read = over_domain(CALLABLES[name], DOMAIN)
    tokens = DOMAIN.tokens()
    np.testing.assert_array_equal(read.network.run(tokens), tokens.sum(1) % P)
    assert any("labels" in it for it in read.remarks) == (
        name not in {"logits", "logits of values"}
    )


def test_values_and_labels_are_those_of_the_ranges():
    domain = Domain((range(1, 4), range(2, 5)), range(3, 8))
    read = over_domain(lambda a, b: a + b, domain)
    np.testing.assert_array_equal(read.network.run(domain.tokens()), domain.tokens().sum(1))
    with pytest.raises(DistillError, match=r"answered 8: expected labels that are values"):
        over_domain(lambda a, b: 8 if a == 3 else 3, domain).network.run(domain.tokens())
