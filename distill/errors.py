"""What a caller can get wrong, as exceptions whose message is one line.

A message says what was found, what was expected and what to do. The command line prints it
after `distill: ` and exits with status 2; from Python it is caught as `DistillError`.
"""

LONGEST = 1000
"""Characters of a line that quotes what somebody else wrote."""


def one_line(text: str) -> str:
    """A text that somebody else wrote, such as the message of an exception, as a line."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}..."


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
