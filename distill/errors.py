"""What a caller can get wrong, as exceptions whose message is one line.

A message says what was found, what was expected and what to do. The command line prints it
after `distill: ` and exits with status 2; from Python it is caught as `DistillError`. Those that
the checker raises are its own (`distill.checker.errors`), since it stands alone.
"""

import difflib
import re
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path

from distill.checker.errors import DistillError, ProgramError, RunFolderError, TooLargeError

LONGEST = 1000
"""Characters of a line that quotes what somebody else wrote."""

SHOWN = 80
"""Characters of a value in such a line."""


def one_line(text: str) -> str:
    """A text that somebody else wrote, such as the message of an exception, as a line."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}..."


def shortened(name: str) -> str:
    """A name as a message shows it."""
    return name if len(name) <= SHOWN else f"{name[:SHOWN]}... ({len(name):,} characters)"


CLOSE = 0.75
"""How alike two names must be for one to be meant by the other: "nothing" is no "vending"."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that somebody who gave another will have meant; null where none is near.

    One of the same letters, then the shortest that begins so, then one that is nearly the same.
    """
    known = list(dict.fromkeys(known))
    plain = {one: re.sub(r"[^a-z0-9]", "", one.casefold()) for one in known}
    given = re.sub(r"[^a-z0-9]", "", name.casefold())
    same = [one for one in known if plain[one] == given]
    begun = [one for one in known if len(given) > 2 and plain[one].startswith(given)]
    close = difflib.get_close_matches(name, known, n=1, cutoff=CLOSE)
    return next(iter([*same, *sorted(begun, key=len), *close]), None)


def quoted(error: BaseException) -> str:
    """An exception of somebody else's code: its type and its message, as a line."""
    try:
        said = str(error)
    except Exception:  # its class may do here what it likes
        said = "(a message that cannot be read)"
    return one_line(f"{type(error).__name__}: {said}")


HERE = str(Path(__file__).parent)
"""Where this package is: its lines are none of a user's."""


def quoted_with_line(error: BaseException) -> str:
    """The same, with the last line of a user's file that led to it, where there is one."""
    frame = _own_frame(error)
    if frame is None:
        return quoted(error)
    return f"{quoted(error)} (line {frame.lineno} of {Path(frame.filename).name})"


def own_line(error: BaseException) -> str:
    """What stands in that line; empty where there is none."""
    frame = _own_frame(error)
    return "" if frame is None else frame.line or ""


def _own_frame(error: BaseException) -> traceback.FrameSummary | None:
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith((HERE, sys.base_prefix, "<"))
        and "site-packages" not in frame.filename
    ]
    return frames[-1] if frames else None


def with_article(noun: str) -> str:
    """A noun, or the name of a type, with its article: an int, a tuple."""
    return f"a{'n' if noun[:1].lower() in 'aeiou' else ''} {noun}"


def shown(value: object) -> str:
    """A value of somebody else's code, as a message shows it."""
    try:
        text = repr(value)
    except Exception:  # as for exceptions; an integer of 5,000 digits has none either
        return f"a value of type {type(value).__name__} that cannot be shown"
    return shortened(text)


class TaskError(DistillError):
    """A task, a task file or a task's setting that cannot be used."""


class NotFiniteError(DistillError):
    """Parameters that hold values that are not finite."""


class MachineError(DistillError):
    """A finite-state machine whose parts do not agree, or that a program does not match."""


class TooLargeTaskError(TaskError, TooLargeError):
    """A task that answers beyond 64-bit integers."""


__all__ = [
    "DistillError",
    "MachineError",
    "ProgramError",
    "RunFolderError",
    "TaskError",
    "TooLargeError",
    "TooLargeTaskError",
    "one_line",
    "own_line",
    "quoted",
    "quoted_with_line",
    "shown",
    "with_article",
]
