"""A study as one self-contained page: the claim, what came of it, and the pictures."""

from __future__ import annotations

import math
from dataclasses import dataclass

from distill.checker.scope import many
from distill.drawing.picture import Picture
from distill.pages.pages import environment, page_script, page_style, placed, script_hash
from distill.studies.gates import Judged, Measured
from distill.studies.record import StudyRecord

TONES = {"holds": "good", "holds in part": "plain", "does not hold": "bad"}


@dataclass(frozen=True)
class Row:
    """A gate, as it is shown."""

    says: str
    published: str
    needs: str
    measured: str
    held: bool


def study_page(record: StudyRecord, pictures: tuple[Picture, ...]) -> str:
    """The page, without anything that is fetched from elsewhere: the same bytes for a record."""
    return (
        environment()
        .get_template("study.html")
        .render(
            record=record,
            lead=in_words(record),
            tone=TONES[record.result],
            rows=[row_of(each) for each in record.gates],
            pictures=placed(pictures),
            settings=[f"{name} = {value}" for name, value in record.settings.items()],
            others=[
                (name, figure_of(measured))
                for name, measured in record.measured.items()
                if name not in {each.gate.measure for each in record.gates}
            ],
            seconds=sum(record.seconds.values()),
            style=page_style("compare.css", "study.css"),
            script=page_script(),
            script_hash=script_hash(page_script()),
        )
    )


def row_of(each: Judged) -> Row:
    """A gate as it is shown."""
    return Row(
        each.gate.says,
        each.gate.published or "–",
        each.needs,
        figure_of(each.measured),
        each.held,
    )


def figure_of(measured: Measured) -> str:
    """A figure with its interval over seeds, where there is one."""
    if measured.low is None or measured.high is None:
        return _short(measured.value)
    seeds = many(len(measured.by_seed), "seed")
    return f"{_short(measured.value)} [{_short(measured.low)}, {_short(measured.high)}], {seeds}"


def in_words(record: StudyRecord) -> str:
    """What came out, as a sentence."""
    held = sum(each.held for each in record.gates)
    count = len(record.gates)
    how = f"{held} of {count} gates"
    if count == 1:
        how = f"its gate {'held' if held else 'did not hold'}"
    verb = "" if count == 1 else " held"
    what = "The decoy" if record.is_decoy else "The claim"
    quick = ", in a quick run" if record.quick else ""
    return f"{what} {record.result} here{quick}: {how}{verb}."


def _short(value: float) -> str:
    """Three digits; all of a number of thousands; a dash where there is none."""
    if math.isnan(value):
        return "–"
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.3g}"
