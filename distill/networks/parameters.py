"""The parameters of a stored network, held against the shapes of its architecture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import torch
from numpy import ndarray
from torch import Tensor

from distill.errors import DistillError


@runtime_checkable
class Shaped(Protocol):
    """An architecture, whichever it is."""

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every parameter."""
        ...


def check_parameters(architecture: Shaped, parameters: Mapping[str, Tensor]) -> None:
    """Hold parameters against their architecture.

    Raises:
        DistillError: one is missing, of the wrong shape, or not finite.
    """
    expected = architecture.shapes()
    found = {name: tuple(weights.shape) for name, weights in parameters.items()}
    wrong = sorted(name for name in {*expected, *found} if expected.get(name) != found.get(name))
    if wrong:
        name = wrong[0]
        raise DistillError(
            f"parameter '{name}' has shape {found.get(name, 'absent')}: the architecture "
            f"{architecture} expects {expected.get(name, 'no such parameter')}"
        )
    for name, weights in parameters.items():
        if not bool(torch.isfinite(weights).all()):
            raise DistillError(f"parameter '{name}' holds values that are not finite")


def in_float64(parameters: Mapping[str, Tensor]) -> dict[str, ndarray]:
    """The parameters as float64 arrays."""
    return {name: weights.double().numpy() for name, weights in parameters.items()}
