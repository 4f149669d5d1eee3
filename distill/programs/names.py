"""Names in a program: each is bound in one scope, once, and hides no other."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Collection, Iterable

from distill.checker.guard import BOUND

RESERVED = frozenset(
    {
        *dir(builtins),
        *keyword.kwlist,
        *keyword.softkwlist,
        *("outputs", "answer", "xs", "steps", "word"),
        *("sys", "isqrt", "cache", "cos", "pi"),
        *BOUND,
    }
)
"""What variables of a loop are never called: Python's own names, and those that programs use."""

SUFFIX = "_at_every_step"
"""Added to a function's name that a variable has already."""


def free_name(wanted: str, taken: Collection[str]) -> str:
    """The name that is wanted, with as many underscores as make it a new one."""
    while wanted in taken or wanted in RESERVED:
        wanted += "_"
    return wanted


def unique(wanted: Iterable[str], taken: Collection[str] = ()) -> list[str]:
    """Names that hide neither one another nor anything that is taken, in their order."""
    found = list[str]()
    for name in wanted:
        found.append(free_name(name, {*taken, *found}))
    return found


def function_name(wanted: str, taken: Collection[str]) -> str:
    """A function's name beside those of the variables in it."""
    if not wanted.isidentifier():
        wanted = f"program_{wanted}".rstrip("_")
    if wanted in taken or wanted in RESERVED:
        wanted += SUFFIX
    return free_name(wanted, taken)
