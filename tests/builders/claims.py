"""Long claims: tests of minutes, which `make test` leaves out, but for a few."""

from collections.abc import Iterable

import pytest


def claims(names: Iterable[str], but: str | None = None) -> list[object]:
    """Values to parametrise by: each a long claim but one, if any, which is for every change."""
    names = list(names)
    assert but is None or but in names, but
    return [name if name == but else pytest.param(name, marks=pytest.mark.claim) for name in names]
