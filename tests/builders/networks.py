"""Small networks as they are initialised, with no structure to be found."""

import torch

from distill import MLP, Transformer


def small_transformer(**changes):
    """A transformer over two inputs of five values and "=", with some of its shape changed."""
    shape = {
        **{"n_inputs": 2, "n_vocab": 6, "n_outputs": 5, "offsets": (0, 0), "suffix": (5,)},
        **{"d_model": 8, "n_heads": 2, "d_head": 3, "d_mlp": 12},
    }
    return Transformer(**{**shape, **changes})


def small_mlp(**changes):
    """A perceptron over two inputs of five values."""
    return MLP(2, 5, 5, **changes)


def noisy(shape, seed=0):
    """Parameters without zeros, so that every bias matters."""
    parameters = shape.initialise(torch.Generator().manual_seed(seed))
    rng = torch.Generator().manual_seed(seed + 1)
    return {n: w + 0.1 * torch.randn(w.shape, generator=rng) for n, w in parameters.items()}
