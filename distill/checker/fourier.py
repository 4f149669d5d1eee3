"""Fourier features: waves along a coordinate, and the planes of the embedding that hold them.

A mechanism is a sum of waves along a coordinate of the inputs. Its logits are computed here from
`mechanism.json` and held against the program's and the network's; the planes of its frequencies are
kept, or taken out, in the rows of the stored embedding.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy import ndarray

from .finite import Evidence, forward_pass, smallest
from .kind import DECOY, FOLLOWS, Claims, Proof, Test
from .read import whole
from .sandbox import run_program

TESTS: tuple[Test, ...] = (
    Test("logit_r2", "R² of the logits", 0.5, beside=True),
    Test(DECOY, "R² of a decoy", 0.5, at_least=False),
    Test("kept_only_accuracy", "answers kept by the key planes alone", 0.99),
    Test("removed_accuracy", "answers left without the key planes", 0.5, at_least=False),
    Test("decode_r2", "R² of decoding the waves", 0.8),
    Test("interchange_accuracy", "answers that follow an interchange", 0.9),
)
PROOFS: Mapping[str, Proof] = {}
LOOKED_AT: Mapping[str, frozenset[str] | None] = {
    "coordinate": None,
    "waves": frozenset({"frequency", "amplitude", "phase", "pizza"}),
    "exceptions": None,
}
PRINTED_PHASE = 0.05
"""Phases below this many radians are left out of programs; the mechanism has them as fitted."""
COORDINATE = {"kind", "weights", "offset", "modulus", "inputs", "output"}
SEEN = 1e-3
"""The least size of a wave, as a part of the largest; what is less cannot be seen in the logits."""
FOLLOWS_BY = 0.002
"""By how much of the largest logit a program's may differ from those of its mechanism."""


def derive(evidence: Evidence) -> Claims:
    """How far the waves explain the logits, and what hangs on their planes.

    Of a network that was not stored, only whether the program is its mechanism.
    """
    seen = evidence.checked
    if seen.balls is None:
        return {FOLLOWS: _follows(evidence, seen.tokens, seen.scores)}
    if evidence.fit is None:
        raise ValueError("the certificate does not say which inputs were fitted")
    size, fit = evidence.size, evidence.fit
    traced = np.flatnonzero(smallest(size, fit["inputs"], fit["seed"]))
    rest = traced[~smallest(fit["inputs"], fit["fitted"], fit["seed"])]
    tokens = evidence.tokens(rest)
    if len(seen.tokens) == size:
        logits, scores = seen.balls.mid[rest], None if seen.scores is None else seen.scores[rest]
    else:
        logits, asked = forward_pass(evidence)(tokens).mid, evidence.values(tokens)
        scores = run_program(evidence.program, asked, len(evidence.outputs)).logits
    if scores is None:
        raise ValueError("the program has no function logits() to compare with the network's")
    claims = {"figures.logit_r2": _r2(scores, logits)}
    claims[FOLLOWS] = _follows(evidence, tokens, scores)
    return claims | _kept_and_removed(evidence)


def _follows(evidence: Evidence, tokens: ndarray, scores: ndarray | None) -> bool:
    """Whether a program's logits at some inputs are its mechanism's, and its exceptions are."""
    if scores is None:
        return False
    waves = _logits(evidence, tokens)
    apart, largest = float(np.abs(scores - waves).max()), float(np.abs(waves).max())
    sizes = [abs(w["amplitude"]) + abs(w.get("pizza") or 0) for w in evidence.mechanism["waves"]]
    # a wave that nothing would miss may be none of the program's
    follows = apart <= FOLLOWS_BY * largest and min(sizes) > max(2 * apart, SEEN * max(sizes))
    listed = whole(evidence.mechanism["exceptions"])
    if not follows or not len(listed):
        return follows
    said = run_program(evidence.program, evidence.values(listed[:, :-1])).answers
    return bool((said - evidence.outputs.start == listed[:, -1]).all())


def _r2(said: ndarray, logits: ndarray) -> float:
    """Part of the variance of centred logits [n, outputs] that other centred logits explain."""
    logits = logits - logits.mean(axis=1, keepdims=True)
    said = said - said.mean(axis=1, keepdims=True)
    return float(1 - np.square(logits - said).sum() / np.square(logits).sum())


def _kept_and_removed(evidence: Evidence) -> Claims:
    """Answers that stay with the key planes of the embedding alone, and without them.

    Null where vocabularies overlap in part, so that there are no planes to keep or remove.
    """
    blocks, seen = _embedded_rows(evidence), evidence.checked
    claims: Claims = {}
    for name, keep in {"kept_only_accuracy": True, "removed_accuracy": False}.items():
        changed = {name: value.astype(np.float64) for name, value in evidence.weights.items()}
        for parameter, start, count, planes in blocks:
            rows = changed[parameter][start : start + count]
            inside = planes @ (planes.T @ rows)
            changed[parameter][start : start + count] = (
                rows.mean(0) + inside if keep else rows - inside
            )
        claims[f"figures.{name}"] = None
        if blocks:
            answers = forward_pass(evidence, weights=changed)(seen.tokens).mid.argmax(axis=1)
            same = answers + evidence.outputs.start == seen.model
            claims[f"figures.{name}"] = float(same.mean())
    return claims


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


def _logits(evidence: Evidence, tokens: ndarray) -> ndarray:
    """The logits [n, outputs] of the mechanism: its waves along its coordinate."""
    coordinate, p = evidence.mechanism["coordinate"], evidence.mechanism["coordinate"]["modulus"]
    if coordinate.keys() != COORDINATE or coordinate["kind"] != "affine":
        raise ValueError("the coordinate of the mechanism is of no kind that is known")
    whole([*coordinate["weights"], coordinate["offset"], p])
    whole([wave["frequency"] for wave in evidence.mechanism["waves"]])
    weighted = zip(coordinate["weights"], evidence.inputs, strict=True)
    terms = [
        weight * _numbers(coordinate, i, np.array(values))[tokens[:, i]]
        for i, (weight, values) in enumerate(weighted)
    ]
    psi = _numbers(coordinate, None, np.array(evidence.outputs))
    if len(set(psi.tolist())) != p or len(psi) != p:
        raise ValueError("the coordinate does not number the outputs one to one")
    phi = sum(terms) + coordinate["offset"]
    turns = (psi[None, :] - phi[:, None]) % p
    logits = np.zeros(turns.shape)
    for wave in evidence.mechanism["waves"]:
        phase = wave["phase"] if abs(wave["phase"]) >= PRINTED_PHASE else 0.0
        angle = 2 * np.pi * wave["frequency"] * np.arange(p) / p + phase
        sizes = np.full(len(tokens), float(wave["amplitude"]))
        if wave.get("pizza"):  # its size depends on the difference of the coordinate's two terms
            half_angle = np.pi * wave["frequency"] * (terms[0] - terms[1]) / p
            sizes += wave["pizza"] * np.abs(np.cos(half_angle))
        logits += sizes[:, None] * np.cos(angle)[turns]
    return logits


def _embedded_rows(evidence: Evidence) -> list[tuple[str, int, int, ndarray]]:
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
