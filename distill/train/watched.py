"""What training needs of a pipeline: to be watched, and to hand on one network after the other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, runtime_checkable

from jaxtyping import Bool, Int
from numpy import ndarray
from torch import Tensor

from distill.networks.trace import View
from distill.records.attempts import Attempt
from distill.records.refusal import Refusal
from distill.train.curve import ExplainedBy


@runtime_checkable
class Watch(Protocol):
    """Who times the stages of a run, is told how a training goes, and may end it (`Ended`)."""

    def stage(self, name: str) -> AbstractContextManager[list[str]]:
        """Time a stage; what is appended to the list is its line."""
        ...

    def training(self, done: float, line: str) -> None:
        """How much of the training is done, from 0 to 1, and how it goes.

        Raises:
            Ended: it is to end here.
        """
        ...


class Training(ABC):
    """The training of networks for a task, one after another until one is understood."""

    @property
    @abstractmethod
    def drawn(self) -> list[str]:
        """What is trained on, in words."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """On how the network was trained, for the report of a refusal."""
        return ()

    @property
    def arch(self) -> str | None:
        """What `--arch` takes for such a network; null where none can be chosen."""
        return None

    @property
    @abstractmethod
    def attempts(self) -> tuple[Attempt, ...]:
        """All that was trained."""

    @property
    def ended(self) -> str | None:
        """Why whoever watches ended it; null where nobody did."""
        return None

    @property
    def train_mask(self) -> Bool[ndarray, " domain"] | None:
        """The inputs of a finite domain that are trained on; null over sequences."""
        return None

    @abstractmethod
    def next_network(self, verdict: str | None, watch: Watch) -> View | None:
        """Train another network; null where no other would be understood.

        Args:
            verdict: on the network before; null for the first.
            watch: who watches.
        """

    def parted(self, inputs: Sequence[Int[ndarray, "n length"]]) -> None:
        """Inputs on which the last network was found to part from its program: what it has not
        learned, if the program is what it was to learn. Nothing else of the program is told.

        Most trainings make nothing of it.
        """
        return None  # noqa: RET501 - nothing is made of it

    @abstractmethod
    def take(self) -> None:
        """The network that was trained last is that of the run."""

    @abstractmethod
    def unlearned(self) -> Refusal:
        """Why there is no network at all."""

    @property
    def checkpoints(self) -> Mapping[int, Mapping[str, Tensor]]:
        """Parameters along the way, by step; none where they are not kept."""
        return {}

    @abstractmethod
    def curve(self, explained_by: ExplainedBy | None) -> Any:
        """How the networks learned."""
