"""The training curve: memorisation, circuit formation and clean-up, as `training.json` tells them.

While a network trains, an observer keeps its logits on a fixed sample of trained and held-out
inputs. Once the mechanism is known, what it explains of the logits follows from what was kept:
restricted and excluded loss and the amplitude of every frequency (Nanda et al., arXiv 2301.05217,
section 5). The observer sees
held-out labels; training and extraction do not see the observer.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from torch.nn.functional import cross_entropy

from distill.networks.architecture import Parameters, TokenArchitecture
from distill.records.curve import CurvePoint, TrainingCurve
from distill.records.explained import Explain, Explained
from distill.tasks.finite import Task
from distill.train import TrainingState

ExplainedBy = Callable[[ndarray], Explain | None]
"""What a mechanism explains of logits, from the tokens that they are of."""

SAMPLE = 1024
"""Inputs observed of each part, trained and held out."""


class CurveRecorder:
    """Observer of a training run; `curve` makes the story of what it kept.

    Attributes:
        checkpoints: copies of the parameters at the steps that are looked at, where it is watched.
    """

    def __init__(
        self,
        task: Task,
        architecture: TokenArchitecture,
        train_mask: Bool[ndarray, " n"],
        seed: int,
        watched: bool = False,
    ) -> None:
        rng = np.random.default_rng(seed)
        parts = [_sample(np.flatnonzero(mask), rng) for mask in (train_mask, ~train_mask)]
        self.architecture = architecture
        self.domain = task.domain
        self.tokens = self.domain.tokens(np.concatenate(parts))
        self.labels = task.labels(self.tokens)
        self.trained = np.arange(len(self.labels)) < len(parts[0])
        self._inputs = torch.from_numpy(self.tokens)
        self._watched = watched
        self.checkpoints = dict[int, Parameters]()
        self._kept: list[tuple[int, Float[ndarray, "n outputs"], float]] = []

    def __call__(self, state: TrainingState) -> tuple[float, float | None] | None:
        """Keep the logits at this step if it is one to keep; return train and held-out loss."""
        if not is_observed(state.step):
            return None
        with torch.no_grad():
            logits = self.architecture.logits(state.parameters, self._inputs)
            norm = torch.stack([w.square().sum() for w in state.parameters.values()]).sum().sqrt()
        if self._watched:
            copies = {name: each.detach().clone() for name, each in state.parameters.items()}
            self.checkpoints[state.step] = copies
        self._kept.append((state.step, logits.numpy(), float(norm)))
        return self._loss(logits.numpy(), self.trained), self._heldout_loss(logits.numpy())

    def curve(self, explained_by: ExplainedBy | None) -> TrainingCurve:
        """Tell the story in the terms of a mechanism, or without them where it has none.

        Args:
            explained_by: what a mechanism explains of logits at the tokens that it is given.
        """
        explain = None if explained_by is None else explained_by(self.tokens)
        told = [self._point(*kept, explain) for kept in self._kept]
        keys = next((explained.frequencies for _, explained in told if explained), None)
        points = tuple(point for point, _ in told)
        return TrainingCurve(int(self.trained.sum()), int((~self.trained).sum()), keys, points)

    def _point(
        self,
        step: int,
        logits: Float[ndarray, "n outputs"],
        norm: float,
        explain: Explain | None,
    ) -> tuple[CurvePoint, Explained | None]:
        right = logits.argmax(axis=1) == self.labels
        heldout = self._heldout_loss(logits)
        explained = None if explain is None else explain(logits)
        restricted_loss = excluded_loss = amplitudes = None
        if explained is not None:
            everywhere = np.full(len(right), True)
            restricted_loss = _short(self._loss(explained.logits, everywhere))
            excluded_loss = _short(self._loss(explained.rest, self.trained))
            amplitudes = tuple(_short(size) for size in explained.amplitudes)
        point = CurvePoint(
            step=step,
            train_loss=_short(self._loss(logits, self.trained)),
            train_accuracy=float(right[self.trained].mean()),
            heldout_loss=None if heldout is None else _short(heldout),
            heldout_accuracy=None if heldout is None else float(right[~self.trained].mean()),
            weight_norm=_short(norm),
            restricted_loss=restricted_loss,
            excluded_loss=excluded_loss,
            amplitudes=amplitudes,
        )
        return point, explained

    def _heldout_loss(self, logits: Float[ndarray, "n outputs"]) -> float | None:
        return None if self.trained.all() else self._loss(logits, ~self.trained)

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
