"""Stored networks: an architecture, its parameters, and the answers that they choose from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Generic, TypeGuard, TypeVar

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from distill.errors import DistillError, NotFiniteError
from distill.networks.architecture import (
    Parameters,
    RealPerceptron,
    StepArchitecture,
    StoredArchitecture,
    TextTransformer,
    TokenArchitecture,
)
from distill.networks.network import BATCH, check_place
from distill.networks.stepping import answers_along, states_along

A_co = TypeVar("A_co", bound=StoredArchitecture, covariant=True)
A = TypeVar("A", bound=StoredArchitecture)


@dataclass(frozen=True)
class Model(Generic[A_co]):
    """Weights of one network and the architecture that they belong to.

    What it can be asked comes from the architecture, which type checkers know: over tokens
    `logits` and `activations`, along sequences `start`, `step`, `values`, `outputs` and `hidden`.
    All have `run`. What reads symbols alone reads their numbers, without an axis of channels
    (`step_shape` of the architecture), and so it answers.

    Attributes:
        answers: the values that logits stand for: logit j belongs to answers[j]. Empty where they
            are by position, as over a domain, and where numbers are answered.

    Raises:
        DistillError: a parameter is missing, of the wrong shape, or not finite, or there are not
            as many answers as are chosen from.
    """

    architecture: A_co
    parameters: Mapping[str, Tensor]
    answers: tuple[int | float, ...] = ()

    def __post_init__(self) -> None:
        check_parameters(self.architecture, self.parameters)
        shape, choices = self.architecture, 0
        chooses = isinstance(shape, StepArchitecture | TextTransformer)
        if chooses and shape.readout != "value":
            choices = shape.n_outputs
        if len(self.answers) != choices:
            raise DistillError(f"{len(self.answers)} answers to choose from; expected {choices}")

    @cached_property
    def weights(self) -> dict[str, ndarray]:
        """The parameters as float64 arrays."""
        return {name: value.detach().double().numpy() for name, value in self.parameters.items()}

    def with_parameters(self, **changed: Tensor) -> Model[A_co]:
        """The same network with some parameters replaced: an intervention in weight space."""
        return replace(self, parameters={**self.parameters, **changed})

    def run(self, inputs: Int[ndarray, "n *read"], /) -> Int[ndarray, "n *answers"]:
        """The answers to rows of tokens, as positions of outputs; or at every step of sequences."""
        if reads_tokens(self):
            return self.logits(inputs).argmax(axis=1)
        assert reads_steps(self), "an architecture reads tokens or sequences"
        return answers_along(self.hidden(inputs), self.outputs)

    def logits(
        self: Model[TokenArchitecture], tokens: Int[ndarray, "n k"], *, single: bool = False
    ) -> Float[ndarray, "n outputs"]:
        """Logits over tokens as float64; evaluated in float64, or in float32 with `single`."""
        return self._batched(self._over_tokens().logits, tokens, single)

    @property
    def places(self) -> tuple[str, ...]:
        """Where activations over tokens can be asked for; none of a recurrent network."""
        architecture = self.architecture
        return architecture.places if isinstance(architecture, TokenArchitecture) else ()

    def activations(
        self: Model[TokenArchitecture], place: str, tokens: Int[ndarray, "n k"], /
    ) -> Float[ndarray, "n width"]:
        """Activations over tokens at one of the `places`, in float64.

        Raises:
            DistillError: the architecture has no such place.
        """
        architecture = self._over_tokens()
        check_place(place, architecture.places)
        return self._batched(partial(architecture.activations, place), tokens, single=False)

    @property
    def start(self: Model[StepArchitecture]) -> Float[ndarray, " d"]:
        """The hidden state before the first step."""
        return self._over_sequences().start(self.weights)

    def step(
        self: Model[StepArchitecture],
        hidden: Float[ndarray, "n d"],
        inputs: Int[ndarray, "n *inputs"],
        /,
    ) -> Float[ndarray, "n d"]:
        """The hidden states after one more step each, in float64."""
        return self._over_sequences().step(self.weights, hidden, inputs)

    def values(
        self: Model[StepArchitecture], hidden: Float[ndarray, "n d"], /
    ) -> Float[ndarray, "n outputs"]:
        """What is read out of hidden states: numbers before rounding, or logits of the answers."""
        return self._over_sequences().values(self.weights, hidden)

    def outputs(
        self: Model[StepArchitecture], hidden: Float[ndarray, "n d"], /
    ) -> Int[ndarray, "n *answers"]:
        """The answers at hidden states; a half is rounded to the even integer."""
        values = self.values(hidden)
        if self.architecture.readout == "value":
            return np.rint(values).astype(np.int64)
        chosen = np.array(self.answers)[values.argmax(axis=1)]
        return chosen[:, None] if self.architecture.step_shape else chosen

    def hidden(
        self: Model[StepArchitecture], sequences: Int[ndarray, "n length *inputs"], /
    ) -> Float[ndarray, "n length d"]:
        """Hidden states after every step of sequences."""
        return states_along(self.start, self.step, sequences)

    def _over_tokens(self) -> TokenArchitecture:
        if isinstance(self.architecture, TokenArchitecture):
            return self.architecture
        raise DistillError(
            f"a network of kind '{self.architecture.kind}' reads sequences: ask for its start, "
            "step, values, outputs or hidden states"
        )

    def _over_sequences(self) -> StepArchitecture:
        if isinstance(self.architecture, StepArchitecture):
            return self.architecture
        raise DistillError(
            f"a network of kind '{self.architecture.kind}' reads tokens of a domain and no "
            "sequences: ask for its logits or activations"
        )

    def _batched(
        self,
        forward: Callable[[Parameters, Tensor], Tensor],
        tokens: Int[ndarray, "n k"],
        single: bool,
    ) -> Float[ndarray, "n width"]:
        dtype = torch.float32 if single else torch.float64
        parameters = {name: weights.detach().to(dtype) for name, weights in self.parameters.items()}
        with torch.no_grad():
            parts = [forward(parameters, batch) for batch in torch.from_numpy(tokens).split(BATCH)]
        return torch.cat(parts).to(torch.float64).numpy()


def reads_tokens(network: object) -> TypeGuard[Model[TokenArchitecture]]:
    """Whether a network is a stored one over a finite domain."""
    return isinstance(network, Model) and isinstance(network.architecture, TokenArchitecture)


def reads_texts(network: object) -> TypeGuard[Model[TextTransformer]]:
    """Whether a network is a stored one over texts."""
    return isinstance(network, Model) and isinstance(network.architecture, TextTransformer)


def reads_reals(network: object) -> TypeGuard[Model[RealPerceptron]]:
    """Whether a network is a stored one over reals."""
    return isinstance(network, Model) and isinstance(network.architecture, RealPerceptron)


def reads_steps(network: object) -> TypeGuard[Model[StepArchitecture]]:
    """Whether a network is a stored one over sequences."""
    return isinstance(network, Model) and isinstance(network.architecture, StepArchitecture)


def model_of(network: object, architecture: type[A]) -> Model[A] | None:
    """A network where it is a stored one of this architecture, and null otherwise."""
    if isinstance(network, Model) and isinstance(network.architecture, architecture):
        return network
    return None


def check_parameters(architecture: StoredArchitecture, parameters: Mapping[str, Tensor]) -> None:
    """Hold parameters against their architecture.

    Raises:
        DistillError: one is missing, of the wrong shape, or not finite.
    """
    expected = architecture.shapes()
    found = {name: tuple(weights.shape) for name, weights in parameters.items()}
    wrong = sorted(name for name in {*expected, *found} if expected.get(name) != found.get(name))
    if wrong:
        name = wrong[0]
        raise DistillError(
            f"parameter '{name}' has shape {found.get(name, 'absent')}: the architecture "
            f"{architecture} expects {expected.get(name, 'no such parameter')}"
        )
    for name, weights in parameters.items():
        if not bool(torch.isfinite(weights).all()):
            raise NotFiniteError(f"parameter '{name}' holds values that are not finite")
