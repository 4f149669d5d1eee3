"""`report.html`: one self-contained file with the verdict, the pictures, and what they rest on.

It loads nothing: styles, script and images are inside, and its content policy forbids the rest.
Neither versions nor seconds are on it, so that it is the same bytes for the same run.
"""

from __future__ import annotations

from markupsafe import Markup

from distill.checker.verdict import CLAIMS
from distill.drawing.picture import Picture
from distill.kinds.known import kind_of
from distill.pages.attempts import attempts_table
from distill.pages.badges import badges
from distill.pages.card import card, commands, differences
from distill.pages.evidence import decoy_rows, evidence_rows
from distill.pages.first_screen import heart, hero, to_be_learned
from distill.pages.glossary import Glossary
from distill.pages.inside_said import located
from distill.pages.pages import (
    asset,
    broken_code,
    environment,
    page_script,
    page_style,
    placed,
    python_code,
    script_hash,
)
from distill.pages.pictures.every import pictures_of
from distill.pages.pictures.undrawn import no_chart_said
from distill.pages.recipe_said import recipe_rows
from distill.pages.statements import checked, meaning_statement, not_checked
from distill.records.refusal import Refusal, lists
from distill.records.sentences import sentence_start
from distill.runs.store import Run

DARK_NOTEBOOKS = '[data-jp-theme-light="false"] *, .vscode-dark *'
"""What is inside a notebook with a dark theme, which does not go by the system's."""


def report_page(run: Run, pictures: tuple[Picture, ...] | None = None) -> str:
    """A run's report as a page: the same bytes for the same run, whenever and wherever it ran.

    Args:
        run: the run.
        pictures: its pictures, where they were drawn already.
    """
    pictures = pictures_of(run) if pictures is None else pictures
    return (
        environment()
        .get_template("report.html")
        .render(
            **_verdict(run),
            **_first_screen(run, pictures),
            words=Glossary(),
            why=_why(run),
            rows=evidence_rows(run.report),
            decoys=decoy_rows(run.report),
            lists=lists(run.report.numbers or {}),
            differences=differences(run),
            attempts=attempts_table(run.record),
            no_chart=no_chart_said(run.record, run.curve, pictures),
            settings=_settings(run),
            recipe=recipe_rows(None if run.record.used is None else run.record.used.recipe),
            card=card(run),
            commands=commands(run),
            style=page_style(),
            script=page_script(),
            script_hash=script_hash(page_script()),
        )
    )


def snippet(run: Run) -> str:
    """The verdict, the program and the first pictures, for a page that is not ours: a notebook."""
    return (
        environment()
        .get_template("snippet.html")
        .render(
            **_verdict(run),
            pictures=placed(pictures_of(run)[:2]),
            style=_scoped_style(".distill-run"),
        )
    )


Run.looks = snippet


def _why(run: Run) -> list[str]:
    """Why the program works, where its own words do not say so; of a refusal nothing."""
    if isinstance(run.mechanism, Refusal):
        return []
    return kind_of(run.mechanism).why(run.mechanism, run.report)


def _first_screen(run: Run, pictures: tuple[Picture, ...]) -> dict[str, object]:
    """The task in a sentence, the heart of the program, one picture; and the pictures below."""
    shown = hero(pictures)
    core = None if run.program is None else heart(run.program.source)
    name = run.report.mechanism.name
    return {
        "wanted": to_be_learned(run.record),
        "mechanism": sentence_start(name),
        "hero": shown,
        "heart": None if core is None else broken_code(core.source),
        "left_out": 0 if core is None else core.left_out,
        "pictures": placed(tuple(each for each in pictures if each is not shown)),
    }


OF_A_FILE = ("model", "layout", "options")
"""Settings of a run of a checkpoint that are no notes on how it was read."""

NOTES = {"config_not_read": "fields of the config that were not read"}
"""What such notes are called, where their names do not say it."""


def _settings(run: Run) -> dict[str, int | float | bool | str]:
    """The settings of a run, without those notes on how a checkpoint was read that stand below."""
    report, settings = run.report, dict(run.record.settings)
    if "model" not in settings:
        return settings
    told = " ".join((*report.explanations, *report.as_read))
    return {
        NOTES.get(it, it): note
        for it, note in settings.items()
        if it in OF_A_FILE or str(note) not in told
    }


def _verdict(run: Run) -> dict[str, object]:
    meaning = run.report.meaning
    source = None if run.program is None else run.program.source
    settings, of_a_file = run.record.settings, "model" in run.record.settings
    about = [f"{it} = {settings[it]}" for it in settings if not of_a_file or it in OF_A_FILE]
    if run.record.seed is not None:
        about.append(f"seed {run.record.seed}")
    if run.record.architecture is not None:
        about.append(run.record.architecture)
    return {
        "title": run.record.task,
        "about": about,
        "report": run.report,
        "badges": badges(run.report),
        "good": run.report.verdict in CLAIMS,
        "located": located(run.report),
        "meaning": None if meaning is None else meaning_statement(meaning),
        "checked": checked(run.report),
        "not_checked": not_checked(run),
        "source": source,
        "code": None if source is None else python_code(source),
    }


def _scoped_style(scope: str) -> Markup:
    """Of the pages' style what concerns elements of this class, for a page that is not ours."""
    scoped = asset("code.css").replace(".highlight", f"{scope} .highlight")
    light, dark = asset("colours.css").split("@media", maxsplit=1)
    dark = dark[dark.index(":root") : dark.rindex("}")]
    return Markup(
        light.replace(":root", scope)
        + dark.replace(":root", f"{scope}:is({DARK_NOTEBOOKS})")
        + scoped
        + asset("snippet.css")
    )
