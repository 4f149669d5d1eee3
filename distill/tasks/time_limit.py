"""A limit on how long code of the user's own may take, where the system can interrupt it."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

from distill.errors import TaskError

AGAIN = 1.0
"""Seconds after which code that has swallowed the interrupt is interrupted again."""


@contextlib.contextmanager
def time_limit(seconds: float, what: str) -> Iterator[None]:
    """Interrupt what takes longer.

    An alarm interrupts, so that there is no limit in threads, nor where there are no alarms.

    Args:
        seconds: how long it may take.
        what: begins the message.

    Raises:
        TaskError: it took longer.
    """
    main = threading.current_thread() is threading.main_thread()
    if not main or not hasattr(signal, "setitimer") or signal.getitimer(signal.ITIMER_REAL)[0]:
        yield
        return

    def interrupt(number: int, frame: object) -> None:
        raise TaskError(f"{what} is not at its end after {seconds:g} s: expected less")

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
