"""Studies as a table: what there is, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from distill.studies.known import NAMES, listed
from distill.studies.page import figure_of
from distill.studies.record import StudyRecord
from distill.studies.runner import RECORD, read_record
from distill.terminal.grid import Cell, Grid, GridColumn, Tone

TONES: dict[str, Tone] = {"holds": "good", "holds in part": "fair", "does not hold": "bad"}


def last_result(name: str, out: Path) -> StudyRecord | None:
    """The latest result of a study that is no decoy; null where there is none."""
    records = (out / "studies" / name).glob(f"*/{RECORD}")
    for path in sorted(records, key=lambda each: -each.stat().st_mtime):
        record = read_record(path.parent)
        if record is not None and not record.is_decoy:
            return record
    return None


def list_of(out: Path) -> Grid:
    """Every study: name, claim, source, last result."""
    columns = (
        GridColumn("study"),
        GridColumn("last result"),
        GridColumn("claim", shrinks=True),
        GridColumn("source", shrinks=True, optional=True),
    )
    rows = []
    for name in NAMES:
        record, study = last_result(name, out), listed(name)
        said = Cell("not run", "aside") if record is None else _result(record)
        rows.append((Cell(name), said, Cell(study.claim), Cell(study.source, "aside")))
    return Grid(columns, tuple(rows))


def results_of(records: Sequence[StudyRecord]) -> Grid:
    """Every gate of some results: what `docs/studies.md` shows."""
    columns = (
        GridColumn("study"),
        GridColumn("claim", shrinks=True),
        GridColumn("gate", shrinks=True),
        GridColumn("published", shrinks=True),
        GridColumn("needed"),
        GridColumn("measured"),
        GridColumn("held"),
        GridColumn("result"),
        GridColumn("first seed", "right"),
        GridColumn("CPU s", "right"),
    )
    rows = []
    for record in records:
        for place, each in enumerate(record.gates):
            first = place == 0
            seconds = f"{sum(record.seconds.values()):.0f}" if first else ""
            rows.append(
                (
                    Cell(record.study if first else ""),
                    Cell(record.claim if first else ""),
                    Cell(each.gate.says),
                    Cell(each.gate.published or "–"),
                    Cell(each.needs),
                    Cell(figure_of(each.measured)),
                    Cell("yes", "good") if each.held else Cell("no", "bad"),
                    _result(record) if first else Cell(""),
                    Cell(str(record.seed) if first else ""),
                    Cell(seconds),
                )
            )
    return Grid(columns, tuple(rows))


def _result(record: StudyRecord) -> Cell:
    quick = " (quick)" if record.quick else ""
    return Cell(f"{record.result}{quick}", TONES[record.result])
