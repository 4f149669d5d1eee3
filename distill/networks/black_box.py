"""Black boxes: a callable in memory, of which nothing is known but what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from distill.domains.finite import Domain
from distill.errors import DistillError
from distill.networks.network import BATCH, HIDDEN, HasActivations, HasLogits, check_place


@dataclass(frozen=True)
class BlackBox(HasLogits, HasActivations):
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
                        f"{len(batch)} inputs: expected ({len(batch)}, {self.n_outputs}), a logit "
                        "for every output" + _if_labels(answer, len(batch), self.n_outputs)
                    )
                parts.append(answer.to("cpu", torch.float64))
        logits = torch.cat(parts)
        if not bool(torch.isfinite(logits).all()):
            raise DistillError("the network answered with logits that are not finite")
        return logits.numpy()

    @property
    def places(self) -> tuple[str, ...]:
        """The last hidden layer, where there are linear layers; none of a plain callable."""
        return (HIDDEN,) if self._linear_layers() else ()

    def activations(
        self, place: str, tokens: Int[ndarray, "n k"], /
    ) -> Float[ndarray, "n width"] | None:
        """What the last linear layer of a module is given: its last hidden activations.

        Of a sequence of them those at the last position. Null where no hook reaches any, as in a
        scripted module.

        Raises:
            DistillError: there is no such place.
        """
        check_place(place, self.places)
        seen: list[Tensor] = []
        hooks = [
            layer.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
            for layer in self._linear_layers()
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

    def _linear_layers(self) -> list[torch.nn.Linear]:
        modules = self.function.modules() if isinstance(self.function, torch.nn.Module) else ()
        return [module for module in modules if isinstance(module, torch.nn.Linear)]

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


def _if_labels(answer: Tensor, inputs: int, outputs: int) -> str:
    """What to do with a network that gives its answers and no logits."""
    if tuple(answer.shape) not in {(inputs,), (inputs, 1)}:
        return ""
    return f"; one that gives the answer alone can return torch.eye({outputs})[answer]"
