"""The architectures of networks that can be stored: the only list of them.

An architecture is a file: a frozen dataclass of sizes, with a `kind` by which JSON tells it from
the others, the `shapes` of its parameters, fresh ones (`initialise`), and the forward pass. Adding
one is that file and a name in one of the unions below; certificates, run folders, imported
checkpoints, `--arch` and training know it from here. (A stranger's checker has a forward pass of
its own: `distill.checker`.)
"""

from __future__ import annotations

from typing import get_args

from torch import Tensor

from distill.networks.feedforward import FeedForward
from distill.networks.integer_recurrent import IntegerRecurrent
from distill.networks.mlp import MLP
from distill.networks.real_perceptron import RealPerceptron
from distill.networks.recurrent_layers import RecurrentLayers
from distill.networks.second_order import Recurrent
from distill.networks.text_transformer import TextTransformer
from distill.networks.transformer import Transformer

__all__ = [
    "MLP",
    "STEP_ARCHITECTURES",
    "TOKEN_ARCHITECTURES",
    "FeedForward",
    "IntegerRecurrent",
    "Parameters",
    "RealPerceptron",
    "Recurrent",
    "RecurrentLayers",
    "StepArchitecture",
    "StoredArchitecture",
    "TextTransformer",
    "TokenArchitecture",
    "Transformer",
]

Parameters = dict[str, Tensor]

TokenArchitecture = Transformer | MLP | FeedForward
"""Rows of tokens to logits. They offer `for_domain`, `logits`, `places` and `activations`, and
`embedded`, which says what parameter embeds an input."""

StepArchitecture = Recurrent | IntegerRecurrent | RecurrentLayers
"""Sequences, a step at a time. They offer `start`, `step` and `values` of one network in float64;
`readout` says whether values are numbers or logits of answers to choose from, `reads_symbols`,
`n_inputs` and `step_shape` what is read."""

StoredArchitecture = TokenArchitecture | StepArchitecture | TextTransformer | RealPerceptron

TOKEN_ARCHITECTURES: dict[str, type[TokenArchitecture]] = {
    architecture.kind: architecture for architecture in get_args(TokenArchitecture)
}
STEP_ARCHITECTURES: dict[str, type[StepArchitecture]] = {
    architecture.kind: architecture for architecture in get_args(StepArchitecture)
}
