"""Remarks on how a network that somebody else trained was read: no reasons, and no limits."""

from __future__ import annotations

from collections.abc import Iterable

AS_READ = "how the network was read: "
"""How such a remark begins."""

BLACK_BOX = "black box"
"""What a remark says of a network whose inside cannot be looked at: why no more is claimed."""


def as_read(notes: Iterable[str]) -> tuple[str, ...]:
    """Notes on how a network was read, as remarks of its report."""
    return tuple(note if BLACK_BOX in note else f"{AS_READ}{note}" for note in notes)


def parted(remarks: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Remarks that say why no more is claimed, and how the network was read; each once."""
    said = tuple(dict.fromkeys(remarks))
    read = tuple(one.removeprefix(AS_READ) for one in said if one.startswith(AS_READ))
    return tuple(one for one in said if not one.startswith(AS_READ)), read
