"""Of several selections each is sent elsewhere alone: one that works stands for no other."""

import json
from dataclasses import asdict, replace
from itertools import product

import numpy as np
import torch
from builders.compiled_texts import inducing, induction, shifted

from distill.checker.attention import derive
from distill.checker.located import doubts
from distill.checker.selections import ANSWERS
from distill.checker.texts import TextEvidence
from distill.kinds.attention.emit import emit_attention
from distill.kinds.attention.evidence import replaced
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.running import answered
from distill.networks.text_network import TextNetwork
from distill.networks.trace import TextTrace
from distill.serialise import to_json

TOKENS, LONGEST = 5, 3


def with_another_head():
    """The token before, by one head; another looks at tokens that are the same and adds some of
    what it sees there, which the token itself takes away again.
    """
    one = shifted(TOKENS, LONGEST)
    weights = dict(one.parameters)
    free = TOKENS + 1 + LONGEST
    for name in "QKV":
        it = weights[f"blocks.0.W_{name}"]
        other = torch.zeros_like(it)
        other[0, :TOKENS, :TOKENS] = torch.eye(TOKENS) * (100 if name == "Q" else 1)
        weights[f"blocks.0.W_{name}"] = torch.cat([it, other])
        bias = weights[f"blocks.0.b_{name}"]
        weights[f"blocks.0.b_{name}"] = torch.cat([bias, torch.zeros_like(bias)])
    W_O = torch.zeros_like(weights["blocks.0.W_O"])
    W_O[0, :TOKENS, free:] = 0.6 * torch.eye(TOKENS)
    weights["blocks.0.W_O"] = torch.cat([weights["blocks.0.W_O"], W_O])
    W_U = weights["W_U"].clone()
    W_U[:TOKENS] = -0.6 * torch.eye(TOKENS)
    weights["W_U"] = W_U
    shape = replace(one.shape, n_heads=2)
    model = replace(one.model, architecture=shape, parameters=weights)
    return TextNetwork(model, one.texts)


def never_said():
    """The token before, unless the smallest of those that are the same is 4 less: it never is."""
    steps = (
        Step(
            "previous", "select", ("at",), ("at",), "j == i - 1", head=(0, 0), spread=((0, 0.001),)
        ),
        Step("copied", "copy", (), ("tokens",), "y", "previous", -1),
        Step("same", "select", ("tokens",), ("tokens",), "y == x", head=(0, 1), spread=((0, 0),)),
        Step("low", "least", (), ("tokens",), "y", "same", -1),
        Step(
            *(ANSWERS, "map", ("copied", "low", "tokens")),
            by="copied_i if x - low_i < 4 else 0",
        ),
    )
    return AttentionMechanism((0, TOKENS - 1), LONGEST, steps, none=-1)


def located(network, mechanism):
    """Whether it is, by rows that a checker derives as well; and what follows."""
    rows = replaced(mechanism, TextTrace(network))
    evidence = TextEvidence(
        *(network.texts.tokens, network.texts.longest, np.array(network.answers, dtype=float)),
        asdict(network.shape),
        {name: value.numpy() for name, value in network.parameters.items()},
        *(None, emit_attention(mechanism).source, json.loads(to_json(mechanism))),
    )
    claims = derive(evidence)
    for name, row in rows.items():
        assert row.value is not None
        assert abs(claims[f"figures.{name}"] - row.value) < 1e-6
    figures = {name: (row.value, row.decoy) for name, row in rows.items()}
    figures["table_cells"] = (0, None)
    doubt = doubts("attention", figures, True, mechanism.remembered)
    return not doubt, rows["followed_accuracy"].value


def test_a_case_that_never_comes_is_not_located_beside_a_head_that_works():
    network, mechanism = with_another_head(), never_said()
    for n in range(1, LONGEST + 1):
        texts = np.array([*product(range(TOKENS), repeat=n)])
        assert (answered(mechanism, texts, {}) == network.run(texts)).all()
    shown, follows = located(network, mechanism)
    assert not shown
    assert follows is not None
    assert follows < 0.5


def test_two_heads_of_which_one_reads_the_other_follow_each_alone():
    network, mechanism = induction(longest=4), inducing(longest=4)
    mechanism = replace(
        mechanism,
        steps=(*mechanism.steps[:-1], replace(mechanism.steps[-1], of=("found",), by="found_i")),
    )
    shown, follows = located(network, mechanism)
    assert follows is not None
    assert follows > 0.75  # of several the program takes the last, the network their mean
    assert shown
