"""The runs that are compared: read from their folders alone; no network is loaded or run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distill.compare.kinds import read_mechanism
from distill.domains.boxes import Box
from distill.domains.finite import Domain
from distill.domains.sequences import Channels
from distill.domains.texts import Texts
from distill.errors import RunFolderError
from distill.kinds.difference import Mechanism
from distill.records.refusal import Refusal
from distill.records.report import Report
from distill.runs.folders import runs_meant
from distill.runs.reads import Reads, ReadsJson
from distill.runs.record import RunRecord, read_part

if TYPE_CHECKING:
    from distill.runs.store import AnyCertificate


@dataclass(frozen=True)
class Subject:
    """A stored run without its network.

    Attributes:
        read: what its network reads, and what tells that network apart.
        source: of the program; null for a refusal.
    """

    folder: Path
    record: RunRecord
    report: Report
    mechanism: Mechanism | Refusal
    read: Reads
    source: str | None

    @cached_property
    def certificate(self) -> AnyCertificate:
        """All that a checker needs: what programs are run along. It brings torch with it."""
        from distill.runs.store import CertificateJson

        return read_part(self.folder, "certificate.json", CertificateJson)

    @property
    def network(self) -> str | None:
        """The hash of its weights, which tells networks apart; null where none are stored."""
        return self.read.sha256.get("model.safetensors")

    @property
    def space(self) -> Domain | Channels | Texts | Box:
        """What the network is a function of."""
        return self.read.space

    @property
    def inputs(self) -> tuple[range, ...]:
        """The values of what it reads; none of reals."""
        return self.space.ranges

    @property
    def reading(self) -> str:
        """What is read and answered, in words."""
        return self.space.with_answers


def gather(given: Sequence[str], out: Path) -> tuple[Subject, ...]:
    """The runs that the arguments of a command mean.

    One argument stands for every run below it: a folder, or a task's name below `out`; they come
    by task and seed. Of several, each stands for one run, as in `distill show`.

    Raises:
        RunFolderError: fewer than two runs, one twice, or one that cannot be read.
    """
    folders = runs_meant(given, out)
    seen: dict[Path, Path] = {}
    for folder in folders:
        if folder.resolve() in seen:
            raise RunFolderError(
                f"'{folder}' is given twice: expected different runs; `distill runs` lists them"
            )
        seen[folder.resolve()] = folder
    if len(folders) < 2:
        raise RunFolderError(
            f"'{given[0]}' is one run: expected two or more, or a folder that holds several"
        )
    subjects = tuple(map(read_subject, folders))
    return subjects if len(given) > 1 else tuple(sorted(subjects, key=_by_task_and_seed))


def _by_task_and_seed(subject: Subject) -> tuple[str, bool, int, str]:
    seed = subject.record.seed
    return subject.record.task, seed is None, seed or 0, subject.folder.name


def read_subject(folder: Path) -> Subject:
    """Read a run folder, all but its network.

    Raises:
        RunFolderError: a file is missing, truncated, or of another format version.
    """

    def part(name: str, kind: Any) -> Any:
        return read_part(folder, name, kind)

    report = part("verification.json", Report)
    source = None
    if report.verdict != "refused":
        try:
            source = (folder / "program.py").read_text()
        except (OSError, UnicodeDecodeError) as error:
            raise RunFolderError(
                f"'{folder}' has no readable program.py: it is not a complete run folder; "
                "`distill runs` lists those that are"
            ) from error
    return Subject(
        folder=folder,
        record=part("run.json", RunRecord),
        report=report,
        mechanism=read_mechanism(folder),
        read=part("certificate.json", ReadsJson),
        source=source,
    )
