"""A census over several tasks as a page: a line for each task, and what is not alike."""

from __future__ import annotations

from collections import Counter

from distill.checker.scope import many
from distill.checker.verdict import CLAIMS
from distill.compare import wording
from distill.compare.census import Census, Comparison
from distill.compare.layout import comparison_page, refused_of
from distill.terminal.grid import Cell, Grid, GridColumn
from distill.terminal.page import Fact, Page, Section


def page_of(census: Census) -> Page:
    """One comparison in full, or a line for each task."""
    if len(census.comparisons) == 1:
        return comparison_page(census.comparisons[0])
    return Page(
        title=many(len(census.comparisons), "task"),
        about=many(census.runs, "run"),
        lead=census.sentence + ".",
        grid=_grid(census),
        facts=_facts(census),
        sections=_sections(census),
    )


def _grid(census: Census) -> Grid:
    """A row for every task."""
    rows = []
    for each in census.comparisons:
        verdicts = Counter(run.verdict for run in each.runs)
        said = ", ".join(f"{verdict} {count}" for verdict, count in verdicts.most_common())
        claims = all(run.verdict in CLAIMS for run in each.runs)
        rows.append(
            (
                Cell(each.title),
                _alike(each),
                Cell(said, "good" if claims else "fair"),
                Cell(_found(each), short=_found(each).partition(" (")[0]),
                Cell(_span([run.lines for run in each.runs if run.lines is not None])),
            )
        )
    columns = (
        GridColumn("task"),
        GridColumn("the same", "right"),
        GridColumn("verdict", breaks=True),
        GridColumn("found", shrinks=True),
        GridColumn("lines", "right", optional=True),
    )
    return Grid(columns, tuple(rows))


def _alike(compared: Comparison) -> Cell:
    """How many networks found the same; of one alone, whether it found anything."""
    alike, total = compared.alike, compared.networks
    if total == 1:
        return Cell("one network" if alike else "refused", "aside" if alike else "fair")
    return Cell(f"{alike} of {total}", "good" if alike == total else "fair")


def _span(lines: list[int]) -> str:
    """`12`, or `12–14`, or a dash."""
    return "–".join(str(n) for n in sorted({min(lines), max(lines)})) if lines else "–"


def _found(compared: Comparison) -> str:
    """The names of what was found, the most frequent first."""
    names = [
        (len(family.runs), f"cosines of {family.expression} mod {family.modulus}")
        for family in compared.families
    ]
    names += [(len(each.runs), each.name) for each in compared.classes]
    names.sort(key=lambda item: -item[0])
    if len(names) == 1:
        return names[0][1]
    return ", ".join(f"{name} {count}×" for count, name in names) or "nothing"


def _facts(census: Census) -> tuple[Fact, ...]:
    several = [each for each in census.comparisons if each.networks > 1]

    def of_tasks(count: int) -> Cell:
        return Cell(f"{count} of {len(several)}")

    same = sum(each.alike == each.networks for each in several)
    texts = sum(map(wording.one_text, several))
    verdicts = Counter(run.verdict for each in census.comparisons for run in each.runs)
    note = ", ".join(f"{verdict} {count}" for verdict, count in verdicts.most_common())
    claimed = sum(verdicts[verdict] for verdict in CLAIMS)
    found = (
        Fact("all networks found the same", of_tasks(same), "function, machine or recurrence"),
        Fact("  and wrote the same program", of_tasks(texts), "letter by letter"),
    )
    return (*(found if several else ()), Fact("claimed", Cell(f"{claimed} of {census.runs}"), note))


def _sections(census: Census) -> tuple[Section, ...]:
    apart = tuple(
        (each.title, each.sentence) for each in census.comparisons if each.alike < each.networks > 1
    )
    distances = tuple(
        (f"{each.title} {found.one}, {found.other}", wording.distance(found))
        for each in census.comparisons
        for found in each.distances
    )
    refused = tuple(
        (f"{each.title} {label}", reason)
        for each in census.comparisons
        for label, reason in refused_of(each).lines
    )
    sections = (
        Section("Not all alike", apart),
        Section("Where they differ", distances),
        Section("Refused", refused),
    )
    return tuple(section for section in sections if section.lines)
