"""How far long work is, told to whoever waits, from wherever it is done.

A search lies many calls below the stage that it is part of; none of these has anything to do with
who watches. Who watches says so once, around the stage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Told = Callable[[float, str], None]
"""What is told: how much of the work is done, from 0 to 1 (0 where nobody knows), and what it is
about. All of it is the most that there can be: work may end before.
"""

_told: ContextVar[Told | None] = ContextVar("told", default=None)


@contextmanager
def told_to(told: Told) -> Iterator[None]:
    """Tell it here, from now to the end of `with`."""
    token = _told.set(told)
    try:
        yield
    finally:
        _told.reset(token)


def tell(done: float, line: str) -> None:
    """Tell whoever waits; nobody where nobody does.

    Args:
        done: part of the most that there is to do; 0 where it is not known.
        line: what is being done.
    """
    told = _told.get()
    if told is not None:
        told(done, line)


@contextmanager
def part(begin: float, end: float) -> Iterator[None]:
    """What is told inside of `with` is of this part of the work, and not of all of it."""
    told = _told.get()
    if told is None:
        yield
        return
    with told_to(lambda done, line: told(begin + (end - begin) * done if done else begin, line)):
        yield


def at_most(done: float, seconds: float) -> float | None:
    """How many seconds more there are to wait at most, about; null where nobody can know yet.

    Args:
        done: part of the work.
        seconds: that it took.
    """
    if done < LEAST_DONE or seconds < LEAST_SECONDS:
        return None
    return seconds * (1 - done) / done


LEAST_DONE, LEAST_SECONDS = 0.02, 1.0
"""What has to be done before what is left is guessed from it."""


def in_words(seconds: float) -> str:
    """A time to wait, no finer than it is known: "40 s", "3 min", "2 h"."""
    if seconds < 90:
        return f"{max(5, 5 * round(seconds / 5))} s"
    return f"{round(seconds / 60)} min" if seconds < 90 * 60 else f"{round(seconds / 3600)} h"
