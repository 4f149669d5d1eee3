"""Evidence about the inside of a network that a Fourier mechanism claims to explain.

A perfect network's arg max agrees with any program that solves the task, so agreement says
little. These tests can fail: wrong frequencies and wrong coordinates (decoys) are put through the
same ones, and their figures stand beside.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from distill.checker.kind import DECOY
from distill.evidence.figures import Measure, Measured
from distill.evidence.probe import linear_reading, readable_directions, slight_ridge
from distill.evidence.profile import aligned_profile, mean_square, multiplicity
from distill.kinds.fourier.coordinate import Coordinate
from distill.kinds.fourier.mechanism import (
    FourierMechanism,
    Wave,
    mechanism_logits,
    midpoint_radius,
    wave_logits,
    wave_profile,
)
from distill.kinds.fourier.planes import EmbeddingPlanes
from distill.kinds.fourier.waves import key_waves
from distill.networks.network import HIDDEN, HasActivations, HasLogits
from distill.networks.stored import Model
from distill.networks.trace import Trace
from distill.records.report import DECOY_AGREES

DECOY_SEED = 3

EMBEDDED = ("kept_only_accuracy", "removed_accuracy", "interchange_accuracy")
"""Rows about planes of the embedding: not measured where there is none that holds them."""


@dataclass(frozen=True)
class Decoy:
    """A wrong explanation put through the same test.

    Attributes:
        name: what is wrong with it.
        logit_r2: part of the logits that it explains on inputs that were not fitted.
        agreement: part of all inputs on which its arg max is the network's answer.
    """

    name: str
    logit_r2: float
    agreement: float


def explained(logits: Float[ndarray, "n outputs"], said: Float[ndarray, "n outputs"]) -> float:
    """R² of what was said about centred logits."""
    said = said - said.mean(axis=1, keepdims=True)
    return 1 - float(np.square(logits - said).sum()) / float(np.square(logits).sum())


def logit_evidence(
    trace: Trace, said: Float[ndarray, "m outputs"], wrong: tuple[Decoy, ...]
) -> Measured:
    """What the program's logits explain of the network's, on the inputs that were not fitted.

    Rows: `logit_r2`, beside that of the best decoy; the answers when the logits keep the program's
    alone, and when these are taken out; and every decoy, with how often its arg max agrees.

    Args:
        trace: of the network.
        said: the program's logits on the traced inputs that were not fitted.
        wrong: decoys that went through the same test.
    """
    logits, answers = trace.logits[~trace.fitted], trace.outputs[~trace.fitted]
    centred = said - said.mean(axis=1, keepdims=True)
    best = max((decoy.logit_r2 for decoy in wrong), default=None)
    kept = float((said.argmax(axis=1) == answers).mean())
    removed = float(((logits - centred).argmax(axis=1) == answers).mean())
    found = {
        "logit_r2": Measure(explained(logits, said), best),
        "kept_only_logits_accuracy": Measure(kept),
        "removed_logits_accuracy": Measure(removed),
    }
    for decoy in wrong:
        found[f"{DECOY}{decoy.name}"] = Measure(decoy.logit_r2)
        found[f"{DECOY_AGREES}{decoy.name}"] = Measure(decoy.agreement)
    return found


def decoys(trace: Trace, mechanism: FourierMechanism) -> tuple[Decoy, ...]:
    """Wrong explanations, refitted on the fitted half as the mechanism was, scored on the rest."""
    coordinate, count = mechanism.coordinate, len(mechanism.waves)
    rng = np.random.default_rng(DECOY_SEED)
    found = []
    others = _strongest(trace, coordinate, mechanism.key_frequencies, count)
    if others:
        found.append(_decoy(trace, "the strongest other frequencies", coordinate, others))
        # with the mean of |cos| over a turn
        sizes = (wave.amplitude + wave.pizza * 2 / np.pi for wave in mechanism.waves)
        amplitudes = sorted(sizes, reverse=True)
        loud = tuple(
            Wave(wave.frequency, amplitude, 0.0, 0.0)
            for wave, amplitude in zip(others, amplitudes, strict=False)
        )
        found.append(_decoy(trace, "these with the true amplitudes", coordinate, loud))
    for name, wrong in _wrong_coordinates(coordinate, rng):
        waves = _strongest(trace, wrong, (), count)
        found.append(_decoy(trace, name, wrong, waves))
    return tuple(found)


def _strongest(
    trace: Trace, coordinate: Coordinate, excluded: tuple[int, ...], count: int
) -> tuple[Wave, ...]:
    """The waves with the largest share on the fitted half, apart from excluded frequencies."""
    logits = trace.logits[trace.fitted]
    phi = coordinate.phi(trace.domain.values(trace.tokens[trace.fitted]))
    profile = aligned_profile(coordinate.by_number(logits, trace.domain.outputs), phi)
    _, shares = key_waves(profile, mean_square(logits))
    spectrum = np.fft.rfft(profile) / len(profile)
    order = [int(k) for k in np.argsort(-shares, kind="stable") if k and k not in excluded]
    folds = multiplicity(len(profile))
    return tuple(
        Wave(
            k,
            float(folds[k] * abs(spectrum[k])),
            float(np.angle(spectrum[k])),
            float(shares[k]),
        )
        for k in order[:count]
    )


def _wrong_coordinates(
    coordinate: Coordinate, rng: np.random.Generator
) -> list[tuple[str, Coordinate]]:
    p, weights = coordinate.modulus, coordinate.weights
    flipped = (*weights[:-1], -weights[-1])
    drawn = tuple(int(w) for w in rng.integers(1, p, len(weights)))
    wrong = [
        replace(coordinate, weights=others, offset=0)
        for others in (flipped, drawn)
        if not _proportional(others, weights, p)
    ]
    if not coordinate.plain:
        wrong.append(Coordinate(weights, 0, p))
    return [(f"the coordinate {other.expression}", other) for other in wrong]


def _proportional(first: tuple[int, ...], second: tuple[int, ...], p: int) -> bool:
    return any(
        all((factor * a - b) % p == 0 for a, b in zip(first, second, strict=True))
        for factor in range(1, p)
    )


def _decoy(trace: Trace, name: str, coordinate: Coordinate, waves: tuple[Wave, ...]) -> Decoy:
    phi = coordinate.phi(trace.domain.values(trace.tokens))
    psi = coordinate.output_numbers(trace.domain.outputs)
    said = wave_logits(wave_profile(waves, coordinate.modulus), phi, psi)
    rest = ~trace.fitted
    return Decoy(
        name,
        explained(trace.logits[rest], said[rest]),
        float((said.argmax(axis=1) == trace.outputs).mean()),
    )


def decoded(trace: Trace, network: HasActivations, mechanism: FourierMechanism) -> Measure:
    """How well the key waves of φ decode linearly from the last hidden layer, off the fitted half.

    A wave that depends on the difference of the inputs is decoded with the size that it has there.

    Returns:
        The R² of the worst key frequency, beside the best of as many other frequencies; null
        where no activations are reached.
    """
    p = mechanism.modulus
    shown = HIDDEN in network.places
    hidden = network.activations(HIDDEN, trace.tokens) if shown else None
    if hidden is None:
        return Measure(None)
    directions = readable_directions(hidden, trace.fitted)
    note = None
    if directions is not hidden:
        note = f"from the {directions.shape[1]} leading directions of the layer"
    phi = mechanism.coordinate.phi(trace.domain.values(trace.tokens))
    rng = np.random.default_rng(DECOY_SEED)
    keys = mechanism.key_frequencies
    others = [k for k in range(1, p // 2 + 1) if k not in keys]
    drawn = rng.permutation(others)[: len(keys)] if others else np.array([], dtype=int)
    frequencies = np.array([*keys, *drawn])
    angles = 2 * np.pi * frequencies[None, :] * phi[:, None] / p
    sizes = np.ones(angles.shape)
    difference = mechanism.coordinate.difference
    for column, wave in enumerate(mechanism.waves):
        if wave.pizza and difference is not None:
            steps = difference.phi(trace.domain.values(trace.tokens))
            radius = midpoint_radius(wave.frequency, steps, p)
            sizes[:, column] = wave.amplitude + wave.pizza * radius
    targets = np.concatenate([sizes * np.cos(angles), sizes * np.sin(angles)], axis=1)
    ridge = slight_ridge(directions, trace.fitted)
    reading = linear_reading(directions, targets, trace.fitted, ridge)
    # the cosine and the sine of a frequency together
    scores = reading.score(np.tile(np.arange(len(frequencies)), 2))
    best_decoy = float(scores[len(keys) :].max()) if len(drawn) else None
    return Measure(float(scores[: len(keys)].min()), best_decoy, note)


def embedding_evidence(
    trace: Trace,
    model: Model,
    mechanism: FourierMechanism,
    tokens: Int[ndarray, "n k"],
    answers: Int[ndarray, " n"],
) -> Measured:
    """Ablations and interchange of the embedding's key planes, on the checked inputs."""
    keys = list(mechanism.key_frequencies)
    planes = EmbeddingPlanes(model, mechanism.coordinate, keys, trace.domain)
    evidence = {
        "kept_only_accuracy": Measure(_same(planes.kept(), tokens, answers)),
        "removed_accuracy": Measure(_same(planes.removed(), tokens, answers)),
        "interchange_accuracy": Measure(None),
    }
    if len(set(trace.domain.shape)) > 1 or len(tokens) < trace.domain.size:
        return evidence
    rng = np.random.default_rng(DECOY_SEED)
    permutation = rng.permutation(trace.domain.shape[0])
    expected = answers[trace.domain.indices(permutation[tokens])]
    moved = planes.interchanged(permutation)
    follows, astray = _same(moved, tokens, expected), None
    others = [k for k in range(1, mechanism.modulus // 2 + 1) if k not in keys]
    if others:
        drawn = [int(k) for k in rng.permutation(others)[: len(keys)]]
        decoy = EmbeddingPlanes(model, mechanism.coordinate, drawn, trace.domain)
        moved = decoy.interchanged(permutation)
        astray = _same(moved, tokens, expected)
    evidence["interchange_accuracy"] = Measure(follows, astray)
    return evidence


def _same(model: HasLogits, tokens: Int[ndarray, "n k"], answers: Int[ndarray, " n"]) -> float:
    """Part of the inputs on which a network gives these answers."""
    return float((model.run(tokens) == answers).mean())


def losses(
    trace: Trace,
    mechanism: FourierMechanism,
    labels: Int[ndarray, " n"],
    trained: Bool[ndarray, " n"],
) -> Measured:
    """Restricted and excluded loss of Nanda et al. on the traced inputs, against the task."""
    restricted = mechanism_logits(
        mechanism.coordinate,
        mechanism.waves,
        trace.domain.values(trace.tokens),
        trace.domain.outputs,
    )
    excluded = trace.logits - restricted
    found = {"restricted_loss": Measure(cross_entropy(restricted, labels))}
    if trained.any():
        found["excluded_loss"] = Measure(cross_entropy(excluded[trained], labels[trained]))
    return found


def cross_entropy(logits: Float[ndarray, "n outputs"], labels: Int[ndarray, " n"]) -> float:
    """Mean negative log-likelihood of the labels."""
    loss = torch.nn.functional.cross_entropy(torch.from_numpy(logits), torch.from_numpy(labels))
    return float(loss)
