"""The numbers that a certificate claims, derived from the stored weights and program.

The pipeline computes the same numbers by other means (torch, its own bookkeeping) when it writes
the report; a folder passes only if both are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from distill.checker.forward import FORWARD_PASSES, SINGLE, Ball, margins
from distill.checker.sandbox import run_program

CONFIDENCE = 0.99

PRINTED_PHASE = 0.05
"""Phases below this many radians are left out of programs; the mechanism has them as fitted."""

Claims = dict[str, Any]


@dataclass(frozen=True)
class Evidence:
    """What a certificate holds as data, read and given types."""

    inputs: tuple[range, ...]
    outputs: range
    architecture: Mapping[str, Any] | None
    weights: Mapping[str, ndarray]
    recorded: Int[ndarray, " n"] | None
    """Answers of a network that was not stored, at the checked inputs."""
    split: Mapping[str, int] | None
    fit: Mapping[str, int]
    sample: Mapping[str, int] | None
    reference: Int[ndarray, " n"] | None
    """The task's answers at the checked inputs."""
    program: str
    mechanism: Mapping[str, Any]

    @property
    def size(self) -> int:
        """How many inputs the domain has."""
        return int(np.prod([len(values) for values in self.inputs]))

    def tokens(self, indices: Int[ndarray, " n"]) -> Int[ndarray, "n k"]:
        """Tokens of row-major positions in the domain."""
        shape = tuple(len(values) for values in self.inputs)
        return np.stack(np.unravel_index(indices, shape), axis=1)

    def values(self, tokens: Int[ndarray, "n k"]) -> Int[ndarray, "n k"]:
        """Integers that tokens stand for."""
        return tokens + np.array([values.start for values in self.inputs])


def smallest(total: int, count: int, seed: int) -> Bool[ndarray, " total"]:
    """Mask of the positions of the `count` smallest of `total` raw PCG64 numbers."""
    order = np.argsort(np.random.PCG64(seed).random_raw(total), kind="stable")
    mask = np.zeros(total, dtype=bool)
    mask[order[:count]] = True
    return mask


def upper_bound(disagreements: int, total: int) -> float:
    """Exact (Clopper-Pearson) one-sided upper bound on a rate, at 99%."""
    if disagreements >= total:
        return 1.0
    if disagreements == 0:
        return 1 - (1 - CONFIDENCE) ** (1 / total)
    from scipy.special import betaincinv

    return float(betaincinv(disagreements + 1, total - disagreements, CONFIDENCE))


def derive(evidence: Evidence) -> Claims:
    """Every claim that follows from a folder, by its dotted name in `verification.json`."""
    if evidence.sample is None:
        indices = np.arange(evidence.size)
    else:
        chosen = smallest(evidence.size, evidence.sample["count"], evidence.sample["seed"])
        indices = np.flatnonzero(chosen)
    tokens = evidence.tokens(indices)
    answers = run_program(evidence.program, evidence.values(tokens)).answers
    claims: Claims = {}
    if evidence.architecture is None:
        if evidence.recorded is None:
            raise ValueError("neither weights nor recorded answers of the network are stored")
        network = evidence.recorded
    else:
        network = _from_weights(evidence, indices, tokens, claims)
    model = network + evidence.outputs.start

    trained = np.zeros(len(indices), dtype=bool)
    if evidence.split is not None:
        trained = smallest(evidence.size, evidence.split["train"], evidence.split["seed"])[indices]
    agree = answers == model
    counted = {
        "agree": int(agree.sum()),
        "total": len(indices),
        "exhaustive": evidence.sample is None,
        "upper_bound_99": 0.0
        if evidence.sample is None and agree.all()
        else upper_bound(int((~agree).sum()), len(indices)),
    }
    if evidence.split is not None:
        counted |= {"heldout_agree": int(agree[~trained].sum())}
        counted |= {"heldout_total": int((~trained).sum())}
    claims |= {f"program_vs_model.{name}": value for name, value in counted.items()}
    if evidence.reference is not None:
        reference = evidence.reference + evidence.outputs.start
        for name, found in {"model_vs_task": model, "program_vs_task": answers}.items():
            claims[f"{name}.agree"] = int((found == reference).sum())
            claims[f"{name}.total"] = len(indices)
    claims["verdict"] = _verdict(claims, bool(agree.all()), evidence)
    return claims


def _verdict(claims: Claims, all_agree: bool, evidence: Evidence) -> str:
    if not all_agree or claims.get("program_vs_model.search_disagreements"):
        return "approximate"
    if evidence.sample is not None or evidence.architecture is None:
        return "tested"
    return "proved" if claims["proof.smallest_lead"] > 0 else "exhaustive"


def _from_weights(
    evidence: Evidence, indices: Int[ndarray, " n"], tokens: Int[ndarray, "n k"], claims: Claims
) -> Int[ndarray, " n"]:
    """Run the stored weights; add what follows from their logits to the claims."""
    assert evidence.architecture is not None
    forward_pass = FORWARD_PASSES[evidence.architecture["kind"]]
    forward = forward_pass(evidence.architecture, evidence.weights)
    balls = forward(tokens)
    network, lead, lower = margins(balls)
    claims["inside.smallest_margin"] = float(lead.min())
    trained = np.zeros(len(indices), dtype=bool)
    if evidence.split is not None:
        trained = smallest(evidence.size, evidence.split["train"], evidence.split["seed"])[indices]
        claims["inside.mean_margin_train"] = float(lead[trained].mean()) if trained.any() else None
    claims["inside.mean_margin_heldout"] = float(lead[~trained].mean())
    if evidence.sample is None:
        single = margins(forward_pass(evidence.architecture, evidence.weights, SINGLE)(tokens))[2]
        claims["proof.smallest_lead"] = float(lower.min())
        claims["proof.rounding"] = float(balls.rad.max())
        claims["proof.float_bound.smallest_lead"] = float(single.min())
        claims["proof.float_bound.covered"] = bool(single.min() > 0)
    else:
        _search(evidence, lambda rows: margins(forward(rows))[1], forward, claims)
    _inside(evidence, forward, indices, tokens, network, balls, claims)
    return network


def _search(evidence: Evidence, lead: Any, forward: Any, claims: Claims) -> None:
    from distill.verify.second_search import least_sure

    visited = least_sure(lead, tuple(len(values) for values in evidence.inputs))
    answers = run_program(evidence.program, evidence.values(visited)).answers
    network = forward(visited).mid.argmax(axis=1) + evidence.outputs.start
    claims["program_vs_model.searched"] = len(visited)
    claims["program_vs_model.search_disagreements"] = int((answers != network).sum())


def _inside(
    evidence: Evidence,
    forward: Any,
    indices: Int[ndarray, " n"],
    tokens: Int[ndarray, "n k"],
    network: Int[ndarray, " n"],
    balls: Ball,
    claims: Claims,
) -> None:
    """R² of the program's logits off the fitted inputs, and the embedding's key planes."""
    fit = evidence.fit
    if fit["inputs"] == evidence.size:
        traced = np.arange(evidence.size)
    else:
        traced = np.flatnonzero(smallest(evidence.size, fit["inputs"], fit["seed"]))
    rest = traced[~smallest(fit["inputs"], fit["fitted"], fit["seed"])]
    rest_tokens = evidence.tokens(rest)
    whole = len(indices) == evidence.size
    logits = balls.mid[rest] if whole else forward(rest_tokens).mid
    said = run_program(
        evidence.program, evidence.values(rest_tokens), outputs=len(evidence.outputs)
    ).logits
    if said is None:
        raise ValueError("the program has no function logits() to compare with the network's")
    claims["inside.logit_r2"] = r2(said, logits)
    waves = _mechanism_logits(evidence, rest_tokens)
    claims["mechanism.follows"] = bool(np.abs(said - waves).max() <= 0.01 * np.abs(waves).max())

    blocks = _embedded_rows(evidence)
    for name, keep in {"kept_only_accuracy": True, "removed_accuracy": False}.items():
        changed = {name: value.astype(np.float64) for name, value in evidence.weights.items()}
        for parameter, start, count, planes in blocks:
            rows = changed[parameter][start : start + count]
            inside = planes @ (planes.T @ rows)
            changed[parameter][start : start + count] = (
                rows.mean(0) + inside if keep else rows - inside
            )
        if blocks:  # otherwise vocabularies overlap: there are no planes to keep or remove
            ablated = type(forward)(evidence.architecture, changed)
            answers = ablated(tokens).mid.argmax(axis=1)
            claims[f"inside.{name}"] = float((answers == network).mean())


def r2(said: Float[ndarray, "n outputs"], logits: Float[ndarray, "n outputs"]) -> float:
    """Part of the variance of centred logits that other centred logits explain."""
    logits = logits - logits.mean(axis=1, keepdims=True)
    said = said - said.mean(axis=1, keepdims=True)
    return float(1 - np.square(logits - said).sum() / np.square(logits).sum())


def _numbers(
    coordinate: Mapping[str, Any], which: int | None, values: Int[ndarray, " n"]
) -> Int[ndarray, " n"]:
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
        powers = range(1, 1 + len(rule["coefficients"]))
        terms = list(zip(rule["coefficients"], powers, strict=True))
        numbers = [sum(c * pow(int(x), power, modulus) for c, power in terms) for x in values]
    return np.array([number % modulus for number in numbers], dtype=np.int64)


def _terms(evidence: Evidence, tokens: Int[ndarray, "n k"]) -> Int[ndarray, "n k"]:
    """What every input adds to the coordinate."""
    coordinate = evidence.mechanism["coordinate"]
    columns = []
    for i, (weight, values) in enumerate(zip(coordinate["weights"], evidence.inputs, strict=True)):
        columns.append(weight * _numbers(coordinate, i, np.array(values))[tokens[:, i]])
    return np.stack(columns, axis=1)


def _mechanism_logits(
    evidence: Evidence, tokens: Int[ndarray, "n k"]
) -> Float[ndarray, "n outputs"]:
    coordinate, p = evidence.mechanism["coordinate"], evidence.mechanism["coordinate"]["modulus"]
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


def _sizes(
    wave: Mapping[str, Any], terms: Int[ndarray, "n k"], modulus: int
) -> Float[ndarray, " n"]:
    """Of a wave at every input: it may depend on the difference of the coordinate's two terms."""
    sizes = np.full(len(terms), float(wave["amplitude"]))
    if wave.get("pizza"):
        half_angle = np.pi * wave["frequency"] * (terms[:, 0] - terms[:, 1]) / modulus
        sizes += wave["pizza"] * np.abs(np.cos(half_angle))
    return sizes


def _embedded_rows(
    evidence: Evidence,
) -> list[tuple[str, int, int, Float[ndarray, "tokens planes"]]]:
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


def _circles(evidence: Evidence, inputs: list[int], count: int) -> Float[ndarray, "tokens planes"]:
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
