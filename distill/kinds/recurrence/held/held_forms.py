"""Integer sums over the inputs that a network holds, whatever else it holds beside them.

A linear function of a hidden state, or of what a unit compares with 0, may be a fixed sum over the
past inputs, Σ_j g_j x_{t-j} + z_t. It is found by regression on the inputs so far: what is left is
nothing. Two kinds are looked for.

A single number of the network (the lead of one answer over another, or what a ReLU is taken of)
has a scale of its own: that one under which all its g_j are integers.

All such functions of the hidden state together are a linear space, which a step maps to itself.
What the inputs can reach in it is a lattice, in whose coordinates the responses are integers,
whatever basis the network holds it in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Shaped
from numpy import ndarray

UNEXPLAINED = 1e-4
"""Part of the variance of a number that the inputs so far may leave, where it is a sum of them."""

FLAT = 1e-4, 1e-2
"""Size of a direction of hidden states, beside the largest, below which it is taken for noise."""

NEAR = 0.05
"""How far from an integer a response may be."""

SMALLEST = 2e-3
"""Of the largest response: below this part of it, a response is taken for 0."""

LARGEST_RATIO = 6
"""Of the smallest response to the scale: a network that counts in sixths is not looked for."""

MOST_PARTS = 30
"""Of the first responses, that others and what is added at every step may be multiples of."""

MAX_HELD = 6
"""Registers that are looked for in a hidden state."""

Integers = Shaped[ndarray, "..."]


@dataclass(frozen=True)
class HeldForms:
    """Integer sums over the past: responses to the inputs, and values where all inputs are 0.

    Attributes:
        M: what an input of 1 adds j steps later, Python integers.
        z: the values without any input, but for a constant each, Python integers.
    """

    M: Shaped[ndarray, "lags forms channels"]
    z: Shaped[ndarray, "lags forms"]


@dataclass(frozen=True)
class History:
    """Values along sequences as sums over the inputs so far, by least squares.

    Attributes:
        g: factors of the inputs, by how long ago they were; z: what is added at every step.
        rest: what that leaves.
    """

    g: Float[ndarray, "lags values channels"]
    z: Float[ndarray, "lags values"]
    rest: Float[ndarray, "n lags values"]

    @classmethod
    def of(
        cls, values: Float[ndarray, "n lags values"], sequences: Int[ndarray, "n lags channels"]
    ) -> History:
        """Regress values on the inputs of the same sequences, those before the first being 0."""
        n, lags, channels = sequences.shape
        past = np.zeros((n, lags, lags, channels))
        for t in range(lags):
            past[:, t, : t + 1] = sequences[:, t::-1]
        steps = np.broadcast_to(np.eye(lags), (n, lags, lags))
        design = np.concatenate([past.reshape(n, lags, -1), steps], axis=2).reshape(n * lags, -1)
        flat = values.reshape(n * lags, -1)
        found = np.linalg.lstsq(design, flat, rcond=None)[0]
        rest = (flat - design @ found).reshape(values.shape)
        g = found[:-lags].reshape(lags, channels, -1).transpose(0, 2, 1)
        return cls(g, found[-lags:], rest)


def scaled_forms(
    values: Float[ndarray, "n lags values"], sequences: Int[ndarray, "n lags channels"]
) -> list[HeldForms]:
    """Those of some numbers that are an integer sum over the past times a scale, each once."""
    spread = values.var(axis=(0, 1))
    history = History.of(values, sequences)
    fixed = history.rest.var(axis=(0, 1)) <= UNEXPLAINED * spread
    found: dict[bytes, HeldForms] = {}
    for place in np.flatnonzero(fixed & (spread > 0)):
        form = _scaled(history.g[:, place], history.z[:, place] - history.z[0, place])
        if form is not None:
            key = np.concatenate([form.M.ravel(), form.z.ravel()]).astype(float)
            found.setdefault(min(key.tobytes(), (-key + 0.0).tobytes()), form)
    return list(found.values())


def _scaled(g: Float[ndarray, "lags channels"], z: Float[ndarray, " lags"]) -> HeldForms | None:
    size = np.abs(g)
    seen = size[size > SMALLEST * size.max()]
    if not len(seen):
        return None
    for ratio in range(1, LARGEST_RATIO + 1):
        scale = float(seen.min()) / ratio
        for lag in range(1, len(g)):  # what was rounded so far tells the scale better
            rounded = np.rint(g[: lag + 1] / scale)
            if rounded.any():
                scale = float((g[: lag + 1] * rounded).sum() / np.square(rounded).sum())
        found = _integers(g[:, None] / scale, z[:, None] / scale)
        if found is not None:
            return found
    return None


def held_forms(
    hidden: Float[ndarray, "n lags d"], sequences: Int[ndarray, "n lags channels"]
) -> HeldForms | None:
    """The lattice of all linear functions of the hidden state that are sums over the past.

    Null where there are none, or where no lattice of integers explains them.
    """
    n, lags, d = hidden.shape
    around = hidden.reshape(-1, d) - hidden.reshape(-1, d).mean(axis=0)
    spread = around.std(axis=0)
    units = around[:, spread > 0] / spread[spread > 0]
    if not units.shape[1]:
        return None
    left, sizes, _ = np.linalg.svd(units, full_matrices=False)
    for flat in FLAT:
        white = left[:, sizes > flat * sizes[0]]
        history = History.of(white.reshape(n, lags, -1), sequences)
        rest = history.rest.reshape(len(white), -1)
        unexplained, directions = np.linalg.eigh(rest.T @ rest)
        chosen = directions[:, unexplained < UNEXPLAINED]
        if not 0 < chosen.shape[1] <= MAX_HELD:
            continue
        found = _lattice(np.einsum("jvc,vk->jkc", history.g, chosen), history.z @ chosen)
        if found is not None:
            return found
    return None


def _lattice(g: Float[ndarray, "lags k channels"], z: Float[ndarray, "lags k"]) -> HeldForms | None:
    """Responses in the coordinates of the first of them that span all, where these are integers."""
    k = g.shape[1]
    columns = g.transpose(0, 2, 1).reshape(-1, k)  # the latest first: those reached in few steps
    basis: list[Float[ndarray, " k"]] = []
    chosen: list[Float[ndarray, " k"]] = []
    for column in columns:
        left = column.copy()
        for one in basis:
            left -= (left @ one) * one
        if np.linalg.norm(left) > 0.02 * np.linalg.norm(column) > 1e-9:
            basis.append(left / np.linalg.norm(left))
            chosen.append(column)
        if len(chosen) == k:
            break
    if len(chosen) < k:
        return None
    back = np.linalg.inv(np.stack(chosen, axis=1))
    responses, drift = np.einsum("ak,jkc->jac", back, g), (z - z[0]) @ back.T
    for parts in range(1, MOST_PARTS + 1):
        found = _integers(parts * responses, parts * drift)
        if found is not None:
            return found
    return None


def _integers(
    g: Float[ndarray, "lags forms channels"], z: Float[ndarray, "lags forms"]
) -> HeldForms | None:
    """Rounded for as many steps as they are near integers, if these are enough to go on from."""
    off = np.maximum(np.abs(g - np.rint(g)).max(axis=(1, 2)), np.abs(z - np.rint(z)).max(axis=1))
    far = np.flatnonzero(off > NEAR)
    lags = int(far[0]) if len(far) else len(g)
    if lags < 2 * g.shape[1] + 2 or not np.rint(g[:lags]).any():
        return None
    return HeldForms(_exact(g[:lags]), _exact(z[:lags]))


def _exact(values: Float[ndarray, "..."]) -> Integers:
    found = np.empty(values.size, dtype=object)
    found[:] = [int(v) for v in np.rint(values).ravel()]
    return found.reshape(values.shape)
