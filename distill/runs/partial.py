"""What is being written: never taken for finished, never in the way of another, never left behind.

A file or folder is written beside its final place under a name that begins with `.partial-`, and
renamed when it is complete. Whoever writes holds an advisory lock on it (`flock`), which the system
lets go when the process ends, however it ends. What is not locked has nobody who could finish it,
and the next command that looks into the folder removes it. Where a file system knows no such locks
nothing can be told of other processes, and nothing is removed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from distill.errors import RunFolderError

try:
    import fcntl
except ImportError:  # no POSIX: nothing is locked, and nothing is removed
    fcntl = None

PREFIX = ".partial-"

NAME_BYTES = 120
"""Of a name, at most: file systems take 255, and a prefix, a suffix and a count come to it."""

ATTEMPTS = 100
"""How often a name is tried that another process may have taken, or removed, in between."""


def fit_name(text: str) -> str:
    """A text as a name of a file: no separators, no spaces, and not too long."""
    name = "".join(c if c.isalnum() or c in "-_." else "_" for c in text)
    return name.encode()[:NAME_BYTES].decode(errors="ignore")


@contextlib.contextmanager
def partial_folder(parent: Path, name: str) -> Iterator[Path]:
    """A new folder to write in; it is gone at the end, unless it was renamed.

    Args:
        parent: made, with what is above it, where it is not there; gone again at the end where
            nothing has come into it.
        name: what the folder is for.

    Raises:
        OSError: nothing can be made there.
    """
    made = _missing(parent)
    try:
        folder, lock = _new_folder(parent, f"{PREFIX}{fit_name(name)}-{os.getpid()}")
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            lock.release()
    finally:
        for each in made:
            with contextlib.suppress(OSError):
                each.rmdir()  # refuses a folder that holds something


def _missing(folder: Path) -> list[Path]:
    """A folder and those above it, as far as they are not there, the innermost first."""
    missing = []
    for each in (folder, *folder.parents):
        if os.path.lexists(each):
            break
        missing.append(each)
    return missing


def _new_folder(parent: Path, name: str) -> tuple[Path, _Lock]:
    for _ in range(ATTEMPTS):
        folder = parent / f"{name}-{secrets.token_hex(4)}"
        parent.mkdir(parents=True, exist_ok=True)
        try:
            folder.mkdir()
        except FileNotFoundError:  # another run was the last to leave, and took the parent along
            continue
        lock = _lock(folder)
        if folder.is_dir() and not lock.taken:
            return folder, lock
        lock.release()  # found before it was locked, and removed
    raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(parent))


def write_file(path: Path, data: bytes) -> None:
    """Write a file: it is there whole or as it was before, and nothing is written through links.

    What is no regular file (a pipe, `/dev/stdout`) is written to as it stands.

    Raises:
        RunFolderError: it is a link to another file.
        OSError: nothing can be written there.
    """
    special = path.exists() and not stat.S_ISREG(path.stat().st_mode)
    if special:
        path.write_bytes(data)
        return
    if path.is_symlink():
        raise RunFolderError(
            f"'{path}' is a link to '{path.readlink()}', and nothing is written through links: "
            "remove it, or name another file"
        )
    for _ in range(ATTEMPTS):
        partial = path.parent / f"{PREFIX}{os.getpid()}-{secrets.token_hex(4)}"
        with partial.open("xb") as file:
            lock = _lock(partial)
            try:
                if lock.taken:
                    continue  # found before it was locked, and about to be removed
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
                partial.replace(path)
                return
            except FileNotFoundError:
                continue  # found, and removed
            finally:
                partial.unlink(missing_ok=True)
                lock.release()
    raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(path))


def remove_leftovers(folder: Path) -> None:
    """Remove what processes that have ended were writing in a folder; what cannot be, stays."""
    with contextlib.suppress(OSError):
        for path in list(folder.glob(f"{PREFIX}*")):
            lock = _lock(path)
            if lock.descriptor is None:
                continue
            with contextlib.suppress(OSError):
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()
            lock.release()


def remove_leftovers_below(out: Path) -> None:
    """The same in the folder of all runs, and in the folder of every task."""
    with contextlib.suppress(OSError):
        for folder in (out, *out.glob("*/")):
            remove_leftovers(folder)


@dataclass(frozen=True)
class _Lock:
    """What came of asking for a lock.

    Attributes:
        descriptor: holds it; null where it is not held.
        taken: whether another process, or another part of this one, has it, or the file is gone.
            Not held and not taken: the file system knows no locks.
    """

    descriptor: int | None = None
    taken: bool = False

    def release(self) -> None:
        """Let it go."""
        if self.descriptor is not None:
            os.close(self.descriptor)


def _lock(path: Path) -> _Lock:
    """Ask for the lock of a file or folder, and do not wait for it."""
    if fcntl is None:
        return _Lock()
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return _Lock(taken=True)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        return _Lock(taken=error.errno in {errno.EWOULDBLOCK, errno.EACCES})
    return _Lock(descriptor)
