"""Perceptrons that read and answer numbers, for tasks in which the order of values says something.

Such a network is stored as any other perceptron (`FeedForward`): the table of an input holds one
number for every value, which is where it stands in its range, and one unit v is read out by

    logit(c) = sharpness * (2 v c - c^2) = sharpness * (v^2 - (v - c)^2)

so that the answer is the one that is nearest to v. Tables and readout are given and not trained.
A classifier over one-hot inputs has to learn from the answers that 7 lies between 6 and 8.
"""

from __future__ import annotations

import torch
from torch import Tensor

from distill.domains.finite import Domain
from distill.networks.feedforward import LINEAR, FeedForward

WIDTHS = (64, 64)
"""Hidden units, by layer."""

SPREAD = 1.7
"""The first value of an input is read as minus this, the last as this: a variance of about 1."""

SHIFTED = 0.5
"""Standard deviation of the first biases, so that units turn on at different values."""

SHARPNESS, SHARPER = 4.0, 32.0
"""Of the readout: the log odds between two answers, of which one is met. With little of it a number
is drawn to the middle of its answer, as on a staircase; with more of it any number that is nearest
will do, and a third of a is read off a straight line. Which of them a task needs is not known
beforehand: |a - b| is learned best with little."""


def reads_numbers(domain: Domain) -> FeedForward:
    """The perceptron for a domain."""
    hidden = [layer for width in WIDTHS for layer in (f"{LINEAR} {width}", "relu")]
    return FeedForward(
        *(len(domain.inputs), max(domain.shape), len(domain.outputs)),
        layers=(*hidden, f"{LINEAR} 1"),
        d_embed=1,
        combine="concat",
    )


def given_parameters(
    shape: FeedForward, domain: Domain, sharpness: float = SHARPNESS
) -> dict[str, Tensor]:
    """The tables of the inputs and the readout, which are not trained."""
    tables = {}
    for name, size in zip(shape.embeddings, domain.shape, strict=True):
        places = torch.arange(shape.n_tokens, dtype=torch.float32)
        tables[name] = SPREAD * (2 * places / max(size - 1, 1) - 1)[:, None]
    half = (shape.n_outputs - 1) / 2
    answers = torch.arange(shape.n_outputs, dtype=torch.float32) - half
    readout = 2 * sharpness * max(half, 0.5) * answers
    return {**tables, "W_U": readout[None], "b_U": -sharpness * answers.square()}


def begun(
    shape: FeedForward,
    domain: Domain,
    generator: torch.Generator,
    sharpness: float = SHARPNESS,
) -> dict[str, Tensor]:
    """All parameters before the training: normal weights, with the variance of 2 / fan-in."""
    made: dict[str, Tensor] = {}
    for name, size in shape.shapes().items():
        drawn = torch.randn(size, generator=generator)
        made[name] = drawn * ((2 / size[0]) ** 0.5 if name.startswith("W") else SHIFTED)
    return made | given_parameters(shape, domain, sharpness)
