"""The training curve: memorisation, circuit formation and clean-up, as `training.json` tells them.

While a network trains, an observer keeps its logits on a fixed sample of trained and held-out
inputs. Once the mechanism is known, restricted and excluded loss and the amplitude of every
frequency (Nanda et al., arXiv 2301.05217, section 5) follow from what was kept. The observer sees
held-out labels; training and extraction do not see the observer.
"""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from torch.nn.functional import cross_entropy

from distill.evidence.profile import aligned_profile
from distill.kinds.fourier.differences import fit_differences
from distill.kinds.fourier.mechanism import FourierMechanism, Wave, mechanism_logits
from distill.networks.architecture import Architecture
from distill.records.curve import CurvePoint, TrainingCurve
from distill.tasks.finite import Task
from distill.train import TrainingState

SAMPLE = 1024
"""Inputs observed of each part, trained and held out."""


class CurveRecorder:
    """Observer of a training run; `curve` makes the story of what it kept."""

    def __init__(
        self, task: Task, architecture: Architecture, train_mask: Bool[ndarray, " n"], seed: int
    ) -> None:
        rng = np.random.default_rng(seed)
        parts = [_sample(np.flatnonzero(mask), rng) for mask in (train_mask, ~train_mask)]
        self.architecture = architecture
        self.domain = task.domain
        self.tokens = self.domain.tokens(np.concatenate(parts))
        self.labels = task.labels(self.tokens)
        self.trained = np.arange(len(self.labels)) < len(parts[0])
        self._inputs = torch.from_numpy(self.tokens)
        self._kept: list[tuple[int, Float[ndarray, "n outputs"], float]] = []

    def __call__(self, state: TrainingState) -> tuple[float, float] | None:
        """Keep the logits at this step if it is one to keep; return train and held-out loss."""
        if not is_observed(state.step):
            return None
        with torch.no_grad():
            logits = self.architecture.logits(state.parameters, self._inputs)
            norm = torch.stack([w.square().sum() for w in state.parameters.values()]).sum().sqrt()
        self._kept.append((state.step, logits.numpy(), float(norm)))
        return self._loss(logits.numpy(), self.trained), self._loss(logits.numpy(), ~self.trained)

    def curve(self, mechanism: FourierMechanism | None) -> TrainingCurve:
        """Tell the story in the frequencies of the mechanism, or without them where it has none."""
        keys = None if mechanism is None else mechanism.key_frequencies
        points = tuple(self._point(*kept, mechanism) for kept in self._kept)
        return TrainingCurve(int(self.trained.sum()), int((~self.trained).sum()), keys, points)

    def _point(
        self,
        step: int,
        logits: Float[ndarray, "n outputs"],
        norm: float,
        mechanism: FourierMechanism | None,
    ) -> CurvePoint:
        right = logits.argmax(axis=1) == self.labels
        restricted_loss = excluded_loss = amplitudes = None
        if mechanism is not None:
            coordinate, values = mechanism.coordinate, self.domain.values(self.tokens)
            pizzas = frozenset(wave.frequency for wave in mechanism.waves if wave.pizza)
            centred = logits.astype(np.float64)
            centred -= centred.mean(axis=1, keepdims=True)
            ordered = coordinate.by_number(centred, self.domain.outputs)
            profile = aligned_profile(ordered, coordinate.phi(values))
            spectrum = np.fft.rfft(profile) / len(profile)
            sizes = 2 * np.abs(spectrum)
            waves = tuple(
                Wave(k, float(sizes[k]), float(np.angle(spectrum[k])), 0.0)
                for k in mechanism.key_frequencies
            )
            waves = fit_differences(centred, coordinate, values, self.domain.outputs, waves, pizzas)
            restricted = mechanism_logits(coordinate, waves, values, self.domain.outputs)
            restricted_loss = _short(self._loss(restricted, np.full(len(right), True)))
            excluded_loss = _short(self._loss(centred - restricted, self.trained))
            amplitudes = tuple(_short(size) for size in sizes[1:])
        return CurvePoint(
            step=step,
            train_loss=_short(self._loss(logits, self.trained)),
            train_accuracy=float(right[self.trained].mean()),
            heldout_loss=_short(self._loss(logits, ~self.trained)),
            heldout_accuracy=float(right[~self.trained].mean()),
            weight_norm=_short(norm),
            restricted_loss=restricted_loss,
            excluded_loss=excluded_loss,
            amplitudes=amplitudes,
        )

    def _loss(self, logits: Float[ndarray, "n outputs"], part: Bool[ndarray, " n"]) -> float:
        labels = torch.from_numpy(self.labels[part])
        return float(cross_entropy(torch.from_numpy(logits[part]), labels))


def is_observed(step: int) -> bool:
    """Whether a step is kept: all scales of the beginning, then every 25th, later every 50th."""
    if step <= 50:
        return step in {0, 1, 2, 5, 10, 20, 30, 40, 50}
    return step % 25 == 0 if step <= 500 else step % 50 == 0


def _sample(indices: Int[ndarray, " n"], rng: np.random.Generator) -> Int[ndarray, " m"]:
    return np.sort(rng.permutation(indices)[:SAMPLE])


def _short(value: float) -> float:
    """Five significant digits: a curve is for looking at."""
    return float(f"{value:.5g}")
