"""How a run was made (`run.json`), and how any file of a run folder is read.

Nothing here waits for networks: a list of runs is there at once.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distill.checker.files import TEXTS_VERSION
from distill.errors import RunFolderError
from distill.records.attempts import Attempt, used
from distill.records.report import FORMAT_VERSION as REPORT_VERSION
from distill.serialise import from_json

FORMAT_VERSION = 1

RECORD_VERSION = 2
"""Of `run.json`."""

CERTIFICATE_VERSION = 2

VERSIONS = {
    "run.json": RECORD_VERSION,
    "verification.json": REPORT_VERSION,
    "certificate.json": CERTIFICATE_VERSION,
}
"""Format versions of the files of a run folder, where they are not `FORMAT_VERSION`."""


@dataclass(frozen=True)
class RunRecord:
    """`run.json`: how the run was made. Seconds stand here and in no other file.

    Attributes:
        seed: null where nothing was trained.
        architecture: of the network, in words; null where none was kept.
        arch: what `--arch` takes to train such a network again; null where nobody chooses one.
        settings: of the task, or what is known of a checkpoint.
        attempts: every training, with what was used for it.
        about: what was to be learned, in a sentence; empty where nobody said it.
        file: that the task is of, without its folder; empty where it is built in, or not known.
        options: of the command that trains such a network, beside seed, settings and architecture;
            null where something was given that no command takes.
    """

    task: str
    seed: int | None
    architecture: str | None
    arch: str | None
    settings: dict[str, int | float | bool | str]
    attempts: tuple[Attempt, ...]
    versions: dict[str, str]
    platform: str
    threads: int
    seconds: dict[str, float]
    about: str = ""
    file: str = ""
    options: str | None = ""
    format_version: int = RECORD_VERSION

    @property
    def used(self) -> Attempt | None:
        """The training that the network is of; null where none was kept."""
        return used(self.attempts)


def read_part(folder: Path, name: str, kind: Any) -> Any:
    """One JSON file of a run folder, with its format version checked first."""
    data = read_bytes(folder, name)
    try:
        told = from_json(dict[str, Any], data)
        version, reads = told.get("format_version"), VERSIONS.get(name, FORMAT_VERSION)
        if name == "certificate.json" and told.get("kind") == "texts":
            reads = TEXTS_VERSION
        if version != reads:
            raise RunFolderError(
                f"'{folder / name}' is of format version {version!r}: this distill reads version "
                f"{reads}; {_made_anew(folder, version, reads)}"
            )
        return from_json(kind, data)
    except ValueError as error:
        raise RunFolderError(
            f"'{folder / name}' cannot be read ({error}): the run folder is truncated or damaged; "
            "run the task again"
        ) from error


def _made_anew(folder: Path, version: Any, reads: int) -> str:
    """What to do about a file of another version."""
    if type(version) is not int or version > reads:
        return "use the distill that wrote it, or run the task again"
    from distill.tasks.files import specifier

    again = "FILE.py:NAME"  # a task that is not built in came from a file, or a network from one
    with contextlib.suppress(OSError, ValueError, AttributeError):
        record = json.loads((folder / "run.json").read_bytes())
        name, given = str(record.get("task")), record.get("settings", {})
        if "model" in given:
            again = f"--model {given['model']} {given.get('options', '')}".rstrip()
        else:
            settings = (f"--set {key}={value}" for key, value in given.items())
            about, file = (str(record.get(key, "")) for key in ("about", "file"))
            seed, options = record.get("seed"), record.get("options")
            seeded = () if seed is None else (f"--seed {seed}",)
            asked = (*seeded, *settings, *([options] if options else []))
            again = " ".join([specifier(name, about, file), *asked])
    return f"made by an earlier version: run it again, `distill run {again}`"


def read_bytes(folder: Path, name: str) -> bytes:
    """A file of a run folder.

    Raises:
        RunFolderError: it is not there, or cannot be read.
    """
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise RunFolderError(
            f"'{folder}' has no readable {name}: it is not a complete run folder; "
            "`distill runs` lists those that are"
        ) from error
