"""The index of a gallery: a card for every network, by the kind of its mechanism."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from distill.checker.verdict import CLAIMS
from distill.drawing.picture import Picture
from distill.kinds import known
from distill.pages.badges import Badge, badges
from distill.pages.first_screen import hero
from distill.pages.pages import (
    environment,
    page_script,
    page_style,
    python_code,
    script_hash,
)
from distill.records.sentences import sentence_start
from distill.runs.store import Run

MOST = 45_000
"""Characters of a picture on a card."""

REFUSED = (
    "refused",
    "Not understood",
    "Networks that no mechanism was found for. The reports say what was seen instead.",
)


@dataclass(frozen=True)
class Card:
    """One network.

    Attributes:
        mechanism: what it computes, in words.
        good: whether the verdict says that program and network are the same.
        said: for whom the verdict holds, or why there is none.
        svg: a picture, with ids of its own; null where none is small enough.
        code: the program, highlighted, without its docstring; null where there is none.
    """

    name: str
    mechanism: str
    verdict: str
    good: bool
    badges: tuple[Badge, ...]
    said: str
    svg: Markup | None
    code: Markup | None
    lines: int


@dataclass(frozen=True)
class Group:
    """The networks of one kind."""

    name: str
    title: str
    about: str
    cards: tuple[Card, ...]


def gallery_page(runs: Mapping[str, Run], pictures: Mapping[str, tuple[Picture, ...]]) -> str:
    """The index of runs by name, with their pictures: the same bytes for the same runs."""
    cards = {name: _card(name, run, pictures[name]) for name, run in runs.items()}
    titled = [(kind.name, kind.title, kind.about) for kind in known.KINDS]
    groups = [
        Group(kind, title, about, tuple(cards[n] for n, r in runs.items() if _kind(r) == kind))
        for kind, title, about in (*titled, REFUSED)
    ]
    claimed = sum(card.good for card in cards.values())
    proved = sum(card.verdict == "proved" for card in cards.values())
    lead = (
        f"{len(runs)} small networks, each trained on a task and read by one command. {claimed} "
        f"came out as a short program that does the same, {proved} of them proved."
    )
    return (
        environment()
        .get_template("gallery.html")
        .render(
            lead=lead,
            groups=[group for group in groups if group.cards],
            style=page_style("gallery.css"),
            script=page_script(),
            script_hash=script_hash(page_script()),
        )
    )


def _kind(run: Run) -> str:
    return run.mechanism.kind


def _card(name: str, run: Run, pictures: tuple[Picture, ...]) -> Card:
    report, program = run.report, run.program
    holds = report.holds_for
    if holds is None:
        first = report.explanations[0] if report.explanations else ""
        said = f"{sentence_start(first)}." if first else ""
    elif report.over_sequences:
        said = f"The same as the network on sequences of {holds.lengths}."
    elif report.deviation is not None:
        said = report.sentence.partition(" From the task")[0]
    else:
        which = "inputs drawn at random" if holds.sampled else "inputs, which are all there are"
        said = f"The same as the network on {holds.inputs:,} {which}."
    shown = hero(pictures, MOST)
    return Card(
        name=name,
        mechanism=(
            "No mechanism was found" if program is None else sentence_start(report.mechanism.name)
        ),
        verdict=report.verdict,
        good=report.verdict in CLAIMS,
        badges=badges(report),
        said=" ".join(said.split()),
        svg=None if shown is None else _with_own_ids(shown, name),
        code=None if program is None else python_code(_function(program.source)),
        lines=0 if program is None else program.lines,
    )


def _with_own_ids(picture: Picture, name: str) -> Markup:
    """The picture, where the page has others of the same name."""
    own = rf"\g<1>{name}-{picture.name}-"
    return Markup(  # drawn here, and nothing in it is of anybody else
        re.sub(rf'(\bid="|href="#|url\(#|labelledby="){re.escape(picture.name)}-', own, picture.svg)
    )


def _function(source: str) -> str:
    """A program from its constants to its function: what stands around it is in the report."""
    body = source.split("__all__", 1)[1].split("\n", 1)[1]
    body = body.split('\n\nif __name__ == "__main__":', 1)[0]
    return body.split("\n\n\nDOMAIN = {", 1)[0].strip() + "\n"
