"""What the checker raises. `distill.errors` hands these on, with those of the other parts."""

from __future__ import annotations


class DistillError(Exception):
    """Something that a user can mend; the message says what was found, expected, and what to do."""


class RunFolderError(DistillError):
    """A run folder is incomplete, truncated, damaged, or of another format version."""


class ProgramError(DistillError):
    """A program is not of the language, failed, or took more than its limits."""


class TooLargeError(ProgramError):
    """A program's answers are beyond 64-bit integers."""
