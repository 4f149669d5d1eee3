"""What a search through sets says of a network and a program is what all texts one by one say."""

from dataclasses import asdict
from itertools import product

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from distill.checker.real_answers import run_texts
from distill.checker.text_proof import MOST_DIFFER, over_sets
from distill.checker.text_transformer import answers_of, logits_of
from distill.kinds.attention.emit import emit_attention
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.networks.text_transformer import TextTransformer

TOKENS, LONGEST = 3, 4
SELECTIONS = {
    "same": Step("chosen", "select", ("tokens",), ("tokens",), "y == x"),
    "larger": Step("chosen", "select", ("tokens",), ("tokens",), "y > x"),
    "all": Step("chosen", "select", (), (), "True"),
    "before": Step("chosen", "select", ("at",), ("at",), "j < i"),
    "same before": Step("chosen", "select", ("tokens", "at"), ("tokens", "at"), "y == x and j < i"),
}
TAKEN = [
    Step("answers", "width", chosen="chosen"),
    Step("answers", "copy", (), ("tokens",), "y", "chosen", -1),
    Step("answers", "copy_first", (), ("at",), "j", "chosen", -1),
    Step("answers", "greatest", (), ("tokens",), "y", "chosen", -1),
    Step("answers", "vote", (), ("tokens",), "y", "chosen", -1),
    Step("answers", "vote_least", (), ("tokens",), "y", "chosen", -1),
]


def learned(shape, texts, answers, steps, seed):
    """Weights of a network that was trained for a while."""
    generator = torch.Generator().manual_seed(seed)
    weights = {
        name: (0.4 * torch.randn(size, generator=generator)).requires_grad_()
        for name, size in shape.shapes().items()
    }
    optimiser = torch.optim.Adam(weights.values(), lr=0.01)
    given = [(torch.from_numpy(rows), torch.from_numpy(answers[n])) for n, rows in texts.items()]
    for _ in range(steps):
        losses = [
            cross_entropy(shape.logits(weights, x).flatten(0, 1), y.flatten()) for x, y in given
        ]
        optimiser.zero_grad()
        torch.stack(losses).sum().backward()
        optimiser.step()
    return {name: it.detach().numpy() for name, it in weights.items()}


@pytest.mark.claim
@pytest.mark.parametrize("steps", [60, 250])
@pytest.mark.parametrize("chosen", sorted(SELECTIONS))
@pytest.mark.parametrize("taken", TAKEN, ids=lambda step: step.op)
def test_a_search_through_sets_says_what_all_texts_say(steps, chosen, taken):
    """Of networks that hardly learned their program, and of some that did."""
    mechanism = AttentionMechanism((0, TOKENS - 1), LONGEST, (SELECTIONS[chosen], taken))
    source = emit_attention(mechanism).source
    texts = {n: np.array([*product(range(TOKENS), repeat=n)]) for n in range(1, LONGEST + 1)}
    said = {n: run_texts(source, rows, n) for n, rows in texts.items()}
    values = np.unique(np.concatenate([[9.0], *(it.ravel() for it in said.values())]))
    shape = TextTransformer(
        *(TOKENS + 1, tuple(range(TOKENS)), LONGEST + 1, len(values)),
        **{"d_model": 16, "n_layers": 1, "n_heads": 2, "d_head": 4, "d_mlp": 32},
        **{"bos": TOKENS, "causal": "before" in chosen, "reads": "every"},
    )
    places = {n: np.searchsorted(values, it) for n, it in said.items()}
    weights, told = learned(shape, texts, places, steps, len(chosen) + steps), asdict(shape)
    found = over_sets(source, mechanism.data, range(TOKENS), LONGEST, values, told, weights)
    assert found is not None
    right, parted = 0, np.zeros(1, dtype=bool)
    for n, rows in texts.items():
        network, _ = answers_of(told, values, logits_of(told, weights, rows))
        parted = (network != said[n]).any(axis=1)
        if parted.any():
            break
        right = n
    assert found.up_to == right
    assert len(found.differ) == min(MOST_DIFFER, int(parted.sum()))
