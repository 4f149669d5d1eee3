"""What can be asked of a network, one protocol for each capability.

A kind of mechanism is written against what it asks for, and not against a make of network:

- every comparison of a program with a network asks for answers alone (`Network`);
- Fourier features ask for logits over all inputs (`HasLogits`), and if they can be had for the last
  hidden layer (`HasActivations`) and for the embedding, which is kept, removed or moved in weight
  space (`HasParameters`);
- automata ask for steps from any hidden state (`HasSteps`), and to be proved for parameters;
- recurrences ask for steps; linear ones are read from their parameters.

`BlackBox` is a callable over tokens, `SequenceNetwork` what a stored network does with the values
of channels. `Model` is a stored network of any architecture, and has the methods of all: which of
them it answers is told by its type, `Model[Recurrent]`, and while running by `reads_tokens`,
`reads_steps` and `model_of` (`distill.networks.stored`), not by `isinstance` with a protocol.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from distill.errors import DistillError
from distill.networks.stepping import answers_along, states_along

BATCH = 8192
"""Inputs per forward pass: enough to keep the matrix products busy, little enough for memory."""

HIDDEN = "hidden"
"""The place of the last hidden layer, where program variables are decoded from."""


@runtime_checkable
class Network(Protocol):
    """Anything that answers."""

    def run(self, inputs: Int[ndarray, "n *read"], /) -> Int[ndarray, "n *answers"]:
        """The answers to rows of tokens, as positions of outputs; or at every step of sequences."""
        ...


@runtime_checkable
class HasLogits(Network, Protocol):
    """A network over a finite domain, whose inputs are rows of tokens."""

    def logits(
        self, tokens: Int[ndarray, "n k"], *, single: bool = False
    ) -> Float[ndarray, "n outputs"]:
        """Logits as float64; evaluated in float64, or as a float32 network with `single`."""
        ...

    def run(self, inputs: Int[ndarray, "n k"], /) -> Int[ndarray, " n"]:
        """The answers as positions of outputs: the largest logit, the first of equal ones."""
        return self.logits(inputs).argmax(axis=1)


@runtime_checkable
class HasActivations(Protocol):
    """A network whose activations are reached, at places that have names."""

    @property
    def places(self) -> tuple[str, ...]:
        """Where activations can be asked for; none where nothing is reached."""
        ...

    def activations(
        self, place: str, tokens: Int[ndarray, "n k"], /
    ) -> Float[ndarray, "n width"] | None:
        """Activations at one of the `places`, in float64; null where a run shows none there.

        Raises:
            DistillError: there is no such place.
        """
        ...


def check_place(place: str, places: tuple[str, ...]) -> None:
    """Hold a place against those where activations can be asked for.

    Raises:
        DistillError: it is none of them.
    """
    if place not in places:
        known = f"one of {', '.join(places)}" if places else "none: it shows no activations"
        raise DistillError(f"the network has no place '{place}': expected {known}")


@runtime_checkable
class HasSteps(Network, Protocol):
    """A network that is stepped along sequences, from its start or from any other hidden state.

    What it reads at a step is a symbol's number or the values of channels, and what it answers is
    one number or several: `inputs` and `answers` below have the axes for that, or none.
    """

    @property
    def start(self) -> Float[ndarray, " d"]:
        """The hidden state before the first step."""
        ...

    def step(
        self, hidden: Float[ndarray, "n d"], inputs: Int[ndarray, "n *inputs"], /
    ) -> Float[ndarray, "n d"]:
        """The hidden states after one more step each."""
        ...

    def outputs(self, hidden: Float[ndarray, "n d"], /) -> Int[ndarray, "n *answers"]:
        """The answers at hidden states."""
        ...

    def hidden(
        self, sequences: Int[ndarray, "n length *inputs"], /
    ) -> Float[ndarray, "n length d"]:
        """Hidden states after every step."""
        return states_along(self.start, self.step, sequences)

    def run(self, inputs: Int[ndarray, "n length *inputs"], /) -> Int[ndarray, "n length *answers"]:
        """The answers after every step."""
        return answers_along(self.hidden(inputs), self.outputs)


@runtime_checkable
class HasParameters(Protocol):
    """A network whose weights are known: they can be looked at, and changed."""

    @property
    def architecture(self) -> Any:
        """What the parameters belong to (`distill.networks.architecture`)."""
        ...

    @property
    def parameters(self) -> Mapping[str, Tensor]:
        """Every parameter by the name that the architecture gives it."""
        ...

    def with_parameters(self, **changed: Tensor) -> HasParameters:
        """The same network with some parameters replaced: an intervention in weight space."""
        ...
