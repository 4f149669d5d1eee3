"""How much of a long test is done: a part of it by `make test`, all of it by `make claims`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

THOROUGH = bool(os.environ.get("DISTILL_THOROUGH"))
"""Whether everything is done: `make claims` sets it."""

PART = 4
"""One of so many examples is tried otherwise."""


def examples(count: int) -> int:
    """How many examples of a law are drawn, of `count` where everything is done.

    Each run draws others, so that what one run leaves out another one tries.
    """
    return count if THOROUGH else max(min(count, 3), count // PART)


def some(items: Sequence[T], count: int) -> list[T]:
    """So many of these, the first, the last and what lies evenly between, or all of them."""
    if THOROUGH or len(items) <= count:
        return list(items)
    step = (len(items) - 1) / max(count - 1, 1)
    return [items[round(place * step)] for place in range(count)]
