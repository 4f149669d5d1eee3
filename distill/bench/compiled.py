"""Compiled transformers side by side: as they are, with their stream turned, and with noise.

Every file of a folder that is a compiled transformer is read in three forms. A program must be
strictly equivalent: it answers every text that is checked as its network does. A turned stream is
the same network in another basis. Noise moves every weight by a part of the root mean square of
its tensor. Where it changes what the network answers it makes another network, of which nobody has
a program: so the noise is the largest, of some sizes, that leaves answers as they are, and the
program is held against both, the network with noise and the one without.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Literal

import numpy as np
import torch
from jaxtyping import Int
from numpy import ndarray

from distill.bench.suite import those_named
from distill.checker.errors import ProgramError
from distill.checker.real_answers import run_batches
from distill.checker.scope import many
from distill.domains.texts import Texts
from distill.importing import import_model
from distill.kinds.attention.sample import sampled
from distill.kinds.known import kind_of, read, write
from distill.networks.stored import reads_texts
from distill.networks.text_network import TextNetwork
from distill.networks.trace import TextTrace
from distill.records.refusal import Refusal
from distill.terminal.grid import Cell, Grid, GridColumn
from distill.terminal.page import Fact, Page, Section
from distill.threads import fixed_threads
from distill.verify.texts import planned_texts
from distill.workers import worker_pool

Form = Literal["plain", "rotated", "noisy"]
FORMS: tuple[Form, ...] = ("plain", "rotated", "noisy")
NOISES = (1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6, 3e-7, 1e-7)
"""Standard deviations of what is added to a weight, in root mean squares of its tensor."""
KEPT_SEED, KEPT = 7_003, 240
"""Of the texts of a length on which noise is to leave the answers."""


@dataclass(frozen=True)
class CompiledRow:
    """One network in one form.

    Attributes:
        equivalent: whether the program answers every checked text as this network does.
        clean: the same of the network without noise.
        noise: its size; 0 without.
        kept: the part of whole texts that the largest noise leaves the answers of; 1 without noise.
        cells: of the program's tables; null without a program.
        live: whether the program selects anything.
        reason: why there is no program; empty where there is one.
    """

    name: str
    form: Form
    equivalent: bool
    clean: bool
    noise: float
    kept: float
    cells: int | None
    live: bool
    lines: int | None
    seconds: float
    reason: str = ""

    @property
    def said(self) -> str:
        """What came of it, in a line."""
        what = "equivalent" if self.equivalent else self.reason or "not equivalent"
        return f"{self.name} {self.form}: {what} ({self.seconds:.1f} s)"


def compiled_rows(folder: Path, jobs: int, only: Sequence[str] = ()) -> Iterator[CompiledRow]:
    """Every network of a folder in every form, in the order in which they are done.

    Raises:
        DistillError: there is none.
    """
    files = those_named(sorted(folder.glob("*.npz")), only, f"files *.npz in '{folder}'")
    asked = [(str(path), form) for path in files for form in FORMS]
    with worker_pool(jobs) as pool:
        yield from pool.map(_row, asked)


def _row(asked: tuple[str, Form]) -> CompiledRow:
    path, form = asked
    with fixed_threads():
        return compiled_row(Path(path), form)


def compiled_row(path: Path, form: Form) -> CompiledRow:
    """Read one network in one form, and hold its program against it."""
    clean = _network(path)
    texts = _texts(clean)
    network, noise, kept, said = clean, 0.0, 1.0, list[ndarray]()
    began = time.process_time()
    if form == "rotated":
        network = turned(clean)
    answers = expected = [network.run(rows) for rows in texts]
    if form == "noisy":
        kept, noise, answers = largest_noise(clean, texts, expected)
        network = noisy(clean, size=noise)
    mechanisms, refusals = read(TextTrace(network))
    written = write(mechanisms[0]) if mechanisms else refusals[0]
    if not isinstance(written, Refusal):
        try:
            said = run_batches(written.program.source, texts, [it.shape[1] for it in answers])
        except ProgramError as error:
            written = Refusal((str(error),), {})
    seconds = time.process_time() - began
    if isinstance(written, Refusal):
        row = CompiledRow(path.stem, form, False, False, noise, kept, None, False, None, seconds)
        return replace(row, reason=written.reasons[0])
    sizes = kind_of(written.mechanism).sizes(written.mechanism)
    return CompiledRow(
        path.stem,
        form,
        _alike(clean, said, answers),
        _alike(clean, said, expected),
        noise,
        kept,
        sizes["table cells"],
        sizes["selections"] > 0,
        written.program.lines,
        seconds,
    )


def _network(path: Path) -> TextNetwork:
    imported = import_model(path)
    assert reads_texts(imported.model), f"'{path}' is no transformer over texts"
    assert isinstance(imported.domain, Texts), "what such a network reads"
    return TextNetwork(imported.model, imported.domain)


def _texts(network: TextNetwork) -> list[Int[ndarray, "_ _"]]:
    """All texts that a run's checks are made on, in batches of one length."""
    draws = planned_texts(network.texts, len(network.answers))
    return [draw.texts(network.texts) for draw in (*draws.fresh, *draws.stress)]


def _alike(network: TextNetwork, some: list[ndarray], others: list[ndarray]) -> bool:
    """Whether all answers count as the same."""
    return all(bool(network.same(a, b).all()) for a, b in zip(some, others, strict=True))


def largest_noise(
    clean: TextNetwork, texts: list[ndarray], answers: list[ndarray]
) -> tuple[float, float, list[ndarray]]:
    """The largest of `NOISES` that leaves the answers to these texts; the least where none does.

    Returns:
        The least part of some other texts of a length that the very largest leaves the answers of;
        the size; and the answers with it.
    """
    few = sampled(clean.texts, seed=KEPT_SEED, count=KEPT)
    own = [clean.run(rows) for rows in few]
    kept, *_ = sorted(_kept(noisy(clean), *pair) for pair in zip(few, own, strict=True))
    for size in NOISES[kept < 1 :]:
        network = noisy(clean, size=size)
        parts = (_kept(network, *pair) for pair in zip(few, own, strict=True))
        if size != NOISES[-1] and any(part < 1 for part in parts):  # fewer texts, before all
            continue
        said = [network.run(rows) for rows in texts]
        if size == NOISES[-1] or _alike(clean, said, answers):
            return kept, size, said
    raise AssertionError("the last of them is taken")


def _kept(network: TextNetwork, rows: ndarray, answers: ndarray) -> float:
    """The part of texts whose answers are these."""
    return float(network.same(network.run(rows), answers).all(axis=1).mean())


def turned(network: TextNetwork, seed: int = 1) -> TextNetwork:
    """The same network in another basis of its residual stream, drawn at random."""
    d = network.shape.d_model
    basis = np.linalg.qr(np.random.default_rng(seed).standard_normal((d, d)))[0]
    turn, changed = torch.from_numpy(basis), dict[str, torch.Tensor]()
    for name, value in network.parameters.items():
        short = name.rpartition(".")[2]
        if short in {"W_E", "W_pos", "W_O", "b_O", "W_out", "b_out"}:
            changed[name] = value @ turn
        elif short in {"W_Q", "W_K", "W_V", "W_in", "W_U"}:
            changed[name] = turn.T @ value
        else:
            changed[name] = value
    return replace(network, model=replace(network.model, parameters=changed))


def noisy(network: TextNetwork, seed: int = 1, size: float = NOISES[0]) -> TextNetwork:
    """The network with noise in every weight."""
    rng, changed = np.random.default_rng(seed), dict[str, torch.Tensor]()
    for name, value in network.parameters.items():
        scale = float(value.square().mean().sqrt())
        changed[name] = value + size * scale * torch.from_numpy(rng.standard_normal(value.shape))
    return replace(network, model=replace(network.model, parameters=changed))


def compiled_page(rows: Sequence[CompiledRow]) -> Page:
    """The table, and what it adds up to."""
    by_name: dict[str, dict[Form, CompiledRow]] = {}
    for row in rows:
        by_name.setdefault(row.name, {})[row.form] = row
    columns = [GridColumn("network"), *(GridColumn(form, "center") for form in FORMS)]
    columns += [GridColumn("noise", "right"), GridColumn("kept", "right")]
    columns += [GridColumn("cells", "right")]
    columns += [GridColumn("lines", "right"), GridColumn("seconds", "right")]
    lines = [
        (
            Cell(name),
            *(_mark(found.get(form)) for form in FORMS),
            Cell(f"{found['noisy'].noise:g}" if "noisy" in found else "–"),
            Cell(f"{found['noisy'].kept:.2f}" if "noisy" in found else "–"),
            _number(found["plain"].cells) if "plain" in found else Cell("–"),
            _number(found["plain"].lines) if "plain" in found else Cell("–"),
            Cell(f"{sum(row.seconds for row in found.values()):.1f}"),
        )
        for name, found in by_name.items()
    ]
    return Page(
        title="Compiled transformers",
        about=f"{many(len(by_name), 'network')}, as they are, turned and with noise that leaves "
        "answers",
        grid=Grid(tuple(columns), tuple(lines)),
        facts=_facts(rows),
        sections=_reasons(rows),
    )


def _facts(rows: Sequence[CompiledRow]) -> tuple[Fact, ...]:
    facts = list[Fact]()
    for form in FORMS:
        of = [row for row in rows if row.form == form]
        good = sum(row.equivalent for row in of)
        note = "every text that is checked is answered as the network does"
        facts.append(Fact(form, Cell(f"{good} of {len(of)}"), note))
        if form == "noisy":
            good = sum(row.clean for row in of)
            note = "and as the network without noise does"
            facts.append(Fact("  without noise", Cell(f"{good} of {len(of)}"), note))
            left = [row for row in of if row.noise == NOISES[0]]
            good = sum(row.equivalent and row.clean for row in left)
            note = f"those of the networks whose own answers noise of {NOISES[0]:g} leaves"
            facts.append(Fact(f"  at {NOISES[0]:g}", Cell(f"{good} of {len(left)}"), note))
    live = [row.cells for row in rows if row.form == "plain" and row.live and row.cells is not None]
    if live:
        note = f"of {len(live)} programs that select something"
        facts.append(Fact("median cells", Cell(f"{median(live):g}"), note))
    facts.append(
        Fact("seconds", Cell(f"{sum(row.seconds for row in rows):,.0f}"), "of one processor")
    )
    return tuple(facts)


def _reasons(rows: Sequence[CompiledRow]) -> tuple[Section, ...]:
    said = tuple(
        (f"{row.name}, {row.form}", row.reason or "the program parts from its network")
        for row in rows
        if not row.equivalent
    )
    return (Section("Not equivalent", said, "fair"),) if said else ()


def _mark(row: CompiledRow | None) -> Cell:
    if row is None:
        return Cell("–", "aside")
    if row.equivalent:
        return Cell("✓", "good")
    return Cell("–" if row.reason else "✗", "fair")


def _number(value: int | None) -> Cell:
    return Cell("–", "aside") if value is None else Cell(f"{value:,}")
