"""A run's page, drawn again from its folder; and what its pictures show, where that is missing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from distill.kinds.known import show
from distill.pages.report_page import report_page
from distill.runs.shown import write_page
from distill.runs.store import Run
from distill.threads import fixed_threads


def exhibits_again(run: Run) -> Any:
    """What a run's pictures show, taken from its stored network; null where none is stored."""
    if run.model is None:
        return None
    with fixed_threads():
        return show(run.mechanism, run.certificate.view(run.model))


def write_report(run: Run, output: Path | None) -> Path:
    """Draw a run's page again.

    Args:
        run: as it was read from its folder.
        output: where the page goes; null for `report.html` in the folder.

    Returns:
        The page's path.

    Raises:
        RunFolderError: nothing can be written there, or it is a link to another file.
    """
    if run.exhibits is None:
        run = replace(run, exhibits=exhibits_again(run))
    path = output or (run.folder or Path()) / "report.html"
    write_page(path, report_page(run).encode())
    return path
