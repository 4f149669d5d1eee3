"""A row: what came of one run, in a file of its own.

Only what the table needs is read from the report that `distill run --json` prints, so that a report
may gain fields and rows stay what they are.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from distill.bench.suite import Job
from distill.errors import DistillError
from distill.runs.partial import write_file
from distill.serialise import from_json, to_json
from distill.tasks.finite import Setting

FORMAT_VERSION = 6
"""Of a row; a stored one of another is made again."""

REPORT_VERSION = 2
"""Of the report that a row is made from."""

Status = Literal["done", "crashed", "timed out", "bad input"]


@dataclass(frozen=True)
class Count:
    """How often two answers are the same."""

    agree: int
    total: int

    @property
    def all(self) -> bool:
        """Whether they always are."""
        return self.agree == self.total


@dataclass(frozen=True)
class AtLength:
    """Agreements at a length beyond that of training."""

    length: int
    program_vs_task: Count
    model_vs_task: Count
    program_vs_model: Count


@dataclass(frozen=True)
class _Mechanism:
    kind: str
    name: str


@dataclass(frozen=True)
class _Program:
    lines: int


@dataclass(frozen=True)
class Proved:
    """The inputs over which program and network are proved to be the same.

    Attributes:
        sequences: whether inputs are sequences; of a finite domain it is all of them.
        up_to: length of the sequences; null for every length.
    """

    sequences: bool
    up_to: int | None = None

    def __str__(self) -> str:
        """The inputs, in words."""
        if not self.sequences:
            return "every input"
        return "every length" if self.up_to is None else f"up to {self.up_to:,}"


@dataclass(frozen=True)
class _Proof:
    up_to_length: int | None = None
    error: float | None = None


@dataclass(frozen=True)
class _Deviation:
    spread: float


@dataclass(frozen=True)
class _Figure:
    name: str
    value: float | None = None


CELLS = "table_cells"
"""The figure that counts what a program over texts lists."""


@dataclass(frozen=True)
class Printed:
    """The part of a printed report that a row keeps."""

    verdict: Literal["proved", "exhaustive", "tested", "approximate", "refused"]
    located: bool
    mechanism: _Mechanism
    space: Literal["domain", "sequences", "texts", "box"] = "domain"
    reasons: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    model_vs_task: Count | None = None
    program_vs_task: Count | None = None
    program_vs_model: Count | None = None
    longer: tuple[AtLength, ...] = ()
    program: _Program | None = None
    proof: _Proof | None = None
    deviation: _Deviation | None = None
    figures: tuple[_Figure, ...] = ()
    folder: str | None = None

    @property
    def cells(self) -> int | None:
        """How many values a program over texts lists; null of others."""
        found = [row.value for row in self.figures if row.name == CELLS and row.value is not None]
        return round(found[0]) if found else None

    @property
    def bound(self) -> float | None:
        """Over a box, how far program and network are apart at most, in parts of the spread of the
        network's answers; null where no bound is proved.
        """
        if self.space != "box" or self.proof is None or self.deviation is None:
            return None
        return None if self.proof.error is None else self.proof.error / self.deviation.spread

    @property
    def proved(self) -> Proved | None:
        """What the proof covers; null unless the verdict is that there is one."""
        if self.verdict != "proved" or self.proof is None:
            return None
        return Proved(self.space == "sequences", self.proof.up_to_length)


@dataclass(frozen=True)
class Cost:
    """What a run took.

    Attributes:
        seconds: from start to end, the start of Python included.
        cpu_seconds: of the run and of the processes that it started and waited for.
        peak_memory: bytes, of the largest of these processes.
    """

    seconds: float
    cpu_seconds: float
    peak_memory: int


@dataclass(frozen=True)
class Row:
    """What came of one run.

    Attributes:
        task, settings: as the suite gives them; task_file: SHA-256 of the file that defines it.
        engine: the one that was asked for formulas; null for what a run asks by itself.
        status: whether there is a report, and if not, why. What follows is null without one.
        verdict, located, mechanism, kind, lines: of the report; lines is null without a program.
        space: what the inputs are.
        cells: values that a program over texts lists; null of others.
        proved: the inputs that a proof covers; null where there is none.
        program_vs_task, model_vs_task, program_vs_model: at the training length.
        longer: the same at every greater length that was tried.
        bound: over a box, how far program and network are proved to be apart at most, in parts of
            the spread of the network's answers.
        exact: over a box, whether the program's formula is the task's (`same_formula`); null where
            there is no program, or the task is no formula.
        reason: of the report, the one that says most, or the line that says why there is none.
        folder: of the run, relative to the folder that holds all runs.
        distill: version that made the row.
    """

    task: str
    settings: Mapping[str, Setting]
    task_file: str
    seed: int
    status: Status
    cost: Cost
    distill: str
    verdict: str | None = None
    located: bool | None = None
    space: Literal["domain", "sequences", "texts", "box"] | None = None
    mechanism: str | None = None
    kind: str | None = None
    lines: int | None = None
    cells: int | None = None
    proved: Proved | None = None
    program_vs_task: Count | None = None
    model_vs_task: Count | None = None
    program_vs_model: Count | None = None
    longer: tuple[AtLength, ...] = ()
    bound: float | None = None
    exact: bool | None = None
    reason: str | None = None
    folder: str | None = None
    engine: str | None = None
    format_version: int = field(default=FORMAT_VERSION)

    @property
    def program_right(self) -> bool | None:
        """Whether the program is right for the task at the training length."""
        return self.program_vs_task.all if self.program_vs_task else None

    @property
    def model_right(self) -> bool | None:
        """Whether the network is."""
        return self.model_vs_task.all if self.model_vs_task else None

    @property
    def program_right_longer(self) -> bool | None:
        """Whether the program is right at every longer length that was tried."""
        return all(at.program_vs_task.all for at in self.longer) if self.longer else None

    @property
    def model_right_longer(self) -> bool | None:
        """Whether the network is."""
        return all(at.model_vs_task.all for at in self.longer) if self.longer else None

    @property
    def longest(self) -> int | None:
        """The greatest length that was tried beyond that of training."""
        return max((at.length for at in self.longer), default=None)

    @property
    def has_lengths(self) -> bool:
        """Whether there are longer inputs than those of training: to be tried, or tried."""
        return self.space == "sequences" or bool(self.longer)

    @property
    def outcome(self) -> str:
        """The verdict, or why there is none."""
        return self.verdict or self.status

    def as_json(self) -> dict[str, Any]:
        """Fields and what follows from them, as `distill bench --json` prints a row."""
        names = (
            *("program_right", "program_right_longer", "model_right", "model_right_longer"),
            *("longest",),
        )
        more = {name: getattr(self, name) for name in names}
        return asdict(self) | more | {"proved_for": str(self.proved) if self.proved else None}


def load_row(folder: Path, job: Job) -> Row | None:
    """The stored row of a job; none if there is none of these settings, this task and format."""
    with contextlib.suppress(OSError, ValueError):  # damaged: the run is made again
        row = from_json(Row, (folder / f"{job.name}.json").read_bytes())
        of_row = (row.task, dict(row.settings), row.task_file, row.seed, row.engine)
        entry = job.entry
        wanted = (entry.task, dict(entry.settings), job.task_file, job.seed, job.engine)
        if of_row == wanted and row.format_version == FORMAT_VERSION:
            return row
    return None


def save_row(folder: Path, job: Job, row: Row) -> None:
    """Write a row: its file is complete or not there.

    Raises:
        DistillError: nothing can be written there.
    """
    final = folder / f"{job.name}.json"
    try:
        write_file(final, to_json(row))
    except OSError as error:
        raise DistillError(
            f"cannot write the row '{final}' ({error.strerror or error}): make room, or choose "
            "another folder with --out DIR"
        ) from error


def read_printed(stdout: str) -> Printed:
    """The report that a run has printed.

    A task file may print too: the report is what begins with the last line that is a brace.

    Raises:
        ValueError: there is no report, or not one of this form.
    """
    _, found, body = f"\n{stdout}".rpartition("\n{\n")
    given = json.loads("{" + body if found else stdout)
    if isinstance(given, dict) and given.get("format_version") != REPORT_VERSION:
        raise ValueError(f"a report of format version {given.get('format_version')!r}")
    return from_json(Printed, json.dumps(given))
