"""What every certificate holds: claims of the report by name, hashes, numbers as text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from numpy import ndarray


def value_at(report: Any, name: str) -> Any:
    """A field of a report by its dotted name, or null where a part on the way is null.

    Of a row `figures.NAME` is the value; a field that is a dataclass is given as a dictionary.
    """
    value = report
    if name.startswith("figures."):
        return report.value(name.removeprefix("figures."))
    for part in name.split("."):
        if value is None:
            return None
        value = value[int(part)] if part.isdigit() else getattr(value, part)
    if isinstance(value, tuple):
        return list(value)
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def numbers_text(values: ndarray) -> str:
    """Integers as one line, in the order of their axes."""
    return " ".join(map(str, values.reshape(-1).tolist()))


def hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 of every file, by name."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
