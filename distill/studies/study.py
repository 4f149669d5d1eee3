"""A study: a published claim, the gate that decides about it, and the experiment, as one value.

Claim, source and gates are data, stated before anything is run. What is measured comes from
`measure`, part by part, as named arrays; `tell` makes figures, pictures and tables of them. Neither
says whether the claim holds: that is for the frame, which compares the figures with the gates.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy import ndarray

from distill.drawing.picture import Picture
from distill.errors import DistillError, own_line, quoted_with_line, shown
from distill.studies.gates import Gate, Measured

Setting = int | float | bool | str
Arrays = Mapping[str, ndarray]
"""What a part measured, by name."""

Progress = Callable[[float, str], None]
"""Told how much of a part is done, from 0 to 1, and what is going on."""


@dataclass(frozen=True)
class Source:
    """Where a claim comes from.

    Attributes:
        title: of the paper or text.
        where: arXiv number or address; empty where there is none.
        published: the figures that are put beside ours.
    """

    title: str
    where: str = ""
    published: str = ""


@dataclass(frozen=True)
class Asked:
    """What a run of a study is asked for.

    Attributes:
        settings: every setting of the study, in its own type.
        seed: the first of the seeds.
        decoy: whether the study's decoy is measured in place of the real thing; its gates are then
            to fail.
        threads: that a part may use; no number depends on them.
    """

    settings: Mapping[str, Setting]
    seed: int = 0
    decoy: bool = False
    threads: int = 1

    def whole(self, name: str) -> int:
        """A setting that is an integer."""
        value = self.settings[name]
        assert isinstance(value, int), f"the setting '{name}' is declared as an integer"
        return value

    def number(self, name: str) -> float:
        """A setting that is a number."""
        return float(self.settings[name])

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds, in a row: as many as the setting `seeds` says."""
        return tuple(range(self.seed, self.seed + self.whole("seeds")))


@dataclass(frozen=True)
class Table:
    """Numbers behind a picture, as they are written to a CSV file.

    Attributes:
        name: of the file, without its ending.
        columns: their names.
        rows: as many cells in each as there are columns.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[float | int | str, ...], ...]

    @classmethod
    def of(cls, name: str, **columns: Sequence[float] | ndarray) -> Table:
        """A table from its columns."""
        as_lists = [np.asarray(column).tolist() for column in columns.values()]
        return cls(name, tuple(columns), tuple(zip(*as_lists, strict=True)))


@dataclass(frozen=True)
class Told:
    """What came out, in numbers, pictures and words.

    Attributes:
        measured: figures by name; every gate names one of them.
        remarks: what a reader should know: what was seen beside the gates, what was tried.
    """

    measured: Mapping[str, Measured]
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()
    remarks: tuple[str, ...] = ()


def in_one(asked: Asked) -> tuple[str, ...]:
    """The parts of a study that has only one."""
    return ("all",)


@dataclass(frozen=True)
class Study:
    """A claim that is tested again.

    Attributes:
        name: what `distill study` takes.
        claim: one sentence.
        source: who made it.
        gates: what is to be measured for it to hold.
        decoy: in words, what is measured by `--decoy` instead, for which it must not hold.
        settings: with their defaults.
        quick: those that differ under `--quick`.
        measure: makes the arrays of a part; called once for each, perhaps in other processes, and
            not again when a run goes on that was stopped.
        tell: makes figures and pictures of all parts, by name.
        parts: names of the parts, which are independent of each other.
        here: what is done otherwise than in the source, in words.
        kind: which group of studies it stands in.

    Raises:
        DistillError: it has no gate, or its name cannot be that of a folder and of a command's
            argument.
    """

    name: str
    claim: str
    source: Source
    gates: tuple[Gate, ...]
    decoy: str
    settings: Mapping[str, Setting]
    measure: Callable[[Asked, str, Progress], Arrays]
    tell: Callable[[Asked, Mapping[str, Arrays]], Told]
    quick: Mapping[str, Setting] = field(default_factory=dict)
    parts: Callable[[Asked], tuple[str, ...]] = in_one
    here: str = ""
    kind: Literal["grokking", "learning", "own"] = "own"

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\w[\w-]*", self.name):
            raise DistillError(
                f"a study called {shown(self.name)}: expected letters, digits, _ and -"
            )
        if not self.gates:
            raise DistillError(
                f"study '{self.name}' has no gates, and what cannot fail says nothing: give one"
            )


@contextlib.contextmanager
def told_as_its_own(study: Study, doing: str) -> Iterator[None]:
    """Within the block a user's code runs: what goes wrong in it is no fault of distill.

    Args:
        study: whose code it is.
        doing: which of its functions it is, in words.

    Raises:
        DistillError: it failed, in a line of the user's.
    """
    try:
        yield
    except DistillError:
        raise
    except Exception as error:
        if not own_line(error):
            raise
        raise DistillError(
            f"study '{study.name}' failed in {doing}: {quoted_with_line(error)}"
        ) from error
