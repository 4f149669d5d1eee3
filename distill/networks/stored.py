"""Networks: stored ones (weights and architecture) and black boxes (a callable in memory)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from distill.domains.finite import Domain
from distill.errors import DistillError
from distill.networks.architecture import StoredArchitecture
from distill.networks.parameters import check_parameters

BATCH = 8192
"""Inputs per forward pass: enough to keep the matrix products busy, little enough for memory."""


@runtime_checkable
class Network(Protocol):
    """Anything with logits over a domain."""

    def logits(
        self, tokens: Int[ndarray, "n k"], *, single: bool = False
    ) -> Float[ndarray, "n outputs"]:
        """Logits as float64; evaluated in float64, or as a float32 network with `single`."""
        ...


@dataclass(frozen=True)
class Model:
    """Weights and the architecture that they belong to.

    Raises:
        DistillError: a parameter is missing, of the wrong shape, or not finite.
    """

    architecture: StoredArchitecture
    parameters: Mapping[str, Tensor]

    def __post_init__(self) -> None:
        check_parameters(self.architecture, self.parameters)

    def logits(
        self, tokens: Int[ndarray, "n k"], *, single: bool = False
    ) -> Float[ndarray, "n outputs"]:
        """Logits as float64; evaluated in float64, or in float32 with `single`."""
        return self._batched(self.architecture.logits, tokens, single)

    def hidden(self, tokens: Int[ndarray, "n k"]) -> Float[ndarray, "n hidden"]:
        """Activations of the last hidden layer, in float64."""
        return self._batched(self.architecture.hidden, tokens, single=False)

    def with_parameters(self, **changed: Tensor) -> Model:
        """The same network with some parameters replaced: an intervention in weight space."""
        return replace(self, parameters={**self.parameters, **changed})

    def _batched(
        self,
        function: Callable[[dict[str, Tensor], Tensor], Tensor],
        tokens: Int[ndarray, "n k"],
        single: bool,
    ) -> Float[ndarray, "n width"]:
        dtype = torch.float32 if single else torch.float64
        parameters = {name: weights.detach().to(dtype) for name, weights in self.parameters.items()}
        with torch.no_grad():
            parts = [function(parameters, batch) for batch in torch.from_numpy(tokens).split(BATCH)]
        return torch.cat(parts).to(torch.float64).numpy()


@dataclass(frozen=True)
class BlackBox:
    """A callable that maps a LongTensor [n, inputs] of tokens to logits [n, outputs].

    A `torch.nn.Module` is run in evaluation mode and as it is, in its own precision. It cannot be
    stored, so a run over it ends at best in `tested`.
    """

    function: Callable[[Tensor], Tensor]
    n_outputs: int

    @classmethod
    def over(cls, function: Callable[[Tensor], Tensor], domain: Domain) -> BlackBox:
        """Wrap a callable after one call that shows whether it fits the domain.

        Raises:
            DistillError: it failed on the first inputs of the domain, or answered with a shape
                that the domain does not have, or with values that are not finite.
        """
        box = cls(function, len(domain.outputs))
        probe = domain.tokens(np.arange(2))
        try:
            box.logits(probe)
        except DistillError:
            raise
        except Exception as error:
            raise DistillError(
                f"the network failed on tokens of shape {probe.shape}: {type(error).__name__}: "
                f"{error}; expected a callable from integer tokens [n, {probe.shape[1]}] to "
                f"logits [n, {len(domain.outputs)}]"
            ) from error
        return box

    def logits(
        self, tokens: Int[ndarray, "n k"], *, single: bool = False
    ) -> Float[ndarray, "n outputs"]:
        """Logits as float64; the precision is the callable's own, whatever `single` says."""
        parts = []
        with self._evaluated():
            for batch in torch.from_numpy(tokens).split(BATCH):
                answer = torch.as_tensor(self.function(batch))
                if tuple(answer.shape) != (len(batch), self.n_outputs):
                    raise DistillError(
                        f"the network answered with shape {tuple(answer.shape)} for "
                        f"{len(batch)} inputs: expected ({len(batch)}, {self.n_outputs})"
                    )
                parts.append(answer.to("cpu", torch.float64))
        logits = torch.cat(parts)
        if not bool(torch.isfinite(logits).all()):
            raise DistillError("the network answered with logits that are not finite")
        return logits.numpy()

    def hidden(self, tokens: Int[ndarray, "n k"]) -> Float[ndarray, "n hidden"] | None:
        """What the last linear layer of a module is given: its last hidden activations.

        Of a sequence of them those at the last position. Null where no hook reaches any: a plain
        callable, a scripted module, or one without linear layers.
        """
        if not isinstance(self.function, torch.nn.Module):
            return None
        seen: list[Tensor] = []
        layers = [m for m in self.function.modules() if isinstance(m, torch.nn.Linear)]
        hooks = [
            layer.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
            for layer in layers
        ]
        parts = []
        try:
            with self._evaluated():
                for batch in torch.from_numpy(tokens).split(BATCH):
                    seen.clear()
                    self.function(batch)
                    if not seen or len(seen[-1]) != len(batch):
                        return None
                    last = seen[-1].reshape(len(batch), -1, seen[-1].shape[-1])[:, -1]
                    parts.append(last.to("cpu", torch.float64))
        finally:
            for hook in hooks:
                hook.remove()
        return torch.cat(parts).numpy()

    @contextmanager
    def _evaluated(self) -> Iterator[None]:
        """In evaluation mode, without gradients, and as it was afterwards."""
        module = self.function if isinstance(self.function, torch.nn.Module) else None
        was_training = module is not None and module.training
        if module is not None:
            module.eval()
        try:
            with torch.no_grad():
                yield
        finally:
            if module is not None and was_training:
                module.train()
