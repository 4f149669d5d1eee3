"""What a caller can get wrong, as exceptions whose message is one line.

A message says what was found, what was expected and what to do. The command line prints it
after `distill: ` and exits with status 2; from Python it is caught as `DistillError`. Those that
the checker raises are its own (`distill.checker.errors`), since it stands alone.
"""

from distill.checker.errors import DistillError, ProgramError, RunFolderError, TooLargeError


class TaskError(DistillError):
    """A task, a task file or a task's setting that cannot be used."""


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
]
