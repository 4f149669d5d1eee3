"""A reader of JSON that was written by anybody: every field has a type, and no field is over.

And what it reads of networks: the fields of every architecture, and the tensors that it has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice
from math import isfinite, prod
from typing import Any

import numpy as np
from numpy import ndarray

from .activations import ACTIVATIONS
from .verdict import is_number

Data = Mapping[str, Any]
Shapes = dict[str, tuple[int, ...]]

MAX_SIZE = 1 << 31
"""Values of an input; logits of a finite domain."""

MOST_LISTED = 1 << 17
"""Parts of a list of a certificate; nodes of a proof are the most."""

COUNT, SEED = range(1, MAX_SIZE + 1), range(1 << 64)
INTEGERS = [int]

ARCHITECTURES: Mapping[str, Any] = {
    "transformer": {
        "kind": "transformer",
        **dict.fromkeys(("n_inputs", "n_vocab", "n_outputs", "d_model", "d_head", "d_mlp"), int),
        **{"n_heads": COUNT, "n_layers": COUNT, "offsets": INTEGERS, "suffix": INTEGERS},
        **{"activation": str, "attention_coefficient": float},
        **dict.fromkeys(("masked", "biases", "layer_norm"), bool),
    },
    "mlp": {
        "kind": "mlp",
        **dict.fromkeys(("n_inputs", "n_tokens", "n_outputs", "d_embed"), int),
        **{"widths": INTEGERS, "combine": str, "shared": bool, "activation": str},
    },
    "feedforward": {
        "kind": "feedforward",
        **dict.fromkeys(("n_inputs", "n_tokens", "n_outputs", "d_embed"), int),
        **{"layers": [str], "combine": ("sum", "concat"), "shared": bool},
    },
    "recurrent": {"kind": "recurrent", "n_symbols": int, "n_outputs": int, "d_hidden": int},
    "integer_recurrent": {
        "kind": "integer_recurrent",
        **dict.fromkeys(("n_channels", "n_symbols", "n_outputs", "d_hidden"), int),
        **{"activation": ("linear", "relu"), "readout": str, "one_hot": bool},
    },
    "recurrent_layers": {
        "kind": "recurrent_layers",
        **dict.fromkeys(("n_symbols", "n_outputs", "d_input", "d_hidden", "n_layers"), COUNT),
        **{"cell": ("rnn", "gru", "lstm"), "biases": range(3), "activation": ("tanh", "relu")},
        **{"reset": ("after", "before", "unused"), "update": ("keeps", "takes")},
        **{"coupled": bool, "peepholes": bool, "head": [COUNT]},
        **{"head_activation": ("relu", "tanh", "sigmoid"), "readout": ("value", "choice")},
    },
}
"""The fields of every architecture: as `read_as` wants them."""

BLOCK = {
    **dict.fromkeys(("W_Q", "W_K", "W_V"), "n_heads d_model d_head"),
    **{"W_O": "n_heads d_head d_model", "W_in": "d_model d_mlp", "b_in": "d_mlp"},
    **{"W_out": "d_mlp d_model", "b_out": "d_model"},
}
BLOCK_BIASES = {**dict.fromkeys(("b_Q", "b_K", "b_V"), "n_heads d_head"), "b_O": "d_model"}
BLOCK_NORMS = dict.fromkeys(
    [f"{norm}_{part}" for norm in ("ln_1", "ln_2") for part in ("weight", "bias")], "d_model"
)
OUTSIDE = {"W_E": "n_vocab d_model", "W_pos": "positions d_model", "W_U": "d_model n_outputs"}
OUTSIDE_BIASES = {"b_U": "n_outputs"}
OUTSIDE_NORMS = {"ln_final_weight": "d_model", "ln_final_bias": "d_model"}
"""The tensors of a transformer, in every block and outside of them, by the names of their axes."""


def read_as(name: str, value: Any, wanted: Any) -> None:
    """Hold a value of JSON against what is wanted of it.

    Args:
        name: of the value.
        value: as it was read.
        wanted: a type (`float` for any finite number); a range of integers; a list of one, for a
            list of such; a dictionary, for these fields and no other; a tuple, for any of several;
            or the value itself.

    Raises:
        ValueError: it is something else.
    """
    match wanted:
        case dict():
            if not isinstance(value, dict) or value.keys() != wanted.keys():
                odd = wanted.keys() ^ (value.keys() if isinstance(value, dict) else ())
                raise ValueError(f"{name} has more or less than it should: {', '.join(odd)}")
            for part in wanted:
                read_as(f"{part} of {name}", value[part], wanted[part])
        case list() if isinstance(value, list):
            if len(value) > MOST_LISTED:
                raise ValueError(
                    f"{name} has {len(value):,} parts: expected at most {MOST_LISTED:,}"
                )
            if _all_are(value, wanted[0]):
                return
            for place, part in enumerate(value):
                read_as(f"number {place} of {name}", part, wanted[0])
        case tuple() if wanted[0] is None and len(wanted) == 2 and value is not None:
            read_as(name, value, wanted[1])
        case tuple() if _is_one_of(value, wanted):
            pass
        case range() if type(value) is int and value in wanted:
            pass
        case type() if is_number(value) if wanted is float else type(value) is wanted:
            pass
        case _ if value == wanted and type(value) is type(wanted):
            pass
        case _:
            raise ValueError(f"{name} is {str(value)[:90]!r}, where it should be something else")


def _all_are(values: list[Any], wanted: Any) -> bool:
    """Whether all are integers, or finite floats: seen at once, as there may be millions."""
    if wanted not in (int, float) or any(type(value) is not wanted for value in values):
        return False
    return wanted is int or all(map(isfinite, values))


def _is_one_of(value: Any, wanted: tuple[Any, ...]) -> bool:
    for one in wanted:
        try:
            read_as("", value, one)
        except ValueError:
            continue
        return True
    return False


def whole(value: Any) -> ndarray:
    """Integers, in lists of lists, as an array.

    Raises:
        ValueError: there is something else among them, or there are too many.
    """
    if isinstance(value, list) and len(value) > MOST_LISTED:
        raise ValueError(f"{len(value):,} rows of integers: expected at most {MOST_LISTED:,}")
    found = np.array(value, dtype=object)
    if any(type(number) is not int for number in found.ravel()):
        raise ValueError("something stands where there should be integers")
    return found.astype(np.int64)


def ranges(pairs: Any) -> tuple[range, ...]:
    """Ranges of integers by their first and last values."""
    for pair in pairs:
        read_as("a range", pair, [range(1 - MAX_SIZE, MAX_SIZE + 1)])
        if len(pair) != 2 or pair[0] > pair[1]:
            raise ValueError(f"{pair} are no first and last value of a range of integers")
    return tuple(range(first, last + 1) for first, last in pairs)


def listed(text: str, most: int) -> ndarray:
    """Integers in a text, separated by spaces.

    Raises:
        ValueError: there are more than so many, or something else among them.
    """
    words = islice(re.finditer(r"\S+", text), most + 1)  # nothing is held but the numbers
    found = np.fromiter((int(word.group()) for word in words), dtype=np.int64)
    if len(found) > most:
        raise ValueError(f"more than {most:,} numbers are listed")
    return found


def check_architecture(
    shape: Data | None, weights: Mapping[str, ndarray], *others: Mapping[str, Any]
) -> None:
    """Raise ValueError where a network has other fields than its kind, or weights without any.

    Args:
        shape: of the network.
        weights: by name.
        others: the fields of architectures that have a file of their own.
    """
    known = {**ARCHITECTURES, **{other["kind"]: other for other in others}}
    if shape is None and weights:
        raise ValueError("weights are stored, and the certificate does not say of what network")
    if shape is not None:
        read_as("the kind of the architecture", shape["kind"], tuple(known))
        read_as("the architecture", shape, known[shape["kind"]])


def check_weights(weights: Mapping[str, ndarray], expected: Shapes) -> None:
    """Raise ValueError where a tensor is missing, over, of another shape, or not finite."""
    found = {name: value.shape for name, value in weights.items()}
    if found != expected:
        wrong = sorted({*found.items()} ^ {*expected.items()})[0][0]
        raise ValueError(
            f"the weights do not fit the architecture: {wrong} is {found.get(wrong, 'missing')}, "
            f"expected {expected.get(wrong, 'none')}"
        )
    for name, value in weights.items():
        if value.dtype.kind != "f" or not np.isfinite(value).all():
            raise ValueError(f"{name} holds something that is no finite number")


def shapes_over_a_domain(shape: Data, inputs: tuple[range, ...], outputs: range) -> Shapes:
    """The shape of every tensor of a network over a domain.

    Raises:
        ValueError: it reads or answers something else.
    """
    sizes = [len(values) for values in inputs]
    if shape["kind"] in ("mlp", "feedforward"):
        layered = shape["kind"] == "feedforward"
        expected = (_layers if layered else _perceptron)(shape, len(inputs))
        fits = shape["n_tokens"] == max(sizes)
    elif shape["kind"] == "transformer":
        rows = zip(shape["offsets"], sizes, strict=True)
        table = range(shape["n_vocab"])
        fits = all(0 <= offset <= shape["n_vocab"] - count for offset, count in rows)
        fits = fits and all(row in table for row in shape["suffix"])
        expected = _transformer(shape, len(inputs))
    else:
        raise ValueError(f"a network of the kind {shape['kind']!r} reads no finite domain")
    if not fits or (shape["n_inputs"], shape["n_outputs"]) != (len(inputs), len(outputs)):
        raise ValueError("the architecture does not fit the domain")
    return expected


def _transformer(shape: Data, inputs: int) -> Shapes:
    block, outside = dict(BLOCK), dict(OUTSIDE)
    if shape["biases"]:
        block, outside = block | BLOCK_BIASES, outside | OUTSIDE_BIASES
    if shape["layer_norm"]:
        block, outside = block | BLOCK_NORMS, outside | OUTSIDE_NORMS
    for layer in range(shape["n_layers"]):
        outside |= {f"blocks.{layer}.{name}": axes for name, axes in block.items()}
    sizes = {**shape, "positions": inputs + len(shape["suffix"])}
    return {name: tuple(sizes[axis] for axis in axes.split()) for name, axes in outside.items()}


def _tables(shape: Data, inputs: int) -> tuple[Shapes, int]:
    """The tables of a perceptron's inputs, and how many numbers its first layer reads."""
    names = ["W_E"] if shape["shared"] else [f"W_E{i}" for i in range(inputs)]
    tables: Shapes = dict.fromkeys(names, (shape["n_tokens"], shape["d_embed"]))
    return tables, shape["d_embed"] * (inputs if shape["combine"] == "concat" else 1)


def _layers(shape: Data, inputs: int) -> Shapes:
    """Raise ValueError where there is a layer that no forward pass knows."""
    expected, width = _tables(shape, inputs)
    for k, layer in enumerate(shape["layers"], start=1):
        name, _, units = layer.partition(" ")
        linear = name == "linear" and units.isascii() and units.isdecimal() and len(units) < 8
        if linear:
            expected |= {f"W_{k}": (width, int(units)), f"b_{k}": (int(units),)}
            width = int(units)
        elif layer == "shift":
            expected |= {f"b_{k}": (width,)}
        elif layer == "layer_norm":
            expected |= dict.fromkeys((f"weight_{k}", f"bias_{k}"), (width,))
        elif layer != "square" and layer not in ACTIVATIONS:
            raise ValueError(f"{layer[:40]!r} is no layer of a perceptron")
    return expected | {"W_U": (width, shape["n_outputs"]), "b_U": (shape["n_outputs"],)}


def _perceptron(shape: Data, inputs: int) -> Shapes:
    expected, width = _tables(shape, inputs)
    for layer, units in enumerate(shape["widths"], start=1):
        expected |= {f"W_{layer}": (width, units), f"b_{layer}": (units,)}
        width = units
    return expected | {"W_U": (width, shape["n_outputs"]), "b_U": (shape["n_outputs"],)}


def shapes_over_sequences(
    shape: Data, channels: tuple[range, ...], outputs: int, answers: int
) -> Shapes:
    """The shape of every tensor of a network that reads these channels.

    Args:
        shape: of the network.
        channels: the ranges.
        outputs: how many numbers an answer has.
        answers: how many answers it chooses among; 0 where it gives numbers.

    Raises:
        ValueError: it reads or answers something else.
    """
    d, symbols = shape["d_hidden"], prod(map(len, channels))
    start: Shapes = {"h_0": (d,)}
    if shape["kind"] == "recurrent":
        expected = {"n_symbols": symbols, "n_outputs": answers}
        tensors = {"W": (symbols, d, d), "b": (symbols, d), "W_out": (answers, d)}
        tensors["b_out"] = (answers,)
        chooses = True
    elif shape["kind"] == "integer_recurrent":
        reads = symbols if shape["one_hot"] else len(channels)
        chooses = shape["readout"] == "choice"
        said = answers if chooses else outputs
        expected = {"n_symbols": symbols if shape["one_hot"] else 0, "n_outputs": said}
        expected["n_channels"] = 1 if shape["one_hot"] else reads
        tensors = {"A": (d, d), "B": (d, reads), "b": (d,), "C": (said, d), "d": (said,)}
    elif shape["kind"] == "recurrent_layers":
        chooses = shape["readout"] == "choice"
        expected = {"n_symbols": symbols, "n_outputs": answers if chooses else outputs}
        tensors, start = _recurrent_layers(shape), {}
    else:
        raise ValueError(f"a network of the kind {shape['kind']!r} reads no sequences")
    fits = chooses == bool(answers) and (outputs == 1 or not chooses)
    if not fits or any(shape[name] != count for name, count in expected.items()):
        raise ValueError("the network does not read these channels, or not give these answers")
    return {**tensors, **start}


def _recurrent_layers(shape: Data) -> Shapes:
    """The tensors of stacked cells, from the symbols' vectors to the outputs."""
    d, found = shape["d_hidden"], {"W_E": (shape["n_symbols"], shape["d_input"])}
    without = "r" if shape["reset"] == "unused" else "i" if shape["coupled"] else ""
    gates = [g for g in {"rnn": "n", "gru": "rzn", "lstm": "ifgo"}[shape["cell"]] if g != without]
    for layer in range(shape["n_layers"]):
        of, below = f"layers.{layer}.", d if layer else shape["d_input"]
        for gate in gates:
            found |= {f"{of}W_x{gate}": (d, below), f"{of}W_h{gate}": (d, d)}
            found |= {f"{of}b_{side}{gate}": (d,) for side in "xh"[: shape["biases"]]}
            found |= {f"{of}p_{gate}": (d,)} if shape["peepholes"] and gate in "ifo" else {}
        found |= {f"{of}{state}_0": (d,) for state in ("hc" if shape["cell"] == "lstm" else "h")}
    below = d
    for place, width in enumerate(shape["head"]):
        found |= {f"head.{place}.W": (width, below), f"head.{place}.b": (width,)}
        below = width
    return found | {"W_out": (shape["n_outputs"], below), "b_out": (shape["n_outputs"],)}
