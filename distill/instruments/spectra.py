"""Frequencies in embeddings and in logits of modular addition (Nanda et al., arXiv 2301.05217).

A network that adds modulo p by Fourier multiplication embeds tokens on circles of a few key
frequencies k, and its logits are sums of cos(2πk(a + b - c)/p). Restricted loss is that of the
logits' part that depends on a + b at the key frequencies alone; excluded loss is that of the rest.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from torch import Tensor
from torch.nn.functional import cross_entropy


def amplitudes(weights: Float[Tensor, "*members p d"]) -> Float[Tensor, "*members frequencies"]:
    """How much of every frequency 1, 2, ..., (p - 1) // 2 an embedding holds.

    The signal of arXiv 2405.17420: s_k = ‖FFT over tokens at frequency k‖ / √p, a norm over d. An
    unembedding [d, p] is given transposed.
    """
    spectrum = torch.fft.rfft(weights, dim=-2)
    sizes = spectrum.abs().square().sum(dim=-1).sqrt() / weights.shape[-2] ** 0.5
    return sizes[..., 1 : (weights.shape[-2] + 1) // 2]


def gini(values: Float[ndarray, "*members n"]) -> Float[ndarray, "*members"]:
    """Gini coefficient: 0 where all are equal, (n - 1)/n where one has everything.

    G = Σ_i (2i - n - 1) x_i / (n Σ x), with x in ascending order.
    """
    ordered = np.sort(values, axis=-1)
    count = ordered.shape[-1]
    weights = 2 * np.arange(1, count + 1) - count - 1
    total = np.maximum(ordered.sum(axis=-1), 1e-300)
    return np.asarray((ordered * weights).sum(axis=-1) / (count * total))


def key_frequencies(signal: Float[ndarray, " frequencies"], times: float = 2.0) -> list[int]:
    """Frequencies whose signal is more than so many times the mean (arXiv 2405.17420)."""
    return [int(k) + 1 for k in np.flatnonzero(signal > times * signal.mean())]


def key_and_rest(
    logits: Float[Tensor, "members p p p"], keys: Sequence[Sequence[int]]
) -> tuple[Float[Tensor, "members p p p"], Float[Tensor, "members p p p"]]:
    """The part of the logits that is cos and sin of 2πk(a + b)/p at key frequencies, and the rest.

    Args:
        logits: of every member, by a, b and output.
        keys: of every member.

    Returns:
        The key part with what is constant in a + b (the bias of every output), and logits without
        the key part, but with that constant.
    """
    p = logits.shape[-1]
    a, total = torch.meshgrid(torch.arange(p), torch.arange(p), indexing="ij")
    by_sum = logits[:, a, (total - a) % p].mean(dim=1)  # [members, a + b, outputs]
    spectrum = torch.fft.rfft(by_sum, dim=1)
    kept = torch.zeros(len(logits), spectrum.shape[1], 1)
    for member, of_one in enumerate(keys):
        kept[member, list(of_one)] = 1.0
    waves = torch.fft.irfft(spectrum * kept, n=p, dim=1)
    constant = by_sum.mean(dim=1, keepdim=True)
    place = (torch.arange(p)[:, None] + torch.arange(p)[None]) % p
    return (waves + constant)[:, place], logits - waves[:, place]


def restricted_and_excluded(
    logits: Float[Tensor, "members p p p"],
    keys: Sequence[Sequence[int]],
    labels: Int[Tensor, "p p"],
    trained: Bool[Tensor, "*members p p"],
) -> tuple[Float[ndarray, " members"], Float[ndarray, " members"]]:
    """Restricted loss over all inputs, and excluded loss over trained ones.

    Args:
        logits: of every member, by a, b and output.
        keys: key frequencies of every member.
        labels: the right outputs.
        trained: which inputs are trained on, the same for all members or by member.
    """
    key, rest = key_and_rest(logits, keys)
    count = len(logits)
    masks = trained if trained.ndim == 3 else trained.expand(count, *trained.shape)
    restricted = [cross_entropy(each.flatten(0, 1), labels.flatten()) for each in key]
    excluded = [
        cross_entropy(each[mask], labels[mask]) for each, mask in zip(rest, masks, strict=True)
    ]
    return torch.stack(restricted).numpy(), torch.stack(excluded).numpy()
