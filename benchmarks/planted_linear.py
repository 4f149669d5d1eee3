"""Linear networks by construction: an integer system in a random basis, with a little noise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike

from distill.checker.linear_bound import IntegerSystem
from distill.networks.integer_recurrent import IntegerRecurrent
from distill.networks.stored import Model

Rows = Sequence[Sequence[int]]


def linear_network(
    A: ArrayLike,
    B: ArrayLike,
    b: ArrayLike,
    h_0: ArrayLike,
    C: ArrayLike,
    d: ArrayLike,
    *,
    one_hot: bool = False,
) -> Model[IntegerRecurrent]:
    """The network with these weights; with `one_hot`, B has a column for every symbol."""
    weights = {"A": A, "B": B, "b": b, "h_0": h_0, "C": C, "d": d}
    exact = {name: np.asarray(value, dtype=float) for name, value in weights.items()}
    architecture = IntegerRecurrent(
        n_channels=1 if one_hot else exact["B"].shape[1],
        d_hidden=len(exact["A"]),
        n_outputs=len(exact["C"]),
        one_hot=one_hot,
        n_symbols=exact["B"].shape[1] if one_hot else 0,
    )
    return Model(architecture, {k: torch.from_numpy(v.copy()) for k, v in exact.items()})


def planted(
    system: IntegerSystem, rng: np.random.Generator, noise: float
) -> Model[IntegerRecurrent]:
    """A network that holds the system's registers in another basis; the system answers after.

    Args:
        system: without D.
        rng: of basis and noise.
        noise: added to every weight, normal, with this standard deviation.
    """
    assert system.after
    assert not any(v for row in system.D for v in row)
    n = len(system.A)
    turn = np.linalg.qr(rng.normal(size=(n, n)))[0] * rng.uniform(0.5, 2, n)
    back = np.linalg.inv(turn)
    A, C = (np.array(rows, dtype=float).reshape(-1, n) for rows in (system.A, system.C))
    parts = (
        turn @ A @ back,
        turn @ np.array(system.B, dtype=float),
        turn @ np.array(system.constant, dtype=float),
        turn @ np.array(system.start, dtype=float),
        C @ back,
        np.array(system.offset, dtype=float),
    )
    return linear_network(*(part + noise * rng.normal(size=part.shape) for part in parts))


def system(
    A: Rows,
    B: Rows,
    C: Rows,
    constant: Sequence[int] | None = None,
    start: Sequence[int] | None = None,
    offset: Sequence[int] | None = None,
) -> IntegerSystem:
    """An integer system that answers after the step."""
    none = (0,) * len(A)
    return IntegerSystem(
        A=tuple(map(tuple, A)),
        B=tuple(map(tuple, B)),
        constant=tuple(constant or none),
        start=tuple(start or none),
        C=tuple(map(tuple, C)),
        D=tuple((0,) * len(B[0]) for _ in C),
        offset=tuple(offset or (0,) * len(C)),
        after=True,
    )
