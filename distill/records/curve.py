"""How networks learned, as `training.json` tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from distill.records.attempts import Attempt, used

FORMAT_VERSION = 1


@dataclass(frozen=True)
class CurvePoint:
    """The network at one step. Losses are mean cross-entropies, on the sample.

    Attributes:
        heldout_loss: on inputs that are not trained on; null, as their accuracy, where all are.
        restricted_loss: of the key frequencies' part of the logits, over both parts.
        excluded_loss: of the logits without that part, on trained inputs.
        amplitudes: of the frequencies 1, 2, ..., in logits.
    """

    step: int
    train_loss: float
    train_accuracy: float
    heldout_loss: float | None
    heldout_accuracy: float | None
    weight_norm: float
    restricted_loss: float | None
    excluded_loss: float | None
    amplitudes: tuple[float, ...] | None


@dataclass(frozen=True)
class TrainingCurve:
    """What is kept in `training.json`."""

    sampled_train: int
    sampled_heldout: int
    key_frequencies: tuple[int, ...] | None
    points: tuple[CurvePoint, ...]
    kind: Literal["domain"] = "domain"
    format_version: int = FORMAT_VERSION


@dataclass(frozen=True)
class SequencePoint:
    """An ensemble of recurrent networks at one step: the mean loss of the best of them.

    Attributes:
        d_hidden: units of every network of the ensemble.
        right: largest part of fresh sequences that one of them answers right at every step.
    """

    attempt: int
    d_hidden: int
    step: int
    loss: float
    right: float


@dataclass(frozen=True)
class SequenceCurve:
    """What is kept in `training.json` of a recurrent network."""

    points: tuple[SequencePoint, ...]
    kind: Literal["sequences"] = "sequences"
    format_version: int = FORMAT_VERSION


@dataclass(frozen=True)
class TextPoint:
    """A transformer over texts at one step.

    Attributes:
        right: part of fresh texts that it answers right at every position.
        positions_right: part of their positions.
        in_context: loss late in the longest texts less that early in them (arXiv 2209.11895); null
            where they are too short.
        previous_token: largest attention of a head on the token before; prefix_matching: on what
            followed the same token before; both on random texts that come twice.
        copying: largest part of tokens that a head raises most when it looks at them; null where
            answers are no tokens.
    """

    attempt: int
    step: int
    loss: float
    right: float
    positions_right: float
    in_context: float | None
    previous_token: float | None
    prefix_matching: float | None
    copying: float | None


@dataclass(frozen=True)
class TextCurve:
    """What is kept in `training.json` of a transformer over texts."""

    points: tuple[TextPoint, ...]
    kind: Literal["texts"] = "texts"
    format_version: int = FORMAT_VERSION


@dataclass(frozen=True)
class BoxPoint:
    """A perceptron over a box at one step.

    Attributes:
        optimiser: which of two takes steps: Adam first, then Levenberg-Marquardt.
        error: root mean square of the residuals, as a part of the answers' standard deviation.
    """

    attempt: int
    optimiser: Literal["Adam", "Levenberg-Marquardt"]
    step: int
    error: float


@dataclass(frozen=True)
class BoxCurve:
    """What is kept in `training.json` of a network over a box."""

    points: tuple[BoxPoint, ...]
    kind: Literal["box"] = "box"
    format_version: int = FORMAT_VERSION


Curve = TrainingCurve | SequenceCurve | TextCurve | BoxCurve
"""Of any run."""


def attempt_of(point: SequencePoint, attempts: Sequence[Attempt]) -> Attempt | None:
    """The training that a point of an ensemble is of: the first of its width from its number on."""
    for attempt in attempts[point.attempt :]:
        if attempt.d_hidden == point.d_hidden and attempt.ruled_out is None:
            return attempt
    return None


def of_network(
    curve: SequenceCurve | TextCurve | BoxCurve, attempts: Sequence[Attempt]
) -> list[SequencePoint | TextPoint | BoxPoint]:
    """The points of the training that made the network of the run; none where none did."""
    kept = used(attempts)
    return [
        point
        for point in curve.points
        if kept is not None
        and (
            attempt_of(point, attempts) == kept
            if isinstance(point, SequencePoint)
            else point.attempt == kept.number
        )
    ]
