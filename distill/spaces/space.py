"""What a network is a function of, and what a run does by it: one class, and one file a space."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from jaxtyping import Bool
from numpy import ndarray

from distill.errors import DistillError
from distill.importing import AboutTexts, Imported, import_model
from distill.kinds.kind import Mechanism, Written
from distill.kinds.known import check_engine
from distill.networks.given import AnyNetwork
from distill.networks.trace import View
from distill.records.refusal import Refusal
from distill.records.report import Report
from distill.runs.certificate import Split
from distill.runs.stages import Stages
from distill.runs.store import AnyCertificate
from distill.tasks.built import BuiltTask
from distill.train.schedule import Recipe
from distill.train.watched import Training
from distill.verify.report import CheckedBy, Verified


@dataclass(frozen=True)
class Asked:
    """How networks for a task are to be trained, as far as somebody said.

    Attributes:
        attempts: trainings of one kind of network at most.
        rounds: how often the kinds of networks are gone through.
        watch: whether checkpoints along the training are kept.
    """

    seed: int
    architecture: str | None
    recipe: Recipe | None
    attempts: int
    rounds: int
    engine: str | None
    watch: bool = False


@dataclass(frozen=True)
class Reach:
    """How far a network that was not trained here is followed, and how; null where nobody said.

    Attributes:
        length: of the sequences that it can be trusted on.
        max_states: of a machine that is read.
        engine: which one proposes formulas.
    """

    length: int | None = None
    max_states: int | None = None
    engine: str | None = None


@dataclass(frozen=True)
class Given:
    """A network that was not trained here, ready to be read.

    Attributes:
        view: what extraction may look at.
        right: how much of a task it has right, in words; null where it was not counted.
        remarks: what it was read as, and what was taken for granted.
        ask_again: raises where a network in memory answers otherwise by now.
    """

    view: Callable[[Stages], View]
    right: str | None = None
    remarks: tuple[str, ...] = ()
    ask_again: Callable[[View], None] = lambda view: None


@dataclass(frozen=True)
class Outcome:
    """What a run arrived at, as its certificate is made of it.

    Attributes:
        view: of the network; null where none was trained.
        files: the other files, as they will be stored.
    """

    view: View | None
    task: BuiltTask | None
    mechanism: Mechanism | Refusal
    verified: Verified
    split: Split | None
    files: dict[str, bytes]


class Space(ABC):
    """A space that networks are functions on.

    Tasks, domains and views of other spaces are never handed to it.

    Attributes:
        task, domain, view: the classes of what is over it.
        mend: what to do where a network and a task over it do not fit each other.
    """

    task: ClassVar[type[BuiltTask]]
    domain: ClassVar[type]
    view: ClassVar[type[View]]
    mend: ClassVar[str]

    @abstractmethod
    def of_task(self, task: Any) -> Any:
        """The domain of a task."""

    def told(self, domain: Any) -> str:
        """A domain in words, where a network over it and a task do not fit each other."""
        return str(domain)

    @abstractmethod
    def fits(self, network: Any, task: Any) -> bool:
        """Whether a network over one domain can be held against a task over another."""

    # trained here

    @abstractmethod
    def training(self, task: Any, asked: Asked) -> Callable[[], Training]:
        """What draws the data, and trains.

        Raises:
            DistillError: what was asked for cannot be used; nothing is drawn yet.
        """

    def split(self, task: Any, seed: int) -> Split | None:
        """Which inputs were trained on; null where they are drawn without end."""
        return None

    def remarks(self, task: Any) -> tuple[str, ...]:
        """What is to be said of how a task was trained, whatever comes out."""
        return ()

    # not trained here

    def imported(
        self, path: str | Path, task: Any, layout: str | None, at: int | None, about: AboutTexts
    ) -> Imported:
        """The network of a file that is held against a task of this space.

        Raises:
            DistillError: the file cannot be read.
        """
        return import_model(path, layout, at=at, about=about)

    @abstractmethod
    def given(self, imported: Imported, task: Any, reach: Reach) -> Given:
        """A network of a file, which was read, and held against a task that fits."""

    @abstractmethod
    def in_memory(
        self, network: AnyNetwork, domain: Any, outputs: range | None, reach: Reach
    ) -> Given:
        """A network that somebody holds in memory.

        Raises:
            DistillError: it is no function on this domain, or cannot be called.
        """

    def extent(self, view: Any) -> str:
        """What a verdict over a whole view is about, in a few words."""
        return "all of it"

    def narrower(self, view: Any, report: Report) -> tuple[View, str] | None:
        """A part of what was asked for on which a given network may follow a program yet.

        Returns:
            A view of that part, and the sentence that the report then has; null where there is
            none, or nothing is amiss.
        """
        return None

    # of both

    @abstractmethod
    def checks(
        self, view: Any, task: Any, train_mask: Bool[ndarray, " domain"] | None
    ) -> CheckedBy:
        """The checks of a program against the network of a view, and the task if there is one."""

    def at_chance(self, written: Written, view: Any) -> Refusal | None:
        """The refusal of a program that explains nothing; null where it does, or is counted."""
        return None

    @abstractmethod
    def refused(
        self, refusal: Refusal, view: Any, task: Any, name: str, remarks: tuple[str, ...]
    ) -> Verified:
        """The report of a run without a program; the view is null where none was trained."""

    @abstractmethod
    def certify(self, outcome: Outcome) -> AnyCertificate:
        """What a checker needs."""


def no_engine(asked: Asked | Reach) -> None:
    """Refuse an engine, of spaces where formulas are not searched for.

    Raises:
        DistillError: one was asked for.
    """
    if asked.engine is not None:
        check_engine(asked.engine)
        raise DistillError(
            f"--engine {asked.engine}: engines propose formulas over boxes of reals: leave it out "
            "here"
        )


def no_checkpoints(asked: Asked, task: BuiltTask) -> None:
    """Refuse to keep checkpoints, of spaces over which no training hands them out.

    Raises:
        DistillError: they were asked for.
    """
    if asked.watch:
        raise DistillError(f"--watch is of finite domains, and {task.name} has none: leave it out")


def read_at_once(reach: Reach, instead: str = "") -> None:
    """Refuse what is said of networks over sequences, of one that reads its input at once.

    Args:
        reach: what was said.
        instead: how such things are said of it.

    Raises:
        DistillError: a length or a number of states was given.
    """
    if (reach.length, reach.max_states) != (None, None):
        option = "--length" if reach.length is not None else "--max-states"
        raise DistillError(
            f"{option} is of a recurrent network, and this one reads its input at once: leave it "
            f"out{instead}"
        )
