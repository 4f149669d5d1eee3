"""Why nothing is claimed: what stands in `mechanism.json` in place of a mechanism."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FORMAT_VERSION = 1


@dataclass(frozen=True)
class Refusal:
    """No mechanism: every extractor that looked, what it saw and why that is not enough."""

    reasons: tuple[str, ...]
    numbers: dict[str, float | int | None]
    kind: Literal["refused"] = "refused"
    format_version: int = FORMAT_VERSION
