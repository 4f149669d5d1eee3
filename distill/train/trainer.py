"""Trainings one after another, until one gives a network that has learned its task.

A trainer knows one kind of network, and says what it would train, in order: widths from narrow to
wide, or one architecture from several seeds. What it has tried is kept, whatever came of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Generic, Protocol, TypeVar, runtime_checkable

from distill.errors import DistillError
from distill.networks.architecture import Parameters, StoredArchitecture
from distill.networks.integer_recurrent import IntegerRecurrent
from distill.networks.second_order import Recurrent
from distill.records.attempts import Attempt

N_co = TypeVar("N_co", covariant=True)


@dataclass(frozen=True)
class TrainingState:
    """What an observer sees of a training: it must not change the parameters.

    Attributes:
        attempt: what is trained.
        step: steps taken.
        most_steps: steps of a training that is not cut short anywhere.
        parameters: of the network; of an ensemble, with a first axis of its members.
        loss: of the last batch, the smallest of an ensemble; null before the first.
        right: the best part of fresh sequences right so far; null over a finite domain, where no
            input that is held out is looked at before the end.
        structure: the last score of how structured the logits are; null where none is taken.
        tail_done: part of the tail that is behind, from 0 to 1, where there is one.
    """

    attempt: Attempt
    step: int
    most_steps: int
    parameters: Parameters
    loss: float | None = None
    right: float | None = None
    structure: float | None = None
    tail_done: float = 0.0

    @property
    def done(self) -> float:
        """Part of the training that is behind, from 0 to 1.

        Where a score of structure ends it: half until that is reached, half in the tail.
        """
        if self.structure is None:
            return min(self.step / self.most_steps, 1.0)
        return 0.5 + self.tail_done / 2 if self.tail_done else min(self.structure, 1.0) / 2


Observe = Callable[[TrainingState], None]
"""Told now and then how far a training is; it may raise `Ended`."""


class Ended(Exception):  # noqa: N818 - a way to end, no error
    """Whoever watches a training wants it to end here, with what there is; it says why."""


def unobserved(_: TrainingState) -> None:
    """Nobody watches."""


@runtime_checkable
class Trainer(Protocol[N_co]):
    """How networks of one kind are trained."""

    def planned(self) -> tuple[Attempt, ...]:
        """What would be trained, in order, with the recipe and the seed that it would get."""
        ...

    def ruled_out(self, planned: Attempt, tried: Sequence[Attempt]) -> str | None:
        """Why a training is not worth it after what was tried, or null."""
        ...

    def train(self, planned: Attempt, observe: Observe) -> tuple[Attempt, N_co | None]:
        """Train: what came of it, and the best network; null where its weights overflowed.

        Raises:
            Ended: the observer did, and there is no network yet.
        """
        ...

    def prefers(self, attempt: Attempt, over: Attempt) -> bool:
        """Which of two networks that have not learned the task is better; the later one first."""
        ...


@runtime_checkable
class SetsAside(Protocol[N_co]):
    """A trainer that leaves what learns slowly for later."""

    def set_aside(self) -> Trainer[N_co] | None:
        """Trains on, from where it was, what was set aside; null where nothing was."""
        ...


@dataclass(frozen=True)
class Trained(Generic[N_co]):
    """The first network that learned the task, or the best of those that did not.

    Attributes:
        network: null where everything was ruled out, or overflowed.
        attempt: the training that gave it.
        attempts: all that were tried or ruled out, in order.
        ended: why whoever watches ended it; null where nobody did.
    """

    network: N_co | None
    attempt: Attempt | None
    attempts: tuple[Attempt, ...]
    ended: str | None = None

    @property
    def learned(self) -> bool:
        """Whether the network is what training goes for."""
        return self.attempt is not None and self.attempt.reached_at is not None


def train_in_order(
    trainer: Trainer[N_co], observe: Observe = unobserved, before: int = 0
) -> Trained[N_co]:
    """Train what a trainer plans, until a network has learned the task, or an observer ends it.

    Args:
        trainer: of one kind of network.
        observe: told how far every training is.
        before: attempts of the run that went before.

    Raises:
        DistillError: nothing is planned.
    """
    planned = trainer.planned()
    if not planned:
        raise DistillError("nothing to train: expected one or more widths, or seeds")
    tried: list[Attempt] = []
    best: tuple[Attempt, N_co] | None = None
    ended_by = list[str]()

    def watched(state: TrainingState) -> None:
        try:
            observe(state)
        except Ended as end:
            ended_by[:] = [str(end)]
            raise

    for number, first in enumerate(planned, before + 1):
        plan = replace(first, number=number)
        why = trainer.ruled_out(plan, tried)
        if why is not None:
            tried.append(replace(plan, ruled_out=why, seed=None, recipe=None))
            continue
        try:
            ended, network = trainer.train(plan, watched)
        except Ended as end:
            ended, network = replace(plan, stopped=str(end)), None
        tried.append(ended)
        learned = ended.reached_at is not None
        better = best is None or learned or (not ended_by and trainer.prefers(ended, best[0]))
        if network is not None and better:
            best = ended, network
        if learned or ended_by:
            break
    attempt, network = (None, None) if best is None else best
    return Trained(network, attempt, tuple(tried), ended_by[0] if ended_by else None)


LAYOUT = {"offsets", "suffix"}
"""Fields of an architecture that say where tokens lie, and not how large anything is."""


def sizes_of(
    architecture: StoredArchitecture | Recurrent | IntegerRecurrent,
) -> dict[str, int | tuple[int, ...]]:
    """Widths and counts of an architecture, by their names."""
    given = {field.name: getattr(architecture, field.name) for field in fields(architecture)}
    return {
        name: value
        for name, value in given.items()
        if name not in LAYOUT
        and (type(value) is int or (isinstance(value, tuple) and {*map(type, value)} == {int}))
    }
