"""How long an evaluation may take, and how much memory."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

from .errors import ProgramError

MAX_MEMORY, STEP = 3 << 29, 1 << 27
"""Bytes that an evaluation may add to what the process holds before it, and by which what it has
ever held grows until that is looked at again."""


class Limits:
    """What is left to an evaluation that begins now."""

    def __init__(self, seconds: int) -> None:
        self.deadline = time.monotonic() + seconds
        self.most = _held() + MAX_MEMORY
        self.asked_beyond = max(self.most, ever_held())

    def hold(self) -> None:
        """Raise a `ProgramError` where more was taken."""
        if time.monotonic() > self.deadline:
            raise ProgramError("evaluating the program took too long")
        if (ever := ever_held()) > self.asked_beyond:
            if _held() > self.most:
                raise ProgramError("evaluating the program took too much memory")
            self.asked_beyond = ever + STEP  # it was let go again


def ever_held() -> int:
    """Bytes of memory that the process has held at most."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most << 10


def _held() -> int:
    """Bytes of memory that the process holds now; where that is not known, has held at most."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return ever_held()
    return pages * resource.getpagesize()
