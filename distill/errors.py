"""What a caller can get wrong, as exceptions whose message is one line.

A message says what was found, what was expected and what to do. The command line prints it
after `distill: ` and exits with status 2; from Python it is caught as `DistillError`.
"""

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


def quoted(error: BaseException) -> str:
    """An exception of somebody else's code: its type and its message, as a line."""
    try:
        said = str(error)
    except Exception:  # its class may do here what it likes
        said = "(a message that cannot be read)"
    return one_line(f"{type(error).__name__}: {said}")


def shown(value: object) -> str:
    """A value of somebody else's code, as a message shows it."""
    try:
        text = repr(value)
    except Exception:  # as for exceptions; an integer of 5,000 digits has none either
        return f"a value of type {type(value).__name__} that cannot be shown"
    return shortened(text)


class DistillError(Exception):
    """Bad usage or bad input: one line that says what was found, expected, and what to do."""


class TaskError(DistillError):
    """A task, a task file or a task's setting that cannot be used."""


class RunFolderError(DistillError):
    """A run folder that is missing, truncated or of another format version."""


class ProgramError(DistillError):
    """A program that is not allowed to run, or failed, or took more than its limits."""


class MachineError(DistillError):
    """A finite-state machine whose parts do not agree, or that a program does not match."""


class TooLargeError(TaskError, ProgramError):
    """A task or a program that answers beyond 64-bit integers."""
