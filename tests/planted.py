"""Networks by construction: transformers whose weights hold chosen waves, and no training.

The embedding puts every value on one circle per key frequency, uniform attention adds the points
of the inputs, random ReLU units with biases see that sum, and W_out is solved for, by least
squares over the domain, so that the units write Σ A_k cos(2πk(φ - c)/p) through W_U.
"""

from __future__ import annotations

import numpy as np
import torch

from distill import Domain, Model, Transformer


def planted_model(
    p: int,
    amplitudes: dict[int, float],
    weights: tuple[int, int] = (1, 1),
    units: int = 128,
    seed: int = 0,
    pizzas: tuple[int, ...] = (),
) -> Model:
    """A transformer for φ = w0·a + w1·b mod p with these key frequencies.

    Those in `pizzas` have the amplitude A_k |cos(πk(a - b)/p)|, where both weights are 1.
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
        phi = weights[0] * a + weights[1] * b
        size = amplitudes[k] * (np.abs(np.cos(turn * (a - b) / 2)) if k in pizzas else 1.0)
        targets += [size * np.cos(turn * phi), size * np.sin(turn * phi)]
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
    solved, *_ = np.linalg.lstsq(hidden, np.stack(targets, axis=1), rcond=1e-10)
    W_out = np.zeros((units * circles, width))
    W_out[:, 4 * circles :] = solved
    return _attention_by_position(p, embedding, mask, W_in, b_in, W_out, unembedding)


def _attention_by_position(
    p: int,
    embedding: np.ndarray,
    mask: list[np.ndarray],
    W_in: np.ndarray,
    b_in: np.ndarray,
    W_out: np.ndarray,
    unembedding: np.ndarray,
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


def planted_logits(
    p: int,
    amplitudes: dict[int, float],
    weights: tuple[int, int] = (1, 1),
    noise: float = 0.0,
    pizzas: dict[int, float] | None = None,
):
    """A callable with exactly these waves, and noise of that size that is fixed per input.

    `pizzas` are what |cos(πkd/p)| adds to the amplitudes, d the difference of the two terms.
    """
    fixed = torch.randn(p, p, p, generator=torch.Generator().manual_seed(0)) * noise

    def logits(tokens: torch.Tensor) -> torch.Tensor:
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
