"""What every certificate holds: hashes of the other files, and numbers as text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from numpy import ndarray


def numbers_text(values: ndarray) -> str:
    """Integers as one line, in the order of their axes."""
    return " ".join(map(str, values.reshape(-1).tolist()))


def hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 of every file, by name."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
