"""A comparison as one self-contained page: the same bytes for the same runs."""

from __future__ import annotations

from distill.compare import wording
from distill.compare.census import Census, Comparison
from distill.compare.layout import LEGEND, explained, facts_of, run_grid
from distill.compare.overview import page_of
from distill.compare.pictures import family_pictures
from distill.pages.pages import (
    environment,
    page_script,
    page_style,
    placed,
    python_code,
    script_hash,
)


def census_page(census: Census) -> str:
    """The page, without anything that is fetched from elsewhere."""
    return (
        environment()
        .get_template("compare.html")
        .render(
            page=page_of(census),
            several=len(census.comparisons) > 1,
            parts=[_part(place, each) for place, each in enumerate(census.comparisons)],
            style=page_style("compare.css"),
            script=page_script(),
            script_hash=script_hash(page_script()),
        )
    )


def _part(place: int, compared: Comparison) -> dict[str, object]:
    """What the page shows of one comparison."""
    labels = [run.label for run in compared.runs]
    classes = [
        {
            "letter": each.letter,
            "name": each.name,
            "why": wording.why(each),
            "runs": ", ".join(labels[run] for run in each.runs),
            "code": python_code(each.source),
        }
        for each in compared.classes
    ]
    return {
        "id": f"part-{place}",
        "title": compared.title,
        "sentence": compared.sentence,
        "grid": run_grid(compared),
        "legend": LEGEND if compared.families else None,
        "facts": facts_of(compared),
        "pictures": placed(family_pictures(compared, f"strip-{place}")),
        "classes": classes,
        "sections": explained(compared),
        "alike": compared.alike == len(compared.runs),
    }
