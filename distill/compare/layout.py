"""One comparison as a page: which column says what, and in which words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from distill.checker.scope import many
from distill.checker.verdict import CLAIMS
from distill.compare import wording
from distill.compare.census import Comparison, Line
from distill.compare.kinds import kinds_of
from distill.kinds.fourier.compare import Family, Image, Key
from distill.terminal.grid import Cell, Grid, GridColumn
from distill.terminal.page import Fact, Page, Section

NONE = Cell("–", "aside")
MARKS = {"clock": "●", "pizza": "○", "mixed": "◐", None: "·"}
LEGEND = "● clock, ○ pizza, ◐ mixed, · not labelled"
MANY = 24
"""Frequencies in use that are listed one by one."""


def comparison_page(compared: Comparison) -> Page:
    """One comparison in full."""
    bars = tuple(_usage(family, compared) for family in compared.families if len(family.runs) > 1)
    classes = _classes(compared)
    return Page(
        title=compared.title,
        about=many(len(compared.runs), "run"),
        lead=compared.sentence + ".",
        grid=run_grid(compared),
        facts=facts_of(compared),
        sections=(*bars, *([classes] if classes.lines else []), *explained(compared)),
    )


def explained(compared: Comparison) -> tuple[Section, ...]:
    """What is alike, what differs and where, and what was refused."""
    sections = (
        *(_images(family, compared) for family in compared.families),
        *_differences(compared),
        _repeated(compared),
        refused_of(compared),
    )
    return tuple(section for section in sections if section.lines)


def run_grid(compared: Comparison) -> Grid:
    """A row for every run; what kind of network it is of, where that is not the same for all."""
    several = len({run.architecture for run in compared.runs}) > 1
    waves, letters = bool(compared.families), _letters(compared)
    keys = _keys(compared)
    columns = [
        GridColumn("run"),
        *([GridColumn("network", breaks=True)] if several else []),
        GridColumn("verdict"),
        GridColumn("located", "center"),
        *([GridColumn("class", "center")] if compared.classes else []),
        GridColumn("mechanism", shrinks=True),
        *([GridColumn("key frequencies", breaks=True)] if waves else []),
        *(
            [GridColumn("R² of the logits", "right"), GridColumn("exceptions", "right")]
            if waves
            else []
        ),
        GridColumn("lines", "right", optional=True),
    ]
    rows = []
    for place, run in enumerate(compared.runs):
        figures = []
        if waves:
            r2, exceptions = run.logit_r2, run.exceptions
            figures = [
                Cell(shown_keys(keys[place])) if place in keys else NONE,
                NONE if r2 is None else Cell(f"{r2:.3f}"),
                NONE if r2 is None or exceptions is None else Cell(str(exceptions)),
            ]
        rows.append(
            (
                Cell(run.label),
                *([Cell(run.architecture) if run.architecture else NONE] if several else []),
                Cell(run.verdict, "good" if run.verdict in CLAIMS else "fair"),
                _located(run),
                *([Cell(letters[place]) if place in letters else NONE] if compared.classes else []),
                Cell(_mechanism(run, compared, place)),
                *figures,
                NONE if run.lines is None else Cell(str(run.lines)),
            )
        )
    return Grid(tuple(columns), tuple(rows))


def _located(run: Line) -> Cell:
    if run.kind == "refused":
        return NONE
    return Cell("✓", "good") if run.located else Cell("✗", "fair")


def _mechanism(run: Line, compared: Comparison, place: int) -> str:
    """What it found; of a Fourier mechanism without the frequencies, which have a column."""
    for family in compared.families:
        if place in family.runs:
            return f"{family.expression} mod {family.modulus}"
    return run.name if run.kind != "refused" else "refused"


def _letters(compared: Comparison) -> dict[int, str]:
    return {run: each.letter for each in compared.classes for run in each.runs}


def _keys(compared: Comparison) -> Mapping[int, tuple[Key, ...]]:
    return {
        run: keys
        for family in compared.families
        for run, keys in zip(family.runs, family.keys, strict=True)
    }


def shown_keys(keys: tuple[Key, ...]) -> str:
    """`14 ●, 15 ○`: frequencies with the marks of their labels."""
    return ", ".join(f"{key.frequency}\N{NO-BREAK SPACE}{MARKS[key.label]}" for key in keys)


def facts_of(compared: Comparison) -> tuple[Fact, ...]:
    """Figures of a comparison."""
    facts = []
    for family in compared.families:
        if len(family.runs) > 1:
            facts += _family_facts(family, several=len(compared.families) > 1)
    for kind in kinds_of(each.kind for each in compared.classes):
        classes = [each for each in compared.classes if each.kind == kind.name]
        if classes:
            runs = sum(len(each.runs) for each in classes)
            noun = kind.noun[runs > 1]
            each_in = [f"class {it.letter} in {len(it.runs)}" for it in classes]
            note = f"in {many(runs, 'run')}: {', '.join(each_in)}"
            if len(classes) == 1:
                note = f"the same in {many(runs, 'run')}" if runs > 1 else "of one run"
            name = f"different {noun}" if runs > 1 else noun
            facts.append(Fact(name, Cell(f"{len(classes)}"), note))
    verdicts = Counter(run.verdict for run in compared.runs)
    note = ", ".join(f"{verdict} {count}" for verdict, count in verdicts.most_common())
    claimed = sum(verdicts[verdict] for verdict in CLAIMS)
    return (*facts, Fact("claimed", Cell(f"{claimed} of {len(compared.runs)}"), note))


def _family_facts(family: Family, several: bool) -> list[Fact]:
    prefix = f"{family.expression} mod {family.modulus}: " if several else ""
    labels = ", ".join(
        f"{label or 'not labelled'} {count}" for label, count in family.labels.most_common()
    )
    sizes = ", ".join(
        f"{wording.counted(count, 'network')} with {size}"
        for size, count in sorted(family.sizes.items())
    )
    total = sum(family.labels.values())
    used = len(family.usage)
    alike = f"{family.alike_by_chance:.2g} if drawn at random"
    return [
        Fact(f"{prefix}key frequencies", Cell(f"{total}"), labels),
        Fact("keys of a network", Cell(f"{total / len(family.runs):.1f}"), sizes),
        Fact("frequencies in use", Cell(f"{used} of {family.available}")),
        Fact(
            "shared frequencies",
            Cell(str(family.overlap.shared)),
            wording.chance(family.overlap),
        ),
        Fact(
            "alike up to an automorphism",
            Cell(f"{len(family.images)} of {family.overlap.pairs}"),
            f"pairs of networks; {alike}",
        ),
    ]


def _usage(family: Family, compared: Comparison) -> Section:
    """A bar for every frequency in use."""
    label = [run.label for run in compared.runs]
    width = max(len(str(k)) for k, _ in family.usage)
    bars = [
        (f"{k:>{width}} {'█' * len(runs)}", ", ".join(label[run] for run in runs))
        for k, runs in family.usage[:MANY]
    ]
    if len(family.usage) > MANY:
        bars.append(("", f"and {len(family.usage) - MANY} more, none of them used more often"))
    title = f"Frequencies of {family.expression} mod {family.modulus} ({LEGEND})"
    return Section(title, tuple(bars))


def _images(family: Family, compared: Comparison) -> Section:
    label = [run.label for run in compared.runs]

    def said(image: Image) -> str:
        if image.unit == 1:
            return "the same frequencies"
        along = "" if image.labels else "; clocks and pizzas do not go with them"
        return f"the first times {image.unit} mod {family.modulus} are the second{along}"

    lines = tuple(
        (f"{label[image.one]}, {label[image.other]}", said(image)) for image in family.images
    )
    return Section("Key sets that are alike up to an automorphism", lines)


def _classes(compared: Comparison) -> Section:
    label = [run.label for run in compared.runs]
    lines = tuple(
        (
            each.letter,
            f"{each.name}; {wording.why(each)}: {', '.join(label[run] for run in each.runs)}",
        )
        for each in compared.classes
    )
    return Section("Classes", lines)


def _differences(compared: Comparison) -> tuple[Section, Section]:
    distances = tuple(
        (f"{each.one} and {each.other}", wording.distance(each)) for each in compared.distances
    )
    reading: dict[str, list[str]] = {}
    for each in compared.classes:
        reading.setdefault(each.channels, []).append(each.letter)
    apart = tuple((", ".join(letters), channels) for channels, letters in reading.items())
    return (
        Section("Where they differ", distances),
        Section("Not comparable, as they read other inputs", apart if len(apart) > 1 else ()),
    )


def _repeated(compared: Comparison) -> Section:
    """Runs that are of the same network as another."""
    label = [run.label for run in compared.runs]
    lines = tuple(
        (label[run], f"has the weights of {label[first]}: one network, which counts once")
        for run, first in compared.repeats
    )
    return Section("The same network", lines)


def refused_of(compared: Comparison) -> Section:
    """Every refusal with the first line of its reasons."""
    lines = tuple(
        (run.label, run.reason or "no reason given")
        for run in compared.runs
        if run.kind == "refused"
    )
    return Section("Refused", lines)
