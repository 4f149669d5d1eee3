"""What trainings over sequences, texts and boxes share: what was tried, and networks in a row."""

from __future__ import annotations

from abc import abstractmethod
from typing import Generic, TypeVar

from torch import Tensor

from distill.networks.trace import View
from distill.records.attempts import UNLEARNED, Attempt, keep
from distill.records.refusal import Refusal
from distill.train.watched import Training, Watch

V = TypeVar("V", bound=View)


class Tried(Training):
    """A training that keeps what was tried in order, the last of which makes the network.

    Args:
        arch: what `--arch` said; null where the task's own is trained.
    """

    def __init__(self, arch: str | None) -> None:
        self._arch = arch
        self._tried: list[Attempt] = []
        self._ended: str | None = None

    @property
    def arch(self) -> str | None:
        """What `--arch` takes for such a network; null where it was the task's own."""
        return self._arch

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """All that was trained, and which made the network of the run."""
        return tuple(self._tried)

    @property
    def ended(self) -> str | None:
        """Why whoever watches ended it; null where nobody did."""
        return self._ended

    def take(self) -> None:
        """The network that was trained last is that of the run."""
        self._tried = [*keep(self._tried, len(self._tried))]


class InARow(Tried, Generic[V]):
    """Networks of one shape from several seeds, until one is understood.

    Args:
        arch: what `--arch` said.
        networks: how many are trained at most.
    """

    def __init__(self, arch: str | None, networks: int) -> None:
        super().__init__(arch)
        self._left = networks

    def next_network(self, verdict: str | None, watch: Watch) -> V | None:
        """A network from the next seed, while there is one and nobody ended it."""
        if not self._left or self._ended is not None:
            return None
        self._left -= 1
        with watch.stage("train") as lines:
            attempt, parameters = self._train(len(self._tried) + 1, watch)
            self._tried.append(attempt)
            lines.append(self._told(attempt))
        return self._view(parameters)

    @property
    def remarks(self) -> tuple[str, ...]:
        """Of which network a refusal is, where several were trained."""
        kept = [each.number for each in self.attempts if not each.discarded]
        if len(self._tried) < 2 or len(kept) != 1:
            return ()
        return (
            f"{len(self._tried)} networks were trained, each from its own seed, and none was "
            f"understood: this is of network {kept[0]}, and no other came nearer to it",
        )

    def unlearned(self) -> Refusal:
        """Where no network was trained."""
        return Refusal((f"{UNLEARNED}was trained",), {})

    @abstractmethod
    def _train(self, number: int, watch: Watch) -> tuple[Attempt, dict[str, Tensor]]:
        """One network; where it is ended, as it is by then.

        Args:
            number: of the attempt, from 1.
            watch: who watches.
        """

    @abstractmethod
    def _told(self, attempt: Attempt) -> str:
        """What came of an attempt, in a line."""

    @abstractmethod
    def _view(self, parameters: dict[str, Tensor]) -> V:
        """What may be looked at of a network with these parameters."""
