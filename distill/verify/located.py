"""Tests of whether a network holds the program's variables, and what to say of those it fails."""

from __future__ import annotations

from collections.abc import Mapping

CLEAR = 0.1
"""How far a test must stand above its decoy."""

Test = tuple[float | None, float | None, float]
"""What a test gave, or null; what its decoy gave, or null; what it must give at least."""


def failed(tests: Mapping[str, Test]) -> list[str]:
    """A line for every test, by its name, that does not show what it must."""
    found = []
    for name, (value, decoy, bound) in tests.items():
        if value is None:
            found.append(f"not located: {name}: not tested")
        elif value < bound:
            found.append(f"not located: {name}: {value:.3f}, needs at least {bound}")
        elif decoy is not None and value < decoy + CLEAR:
            found.append(f"not located: {name}: {value:.3f}, and a decoy {decoy:.3f}")
    return found
