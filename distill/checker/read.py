"""A run folder's data as values: given types, and held against each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy import ndarray

from .verdict import is_number

MAX_SIZE = 1 << 31
"""Values of an input; logits of a finite domain."""
MAX_DRAWN = 1 << 25
"""Numbers that are drawn at once; no sequence may be so long that as many as are drawn anew would
be more."""
DRAWN_ANEW = 10_000
"""Sequences of the training length."""

SHARED = {"kind", "format_version", "sha256", "architecture", "reference"}
PARTS = {
    "domain": SHARED | {"domain", "split", "fit", "sample", "recorded"},
    "sequences": SHARED | {"inputs", "answers", "outputs", "length", "draws", "induction"},
}
"""What a certificate of every kind holds, and nothing else."""

TRUTHS = {"masked", "biases", "layer_norm", "shared", "one_hot"}
TEXTS = {"kind", "activation", "combine", "readout"}
"""Fields of an architecture; one is a number, and the others are integers or lists of some."""
FIELDS = {
    "transformer": {
        *("kind", "n_inputs", "n_vocab", "n_outputs", "offsets", "suffix", "d_model", "n_heads"),
        *("d_mlp", "n_layers", "d_head", "activation", "attention_coefficient", "masked"),
        *("biases", "layer_norm"),
    },
    "mlp": {
        *("kind", "n_inputs", "n_tokens", "n_outputs", "d_embed", "widths", "combine", "shared"),
        "activation",
    },
    "recurrent": {"kind", "n_symbols", "n_outputs", "d_hidden"},
    "integer_recurrent": {
        *("kind", "n_channels", "d_hidden", "n_outputs", "activation", "readout", "one_hot"),
        "n_symbols",
    },
}
"""What an architecture of every kind has, and nothing else."""

Data = Mapping[str, Any]
Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Evidence:
    """What the certificate of a run over a finite domain holds.

    Attributes:
        inputs, outputs: the ranges.
        architecture: of the stored network; null where it was not stored.
        weights: by name.
        recorded: answers [n] of a network that was not stored, at the checked inputs.
        split: how many inputs were trained on, and the seed that drew them.
        fit: how many inputs were traced, how many of them fitted, and the seed.
        sample: the draw of the checked inputs; null where every input is checked.
        reference: the task's answers [n] at the checked inputs.
        program: its text; empty for a refusal.
        mechanism: as stored.
    """

    inputs: tuple[range, ...]
    outputs: range
    architecture: Data | None
    weights: Mapping[str, ndarray]
    recorded: ndarray | None
    split: Mapping[str, int] | None
    fit: Mapping[str, int] | None
    sample: Mapping[str, int] | None
    reference: ndarray | None
    program: str
    mechanism: Data

    @property
    def size(self) -> int:
        """How many inputs the domain has."""
        return prod(len(values) for values in self.inputs)

    def tokens(self, indices: ndarray) -> ndarray:
        """Tokens [n, k] of row-major positions in the domain."""
        shape = tuple(len(values) for values in self.inputs)
        return np.stack(np.unravel_index(indices, shape), axis=1)

    def values(self, tokens: ndarray) -> ndarray:
        """Integers [n, k] that tokens stand for."""
        return tokens + np.array([values.start for values in self.inputs])


@dataclass(frozen=True)
class SequenceEvidence:
    """What the certificate of a run over sequences holds.

    Attributes:
        channels: the ranges.
        outputs: how many numbers an answer has.
        length: of the sequences that the network was trained on.
        answers: the values that the network's outputs stand for; none where it gives numbers.
        shape: of the stored network; null where none was trained.
        weights: by name.
        draws: the sequences that were checked.
        reference: the task's answers along the fresh and the longer draws.
        induction: nodes and boxes of a proof by induction; null without one.
        program: its text; empty for a refusal.
        mechanism: as stored.
    """

    channels: tuple[range, ...]
    outputs: int
    length: int
    answers: ndarray
    shape: Data | None
    weights: Mapping[str, ndarray]
    draws: Data | None
    reference: tuple[ndarray, ...] | None
    induction: Data | None
    program: str
    mechanism: Data


def read_evidence(
    certificate: Data, mechanism: Data, source: str, weights: Mapping[str, ndarray]
) -> Evidence | SequenceEvidence:
    """The evidence of a run over a finite domain, or over sequences.

    Raises:
        ValueError: weights, shapes and inputs do not fit together.
        KeyError, TypeError: something is missing, or of another type.
    """
    shape = certificate["architecture"]
    if shape is not None:
        _check_fields(shape)
    if shape is None and weights:
        raise ValueError("weights are stored, and the certificate does not say of what network")
    kind = certificate["kind"]
    if kind not in PARTS:
        raise ValueError(f"a certificate of the kind {kind!r} is not known")
    if certificate.keys() != PARTS[kind]:
        odd = ", ".join(sorted(certificate.keys() ^ PARTS[kind]))
        raise ValueError(f"the certificate holds more or less than it should: {odd}")
    if kind == "sequences":
        return _sequences(certificate, mechanism, source, weights)
    domain = certificate["domain"]
    inputs, outputs = _ranges(domain["inputs"]), _ranges([domain["outputs"]])[0]
    if shape is not None:
        expected, fits = _network_shapes(shape, inputs)
        if not fits or (shape["n_inputs"], shape["n_outputs"]) != (len(inputs), len(outputs)):
            raise ValueError("the architecture does not fit the domain")
        _check(weights, expected)
    size = prod(len(values) for values in inputs)
    sample, fit, split = (certificate[name] for name in ("sample", "fit", "split"))
    checked = size if sample is None else sample["count"]
    if size > MAX_SIZE or checked * len(outputs) > MAX_SIZE >> 3:
        raise ValueError(f"the domain has {size:,} inputs, too many to go through")
    for draw, parts in ((sample, ("count",)), (fit, ("fitted", "inputs")), (split, ("train",))):
        counts = [draw[part] for part in parts] if draw is not None else []
        if any(type(n) is not int or not 0 < n <= size for n in counts) or counts != sorted(counts):
            raise ValueError("a draw of the certificate is larger than the domain, or empty")
    if shape is not None and certificate["recorded"] is not None:
        raise ValueError("answers are recorded of a network that is stored")
    if shape is None and certificate["recorded"] is None and source:
        raise ValueError("neither weights nor recorded answers of the network are stored")
    recorded, reference = (
        _answers(certificate[name], checked, len(outputs)) for name in ("recorded", "reference")
    )
    return Evidence(
        *(inputs, outputs, shape, weights, recorded, split, fit, sample, reference),
        *(source, mechanism),
    )


def whole(value: Any) -> ndarray:
    """Integers, in lists of lists, as an array.

    Raises:
        ValueError: there is something else among them.
    """
    if not _is_whole(value):
        raise ValueError("something stands where there should be integers")
    return np.array(value, dtype=np.int64)


def _is_whole(value: Any) -> bool:
    return all(map(_is_whole, value)) if isinstance(value, list) else type(value) is int


def _check_fields(shape: Data) -> None:
    if shape.keys() != FIELDS.get(shape["kind"]):
        raise ValueError(f"a network of the kind {shape['kind']!r} is not known with these fields")
    for name, value in shape.items():
        if name == "attention_coefficient":
            fits = is_number(value)
        elif name in TRUTHS | TEXTS:
            fits = type(value) is (bool if name in TRUTHS else str)
        else:
            fits = _is_whole(value)
        if not fits:
            raise ValueError(f"{name} of the architecture is {value!r}")


def _ranges(pairs: Any) -> tuple[range, ...]:
    for first, last in pairs:
        if type(first) is not int or type(last) is not int or not -MAX_SIZE < first <= last:
            raise ValueError(f"{first!r} to {last!r} is no range of integers")
        if last > MAX_SIZE:
            raise ValueError(f"a range ends at {last!r}")
    return tuple(range(first, last + 1) for first, last in pairs)


def _answers(text: str | None, count: int, outputs: int) -> ndarray | None:
    if text is None:
        return None
    found = np.array([int(number) for number in text.split()], dtype=np.int64)
    if len(found) != count or found.min() < 0 or found.max() >= outputs:
        raise ValueError("the answers of the certificate are not one for every checked input")
    return found


def _check(weights: Mapping[str, ndarray], expected: Shapes) -> None:
    """Every tensor that the network has, of exactly its shape, and no other."""
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


def _network_shapes(shape: Data, inputs: tuple[range, ...]) -> tuple[Shapes, bool]:
    """The shape of every tensor of a network over a domain; whether its tokens are in its table."""
    if shape["kind"] == "mlp":
        return _perceptron(shape, inputs), shape["n_tokens"] == max(map(len, inputs))
    if shape["kind"] != "transformer":
        raise ValueError(f"a network of the kind {shape['kind']!r} is not known")
    heads, d, d_head, d_mlp = (shape[name] for name in ("n_heads", "d_model", "d_head", "d_mlp"))
    expected: Shapes = {"W_E": (shape["n_vocab"], d), "W_U": (d, shape["n_outputs"])}
    expected["W_pos"] = (len(inputs) + len(shape["suffix"]), d)
    for layer in range(shape["n_layers"]):
        block: Shapes = dict.fromkeys(("W_Q", "W_K", "W_V"), (heads, d, d_head))
        block |= {"W_O": (heads, d_head, d), "W_in": (d, d_mlp), "b_in": (d_mlp,)}
        block |= {"W_out": (d_mlp, d), "b_out": (d,)}
        if shape["biases"]:
            block |= {**dict.fromkeys(("b_Q", "b_K", "b_V"), (heads, d_head)), "b_O": (d,)}
        if shape["layer_norm"]:
            norms = ("ln_1_weight", "ln_1_bias", "ln_2_weight", "ln_2_bias")
            block |= dict.fromkeys(norms, (d,))
        expected |= {f"blocks.{layer}.{name}": sizes for name, sizes in block.items()}
    if shape["layer_norm"]:
        expected |= dict.fromkeys(("ln_final_weight", "ln_final_bias"), (d,))
    if shape["biases"]:
        expected["b_U"] = (shape["n_outputs"],)
    rows = zip(shape["offsets"], map(len, inputs), strict=True)
    fits = all(0 <= offset <= shape["n_vocab"] - count for offset, count in rows)
    return expected, fits and all(0 <= row < shape["n_vocab"] for row in shape["suffix"])


def _perceptron(shape: Data, inputs: tuple[range, ...]) -> Shapes:
    names = ["W_E"] if shape["shared"] else [f"W_E{i}" for i in range(len(inputs))]
    expected: Shapes = dict.fromkeys(names, (shape["n_tokens"], shape["d_embed"]))
    width = shape["d_embed"] * (len(inputs) if shape["combine"] == "concat" else 1)
    for layer, units in enumerate(shape["widths"], start=1):
        expected |= {f"W_{layer}": (width, units), f"b_{layer}": (units,)}
        width = units
    return expected | {"W_U": (width, shape["n_outputs"]), "b_U": (shape["n_outputs"],)}


def _sequences(
    certificate: Data, mechanism: Data, source: str, weights: Mapping[str, ndarray]
) -> SequenceEvidence:
    channels = _ranges(certificate["inputs"])
    shape, answers = certificate["architecture"], certificate["answers"]
    if len(set(answers)) != len(answers) or any(type(answer) is not int for answer in answers):
        raise ValueError("the outputs of the network do not stand for values of their own")
    outputs, length, draws = (certificate[name] for name in ("outputs", "length", "draws"))
    if type(length) is not int or type(outputs) is not int or length < 1 or outputs < 1:
        raise ValueError("the certificate gives no length, or no number of outputs")
    if shape is not None:
        _check(weights, _recurrent(shape, channels, outputs, len(answers)))
    if length * len(channels) * DRAWN_ANEW > MAX_DRAWN * 2:
        raise ValueError(f"sequences of {length:,} steps are too long to draw them anew")
    for draw in [] if draws is None else [draws["fresh"], draws["stress"], *draws["longer"]]:
        _check_draw(draw, channels)
    if certificate["induction"] is not None and mechanism.get("kind") != "automaton":
        raise ValueError("an induction is given of what is no machine")
    reference = certificate["reference"]
    return SequenceEvidence(
        channels=channels,
        outputs=outputs,
        length=length,
        answers=np.array(answers, dtype=np.int64),
        shape=shape,
        weights=weights,
        draws=draws,
        reference=None
        if reference is None
        else tuple(np.array([int(word) for word in text.split()]) for text in reference),
        induction=certificate["induction"],
        program=source,
        mechanism=mechanism,
    )


def _check_draw(draw: Data, channels: tuple[range, ...]) -> None:
    """Raises ValueError where a draw has no length, no seed, or is too large."""
    wanted = {"every": (), "listed": (), "uniform": ("count", "seed"), "stress": ("count", "seed")}
    counts = [draw[name] for name in ("length", *wanted[draw["kind"]])]
    if any(type(n) is not int or n < 0 for n in counts) or draw["length"] < 1:
        raise ValueError("a draw of the certificate has no length, count or seed")
    if draw["kind"] != "listed" and draw["listed"] is not None:
        raise ValueError("a draw of the certificate lists what it does not say that it does")
    if draw["length"] * (draw["count"] or 1) * len(channels) > MAX_DRAWN:
        raise ValueError("a draw of the certificate is too large")


def _recurrent(shape: Data, channels: tuple[range, ...], outputs: int, answers: int) -> Shapes:
    """The shape of every tensor of a network that reads these channels.

    Raises:
        ValueError: it reads or answers something else.
    """
    d, count = shape["d_hidden"], prod(map(len, channels))
    if shape["kind"] == "recurrent":
        if (shape["n_symbols"], shape["n_outputs"], outputs) != (count, answers, 1):
            raise ValueError("the network does not read these symbols, or not give these answers")
        return {
            **{"W": (count, d, d), "b": (count, d), "h_0": (d,)},
            **{"W_out": (answers, d), "b_out": (answers,)},
        }
    if shape["kind"] != "integer_recurrent" or shape["activation"] not in {"linear", "relu"}:
        raise ValueError(f"a network of the kind {shape['kind']!r} is not known")
    chooses = shape["readout"] == "choice"
    if shape["n_symbols"] != (count if shape["one_hot"] else 0):
        raise ValueError("the network does not read these symbols")
    if chooses != bool(answers) or (chooses and outputs != 1):
        raise ValueError("the network does not give these answers")
    said, reads = answers if chooses else outputs, count if shape["one_hot"] else len(channels)
    if shape["n_outputs"] != said or shape["n_channels"] != (1 if shape["one_hot"] else reads):
        raise ValueError("the network does not read these channels, or not give these answers")
    return {"A": (d, d), "B": (d, reads), "b": (d,), "h_0": (d,), "C": (said, d), "d": (said,)}
