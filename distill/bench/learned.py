"""GPT-2 networks that others trained, side by side: each read by its facts and its examples.

Every folder of a folder holds a network as transformers saves it, `facts.json`, and `samples.npz`
with texts at the lengths of its training. A match is counted as the published ones are: whole
texts of those samples that program and network answer alike at every position. What the program
was read from are other texts, which have the samples' form alone.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from distill.bench.suite import those_named
from distill.checker.real_answers import run_texts
from distill.checker.scope import many
from distill.domains.texts import Texts
from distill.importing import AboutTexts, import_model
from distill.importing.gpt2_texts import samples_of
from distill.networks.stored import reads_texts
from distill.networks.text_network import TextNetwork
from distill.pipeline import run_model
from distill.terminal.grid import Cell, Grid, GridColumn
from distill.terminal.page import Fact, Page, Section
from distill.threads import fixed_threads
from distill.workers import worker_pool

FACTS, SAMPLES, TRAINED = "facts.json", "samples.npz", "train"
PUBLISHED = "peer_decompiled_at_0.9_match"
"""Whether D-RASP (arXiv 2602.08857) has a program of that match for the network."""
GOOD = 0.97
"""A match from which on a program counts."""


@dataclass(frozen=True)
class LearnedRow:
    """One network.

    Attributes:
        match: part of the samples that the program answers as the network does; null without one.
        verdict: of the run; located: whether it is.
        cells: of the program's tables.
        published: whether D-RASP reached a match of 0.9; null where nobody says.
        reason: why there is no program; empty where there is one.
    """

    name: str
    match: float | None
    verdict: str
    located: bool
    cells: int | None
    lines: int | None
    seconds: float
    published: bool | None
    reason: str = ""

    @property
    def said(self) -> str:
        """What came of it, in a line."""
        what = self.reason or f"a match of {self.match:.3f}, {self.verdict}"
        return f"{self.name}: {what} ({self.seconds:.1f} s)"


def learned_rows(folder: Path, jobs: int, only: Sequence[str] = ()) -> Iterator[LearnedRow]:
    """Every network of a folder, in the order in which they are done.

    Raises:
        DistillError: there is none.
    """
    wanted = (FACTS, SAMPLES, "config.json")
    held = [it for it in folder.iterdir() if all((it / name).is_file() for name in wanted)]
    what = f"folders with {', '.join(wanted)} in '{folder}'"
    found = sorted(map(str, those_named(held, only, what)))
    with worker_pool(jobs) as pool:
        yield from pool.map(_row, found)


def _row(path: str) -> LearnedRow:
    with fixed_threads():
        return learned_row(Path(path))


def learned_row(path: Path) -> LearnedRow:
    """Read one network, and hold its program against it on the samples."""
    began, texts = time.process_time(), f"{path / SAMPLES}:{TRAINED}"
    published = json.loads((path / FACTS).read_text("utf-8")).get(PUBLISHED)
    run = run_model(path, facts=path / FACTS, texts=texts, out=None)
    report, seconds = run.report, time.process_time() - began
    told = path.name, report.verdict, report.located is True
    if run.program is None:
        name, verdict, located = told
        reason = report.reasons[-1] if report.reasons else ""
        return LearnedRow(name, None, verdict, located, None, None, seconds, published, reason)
    match = _match(run.program.source, path, texts)
    cells = report.value("table_cells")
    name, verdict, located = told
    lines = None if report.program is None else report.program.lines
    count = None if cells is None else int(cells)
    return LearnedRow(name, match, verdict, located, count, lines, seconds, published)


def _match(source: str, path: Path, texts: str) -> float:
    """Part of the samples that program and network answer alike at every position."""
    imported = import_model(path, about=AboutTexts(path / FACTS, texts))
    assert reads_texts(imported.model), "as it was read before"
    assert isinstance(imported.domain, Texts), "what such a network reads"
    network, same, total = TextNetwork(imported.model, imported.domain), 0, 0
    for rows in samples_of(path / SAMPLES, TRAINED, path / FACTS, imported.model.architecture):
        said = network.run(rows)
        program = run_texts(source, rows, said.shape[1])
        same += int(network.same(program, said).all(axis=1).sum())
        total += len(rows)
    return same / total


def learned_page(rows: Sequence[LearnedRow]) -> Page:
    """The table, and what it adds up to."""
    names = ("network", "match", "located", "cells", "lines", "seconds", "D-RASP")
    columns = [GridColumn(names[0]), *(GridColumn(name, "right") for name in names[1:])]
    lines = [
        (
            Cell(row.name),
            Cell("–", "aside")
            if row.match is None
            else Cell(f"{row.match:.3f}", "good" if row.match >= GOOD else "fair"),
            Cell("✓", "good") if row.located else Cell("–", "aside"),
            _number(row.cells),
            _number(row.lines),
            Cell(f"{row.seconds:.0f}"),
            Cell("?" if row.published is None else "✓" if row.published else "–", "aside"),
        )
        for row in rows
    ]
    return Page(
        title="GPT-2 networks that others trained",
        about=f"{many(len(rows), 'network')}; a match is of whole samples at the lengths of "
        "training",
        grid=Grid(tuple(columns), tuple(lines)),
        facts=_facts(rows),
        sections=_reasons(rows),
    )


def _facts(rows: Sequence[LearnedRow]) -> tuple[Fact, ...]:
    of = f"of {len(rows)}"
    good = sum(row.match is not None and row.match >= GOOD for row in rows)
    nine = sum(row.match is not None and row.match >= 0.9 for row in rows)
    facts = [
        Fact(f"match ≥ {GOOD}", Cell(f"{good} {of}"), "whole samples answered as the network does"),
        Fact("match ≥ 0.9", Cell(f"{nine} {of}"), "the published measure"),
    ]
    known = [row for row in rows if row.published is not None]
    if known:
        count = sum(bool(row.published) for row in known)
        note = "D-RASP on the same networks (arXiv 2602.08857)"
        facts.append(Fact("  published", Cell(f"{count} of {len(known)}"), note))
    located = sum(row.located for row in rows)
    facts.append(Fact("located", Cell(f"{located} {of}"), "the network computes so inside"))
    seconds = f"{sum(row.seconds for row in rows):,.0f}"
    return (*facts, Fact("seconds", Cell(seconds), "of one processor"))


def _reasons(rows: Sequence[LearnedRow]) -> tuple[Section, ...]:
    said = tuple((row.name, row.reason) for row in rows if row.reason)
    return (Section("Without a program", said, "fair"),) if said else ()


def _number(value: int | None) -> Cell:
    return Cell("–", "aside") if value is None else Cell(f"{value:,}")
