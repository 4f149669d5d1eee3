"""The stored weights of a transformer over texts, run at every position in float64."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy import ndarray

from .activations import ACTIVATIONS
from .read import COUNT, Data, Shapes

AT_ONCE = 1 << 21
"""Numbers of the residual stream at once."""

SHAPE: Mapping[str, Any] = {
    "kind": "text_transformer",
    **dict.fromkeys(("n_rows", "n_positions", "n_outputs", "d_model", "n_layers"), COUNT),
    **dict.fromkeys(("n_heads", "d_head"), COUNT),
    **{"d_mlp": range(1 << 31), "tokens": [range(1 << 31)], "bos": (None, range(1 << 31))},
    **{"causal": bool, "layer_norm": bool, "norm_epsilon": float, "starts": COUNT},
    **{"activation": tuple(ACTIVATIONS), "readout": ("choice", "value", "set")},
    **{"reads": ("every", "last", "after"), "read_from": (None, range(1 << 31))},
    **{"tie": float, "none": int, "tolerance": float},
}
"""Its fields, as `read_as` wants them."""


def shapes_over_texts(shape: Data, tokens: range, longest: int, answers: int) -> Shapes:
    """The shape of every tensor of a network over these texts.

    Raises:
        ValueError: it reads or answers something else.
    """
    heads, d, width, units = (shape[n] for n in ("n_heads", "d_model", "d_head", "d_mlp"))
    rows = [*shape["tokens"], *([] if shape["bos"] is None else [shape["bos"]])]
    fits = len(shape["tokens"]) == len(tokens) and len(set(rows)) == len(rows)
    fits = fits and all(row < shape["n_rows"] for row in rows)
    wide = longest + (shape["bos"] is not None) + shape["starts"] - 1
    fits = fits and wide <= shape["n_positions"]
    if (shape["read_from"] in shape["tokens"]) != (shape["reads"] == "after"):
        raise ValueError("answers are read from a token on, which must be one of a text")
    number = shape["readout"] == "value"
    said = 1 if number else answers
    if not fits or shape["n_outputs"] != said or bool(answers) == number:
        raise ValueError("the network does not read these texts, or not give these answers")
    if not 0 < shape["norm_epsilon"] <= MOST_EPSILON:
        raise ValueError(
            f"{shape['norm_epsilon']} is added in layer norms: expected 0 to {MOST_EPSILON}"
        )
    most = MOST_TOLERANCE if number else EXACT
    if not 0 <= shape["tolerance"] <= most:
        raise ValueError(
            f"a tolerance of {shape['tolerance']}: expected at most {most} where the network "
            f"gives {'one of its values' if most == EXACT else 'a number'}"
        )
    if shape["readout"] == "set" and (shape["tie"] or shape["none"] >= 0):
        raise ValueError("a set of outputs is an answer always, and no answer is below 0")
    if not 0 <= shape["tie"] <= MOST_TIE:
        raise ValueError(f"no answer below a lead of {shape['tie']}: expected at most {MOST_TIE}")
    block: Shapes = {
        **dict.fromkeys(("W_Q", "W_K", "W_V"), (heads, d, width)),
        **dict.fromkeys(("b_Q", "b_K", "b_V"), (heads, width)),
        **{"W_O": (heads, width, d), "b_O": (d,)},
    }
    if units:
        block |= {"W_in": (d, units), "b_in": (units,), "W_out": (units, d), "b_out": (d,)}
    found: Shapes = {"W_E": (shape["n_rows"], d), "W_pos": (shape["n_positions"], d)}
    found |= {"W_U": (d, said), "b_U": (said,)}
    if shape["layer_norm"]:
        normed = "12" if units else "1"
        block |= {f"ln_{n}_{part}": (d,) for n in normed for part in ("weight", "bias")}
        found |= {f"ln_final_{part}": (d,) for part in ("weight", "bias")}
    for layer in range(shape["n_layers"]):
        found |= {f"blocks.{layer}.{name}": axes for name, axes in block.items()}
    return found


MOST_TOLERANCE = 0.01
"""Beyond it numbers are not the same, whatever a folder says."""
MOST_TIE, PART_OF_LEADS = 0.05, 0.1
"""Beyond it a lead is an answer, whatever a folder says; and so it is beyond that part of the
largest lead that the network ever has: what never answers agrees with whatever never does."""
MOST_EPSILON = 0.01
"""Beyond it a layer norm does not norm."""
MOST_IN_A_SET = 52
"""Outputs of which an answer is the set: such sums are whole numbers of float64."""
EXACT = 1e-9
"""What values that are chosen may be apart: no more than rounding. Another class is another one."""


def taken_as_told(shape: Data) -> list[str]:
    """What a certificate says of how a network's outputs are read, which nothing else shows."""
    told = list[str]()
    if shape["readout"] == "value":
        told.append(f"numbers count as the same up to {shape['tolerance']} of themselves, or of 1")
    elif shape["readout"] == "set":
        told.append("an answer is the set of outputs above 0, as the sum of what they stand for")
    elif shape["tie"]:
        told.append(
            f"no answer ({shape['none']}) where the largest output leads by less than "
            f"{shape['tie']}"
        )
    if shape["reads"] == "after":
        told.append(f"answers are read from the token of row {shape['read_from']} on")
    if shape["starts"] > 1:
        told.append(f"every text starts at one of {shape['starts']:,} positions, as it decides")
    return told


def check_answers(shape: Data, answers: ndarray) -> None:
    """Hold the values that outputs stand for against how they are read.

    Raises:
        ValueError: two are the same, or too close, or a set of them is no sum of its own.
    """
    if len(set(answers.tolist())) != len(answers) or not np.isfinite(answers).all():
        raise ValueError("the outputs of the network do not stand for values of their own")
    apart = np.diff(np.sort(answers)) <= 2 * EXACT * np.maximum(1, np.abs(answers).max(initial=0))
    if apart.any():
        raise ValueError("values that the network answers are no further apart than rounding")
    if shape["readout"] == "set":
        sizes = [2.0**place for place in range(MOST_IN_A_SET)]
        if not set(answers.tolist()) <= set(sizes):
            raise ValueError("outputs of which an answer is the set stand for no powers of two")


Attention = Callable[[int, int, ndarray], ndarray]
"""From a layer, a head and its attention [n, queries, keys] to what it is to be."""
Writes = Callable[[int, int, ndarray], ndarray]
"""The same of what a head writes, [n, positions, d_model]."""


def logits_of(shape: Data, weights: Mapping[str, ndarray], places: ndarray) -> ndarray:
    """Logits at the positions that answers are read at. [n, answers, outputs]

    Args:
        shape: of the network.
        weights: by name.
        places: of tokens in their range, [n, length].
    """
    exact = {name: value.astype(np.float64) for name, value in weights.items()}
    wide = places.shape[1] + 1
    width = max(shape["d_model"], shape["d_mlp"]) + shape["n_heads"] * (wide + shape["d_model"])
    count = max(1, AT_ONCE // (wide * width))
    starts = range(0, len(places), count)
    return np.concatenate([through(shape, exact, places[i : i + count]) for i in starts])


def _as_it_is(layer: int, head: int, there: ndarray) -> ndarray:
    return there


def through(
    shape: Data,
    weights: Mapping[str, ndarray],
    places: ndarray,
    attends: Attention = _as_it_is,
    writes: Writes = _as_it_is,
    at: ndarray | None = None,
) -> ndarray:
    """One forward pass; `attends` sees the attention of every head, and says what it is to be.

    Args:
        shape: of the network.
        weights: by name, in float64.
        places: of tokens in their range, [n, length].
        attends: of every head.
        writes: the same of what heads write.
        at: the position in its text that every token is to be told to have, [n, length].

    Raises:
        ValueError: a number on the way is none, or infinite.
    """
    rows = np.array(shape["tokens"])[places]
    before = 0 if shape["bos"] is None else 1
    if before:
        rows = np.concatenate([np.full((len(rows), 1), shape["bos"]), rows], axis=1)
    first = ((places + 1) * np.arange(1, places.shape[1] + 1)).sum(axis=1) % shape["starts"]
    ids = first[:, None] + np.arange(rows.shape[1])
    if at is not None:
        ids[:, before:] = first[:, None] + before + at
    x = weights["W_E"][rows] + weights["W_pos"][ids]
    act = ACTIVATIONS[shape["activation"]].value
    for layer in range(shape["n_layers"]):
        block = {
            name.removeprefix(f"blocks.{layer}."): value
            for name, value in weights.items()
            if name.startswith(f"blocks.{layer}.")
        }
        read, written = normed(shape, block, "ln_1", x), block["b_O"]
        for head in range(shape["n_heads"]):
            q, k, v = (read @ block[f"W_{n}"][head] + block[f"b_{n}"][head] for n in "QKV")
            scores = _finite(q @ k.transpose(0, 2, 1) / np.sqrt(shape["d_head"]))
            if shape["causal"]:
                seen = np.tril(np.ones(scores.shape[1:], dtype=bool))
                scores = np.where(seen, scores, -np.inf)
            part = np.exp(scores - scores.max(axis=-1, keepdims=True))
            part /= part.sum(axis=-1, keepdims=True)
            here = (attends(layer, head, part) @ v) @ block["W_O"][head]
            written = written + writes(layer, head, here)
        x = x + written
        if shape["d_mlp"]:
            units = normed(shape, block, "ln_2", x) @ block["W_in"] + block["b_in"]
            x = x + act(_finite(units)) @ block["W_out"] + block["b_out"]
        _finite(x)
    x = x[:, -1:] if shape["reads"] == "last" else x[:, before:]
    found = _finite(normed(shape, weights, "ln_final", x) @ weights["W_U"] + weights["b_U"])
    found[~read_at(shape, places)] = np.nan
    return found


def read_at(shape: Data, places: ndarray) -> ndarray:
    """Which of the positions that logits are given at are answers. [n, answers]

    What stands before the token that answers are read from is none.
    """
    if shape["reads"] != "after":
        width = 1 if shape["reads"] == "last" else places.shape[1]
        return np.ones((len(places), width), dtype=bool)
    rows = np.array(shape["tokens"])[places]
    return np.cumsum(rows == shape["read_from"], axis=1) > 0


def _finite(numbers: ndarray) -> ndarray:
    """The numbers, if every one is one: what overflowed says nothing of what a network answers."""
    if not np.isfinite(numbers).all():
        raise ValueError("the network's numbers overflow: it gives no answer that means anything")
    return numbers


def normed(shape: Data, block: Mapping[str, ndarray], name: str, x: ndarray) -> ndarray:
    """What a layer norm makes of a stream; itself where the network has none."""
    if not shape["layer_norm"]:
        return x
    centred = x - x.mean(axis=-1, keepdims=True)
    scale = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + shape["norm_epsilon"])
    return centred / scale * block[f"{name}_weight"] + block[f"{name}_bias"]


def answers_of(shape: Data, answers: ndarray, logits: ndarray) -> tuple[ndarray, ndarray]:
    """What logits answer, values with `none` where there is none, and with what lead."""
    lead = np.full(logits.shape[:-1], np.inf)
    if shape["readout"] == "value":
        chosen = logits[..., 0]
    elif shape["readout"] == "set":
        chosen, lead = (logits > 0) @ answers, np.abs(logits).min(axis=-1)
    else:
        if logits.shape[-1] > 1:
            top = np.sort(logits, axis=-1)
            lead = top[..., -1] - top[..., -2]
        chosen = answers[logits.argmax(axis=-1)]
    unread = np.isnan(logits).any(axis=-1)
    nothing = unread | (lead < shape["tie"])
    return np.where(nothing, float(shape["none"]), chosen), np.where(unread, np.inf, lead)


def alike(shape: Data, program: ndarray, network: ndarray) -> ndarray:
    """Whether answers count as the same; what is no number never does."""
    with np.errstate(invalid="ignore"):
        near = np.abs(program - network) <= shape["tolerance"] * np.maximum(1, np.abs(network))
    return near & np.isfinite(network) & np.isfinite(program)
