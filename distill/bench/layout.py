"""The table of a suite, laid out: which column says what, and in which words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from distill.bench.row import Row
from distill.bench.suite import Entry, Suite
from distill.bench.table import CLOSE, Summary, Tally, Totals
from distill.checker.scope import many
from distill.checker.verdict import CLAIMS
from distill.terminal.grid import Cell, Grid, GridColumn, Tone
from distill.terminal.page import Fact, Page, Section

NONE = Cell("–", "aside")


def page_of(
    suite: Suite, summaries: Sequence[Summary], totals: Totals, rows: Sequence[Row]
) -> Page:
    """The table, what it adds up to, and every run that is to be explained."""
    runs = many(totals.seeds, "seed") if totals.seeds > 1 else "one seed"
    asked = "".join(f", {engine} alone" for engine in {row.engine for row in rows} if engine)
    return Page(
        title=suite.title,
        about=f"{many(totals.tasks, 'task')}, {runs}{asked}",
        grid=_grid(suite, summaries),
        facts=_facts(totals),
        sections=_sections(suite, totals, rows),
    )


def _grid(suite: Suite, summaries: Sequence[Summary]) -> Grid:
    longer = any(each.longest is not None for each in summaries)
    reals = any(each.exact is not None or each.bound is not None for each in summaries)
    listed = any(each.cells is not None for each in summaries)
    columns = [
        GridColumn("task"),
        GridColumn("verdict", breaks=True),
        GridColumn("right", "center"),
        *([GridColumn("longer")] if longer else []),
        *(
            [GridColumn("exact", "center"), GridColumn("at most apart", "right")]
            if reals
            else [GridColumn("proved for", optional=True), GridColumn("located", "center")]
        ),
        GridColumn("mechanism", shrinks=True, optional=True),
        GridColumn("lines", "right", optional=True),
        *([GridColumn("cells", "right")] if listed else []),
        GridColumn("seconds", "right", optional=True),
        *(GridColumn(column.name, "center", tone="aside") for column in suite.columns),
    ]
    rows = []
    for each in summaries:
        lines = NONE if each.lines is None else Cell(str(each.lines))
        figures = [each.entry.published.get(column.name) for column in suite.columns]
        rows.append(
            (
                Cell(_label(each.entry)),
                _verdict(each.outcomes),
                _right(each),
                *([_longer(each)] if longer else []),
                *(_over_a_box(each) if reals else _over_inputs(each)),
                _mechanism(each.mechanisms),
                lines,
                *([NONE if each.cells is None else Cell(str(each.cells))] if listed else []),
                Cell(f"{each.seconds:,.1f}"),
                *(NONE if figure is None else Cell(str(figure)) for figure in figures),
            )
        )
    return Grid(tuple(columns), tuple(rows))


def _over_inputs(summary: Summary) -> tuple[Cell, Cell]:
    """What is proved, and what is located."""
    proved = Cell(str(summary.proved), "good") if summary.proved else NONE
    return proved, _ticked(summary.located, "good", "fair") if summary.lines is not None else NONE


def _over_a_box(summary: Summary) -> tuple[Cell, Cell]:
    """Whether it is the task's formula, and what is proved of its distance from the network."""
    bound = NONE
    if summary.bound is not None:
        bound = Cell(f"{summary.bound:.1e}", "good" if summary.bound <= CLOSE else "fair")
    if summary.exact is None:
        return NONE, bound
    return _ticked(summary.exact, "good", "fair"), bound


def _label(entry: Entry) -> str:
    settings = [f"{key}={value}" for key, value in entry.settings.items()]
    return " ".join([entry.label, *settings, *([entry.arch] if entry.arch else [])])


def _verdict(outcomes: Mapping[str, int]) -> Cell:
    runs = sum(outcomes.values())
    tone: Tone = "good" if set(outcomes) <= set(CLAIMS) else "fair"
    if not set(outcomes) <= {*CLAIMS, "approximate", "refused"}:
        tone = "bad"
    if runs == 1:
        return Cell(next(iter(outcomes)), tone)
    return Cell(", ".join(f"{name} {count}/{runs}" for name, count in outcomes.items()), tone)


def _ticked(tally: Tally, good: Tone, other: Tone) -> Cell:
    if tally.of == 1:
        return Cell("✓" if tally.all else "✗", good if tally.all else other)
    return Cell(f"{tally.count}/{tally.of}", good if tally.all else other)


def _right(summary: Summary) -> Cell:
    # a program that is wrong because the network is, does what it should
    networks = summary.model_right
    beaten = networks.of > 0 and networks.all
    if summary.lines is None:
        return NONE
    return _ticked(summary.right, "good", "bad" if beaten else "fair")


def _longer(summary: Summary) -> Cell:
    if summary.right_longer is None:
        return NONE
    ticked = _ticked(summary.right_longer, "good", "fair")
    return Cell(f"{ticked.text} {summary.longest:,}", ticked.tone)


def _mechanism(found: Sequence[tuple[str, str]]) -> Cell:
    """The name where all seeds found the same one, and the kinds where they did not."""
    kinds = ", ".join(dict.fromkeys(kind for _, kind in found))
    if len(found) == 1:
        return Cell(found[0][0], short=kinds)
    return Cell(kinds) if kinds else NONE


def _facts(totals: Totals) -> tuple[Fact, ...]:
    def of_tasks(count: int) -> Cell:
        return Cell(f"{count} of {totals.tasks}")

    every = "on every seed" if totals.seeds > 1 else ""
    facts = [Fact("right at the training length", of_tasks(totals.right), every)]
    facts += [Fact(f"  {name}", of_tasks(solved)) for name, solved in totals.published.items()]
    if totals.longer:
        asked = Cell(f"{totals.right_longer} of {totals.longer}")
        facts.append(Fact("right at every longer length too", asked, every))
    wrong = len(totals.wrong_claims)
    left = totals.tasks - totals.proved - totals.proved_up_to
    whole = "every length" if totals.longer == totals.tasks else "every input"
    if totals.formulas:
        facts.append(Fact("the task's formula, exactly", of_tasks(totals.exact), every))
        near = f"at most {CLOSE:g} of the spread apart, proved"
        facts.append(Fact(near, of_tasks(totals.bounded), every))
        whole = "all of a box"
    facts.append(Fact(f"proved for {whole}", of_tasks(totals.proved), every))
    if totals.proved_up_to:
        facts.append(Fact("proved up to a length", of_tasks(totals.proved_up_to), every))
    facts.append(Fact("not proved", of_tasks(left), "on some seed" if every else ""))
    return (
        *facts,
        Fact("network right", of_tasks(totals.model_right), every),
        Fact("located", of_tasks(totals.located), every),
        Fact(
            "runs",
            Cell(f"{totals.runs:,}"),
            ", ".join(f"{name} {count}" for name, count in totals.outcomes.items()),
        ),
        Fact(
            "claims that are wrong",
            Cell(str(wrong), "bad" if wrong else "good"),
            "" if wrong else "no claimed program is wrong where its network is right",
        ),
        Fact(
            "CPU time",
            Cell(_duration(totals.cpu_seconds)),
            f"peak memory of a run {totals.peak_memory / 1e6:,.0f} MB",
        ),
    )


def _duration(seconds: float) -> str:
    hours, minutes = divmod(round(seconds) // 60, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {round(seconds) % 60:02} s" if minutes else f"{seconds:.1f} s"


def _sections(suite: Suite, totals: Totals, rows: Sequence[Row]) -> tuple[Section, ...]:
    wrong = tuple(
        (
            f"{claim.task} seed {claim.seed}",
            f"{claim.verdict}{f' (length {claim.length})' if claim.length else ''}: program right "
            f"{claim.program.agree:,} of {claim.program.total:,}, network "
            f"{claim.model.agree:,} of {claim.model.total:,}"
            f"{'; another formula than the task has' if claim.formula else ''}",
        )
        for claim in totals.wrong_claims
    )
    refused = tuple(
        (f"{row.task} seed {row.seed}", row.reason or "no reason given")
        for row in rows
        if row.verdict == "refused"
    )
    unfinished = tuple(
        (f"{row.task} seed {row.seed}", f"{row.status}: {row.reason}")
        for row in rows
        if row.status != "done"
    )
    texts = tuple(
        (f"{row.task} seed {row.seed}", _over_texts(row))
        for row in rows
        if any(each.cells is not None for each in rows)
    )
    published = tuple(
        (column.name, f"{column.source}: {column.measured}") for column in suite.columns
    )
    sections = (
        Section("Claims that are wrong", wrong, "bad"),
        Section("Run by run, whole texts", texts),
        Section("Refused", refused),
        Section("Without a report (--retry runs them again)", unfinished, "bad"),
        Section("Published results", published),
    )
    return tuple(section for section in sections if section.lines)


def _over_texts(row: Row) -> str:
    """What came of a run over texts, in figures."""
    counts = (("network", row.program_vs_model), ("task", row.program_vs_task))
    said = [f"as the {who} {it.agree:,} of {it.total:,}" for who, it in counts if it is not None]
    said += [many(row.cells, "table cell")] if row.cells is not None else []
    said += [many(row.lines, "line")] if row.lines is not None else []
    verdict = f"{row.outcome}, located" if row.located else row.outcome
    said.append(f"{row.cost.cpu_seconds:.0f} s of CPU")
    why = f": {row.reason}" if row.outcome == "approximate" and row.reason else ""
    return ", ".join([verdict, *said]) + why


def row_line(row: Row) -> tuple[Cell, str]:
    """A mark and a line for a run that has ended."""
    if row.status != "done":
        return Cell("✗", "bad"), f"{row.status}: {row.reason}"
    if row.verdict == "refused":
        return Cell("·", "fair"), f"refused: {row.reason}"
    claims = row.verdict in CLAIMS
    located = ", located" if row.located else ""
    lines = f", {many(row.lines, 'line')}" if row.lines is not None else ""
    said = f"{row.verdict}{located}, {_right_line(row)}: {row.mechanism}{lines}"
    return Cell("✓" if claims else "·", "good" if claims else "fair"), said


def _right_line(row: Row) -> str:
    if row.program_vs_task is None:
        return "not held against the task"
    if not row.program_right:
        counted = row.program_vs_task
        return f"right {counted.agree:,} of {counted.total:,}"
    if row.longest is None:
        return "right"
    failed = min((at.length for at in row.longer if not at.program_vs_task.all), default=None)
    if failed is None:
        return f"right to length {row.longest:,}"
    return f"right, but not at length {failed:,}"
