"""What is shown of a stored run: read at once, without networks and mechanisms."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from distill.errors import RunFolderError
from distill.programs.program import Program
from distill.records.attempts import Attempt
from distill.records.curve import Curve
from distill.records.report import Report
from distill.runs.partial import write_file
from distill.runs.record import RunRecord, read_bytes, read_part
from distill.serialise import from_json

CurveJson = Annotated[Curve, Field(discriminator="kind")]

WHOLE = ("mechanism.json", "certificate.json")
"""Files that are not looked into here, and without which a run folder is not complete."""


@dataclass(frozen=True)
class Shown:
    """A stored run, as far as it is shown on a terminal.

    Attributes:
        program: null for a refusal.
        attempts: every training.
        curve: of the trainings; null where there was none.
        spectrum: amplitudes of the logits by frequency, where its pictures show some.
    """

    report: Report
    program: Program | None
    attempts: tuple[Attempt, ...]
    curve: Curve | None
    spectrum: tuple[float, ...]
    folder: Path


def read_shown(folder: Path) -> Shown:
    """Read what is shown of a run.

    Raises:
        RunFolderError: a file is missing, truncated, or of another format version.
    """
    record = read_part(folder, "run.json", RunRecord)
    report = read_part(folder, "verification.json", Report)
    for name in WHOLE:
        read_part(folder, name, dict[str, Any])
    curve = program = None
    if (folder / "training.json").is_file():
        curve = read_part(folder, "training.json", CurveJson)
    if report.verdict != "refused":
        program = Program(read_bytes(folder, "program.py").decode())
    return Shown(report, program, record.attempts, curve, _spectrum(folder), folder)


def written_page(folder: Path, output: Path | None) -> Path | None:
    """Where the page of a run is, which was drawn when the run was made; null where it is missing.

    Args:
        folder: of the run.
        output: where a copy of it goes; null for none.

    Raises:
        RunFolderError: nothing can be written there, or it is a link to another file.
    """
    page = folder / "report.html"
    if not page.is_file() or output is None:
        return page if page.is_file() else None
    write_page(output, read_bytes(folder, page.name))
    return output


def write_page(path: Path, page: bytes) -> None:
    """Write a page.

    Raises:
        RunFolderError: nothing can be written there, or it is a link to another file.
    """
    try:
        write_file(path, page)
    except OSError as error:
        raise RunFolderError(
            f"cannot write '{path}': {error.strerror or error}; choose another file with "
            "--output FILE"
        ) from error


def _spectrum(folder: Path) -> tuple[float, ...]:
    """The spectrum among what the pictures of a run show, by the name that it has there."""
    if not (folder / "exhibits.json").is_file():
        return ()
    try:
        shown = from_json(dict[str, Any], read_bytes(folder, "exhibits.json"))
        return tuple(map(float, shown.get("amplitudes", ())))
    except (RunFolderError, ValueError, TypeError):
        return ()  # `distill report --again` says what is wrong with it
