"""Where a run goes: made sure of before anything is trained, and written at once at the end.

A folder is made and room is taken before training, so that a folder that may not be written to and
a disk that is full are told of in the first second and not after the last. Where writing fails all
the same, the run goes to the system's folder for temporary files, and the error says where.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from distill.errors import DistillError, RunFolderError, shortened
from distill.runs.partial import fit_name, partial_folder, remove_leftovers

ROOM = 8 * 2**20
"""Bytes that are taken before training: what a run comes to, with some left over."""

RESERVE = "room"
"""The file that takes them; removed before the run is written."""


@dataclass(frozen=True)
class Output:
    """The place of a run that is not finished.

    Attributes:
        parent: folder of all runs of the task.
        partial: where this one is written.
    """

    parent: Path
    partial: Path

    def save(self, files: Mapping[str, bytes], name: str) -> Path:
        """Write a run; its folder appears under the first free name, complete, or not at all.

        Raises:
            RunFolderError: it cannot be written there; the message says where it was kept.
        """
        try:
            (self.partial / RESERVE).unlink(missing_ok=True)
            return _write(files, self.partial, self.parent, name)
        except OSError as error:
            kept = _keep(files, self.parent.name, name)
            raise RunFolderError(
                f"cannot write to '{self.parent}': {error.strerror or error}; "
                + (f"the run is in '{kept}': move it" if kept else "the run is lost: make room")
                + ", or choose another folder with --out DIR"
            ) from error


@contextlib.contextmanager
def output_folder(out: str | Path | None, task: str) -> Iterator[Output | None]:
    """Make sure, before training, that a run can be written, and clean up whatever happens.

    What killed runs of the same task have left is removed.

    Args:
        out: folder of all runs; null where the run is kept in memory, and the place is null too.
        task: names the folder below it.

    Raises:
        DistillError: nothing can be written there.
    """
    if out is None:
        yield None
        return
    if not str(out):
        raise DistillError("--out '': expected the name of a folder")
    if task in {"", ".", ".."} or any(c in "/\\\0" for c in task):
        raise DistillError(f"the name {task!r} names a folder: expected one without separators")
    parent = Path(out) / task
    with contextlib.ExitStack() as stack:
        try:
            remove_leftovers(parent)
            partial = stack.enter_context(partial_folder(parent, task))
            _take_room(partial / RESERVE)
        except (OSError, ValueError) as error:  # a name with a NUL is a ValueError
            raise DistillError(_refused(out, error)) from error
        yield Output(parent, partial)


def _refused(out: str | Path, error: OSError | ValueError) -> str:
    path, named = Path(out).absolute(), f"--out '{shortened(str(out))}'"
    with contextlib.suppress(OSError, ValueError):
        for each in (path, *path.parents):
            if each.is_dir():
                break
            if os.path.lexists(each):
                return f"{named}: '{each}' is a file, expected a folder"
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return (
        f"{named}: it may not be written to, or not {ROOM // 2**20} MB of it ({reason}); "
        "choose another folder"
    )


def _take_room(path: Path) -> None:
    with path.open("wb") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, ROOM)
        else:
            file.write(bytes(ROOM))


def _write(files: Mapping[str, bytes], partial: Path, parent: Path, name: str) -> Path:
    for file_name, data in files.items():
        with (partial / file_name).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    return _claim_name(partial, parent, name)


def _claim_name(partial: Path, parent: Path, name: str) -> Path:
    """Rename to the first free name: a run is never written over another."""
    name = fit_name(name)
    for count in range(1, 100_000):
        final = parent / (name if count == 1 else f"{name}-{count}")
        if os.path.lexists(final):
            continue
        try:
            partial.rename(final)
        except OSError:
            if final.exists():  # another run took the name in between
                continue
            raise
        return final
    raise RunFolderError(f"'{parent}' holds too many runs of the name '{name}'")


def _keep(files: Mapping[str, bytes], task: str, name: str) -> Path | None:
    """Write a run to the system's folder for temporary files; null where that fails too."""
    folder = None
    try:
        folder = Path(tempfile.mkdtemp(prefix="distill-"))
        with partial_folder(folder / task, task) as partial:
            return _write(files, partial, folder / task, name)
    except OSError:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        return None
