"""Networks by construction: transformers whose weights hold chosen waves, and no training.

The embedding puts every value on one circle per key frequency, attention by position adds the
points of the inputs, random ReLU units see that sum, and W_out is solved for, by least squares
over the domain, so that the units write Σ A_k cos(2πk(c - φ)/p + θ_k) through W_U. `rotated` hides
all of that behind a random basis without changing the function; `noisy` disturbs every matrix.

The tests and `noise.py` beside this file share them: what is found can be held against what was
put in.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from distill import Domain, Model, Transformer
from distill.threads import fixed_threads

RCOND = 1e-3
"""Cut of the least squares for W_out: leaves out about 0.1% of a wave, where smaller cuts buy that
with large weights of both signs, which a network that was trained with weight decay has not.
"""


def planted_model(
    p: int,
    amplitudes: dict[int, float],
    weights: tuple[int, int] = (1, 1),
    units: int = 128,
    seed: int = 0,
    pizzas: tuple[int, ...] = (),
    phases: dict[int, float] | None = None,
) -> Model:
    """A transformer for φ = w0·a + w1·b mod p whose logits are Σ A_k cos(2πk(c - φ)/p + θ_k).

    Args:
        p: values per input, and outputs.
        amplitudes: A_k by key frequency, in logits.
        weights: w0 and w1.
        units: hidden units per key frequency.
        seed: of what these units see.
        pizzas: keys with the amplitude A_k |cos(πk(a - b)/p)|, where both weights are 1. Both
            inputs are added up in one plane for them (Zhong et al., arXiv 2306.17844).
        phases: θ_k in radians, where it is not 0.
    """
    keys = list(amplitudes)
    circles = len(keys)
    width = 2 * circles * 2 + 2 * circles  # planes of both inputs, then planes of the output
    rng = np.random.default_rng(seed)
    x = np.arange(p)
    embedding = np.zeros((p + 1, width))
    for i, k in enumerate(keys):
        for j, w in enumerate(weights):
            angle = 2 * np.pi * k * w * x / p
            columns = slice(4 * i + 2 * j, 4 * i + 2 * j + 2)
            embedding[:p, columns] = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    unembedding = np.zeros((width, p))
    targets = []
    a, b = np.divmod(np.arange(p * p), p)
    for i, k in enumerate(keys):
        turn = 2 * np.pi * k / p
        unembedding[4 * circles + 2 * i] = np.cos(turn * x)
        unembedding[4 * circles + 2 * i + 1] = np.sin(turn * x)
        angle = turn * (weights[0] * a + weights[1] * b) - (phases or {}).get(k, 0.0)
        size = amplitudes[k] * (np.abs(np.cos(turn * (a - b) / 2)) if k in pizzas else 1.0)
        targets += [size * np.cos(angle), size * np.sin(angle)]
    # position 0 shows only the planes of the first weight, position 1 those of the second
    values = np.zeros((2, width, width))
    for i in range(circles):
        for j in range(2):
            for d in range(2):
                values[j, 4 * i + 2 * j + d, 4 * i + 2 * j + d] = 1
    mask = [np.diag(values[j]).copy() for j in range(2)]
    for i in (keys.index(k) for k in pizzas):  # both inputs in the first plane, none in the second
        mask[1][4 * i : 4 * i + 2], mask[1][4 * i + 2 : 4 * i + 4] = 1, 0
        embedding[:, 4 * i + 2 : 4 * i + 4] = 0
    residual = embedding[a] * mask[0] + embedding[b] * mask[1]
    W_in, b_in = np.zeros((width, units * circles)), rng.uniform(-1.5, 1.5, units * circles)
    for i in range(circles):  # the units of one circle see that circle alone
        columns = slice(units * i, units * (i + 1))
        W_in[4 * i : 4 * i + 4, columns] = rng.standard_normal((4, units))
        if keys[i] in pizzas:
            b_in[columns] = 0
    hidden = np.maximum(residual @ W_in + b_in, 0)
    W_out = np.zeros((units * circles, width))
    for i in range(circles):  # and write that circle alone
        seen, written = slice(units * i, units * (i + 1)), slice(2 * i, 2 * i + 2)
        with fixed_threads():  # small systems, which threads slow down many times
            solved, *_ = np.linalg.lstsq(hidden[:, seen], np.stack(targets[written], axis=1), RCOND)
        W_out[seen, 4 * circles :][:, written] = solved
    return _attention_by_position(p, embedding, mask, W_in, b_in, W_out, unembedding)


def _attention_by_position(
    p: int,
    embedding: Float[ndarray, "tokens width"],
    mask: list[Float[ndarray, " width"]],
    W_in: Float[ndarray, "width hidden"],
    b_in: Float[ndarray, " hidden"],
    W_out: Float[ndarray, "hidden width"],
    unembedding: Float[ndarray, "tokens width"],
) -> Model:
    """Two heads; each looks almost only at one position and copies the planes of its mask."""
    width = embedding.shape[1]
    d_model = width + 4  # three more coordinates say which position a token is at
    d_model += d_model % 2
    d_head = d_model // 2
    shape = Transformer(
        n_inputs=2,
        n_vocab=p + 1,
        n_outputs=p,
        offsets=(0, 0),
        suffix=(p,),
        d_model=d_model,
        n_heads=2,
        d_head=d_head,
        d_mlp=W_in.shape[1],
    )
    tensors = {name: np.zeros(sizes) for name, sizes in shape.shapes().items()}
    tensors["W_E"][:, :width] = embedding
    for position in range(3):
        tensors["W_pos"][position, width + position] = 1
    for head in range(2):
        tensors["blocks.0.W_Q"][head, width + 2, 0] = 40 * d_head**0.5
        tensors["blocks.0.W_K"][head, width + head, 0] = 1
        for column, coordinate in enumerate(np.flatnonzero(mask[head])):
            tensors["blocks.0.W_V"][head, coordinate, column] = 1
            tensors["blocks.0.W_O"][head, column, coordinate] = 1
    tensors["blocks.0.W_in"][:width] = W_in
    tensors["blocks.0.b_in"][:] = b_in
    tensors["blocks.0.W_out"][:, :width] = W_out
    tensors["W_U"][:width] = unembedding
    return Model(shape, {n: torch.tensor(t, dtype=torch.float32) for n, t in tensors.items()})


def planted_lead(
    p: int,
    amplitudes: dict[int, float],
    pizzas: tuple[int, ...] = (),
    phases: dict[int, float] | None = None,
) -> float:
    """How far one answer c - φ leads whatever a - b is; not above 0 where none always does.

    Args: as for `planted_model`.
    """
    steps = np.arange(p)
    scores = np.zeros((p, p))  # difference by c - φ
    for k, amplitude in amplitudes.items():
        size = np.abs(np.cos(np.pi * k * steps / p)) if k in pizzas else np.ones(p)
        wave = np.cos(2 * np.pi * k * steps / p + (phases or {}).get(k, 0.0))
        scores += amplitude * np.outer(size, wave)
    best = scores.mean(axis=0).argmax()
    return float((scores[:, [best]] - np.delete(scores, best, axis=1)).min())


def rotated(model: Model, seed: int) -> Model:
    """The same function in another basis, so that nothing in the weights is aligned with an axis.

    A random orthogonal matrix turns the residual stream, two more turn what every head compares
    and what it carries, and the hidden units are shuffled: logits change by rounding alone.
    """
    rng = np.random.default_rng([seed, 1])
    shape = model.architecture
    assert isinstance(shape, Transformer), "only transformers are planted"
    assert not shape.biases, "no planted transformer has them"
    stream = _orthogonal(rng, shape.d_model)
    turned = {name: weights.double() for name, weights in model.parameters.items()}
    turned["W_E"], turned["W_pos"] = turned["W_E"] @ stream, turned["W_pos"] @ stream
    turned["W_U"] = stream.T @ turned["W_U"]
    for layer in range(shape.n_layers):
        block = f"blocks.{layer}."
        compared, carried = (
            torch.stack([_orthogonal(rng, shape.d_head) for _ in range(shape.n_heads)])
            for _ in range(2)
        )
        order = torch.from_numpy(rng.permutation(shape.d_mlp))
        for name, inside in (("W_Q", compared), ("W_K", compared), ("W_V", carried)):
            turned[block + name] = stream.T @ turned[block + name] @ inside
        turned[block + "W_O"] = carried.mT @ turned[block + "W_O"] @ stream
        turned[block + "W_in"] = (stream.T @ turned[block + "W_in"])[:, order]
        turned[block + "b_in"] = turned[block + "b_in"][order]
        turned[block + "W_out"] = turned[block + "W_out"][order] @ stream
        turned[block + "b_out"] = turned[block + "b_out"] @ stream
    return model.with_parameters(**{name: weights.float() for name, weights in turned.items()})


def _orthogonal(rng: np.random.Generator, size: int) -> Float[Tensor, "size size"]:
    """A random orthogonal matrix: Q of a normal one, with the signs that make it uniform."""
    q, r = np.linalg.qr(rng.standard_normal((size, size)))
    return torch.from_numpy(q * np.sign(np.diag(r)))


def noisy(model: Model, noise: float, seed: int) -> Model:
    """Normal noise on every entry of every weight matrix, also on those that are 0.

    Args:
        model: any network.
        noise: standard deviation, as a part of the root mean square of the matrix.
        seed: of the noise.
    """
    rng = np.random.default_rng([seed, 2])
    changed = {}
    for name, weights in model.parameters.items():
        if weights.ndim > 1:
            size = noise * weights.double().square().mean().sqrt()
            drawn = torch.from_numpy(rng.standard_normal(tuple(weights.shape)))
            changed[name] = (weights.double() + size * drawn).float()
    return model.with_parameters(**changed)


def planted_logits(
    p: int,
    amplitudes: dict[int, float],
    weights: tuple[int, int] = (1, 1),
    noise: float = 0.0,
    pizzas: dict[int, float] | None = None,
) -> Callable[[Tensor], Tensor]:
    """A callable with exactly these waves, and noise of that size that is fixed per input.

    `pizzas` are what |cos(πkd/p)| adds to the amplitudes, d the difference of the two terms.
    """
    fixed = torch.randn(p, p, p, generator=torch.Generator().manual_seed(0)) * noise

    def logits(tokens: Tensor) -> Tensor:
        a, b = tokens[:, 0], tokens[:, 1]
        turns = (weights[0] * a + weights[1] * b)[:, None] - torch.arange(p)[None]
        difference = (weights[0] * a - weights[1] * b)[:, None].double()
        waves = sum(
            (size + (pizzas or {}).get(k, 0.0) * torch.cos(torch.pi * k * difference / p).abs())
            * torch.cos(2 * torch.pi * k * turns.double() / p)
            for k, size in amplitudes.items()
        )
        return waves + fixed[a, b]

    return logits


def square(p: int) -> Domain:
    """Pairs of residues."""
    return Domain((range(p), range(p)), range(p))
