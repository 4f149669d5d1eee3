"""Bars on a terminal that are shown from `with` to its end, whatever happens between."""

from __future__ import annotations

from types import TracebackType
from typing import TypeVar

from rich.console import Console
from rich.progress import Progress, ProgressColumn

Shown = TypeVar("Shown", bound="Bars")
"""The kind of bars that `with` gives."""


class Bars:
    """Bars on a terminal, gone when they end; on a pipe there are none."""

    def __init__(self, console: Console, *columns: ProgressColumn) -> None:
        self.console = console
        self.bar = Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        )

    def __enter__(self: Shown) -> Shown:
        self.bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.bar.stop()
