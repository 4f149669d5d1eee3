"""Certificates as values: what a folder holds as data, given types and held against each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy import ndarray

from distill.checker.derive import Evidence
from distill.checker.derive_sequences import SequenceEvidence


def read_evidence(
    certificate: Mapping[str, Any],
    mechanism: Mapping[str, Any],
    source: str,
    weights: Mapping[str, ndarray],
) -> Evidence | SequenceEvidence:
    """The evidence of a run over a finite domain, or over sequences.

    Raises:
        ValueError: weights, shapes and inputs do not fit together.
        KeyError: something is missing.
    """
    if certificate.get("kind") == "sequences":
        return _sequence_evidence(certificate, mechanism, source, weights)
    return _domain_evidence(certificate, mechanism, source, weights)


def _domain_evidence(
    certificate: Mapping[str, Any],
    mechanism: Mapping[str, Any],
    source: str,
    weights: Mapping[str, ndarray],
) -> Evidence:
    domain, architecture = certificate["domain"], certificate["architecture"]
    inputs = tuple(range(first, last + 1) for first, last in domain["inputs"])
    outputs = range(domain["outputs"][0], domain["outputs"][1] + 1)
    if architecture is not None:
        _fit_together(architecture, inputs, outputs, weights)
    return Evidence(
        inputs=inputs,
        outputs=outputs,
        architecture=architecture,
        weights=weights,
        recorded=_numbers(certificate["recorded"]),
        split=certificate["split"],
        fit=certificate["fit"],
        sample=certificate["sample"],
        reference=_numbers(certificate["reference"]),
        program=source,
        mechanism=mechanism,
    )


def _fit_together(
    shape: Mapping[str, Any],
    inputs: tuple[range, ...],
    outputs: range,
    weights: Mapping[str, ndarray],
) -> None:
    if shape["kind"] == "transformer":
        positions = len(inputs) + len(shape["suffix"])
        heads, d_model = shape["n_heads"], shape["d_model"]
        expected = {
            "W_E": (shape["n_vocab"], d_model),
            "W_pos": (positions, d_model),
            "W_U": (d_model, shape["n_outputs"]),
        }
        for layer in range(shape["n_layers"]):
            expected[f"blocks.{layer}.W_Q"] = (heads, d_model, shape["d_head"])
            expected[f"blocks.{layer}.W_in"] = (d_model, shape["d_mlp"])
        if shape.get("layer_norm", False):
            places = [
                f"blocks.{layer}.ln_{i}" for layer in range(shape["n_layers"]) for i in (1, 2)
            ]
            for place in (*places, "ln_final"):
                expected |= dict.fromkeys((f"{place}_weight", f"{place}_bias"), (d_model,))
        rows = [*zip(shape["offsets"], map(len, inputs), strict=True)]
        fits = all(0 <= offset <= shape["n_vocab"] - count for offset, count in rows)
        fits = fits and all(0 <= row < shape["n_vocab"] for row in shape["suffix"])
        layers = {name.split(".")[1] for name in weights if name.startswith("blocks.")}
        fits = fits and len(layers) == shape["n_layers"]
        fits = fits and shape["biases"] == ("b_U" in weights)
        fits = fits and shape.get("layer_norm", False) == ("ln_final_weight" in weights)
    else:
        names = ["W_E"] if shape["shared"] else [f"W_E{i}" for i in range(len(inputs))]
        expected = dict.fromkeys(names, (shape["n_tokens"], shape["d_embed"]))
        width = shape["d_embed"] * (len(inputs) if shape["combine"] == "concat" else 1)
        for layer, units in enumerate(shape["widths"], start=1):
            expected |= {f"W_{layer}": (width, units), f"b_{layer}": (units,)}
            width = units
        expected["W_U"] = (shape["widths"][-1], shape["n_outputs"])
        fits = shape["n_tokens"] == max(len(values) for values in inputs)
        fits = fits and f"b_{len(shape['widths']) + 1}" not in weights
    for name, sizes in expected.items():
        if weights[name].shape != sizes:
            raise ValueError(f"{name} has shape {weights[name].shape}, not {sizes}")
    sizes = (shape["n_inputs"], shape["n_outputs"])
    if not fits or sizes != (len(inputs), len(outputs)):
        raise ValueError("the architecture does not fit the domain")
    if not all(np.isfinite(value).all() for value in weights.values()):
        raise ValueError("a weight is not finite")


def _numbers(text: str | None) -> ndarray | None:
    return None if text is None else np.array([int(number) for number in text.split()])


def _sequence_evidence(
    certificate: Mapping[str, Any],
    mechanism: Mapping[str, Any],
    source: str,
    weights: Mapping[str, ndarray],
) -> SequenceEvidence:
    """Give types to what a folder holds.

    Raises:
        ValueError: weights, shapes and channels do not fit together.
    """
    channels = tuple(range(first, last + 1) for first, last in certificate["inputs"])
    shape, answers = certificate["architecture"], certificate["answers"]
    expected = _recurrent_shapes(shape, channels, certificate["outputs"], len(answers))
    found = {name: value.shape for name, value in weights.items()}
    if found != expected:
        raise ValueError(f"the weights have shapes {found}, not {expected}")
    if not all(np.isfinite(value).all() for value in weights.values()):
        raise ValueError("a weight is not finite")
    if len(set(answers)) != len(answers):
        raise ValueError("two outputs of the network stand for the same value")
    reference = certificate["reference"]
    return SequenceEvidence(
        channels=channels,
        outputs=int(certificate["outputs"]),
        shape=shape,
        length=int(certificate["length"]),
        answers=np.array(answers, dtype=np.int64),
        weights=weights,
        draws=certificate["draws"],
        reference=None
        if reference is None
        else tuple(np.array([int(word) for word in text.split()]) for text in reference),
        induction=certificate["induction"],
        program=source,
        mechanism=mechanism,
    )


def _recurrent_shapes(
    shape: Mapping[str, Any], channels: tuple[range, ...], outputs: int, answers: int
) -> dict[str, tuple[int, ...]]:
    """What a network that reads these channels must have.

    Raises:
        ValueError: it reads or answers something else.
    """
    d, count = shape["d_hidden"], 1
    for values in channels:
        count *= len(values)
    if shape["kind"] == "recurrent":
        if (shape["n_symbols"], shape["n_outputs"], outputs) != (count, answers, 1):
            raise ValueError("the network does not read these symbols, or not give these answers")
        return {
            "W": (count, d, d),
            "b": (count, d),
            "h_0": (d,),
            "W_out": (answers, d),
            "b_out": (answers,),
        }
    if shape["kind"] != "integer_recurrent":
        raise ValueError(f"a network of the kind {shape['kind']!r} is not known")
    reads = count if shape["one_hot"] else len(channels)
    chooses = shape["readout"] == "choice"
    if shape["one_hot"] and shape["n_symbols"] != count:
        raise ValueError("the network does not read these symbols")
    if chooses != bool(answers) or (chooses and outputs != 1):
        raise ValueError("the network does not give these answers")
    said = answers if chooses else outputs
    return {"A": (d, d), "B": (d, reads), "b": (d,), "h_0": (d,), "C": (said, d), "d": (said,)}
