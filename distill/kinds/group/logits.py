"""Logits as functions on a group: what irreducible representations account for.

With the elements of inputs and output in the group's order, logits are L(x, y, z). A network that
computes with a representation ρ has products of matrix elements ρ_ij(x) ρ_kl(y) ρ_mn(z) in them; if
it computes the trace of ρ(x) ρ(y) ρ(z)^-1 and nothing else, only the character of x y z^-1
(Chughtai et al., arXiv 2302.03025, and Stander et al., arXiv 2312.06581, who find cosets). Both are
fitted to half of the pairs and scored on the others. In z, different irreducibles are orthogonal
even on half of the pairs, so that each is fitted by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from distill.groups.families import products
from distill.groups.irreps import Irrep
from distill.kinds.group.mechanism import Law
from distill.networks.trace import Trace

PASSES = 12
"""Of the fit to half of the pairs: each leaves about a third of what was left."""


@dataclass(frozen=True)
class OnGroup:
    """Logits by group elements.

    Attributes:
        logits: [x, y, z], without the mean over all pairs, which no product has a part in.
        fitted: the pairs that may be fitted on.
    """

    logits: Float[ndarray, "n n n"]
    fitted: Bool[ndarray, "n n"]
    products: Int[ndarray, "n n"]

    def spread(self, on: Bool[ndarray, "n n"]) -> float:
        """Sum of squares on some pairs."""
        return float(np.square(self.logits[on]).sum())

    def spike(self) -> float:
        """R² of a spike on the answer and nothing else, off the fitted pairs.

        So answer labels, and networks that were saturated: of every irreducible they have as much
        as a table has.
        """
        order, every = len(self.products), np.arange(len(self.products))
        at = self.logits[every[:, None], every, self.products]
        size = (order - 1) / order
        height = float(at[self.fitted].mean()) / size
        gained = 2 * height * at[~self.fitted] - height**2 * size
        return float(gained.sum()) / max(self.spread(~self.fitted), 1e-300)


def on_group(trace: Trace, law: Law) -> OnGroup:
    """A trace of every pair, by group elements."""
    order = law.order
    left, right, output = (np.argsort(law.elements(it)) for it in ("left", "right", "output"))
    logits = trace.logits.reshape(order, order, order)[left][:, right][:, :, output]
    fitted = trace.fitted.reshape(order, order)[left][:, right]
    if law.swapped:
        logits, fitted = logits.transpose(1, 0, 2), fitted.T
    return OnGroup(logits - logits.mean(axis=(0, 1)), fitted, products(law.group))


@dataclass(frozen=True)
class Share:
    """What an irreducible accounts for.

    Attributes:
        weight: of its character.
        characters, elements: sums of squares that are explained, on the fitted pairs and the rest.
    """

    irrep: Irrep
    weight: float
    characters: tuple[float, float]
    elements: tuple[float, float]


def share_of(found: OnGroup, irrep: Irrep) -> Share:
    """Fit the character, and the matrix elements, of an irreducible."""
    basis, fitted = irrep.basis, found.fitted
    inside = found.logits @ basis  # [x, y, elements]
    scale = len(basis) * irrep.character[0] / irrep.elements
    along = scale * basis[found.products]  # the character of x y z^-1, in the basis of z
    weight = float((inside[fitted] * along[fitted]).sum() / np.square(along[fitted]).sum())
    by_character = _explained(inside, weight * along, fitted)
    said = _blocks(inside, weight * along, irrep, fitted)
    by_elements = _explained(inside, said, fitted)
    return Share(irrep, weight, by_character, by_elements)


def _blocks(
    inside: Float[ndarray, "n n r"],
    said: Float[ndarray, "n n r"],
    irrep: Irrep,
    fitted: Bool[ndarray, "n n"],
) -> Float[ndarray, "n n r"]:
    """Least squares, on the fitted pairs, by products of matrix elements of x and of y.

    By Landweber's iteration: half of the pairs are there, so that a step of twice the residual's
    projection converges. It begins with the character, so that what few pairs leave open is as
    there.
    """
    basis = irrep.basis
    step = fitted.size / fitted.sum()
    for _ in range(PASSES):
        left = np.where(fitted[..., None], inside - said, 0.0)
        coefficients = np.einsum("xi,xyr->iyr", basis, left, optimize=True)
        coefficients = np.einsum("yj,iyr->ijr", basis, coefficients, optimize=True)
        more = np.einsum("yj,ijr->iyr", basis, coefficients, optimize=True)
        said = said + step * np.einsum("xi,iyr->xyr", basis, more, optimize=True)
    return said


def _explained(
    inside: Float[ndarray, "n n r"], said: Float[ndarray, "n n r"], fitted: Bool[ndarray, "n n"]
) -> tuple[float, float]:
    before, after = np.square(inside).sum(axis=2), np.square(inside - said).sum(axis=2)
    gained = before - after
    return float(gained[fitted].sum()), float(gained[~fitted].sum())


def shares(found: OnGroup, irreps: Sequence[Irrep]) -> tuple[Share, ...]:
    """What every irreducible accounts for."""
    return tuple(share_of(found, irrep) for irrep in irreps)
