"""What can be asked of a network over reals: its values and its gradients, anywhere in its box.

`RealView` is all that extraction sees of such a network. `StoredFunction` is a stored perceptron,
`CalledFunction` a module or a callable in memory. Everything is float64.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from jaxtyping import Float
from numpy import ndarray


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
