"""Transformers over texts by construction, as a compiler of programs would make them.

A stream of one-hot directions: tokens, positions, the token before the text, what heads write, what
units write. Everything is exact but for the leaks of the softmax.
"""

import json
from dataclasses import replace

import numpy as np
import torch

from distill.checker.selections import ANSWERS
from distill.domains.texts import Texts
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.networks.stored import Model
from distill.networks.text_network import TextNetwork
from distill.networks.text_transformer import TextTransformer

SHARP = 100.0


def _network(tokens, longest, d, answers, weights, d_mlp=0, **shape):
    """A network of one layer and one head, or more, from what is not zero of its weights."""
    form = TextTransformer(
        n_rows=tokens + 1,
        tokens=tuple(range(1, tokens + 1)),
        n_positions=longest + 1,
        n_outputs=len(answers),
        d_model=d,
        n_heads=1,
        d_head=max(tokens, longest + 1) + 2,
        d_mlp=d_mlp,
        **{"n_layers": 1, "bos": 0, "tie": 0.02, "none": -1, **shape},
    )
    whole = {name: torch.zeros(size) for name, size in form.shapes().items()}
    for name, value in weights.items():
        value = torch.as_tensor(value, dtype=torch.float32)
        whole[name][tuple(slice(0, n) for n in value.shape)] = value
    return TextNetwork(Model(form, whole, tuple(answers)), Texts(range(tokens), longest))


def _stream(tokens, longest):
    """Places of tokens, of the start, of positions, and the first free one."""
    return slice(0, tokens), tokens, slice(tokens + 1, tokens + 1 + longest), tokens + 1 + longest


def _embedded(tokens, longest, d):
    token, start, place, _ = _stream(tokens, longest)
    W_E, W_pos = np.zeros((tokens + 1, d)), np.zeros((longest + 1, d))
    W_E[0, start] = 1
    W_E[1:, token] = np.eye(tokens)
    W_pos[1:, place] = np.eye(longest)
    return {"W_E": W_E, "W_pos": W_pos}


def histogram(tokens=2, longest=3):
    """How often every token stands in its text."""
    token, start, _, free = _stream(tokens, longest)
    d = free + 1 + longest + 1
    heads = (1, d, max(tokens, longest + 1) + 2)
    W_Q, W_K, W_V = (np.zeros(heads) for _ in range(3))
    W_Q[0, token, :tokens] = SHARP * np.eye(tokens)
    W_K[0, token, :tokens] = np.eye(tokens)
    W_K[0, start, :tokens] = 1
    W_V[0, start, 0] = 1
    W_O = np.zeros((1, heads[2], d))
    W_O[0, 0, free] = 1
    cuts = [(1 / (n + 1) + 1 / (n + 2)) / 2 for n in range(longest + 1)]
    W_in, b_in = np.zeros((d, 2 * len(cuts))), np.zeros(2 * len(cuts))
    W_out = np.zeros((2 * len(cuts), d))
    for n, cut in enumerate(cuts):  # the two units give 1 where at most n are chosen
        W_in[free, 2 * n : 2 * n + 2] = SHARP * 10
        b_in[2 * n : 2 * n + 2] = -SHARP * 10 * cut, -SHARP * 10 * cut - 1
        W_out[2 * n, free + 1 + n], W_out[2 * n + 1, free + 1 + n] = 1, -1
        if n + 1 < len(cuts):
            W_out[2 * n, free + 2 + n], W_out[2 * n + 1, free + 2 + n] = -1, 1
    W_U = np.zeros((d, longest + 1))
    W_U[free + 1 : free + 2 + longest] = np.eye(longest + 1)
    block = {"W_Q": W_Q, "W_K": W_K, "W_V": W_V, "W_O": W_O}
    block |= {"W_in": W_in, "b_in": b_in, "W_out": W_out}
    weights = _embedded(tokens, longest, d) | {"W_U": W_U}
    weights |= {f"blocks.0.{name}": value for name, value in block.items()}
    return _network(tokens, longest, d, range(longest + 1), weights, d_mlp=2 * len(cuts))


def shifted(tokens=3, longest=4, by=1, only=None, but=None):
    """The token so many positions before; at one position only another, where `only` says so; and
    nothing where it is `but`.
    """
    token, start, place, free = _stream(tokens, longest)
    d = free + tokens
    heads = (1, d, max(tokens, longest + 1) + 2)
    W_Q, W_K, W_V = (np.zeros(heads) for _ in range(3))
    if but is not None:
        W_Q[0, place, longest + 1] = -SHARP
        W_K[0, but, longest + 1] = 1
    for i in range(longest):
        back = by if only is None or i != only[0] else only[1]
        if i - back >= 0:
            W_Q[0, place.start + i, i - back] = SHARP
        W_Q[0, place.start + i, longest] = SHARP / 2
    W_K[0, place, :longest] = np.eye(longest)
    W_K[0, start, longest] = 1
    W_V[0, token, :tokens] = np.eye(tokens)
    W_O = np.zeros((1, heads[2], d))
    W_O[0, :tokens, free:] = np.eye(tokens)
    W_U = np.zeros((d, tokens))
    W_U[free:] = np.eye(tokens)
    block = {"W_Q": W_Q, "W_K": W_K, "W_V": W_V, "W_O": W_O}
    weights = _embedded(tokens, longest, d) | {"W_U": W_U}
    weights |= {f"blocks.0.{name}": value for name, value in block.items()}
    return _network(tokens, longest, d, range(tokens), weights)


def leaning(by, longest=4):
    """Which of two tokens stands at the two positions before, the nearer one leaning by a score.

    Where both differ, the nearer has a little more of the attention, and so the answer.
    """
    token, start, place, free = _stream(2, longest)
    d = free + 1
    heads = (1, d, longest + 3)
    W_Q, W_K, W_V = (np.zeros(heads) for _ in range(3))
    root = heads[2] ** 0.5
    for i in range(longest):
        for back, less in ((1, 0.0), (2, by)):
            if i - back >= 0:
                W_Q[0, place.start + i, i - back] = SHARP - less * root
        W_Q[0, place.start + i, longest] = SHARP / 2
    W_K[0, place, :longest] = np.eye(longest)
    W_K[0, start, longest] = 1
    W_V[0, token, 0] = -1, 1
    W_O = np.zeros((1, heads[2], d))
    W_O[0, 0, free] = 1
    W_U = np.zeros((d, 2))
    W_U[free] = -1, 1
    block = {"W_Q": W_Q, "W_K": W_K, "W_V": W_V, "W_O": W_O}
    weights = _embedded(2, longest, d) | {"W_U": W_U}
    weights |= {f"blocks.0.{name}": value for name, value in block.items()}
    return _network(2, longest, d, range(2), weights)


def decided_by_little(longest=3):
    """The token; one that no output leads for is decided by a hidden unit that moves 0.03.

    Another unit moves 1,000 of what nobody reads.
    """
    token, _, place, free = _stream(2, longest)
    d = free + 2
    W_in, W_out, W_U = np.zeros((d, 2)), np.zeros((2, d)), np.zeros((d, 2))
    W_in[token.start, 0] = W_in[place.start, 1] = 1
    W_out[0, free], W_out[1, free + 1] = 0.03, 1_000
    W_U[token] = [[1, 1], [0, 1]]
    W_U[free] = 1, 0
    weights = _embedded(2, longest, d) | {"W_U": W_U}
    weights |= {"blocks.0.W_in": W_in, "blocks.0.W_out": W_out}
    return _network(2, longest, d, range(2), weights, d_mlp=2)


def padded(network, units=40):
    """The same network with hidden units that read and write nothing."""
    wide = {}
    for name, value in network.parameters.items():
        short = name.rpartition(".")[2]
        if short in ("W_in", "b_in", "W_out"):
            axis = 0 if short == "W_out" else -1
            value = torch.cat(
                [
                    value,
                    torch.zeros_like(value.narrow(axis, 0, 1)).repeat(
                        *(units if place == axis % value.ndim else 1 for place in range(value.ndim))
                    ),
                ],
                axis,
            )
        wide[name] = value
    shape = replace(network.shape, d_mlp=network.shape.d_mlp + units)
    return replace(network, model=replace(network.model, architecture=shape, parameters=wide))


def induction(tokens=4, longest=6, idle=False):
    """What followed an earlier occurrence of the token, by the token before every position.

    Where the first layer is idle, the second looks for the token itself, and nothing reads what
    the first has written.
    """
    token, start, place, free = _stream(tokens, longest)
    behind, out = slice(free, free + tokens), slice(free + tokens, free + 2 * tokens)
    d = free + 2 * tokens
    heads = (1, d, max(tokens, longest + 1) + 2)
    first, second = ({f"W_{n}": np.zeros(heads) for n in "QKV"} for _ in range(2))
    for i in range(longest):
        first["W_Q"][0, place.start + i, max(0, i - 1)] = SHARP if i else 0
        first["W_Q"][0, place.start + i, longest] = SHARP / 2
    first["W_K"][0, place, :longest] = np.eye(longest)
    second["W_Q"][0, token, :tokens] = SHARP * np.eye(tokens)
    second["W_Q"][0, token, tokens] = SHARP / 2
    second["W_K"][0, token if idle else behind, :tokens] = np.eye(tokens)
    first["W_K"][0, start, longest] = second["W_K"][0, start, tokens] = 1
    weights = _embedded(tokens, longest, d) | {"W_U": np.zeros((d, tokens))}
    weights["W_U"][out] = np.eye(tokens)
    for layer, (block, to) in enumerate(((first, behind), (second, out))):
        block["W_V"][0, token, :tokens] = np.eye(tokens)
        block["W_O"] = np.zeros((1, heads[2], d))
        block["W_O"][0, :tokens, to] = np.eye(tokens)
        weights |= {f"blocks.{layer}.{name}": value for name, value in block.items()}
    return _network(tokens, longest, d, range(tokens), weights, n_layers=2, causal=True)


def inducing(tokens=4, longest=6, idle=False):
    """The program of that network, except that it takes the last of several, not their mean."""
    by = "j <= i and y == x" if idle else "j <= i and copied_j == x"
    keys = ("tokens",) if idle else ("copied",)
    steps = (
        Step("previous", "select", ("at",), ("at",), "j == i - 1", head=(0, 0)),
        Step("copied", "copy", (), ("tokens",), "y", "previous", -1),
        Step("again", "select", ("tokens", "at"), ("at", *keys), by, head=(1, 0)),
        Step("found", "copy", (), ("tokens",), "y", "again", -1),
        Step(ANSWERS, "map", ("found", "copied"), by="found_i + 0 * copied_i"),
    )
    return AttentionMechanism((0, tokens - 1), longest, steps, none=-1)


def choosing(tokens=3, longest=6):
    """What followed the same token before, and with several the mean of these: `tokens` where
    nothing is most of that. Some output leads always.
    """
    network = induction(tokens, longest)
    shape = replace(network.shape, tie=0.0, n_outputs=tokens + 1)
    weights = {**network.model.parameters}
    weights["W_U"] = torch.nn.functional.pad(weights["W_U"], (0, 1))
    weights["b_U"] = torch.tensor([0.0] * tokens + [0.6])
    answers = tuple(range(tokens + 1))
    model = replace(network.model, architecture=shape, parameters=weights, answers=answers)
    return replace(network, model=model)


def following(tokens=3):
    """Steps of a program that answers so where one followed, and with several the last of these."""
    return (
        Step("previous", "select", ("at",), ("at",), "j == i - 1"),
        Step("copied", "copy", (), ("tokens",), "y", "previous", -1),
        Step("again", "select", ("tokens", "at"), ("at", "copied"), "j <= i and copied_j == x"),
        Step(ANSWERS, "copy", (), ("tokens",), "y", "again", tokens),
    )


def bystander(tokens=5, longest=5):
    """Every token as it is; a head that looks at its own position spoils it where it looks on.

    What a position answers, x, is there without the head. That writes 1.1 of what it sees, y, and
    1.2 of y + 1: along the text itself x is the largest, and with y elsewhere y + 1 is.
    """
    token, _, place, free = _stream(tokens, longest)
    d = free + tokens
    heads = (1, d, max(tokens, longest + 1) + 2)
    W_Q, W_K, W_V = (np.zeros(heads) for _ in range(3))
    W_Q[0, place, :longest] = SHARP * np.eye(longest)
    W_K[0, place, :longest] = np.eye(longest)
    W_V[0, token, :tokens] = np.eye(tokens)
    W_O = np.zeros((1, heads[2], d))
    W_O[0, :tokens, free:] = 1.1 * np.eye(tokens) + 1.2 * np.roll(np.eye(tokens), 1, axis=1)
    W_U = np.zeros((d, tokens))
    W_U[free:] = np.eye(tokens)
    W_U[token] = np.eye(tokens)
    block = {"W_Q": W_Q, "W_K": W_K, "W_V": W_V, "W_O": W_O}
    weights = _embedded(tokens, longest, d) | {"W_U": W_U}
    weights |= {f"blocks.0.{name}": value for name, value in block.items()}
    return _network(tokens, longest, d, range(tokens), weights)


def split(network, parts):
    """The same network, its one head in several that look alike and write a part each."""
    several = {}
    for name, value in network.parameters.items():
        short = name.rpartition(".")[2]
        if short in ("W_Q", "W_K", "W_V", "b_Q", "b_K", "b_V"):
            value = torch.cat([value] * len(parts))
        elif short == "W_O":
            value = torch.cat([part * value for part in parts])
        several[name] = value
    shape = replace(network.shape, n_heads=len(parts))
    model = replace(network.model, architecture=shape, parameters=several)
    return TextNetwork(model, network.texts)


def at_the_end(network):
    """The same network, read at the last position alone."""
    shape = replace(network.shape, reads="last")
    return TextNetwork(replace(network.model, architecture=shape), network.texts)


def rotated(network, seed=0):
    """The same network with its stream turned at random."""
    d = network.shape.d_model
    rng = np.random.default_rng(seed)
    turn = torch.from_numpy(np.linalg.qr(rng.standard_normal((d, d)))[0])
    turned = {}
    for name, value in network.parameters.items():
        short = name.rpartition(".")[2]
        if short in ("W_E", "W_pos", "W_O", "b_O", "W_out", "b_out"):
            value = value @ turn
        elif short in ("W_Q", "W_K", "W_V", "W_in", "W_U"):
            value = turn.T @ value
        turned[name] = value
    return TextNetwork(replace(network.model, parameters=turned), network.texts)


def as_file(network, path, **said):
    """The network as Tracr's arrays, and what is said of it beside them."""
    arrays = {}
    for name, value in network.model.parameters.items():
        layer = name.split(".")[1] if name.startswith("blocks.") else ""
        short = name.rpartition(".")[2]
        if short == "b_U":
            continue
        value = value.permute(1, 0, 2) if short in ("W_Q", "W_K", "W_V") else value
        arrays[f"{short}{layer}"] = value.numpy()
    np.savez(path, **arrays)
    tokens = ["BOS", *map(str, network.texts.tokens)]
    told = {"vocab": tokens, "BOS": 0, "causal": network.shape.causal, "categorical": True}
    told |= {"out_vocab": list(network.model.answers)} | said
    path.with_suffix(".json").write_text(
        json.dumps({k: v for k, v in told.items() if v is not None})
    )
    return path


def more_of(longest=4):
    """Whether more ones stand in the text than zeros: an even head, whose mean is of 1 and -1."""
    token, _, _, free = _stream(2, longest)
    d = free + 1
    heads = (1, d, longest + 3)
    W_V, W_O, W_U = np.zeros(heads), np.zeros((1, heads[2], d)), np.zeros((d, 2))
    W_V[0, token, 0] = -1, 1
    W_O[0, 0, free] = 1
    W_U[free] = -1, 1
    weights = _embedded(2, longest, d) | {"W_U": W_U, "b_U": [0.1, 0.0]}
    weights |= {"blocks.0.W_V": W_V, "blocks.0.W_O": W_O}
    return _network(2, longest, d, range(2), weights)


def of_position(longest=6, period=2):
    """Which part of a period a position is in, whatever stands there; its head writes nothing."""
    _, _, place, free = _stream(2, longest)
    W_U = np.zeros((free, period))
    W_U[place] = np.eye(period)[np.arange(longest) % period]
    return _network(2, longest, free, range(period), _embedded(2, longest, free) | {"W_U": W_U})


def from_same(tokens=3, longest=4):
    """The token itself, of all tokens that are the same: they alone write it."""
    token, _, _, free = _stream(tokens, longest)
    d = free + tokens
    heads = (1, d, max(tokens, longest + 1) + 2)
    W_Q, W_K, W_V = (np.zeros(heads) for _ in range(3))
    W_Q[0, token, :tokens] = SHARP * np.eye(tokens)
    W_K[0, token, :tokens] = W_V[0, token, :tokens] = np.eye(tokens)
    W_O, W_U = np.zeros((1, heads[2], d)), np.zeros((d, tokens))
    W_O[0, :tokens, free:] = W_U[free:] = np.eye(tokens)
    block = {"W_Q": W_Q, "W_K": W_K, "W_V": W_V, "W_O": W_O}
    weights = _embedded(tokens, longest, d) | {"W_U": W_U}
    weights |= {f"blocks.0.{name}": value for name, value in block.items()}
    return _network(tokens, longest, d, range(tokens), weights)
