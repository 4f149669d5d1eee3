"""Many jobs at a time on a terminal: a bar for all, a line for each that runs, one that ended."""

from __future__ import annotations

import threading

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from distill.terminal.bars import Bars
from distill.terminal.grid import STYLE, Cell


class JobsProgress(Bars):
    """Jobs on a terminal; on a pipe, only the line of each that ended."""

    def __init__(self, console: Console, title: str, total: int, done: int, width: int) -> None:
        super().__init__(
            console,
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=40),
            TextColumn("{task.fields[count]}"),
            TimeElapsedColumn(),
        )
        self.width = width
        self.running: dict[str, TaskID] = {}
        self.lock = threading.Lock()
        self.done, self.total = done, total
        self.all = self.bar.add_task(title, total=total, completed=done, count=f"{done}/{total}")

    def begin(self, name: str) -> None:
        """A bar that pulses for a job that runs; from any thread."""
        with self.lock:
            self.running[name] = self.bar.add_task(f"  {name}", total=None, count="")

    def end(self, name: str, mark: Cell, seconds: float, line: str) -> None:
        """A line for a job that ended, in place of its bar."""
        with self.lock:
            if name in self.running:
                self.bar.remove_task(self.running.pop(name))
            self.done += 1
            self.bar.update(self.all, completed=self.done, count=f"{self.done}/{self.total}")
        text = Text.assemble(
            (f"{mark.text} ", STYLE[mark.tone]),
            (f"{name:{self.width}}", "bold"),
            (f"{seconds:8,.1f} s  ", "dim"),
            line,
        )
        if self.console.is_terminal:  # one line each; what is cut here stands in the table
            self.console.print(text, no_wrap=True, overflow="ellipsis", crop=True)
        else:
            self.console.print(text, soft_wrap=True)
