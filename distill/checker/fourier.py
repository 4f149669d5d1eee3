"""What is special about Fourier features: waves along a coordinate, and the planes that hold them.

A mechanism is a sum of waves along a coordinate of the inputs. Its logits are computed here from
`mechanism.json` and held against the program's; the planes of its frequencies are kept, or taken
out, in the rows of the stored embedding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy import ndarray

from .read import Evidence, whole

PRINTED_PHASE = 0.05
"""Phases below this many radians are left out of programs; the mechanism has them as fitted."""
COORDINATE = {"kind", "weights", "offset", "modulus", "inputs", "output"}
SEEN = 1e-3
"""The least size of a wave, as a part of the largest; what is less cannot be seen in the logits."""
FOLLOWS = 0.002
"""By how much of the largest logit a program's may differ from those of its mechanism."""


def follows(evidence: Evidence, tokens: ndarray, said: ndarray) -> bool:
    """Whether a program's logits [n, outputs] are those of the mechanism, but for its digits."""
    waves = _mechanism_logits(evidence, tokens)
    apart, largest = float(np.abs(said - waves).max()), float(np.abs(waves).max())
    sizes = [abs(w["amplitude"]) + abs(w.get("pizza") or 0) for w in evidence.mechanism["waves"]]
    # a wave that nothing would miss may be none of the program's
    return apart <= FOLLOWS * largest and min(sizes) > max(2 * apart, SEEN * max(sizes))


def exceptions_follow(evidence: Evidence, ask: Callable[[ndarray], ndarray]) -> bool:
    """Whether a program answers the exceptions of its mechanism as that lists them."""
    listed = whole(evidence.mechanism["exceptions"])
    if not len(listed):
        return True
    said = ask(evidence.values(listed[:, :-1])) - evidence.outputs.start
    return bool((said == listed[:, -1]).all())


def kept_and_removed(
    evidence: Evidence, answer: Callable[[dict[str, ndarray]], ndarray], network: ndarray
) -> dict[str, float]:
    """Answers that stay with the key planes of the embedding alone, and without them.

    Args:
        evidence: of the run.
        answer: what a network of given weights answers.
        network: what the stored one does.

    Returns:
        Both by the names of their rows; nothing where vocabularies overlap in part, so that there
        are no planes to keep or remove.
    """
    blocks, made = _embedded_rows(evidence), dict[str, float]()
    for name, keep in {"kept_only_accuracy": True, "removed_accuracy": False}.items():
        changed = {name: value.astype(np.float64) for name, value in evidence.weights.items()}
        for parameter, start, count, planes in blocks:
            rows = changed[parameter][start : start + count]
            inside = planes @ (planes.T @ rows)
            changed[parameter][start : start + count] = (
                rows.mean(0) + inside if keep else rows - inside
            )
        if blocks:
            made[name] = float((answer(changed) == network).mean())
    return made


def _numbers(coordinate: Mapping[str, Any], which: int | None, values: ndarray) -> ndarray:
    """The numbers of values of an input, or of the output where `which` is null."""
    inputs = coordinate["inputs"]
    plain = {"kind": "polynomial", "coefficients": [1]}
    rule = coordinate["output"] if which is None else inputs[which] if inputs else plain
    modulus = coordinate["modulus"]
    if rule["kind"] == "logarithm":
        number_of = {pow(rule["base"], n, rule["prime"]): n for n in range(rule["prime"] - 1)}
        numbers = [number_of[int(value) % rule["prime"]] for value in values]
    elif rule["kind"] == "listed":
        numbers = [rule["numbered"][int(value) - rule["first"]] for value in values]
    else:
        if rule["kind"] != "polynomial":
            raise ValueError("a numbering of the mechanism is of no kind that is known")
        powers = range(1, 1 + len(rule["coefficients"]))
        terms = list(zip(rule["coefficients"], powers, strict=True))
        numbers = [sum(c * pow(int(x), power, modulus) for c, power in terms) for x in values]
    return np.array([number % modulus for number in numbers], dtype=np.int64)


def _terms(evidence: Evidence, tokens: ndarray) -> ndarray:
    """What every input adds to the coordinate."""
    coordinate = evidence.mechanism["coordinate"]
    columns = []
    for i, (weight, values) in enumerate(zip(coordinate["weights"], evidence.inputs, strict=True)):
        columns.append(weight * _numbers(coordinate, i, np.array(values))[tokens[:, i]])
    return np.stack(columns, axis=1)


def _mechanism_logits(evidence: Evidence, tokens: ndarray) -> ndarray:
    coordinate, p = evidence.mechanism["coordinate"], evidence.mechanism["coordinate"]["modulus"]
    if coordinate.keys() != COORDINATE or coordinate["kind"] != "affine":
        raise ValueError("the coordinate of the mechanism is of no kind that is known")
    whole([*coordinate["weights"], coordinate["offset"], p])
    whole([wave["frequency"] for wave in evidence.mechanism["waves"]])
    terms = _terms(evidence, tokens)
    psi = _numbers(coordinate, None, np.array(evidence.outputs))
    if len(set(psi.tolist())) != p or len(psi) != p:
        raise ValueError("the coordinate does not number the outputs one to one")
    phi = terms.sum(axis=1) + coordinate["offset"]
    turns = (psi[None, :] - phi[:, None]) % p
    logits = np.zeros(turns.shape)
    for wave in evidence.mechanism["waves"]:
        phase = wave["phase"] if abs(wave["phase"]) >= PRINTED_PHASE else 0.0
        angle = 2 * np.pi * wave["frequency"] * np.arange(p) / p + phase
        logits += _sizes(wave, terms, p)[:, None] * np.cos(angle)[turns]
    return logits


def _sizes(wave: Mapping[str, Any], terms: ndarray, modulus: int) -> ndarray:
    """Of a wave at every input: it may depend on the difference of the coordinate's two terms."""
    sizes = np.full(len(terms), float(wave["amplitude"]))
    if wave.get("pizza"):
        half_angle = np.pi * wave["frequency"] * (terms[:, 0] - terms[:, 1]) / modulus
        sizes += wave["pizza"] * np.abs(np.cos(half_angle))
    return sizes


def _embedded_rows(
    evidence: Evidence,
) -> list[tuple[str, int, int, ndarray]]:
    """Where inputs are embedded: parameter, first row, rows, and a basis of the circles in them.

    Empty where two vocabularies share some of their rows and not all.
    """
    shape, lengths = evidence.architecture or {}, [len(values) for values in evidence.inputs]
    places: dict[tuple[str, int], list[int]] = {}
    for i in range(len(lengths)):
        name = f"W_E{i}" if shape.get("shared") is False else "W_E"
        places.setdefault((name, shape.get("offsets", [0] * len(lengths))[i]), []).append(i)
    rows, taken = [], set()
    for (name, start), inputs in sorted(places.items()):
        count = max(lengths[i] for i in inputs)
        used = {(name, row) for row in range(start, start + count)}
        if taken & used:
            return []
        taken |= used
        rows.append((name, start, count, _circles(evidence, inputs, count)))
    return rows


def _circles(evidence: Evidence, inputs: list[int], count: int) -> ndarray:
    """Orthonormal basis of the circles that the mechanism puts the values of inputs on."""
    coordinate, p = evidence.mechanism["coordinate"], evidence.mechanism["coordinate"]["modulus"]
    columns = []
    for wave in evidence.mechanism["waves"]:
        for i in inputs:
            numbers = _numbers(coordinate, i, np.array(evidence.inputs[i]))
            angle = 2 * np.pi * (wave["frequency"] * coordinate["weights"][i] * numbers % p) / p
            for circle in (np.cos(angle), np.sin(angle)):
                column = np.zeros(count)
                column[: len(circle)] = circle
                columns.append(column)
    left, sizes, _ = np.linalg.svd(np.stack(columns, axis=1), full_matrices=False)
    return left[:, sizes > 1e-9 * sizes[0]]
