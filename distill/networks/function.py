"""What can be asked of a network over reals: its values and its gradients, anywhere in its box.

`RealView` is all that extraction sees of such a network. `StoredFunction` is a stored perceptron,
`CalledFunction` (`called_function.py`) a module or a callable in memory. Everything is float64.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from distill.checker.scope import many
from distill.domains.boxes import Box
from distill.errors import DistillError
from distill.networks.real_perceptron import RealPerceptron
from distill.networks.stored import Model

AT_ONCE = 1 << 14
"""Points in one forward pass."""


@runtime_checkable
class RealView(Protocol):
    """A function over a box, of which nothing is known but what it answers there."""

    @property
    def box(self) -> Mapping[str, tuple[float, float]]:
        """Both ends of every input, by its name, in the order of the columns of points."""
        ...

    @property
    def noise(self) -> float | None:
        """How far the values are off, as whoever made the network says; null if nothing is said.

        It is null of networks that are trained here: how far they are from their labels is the
        task's business. Extraction estimates it from the values then.
        """
        ...

    def values(self, points: Float[ndarray, "n d"], /) -> Float[ndarray, " n"]:
        """The answers at points of the box."""
        ...

    def gradients(self, points: Float[ndarray, "n d"], /) -> Float[ndarray, "n d"]:
        """The derivative of the answer by every input, at points of the box."""
        ...

    def units(self, points: Float[ndarray, "n d"], /) -> Float[ndarray, "n width"] | None:
        """The last hidden layer at points of the box; null where none is reached."""
        ...


class RealFunction:
    """What both sorts of networks over a box have.

    Attributes:
        over: the box.
    """

    over: Box
    noise: float | None = None

    @property
    def box(self) -> Mapping[str, tuple[float, float]]:
        """Both ends of every input, by its name, in the order of the columns of points."""
        return self.over.intervals

    def values(self, points: Float[ndarray, "n d"], /) -> Float[ndarray, " n"]:
        """The answers at points of the box.

        Raises:
            DistillError: one is no finite number.
        """
        starts = range(0, len(points), AT_ONCE)
        parts = [self._values(points[at : at + AT_ONCE]) for at in starts]
        found = np.concatenate(parts) if parts else np.zeros(0)
        if not np.isfinite(found).all():
            row = int(np.flatnonzero(~np.isfinite(found))[0])
            where = ", ".join(
                f"{name} = {value:.6g}"
                for name, value in zip(self.over.names, points[row].tolist(), strict=True)
            )
            raise DistillError(
                f"the network answers {found[row]} at {where}: expected finite numbers in the "
                "whole box; give a smaller one"
            )
        return found

    def gradients(self, points: Float[ndarray, "n d"], /) -> Float[ndarray, "n d"]:
        """The derivative of the answer by every input, at points of the box."""
        raise NotImplementedError

    def units(self, points: Float[ndarray, "n d"], /) -> Float[ndarray, "n width"] | None:
        """The last hidden layer at points of the box; null where none is reached."""
        return None

    def _values(self, points: Float[ndarray, "n d"]) -> Float[ndarray, " n"]:
        raise NotImplementedError


@dataclass(frozen=True)
class StoredFunction(RealFunction):
    """A stored perceptron over a box.

    Raises:
        DistillError: it reads another number of inputs.
    """

    model: Model[RealPerceptron]
    over: Box

    def __post_init__(self) -> None:
        reads, given = self.model.architecture.n_inputs, len(self.over.names)
        if reads != given:
            raise DistillError(
                f"the network reads {reads} inputs, and the box has {given} ({self.over}): "
                "expected an interval for every input, in their order"
            )

    @cached_property
    def parameters(self) -> dict[str, Tensor]:
        """In float64."""
        return {name: it.detach().double() for name, it in self.model.parameters.items()}

    def _values(self, points: Float[ndarray, "n d"]) -> Float[ndarray, " n"]:
        with torch.no_grad():
            given = torch.from_numpy(np.ascontiguousarray(points))
            return self.model.architecture.values(self.parameters, given).numpy()

    def gradients(self, points: Float[ndarray, "n d"], /) -> Float[ndarray, "n d"]:
        """The derivative of the answer by every input, at points of the box."""
        given = torch.from_numpy(np.array(points, dtype=np.float64)).requires_grad_()
        said = self.model.architecture.values(self.parameters, given)
        return torch.autograd.grad(said.sum(), given)[0].numpy()

    def units(self, points: Float[ndarray, "n d"], /) -> Float[ndarray, "n width"]:
        """The last hidden layer at points of the box."""
        with torch.no_grad():
            given = torch.from_numpy(np.ascontiguousarray(points))
            return self.model.architecture.hidden(self.parameters, given).numpy()


def shape_in_words(shape: RealPerceptron) -> str:
    """As in "a perceptron of 24-24 tanh units over 3 inputs"."""
    widths = "-".join(map(str, shape.widths)) or "no"
    inputs = many(shape.n_inputs, "input")
    return f"a perceptron of {widths} {shape.activation} units over {inputs}"
