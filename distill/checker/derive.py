"""What follows from a stored network and program over a finite domain, by its name in the report.

The pipeline computes the same numbers by other means (torch, its own bookkeeping) when it writes
the report; a folder passes only if both are the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy import ndarray

from . import fourier
from .forward import FORWARD_PASSES, SINGLE, Ball, covers, margins
from .language import read_program
from .read import Evidence
from .sandbox import program_of, run_program
from .search import Asked, search_inputs
from .statements import holds_for

CONFIDENCE = 0.99
FEWEST_SAMPLED = 1_000
FRESH = 20_000
CHUNK = 1 << 22
"""Raw numbers that are held at once."""

Claims = dict[str, Any]
"""By dotted name; of rows, `figures.NAME` is the value."""


def smallest(total: int, count: int, seed: int) -> ndarray:
    """Mask [total] of the positions of the `count` smallest of `total` raw PCG64 numbers."""
    bits, mask = np.random.PCG64(seed), np.zeros(total, dtype=bool)
    raw, places = np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int64)
    for start in range(0, total, CHUNK):
        more = np.arange(start, min(start + CHUNK, total))
        raw = np.concatenate([raw, bits.random_raw(len(more))])
        places = np.concatenate([places, more])
        order = np.argsort(raw, kind="stable")[:count]  # of equal ones the first come first
        raw, places = raw[order], places[order]
    mask[places] = True
    return mask


def upper_bound(disagreements: int, total: int) -> float:
    """Exact (Clopper-Pearson) one-sided upper bound on a rate, at 99%.

    It is the rate at which so few disagreements, or fewer, have a chance of 1%.
    """
    if disagreements >= total:
        return 1.0
    if disagreements == 0:
        return 1 - (1 - CONFIDENCE) ** (1 / total)
    ways = np.array([_log_ways(total, k) for k in range(disagreements + 1)])
    counts = np.arange(disagreements + 1)
    low, high = disagreements / total, 1.0
    for _ in range(200):
        rate = (low + high) / 2
        if rate in (low, high):
            break
        logs = ways + counts * math.log(rate) + (total - counts) * math.log1p(-rate)
        chance = float(np.exp(logs - logs.max()).sum()) * math.exp(logs.max())
        low, high = (rate, high) if chance > 1 - CONFIDENCE else (low, rate)
    return high


def _log_ways(total: int, count: int) -> float:
    return math.lgamma(total + 1) - math.lgamma(count + 1) - math.lgamma(total - count + 1)


def derive(evidence: Evidence) -> Claims:
    """Every claim that follows from a folder over a finite domain.

    Raises:
        ProgramError: the program is not of the language, failed, or took more than its limits.
        ValueError: the folder's parts do not fit together.
    """
    indices = _checked(evidence)
    tokens = evidence.tokens(indices)
    claims: Claims = {"space": "domain", "stored": evidence.architecture is not None}
    said = run_program(evidence.program, evidence.values(tokens), len(evidence.outputs))
    if evidence.architecture is None:
        assert evidence.recorded is not None, "read so"
        network = evidence.recorded
        claims["mechanism follows"] = said.logits is not None and _follows(
            evidence, tokens, said.logits
        )
    else:
        network = _from_weights(evidence, indices, tokens, said.logits, claims)
    model, answers = network + evidence.outputs.start, said.answers
    _count(evidence, indices, tokens, answers, model, claims)
    claims |= sizes(evidence.program)
    claims["mechanism.variables"] = []
    claims["program.exceptions"] = len(evidence.mechanism["exceptions"])
    return claims


def derive_refusal(evidence: Evidence) -> Claims:
    """How good a network is that was not understood, where it was stored with a reference."""
    claims: Claims = {"space": "domain", "stored": evidence.architecture is not None}
    if evidence.architecture is not None and evidence.reference is not None:
        tokens = evidence.tokens(_checked(evidence))
        network = answering(evidence)(tokens)
        claims["model_vs_task.agree"] = int((network == evidence.reference).sum())
        claims["model_vs_task.total"] = len(tokens)
    return claims


def conclude(evidence: Evidence, verdict: str) -> Claims:
    """What a verdict is about."""
    sample = evidence.sample
    draw = {"kind": "every"} if sample is None else {"kind": "sample", **sample}
    ends = [(values[0], values[-1]) for values in (*evidence.inputs, evidence.outputs)]
    held = holds_for("domain", ends[:-1], ends[-1], verdict, draw, None)
    return {f"holds_for.{name}": value for name, value in held.items()}


def draw_again(evidence: Evidence, seed: int) -> tuple[int, int]:
    """Ask on inputs that nobody could know before: how many, and on how many they differ."""
    if evidence.sample is None or evidence.architecture is None:
        return 0, 0
    generator = np.random.Generator(np.random.PCG64(seed))
    columns = [generator.integers(0, len(values), FRESH) for values in evidence.inputs]
    tokens = np.stack(columns, axis=1)
    answers = run_program(evidence.program, evidence.values(tokens)).answers
    differ = answers != answering(evidence)(tokens) + evidence.outputs.start
    return FRESH, int(differ.sum())


def answering(evidence: Evidence) -> Callable[[ndarray], ndarray]:
    """What the stored network answers to rows of tokens, as positions among the outputs."""
    assert evidence.architecture is not None, "asked for stored networks only"
    shape = evidence.architecture
    forward = FORWARD_PASSES[shape["kind"]](shape, evidence.weights, 0.0)
    return lambda tokens: forward(tokens).mid.argmax(axis=1)


def sizes(source: str) -> Claims:
    """How long a program is."""
    size = read_program(source).size
    return {
        "program.lines": size.lines,
        "program.ast_nodes": size.ast_nodes,
        "program.data_literals": size.data_literals,
        "mechanism.description_length": size.ast_nodes,
    }


def _checked(evidence: Evidence) -> ndarray:
    """Row-major positions of the inputs that are checked."""
    if evidence.sample is None:
        return np.arange(evidence.size)
    count = evidence.sample["count"]
    if count < min(FEWEST_SAMPLED, evidence.size // 4):
        raise ValueError(f"only {count:,} inputs were drawn; {FEWEST_SAMPLED:,} are the least")
    return np.flatnonzero(smallest(evidence.size, count, evidence.sample["seed"]))


def _count(
    evidence: Evidence,
    indices: ndarray,
    tokens: ndarray,
    answers: ndarray,
    model: ndarray,
    claims: Claims,
) -> None:
    """Agreements of program, network and task."""
    agree = answers == model
    every = evidence.sample is None
    whole = every and bool(agree.all())
    differ = np.flatnonzero(~agree)
    counted: Claims = {
        "agree": int(agree.sum()),
        "total": len(indices),
        "exhaustive": every,
        "upper_bound_99": 0.0 if whole else upper_bound(len(differ), len(indices)),
        "heldout_agree": None,
        "heldout_total": None,
        "disagreement": None,
        "stress": None,
        "length": None,
    }
    if len(differ):
        first = differ[0]
        asked = evidence.values(tokens[first : first + 1])[0].tolist()
        counted["disagreement"] = {
            **{"inputs": asked, "program": int(answers[first]), "model": int(model[first])}
        }
    if evidence.split is not None:
        held = ~_trained(evidence)[indices]
        counted |= {"heldout_agree": int(agree[held].sum()), "heldout_total": int(held.sum())}
    if every:
        counted |= {"searched": None, "search_disagreements": None}
    claims |= {f"program_vs_model.{name}": value for name, value in counted.items()}
    for name, found in {"model_vs_task": model, "program_vs_task": answers}.items():
        if evidence.reference is None:
            claims[name] = None
            continue
        reference = evidence.reference + evidence.outputs.start
        claims[f"{name}.agree"] = int((found == reference).sum())
        claims[f"{name}.total"] = len(indices)


def _trained(evidence: Evidence) -> ndarray:
    if evidence.split is None:
        return np.zeros(evidence.size, dtype=bool)
    return smallest(evidence.size, evidence.split["train"], evidence.split["seed"])


def _from_weights(
    evidence: Evidence, indices: ndarray, tokens: ndarray, said: ndarray | None, claims: Claims
) -> ndarray:
    """Run the stored weights; add what follows from their logits to the claims."""
    shape = evidence.architecture
    assert shape is not None, "asked for stored networks only"
    forward = FORWARD_PASSES[shape["kind"]](shape, evidence.weights)
    balls = forward(tokens)
    network, lead, lower = margins(balls)
    trained = _trained(evidence)[indices]
    claims["figures.smallest_margin"] = float(lead.min())
    for name, part in {"train": trained, "heldout": ~trained}.items():
        claims[f"figures.mean_margin_{name}"] = float(lead[part].mean()) if part.any() else None
    if evidence.sample is None:
        inner = FORWARD_PASSES[shape["kind"]](shape, evidence.weights, SINGLE)
        single = float(margins(inner(tokens))[2].min())
        claims |= {
            "proof.method": "margins",
            "proof.smallest_lead": float(lower.min()),
            "proof.rounding": float(balls.rad.max()),
            "proof.float_bound.smallest_lead": single,
            "proof.float_bound.covered": covers(inner, single),
        }
        claims |= {f"proof.{name}": None for name in ("up_to_length", "nodes", "history", "error")}
    else:
        claims["proof"] = None
        _search(evidence, claims)
    _inside(evidence, forward, tokens, network, balls, said, claims)
    return network


def asked(evidence: Evidence) -> Callable[[ndarray], Asked]:
    """How program and network of a run are asked about rows of tokens."""
    shape = evidence.architecture
    assert shape is not None, "asked for stored networks only"
    forward = FORWARD_PASSES[shape["kind"]](shape, evidence.weights)

    def ask(rows: ndarray) -> Asked:
        answers = run_program(evidence.program, evidence.values(rows)).answers
        network, lead, _ = margins(forward(rows))
        return Asked(answers != network + evidence.outputs.start, lead)

    return ask


def _search(evidence: Evidence, claims: Claims) -> None:
    shape = tuple(len(values) for values in evidence.inputs)
    first = evidence.inputs[0].start
    hints = [value - first for value in program_of(evidence.program).constants]
    found = search_inputs(asked(evidence), shape, constants=hints)
    claims["program_vs_model.searched"] = found.visited
    claims["program_vs_model.search_disagreements"] = found.disagreements


def _inside(
    evidence: Evidence,
    forward: Any,
    tokens: ndarray,
    network: ndarray,
    balls: Ball,
    said: ndarray | None,
    claims: Claims,
) -> None:
    """R² of the program's logits off the fitted inputs, and the embedding's key planes."""
    fit = evidence.fit
    if fit is None:
        raise ValueError("the certificate does not say which inputs were fitted")
    traced = np.arange(evidence.size)
    if fit["inputs"] != evidence.size:
        traced = np.flatnonzero(smallest(evidence.size, fit["inputs"], fit["seed"]))
    rest = traced[~smallest(fit["inputs"], fit["fitted"], fit["seed"])]
    rest_tokens = evidence.tokens(rest)
    if len(tokens) == evidence.size:
        logits, scores = balls.mid[rest], None if said is None else said[rest]
    else:
        logits = forward(rest_tokens).mid
        asked = evidence.values(rest_tokens)
        scores = run_program(evidence.program, asked, len(evidence.outputs)).logits
    if scores is None:
        raise ValueError("the program has no function logits() to compare with the network's")
    claims["figures.logit_r2"] = r2(scores, logits)
    claims["mechanism follows"] = _follows(evidence, rest_tokens, scores)

    def ablated(weights: Mapping[str, ndarray]) -> ndarray:
        return type(forward)(evidence.architecture, weights, 0.0)(tokens).mid.argmax(axis=1)

    kept = fourier.kept_and_removed(evidence, ablated, network)
    for name in ("kept_only_accuracy", "removed_accuracy"):
        claims[f"figures.{name}"] = kept.get(name)


def _follows(evidence: Evidence, tokens: ndarray, scores: ndarray) -> bool:
    """Whether a program is its mechanism: logits at some inputs, and the exceptions."""
    return fourier.follows(evidence, tokens, scores) and fourier.exceptions_follow(
        evidence, lambda x: run_program(evidence.program, x).answers
    )


def r2(said: ndarray, logits: ndarray) -> float:
    """Part of the variance of centred logits [n, outputs] that other centred logits explain."""
    logits = logits - logits.mean(axis=1, keepdims=True)
    said = said - said.mean(axis=1, keepdims=True)
    return float(1 - np.square(logits - said).sum() / np.square(logits).sum())
