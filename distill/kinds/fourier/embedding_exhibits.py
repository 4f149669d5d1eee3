"""Where a network puts the values of an input: on a circle for every key frequency, if it does.

If a network computes with angles, the rows of its embedding hold a circle for each key frequency
(Nanda et al., arXiv 2301.05217, section 4.1). How much of the embedding lies in the plane of every
frequency is its spectrum, and the rows seen in that plane are the circle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from distill.domains.finite import Domain
from distill.drawing.rounded import rounded
from distill.kinds.fourier.coordinate import Coordinate
from distill.kinds.fourier.planes import embedded_rows, has_embedding
from distill.networks.network import HasLogits

CIRCLES = 6
"""Key frequencies whose circles are kept for an input, the strongest ones."""


@dataclass(frozen=True)
class Circle:
    """The embedding of every value of an input, seen in the plane of a frequency.

    Attributes:
        frequency: in turns per modulus.
        x, y: of every value. The number 0 belongs on the right, and numbers go round anticlockwise.
        places: where the frequency puts every value on the circle, in steps of a turn / modulus.
        r2: part of the spread in this plane that lies on such a circle.
    """

    frequency: int
    x: tuple[float, ...]
    y: tuple[float, ...]
    places: tuple[int, ...]
    r2: float


@dataclass(frozen=True)
class EmbeddedInput:
    """An input as the network embeds it, or several that it embeds in the same way.

    Attributes:
        names: of the inputs.
        first: the smallest value.
        shares: part of the embedding's variance in the plane of each frequency 1, 2, ...
        circles: of key frequencies.
        keys_share: part of the variance in the planes of all key frequencies together, which
            overlap where the values do not go all the way round; null in runs stored without.
    """

    names: tuple[str, ...]
    first: int
    shares: tuple[float, ...]
    circles: tuple[Circle, ...]
    keys_share: float | None = None


def embedded_inputs(
    network: HasLogits, domain: Domain, coordinate: Coordinate, keys: tuple[int, ...]
) -> tuple[EmbeddedInput, ...]:
    """Every input that is embedded by rows of its own; none where the weights are not known.

    Args:
        network: the network.
        domain: of the network.
        coordinate: says the number of every value.
        keys: frequencies, the strongest first.
    """
    if not has_embedding(network, domain):
        return ()
    seen: dict[tuple[tuple[float, ...], tuple[Circle, ...], float, int], list[str]] = {}
    for block in embedded_rows(network, domain):
        weights = network.parameters[block.parameter].double().numpy()
        for i in block.inputs:
            values = np.array(domain.inputs[i])
            rows = weights[block.start : block.start + len(values)]
            numbers = coordinate.numberings[i].numbers(values, coordinate.modulus)
            turns = coordinate.weights[i] * numbers % coordinate.modulus
            shown = _seen(rows - rows.mean(axis=0), turns, coordinate.modulus, keys)
            seen.setdefault((*shown, int(values[0])), []).append(domain.names[i])
    return tuple(
        EmbeddedInput(tuple(names), first, shares, circles, together)
        for (shares, circles, together, first), names in seen.items()
    )


def _seen(
    rows: Float[ndarray, "values d"], turns: ndarray, modulus: int, keys: tuple[int, ...]
) -> tuple[tuple[float, ...], tuple[Circle, ...], float]:
    planes = {k: _waves(k, turns, modulus) for k in range(1, modulus // 2 + 1)}
    shares = np.array([_share(rows, plane) for plane in planes.values()])
    together = _share(rows, np.concatenate([planes[k] for k in keys], axis=1))
    circles = tuple(_circle(rows, k, turns, modulus) for k in keys[:CIRCLES])
    return rounded(shares), circles, rounded(np.array([together]))[0]


def _share(rows: Float[ndarray, "values d"], waves: Float[ndarray, "values w"]) -> float:
    """Part of the variance of the rows in what the waves span."""
    left, sizes, _ = np.linalg.svd(waves, full_matrices=False)
    basis = left[:, sizes > 1e-9 * max(sizes[0], 1e-300)]
    return float(np.square(basis.T @ rows).sum()) / max(float(np.square(rows).sum()), 1e-300)


def _waves(frequency: int, turns: ndarray, modulus: int) -> Float[ndarray, "values 2"]:
    angles = 2 * np.pi * (frequency * turns % modulus) / modulus
    waves = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return waves - waves.mean(axis=0)


def _circle(
    rows: Float[ndarray, "values d"], frequency: int, turns: ndarray, modulus: int
) -> Circle:
    """The rows in the two directions that the waves of a frequency go along.

    The directions are made orthonormal (the polar factor), so that what is seen is a projection:
    an ellipse is seen as one.
    """
    waves = _waves(frequency, turns, modulus)
    left, _, right = np.linalg.svd(waves.T @ rows, full_matrices=False)
    seen = rows @ (left @ right).T
    fitted = waves @ np.linalg.lstsq(waves, seen, rcond=None)[0]
    lost = float(np.square(seen - fitted).sum()) / max(float(np.square(seen).sum()), 1e-300)
    places = frequency * turns % modulus
    return Circle(
        frequency,
        rounded(seen[:, 0]),
        rounded(seen[:, 1]),
        tuple(int(place) for place in places),
        float(f"{1 - lost:.4g}"),
    )
