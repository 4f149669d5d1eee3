"""A comparison as one self-contained page: the same bytes for the same runs."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers.python import PythonLexer

from distill.compare import wording
from distill.compare.census import Census, Comparison
from distill.compare.layout import explained, facts_of, run_grid
from distill.compare.overview import page_of
from distill.compare.pictures import family_pictures


def census_page(census: Census) -> str:
    """The page, without anything that is fetched from elsewhere."""
    environment = Environment(
        loader=PackageLoader("distill.render", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    light, dark = HtmlFormatter(style="default"), HtmlFormatter(style="github-dark")
    return environment.get_template("compare.html").render(
        page=page_of(census),
        several=len(census.comparisons) > 1,
        parts=[_part(at, each, light) for at, each in enumerate(census.comparisons)],
        light=light.get_style_defs(".highlight"),
        dark=dark.get_style_defs(".highlight"),
    )


def _part(place: int, compared: Comparison, light: HtmlFormatter) -> dict[str, object]:
    """What the page shows of one comparison."""
    labels = [run.label for run in compared.runs]
    classes = [
        {
            "letter": each.letter,
            "name": each.name,
            "why": wording.why(each),
            "runs": ", ".join(labels[run] for run in each.runs),
            "code": highlight(each.source, PythonLexer(), light),
        }
        for each in compared.classes
    ]
    return {
        "id": f"part-{place}",
        "title": compared.title,
        "sentence": compared.sentence,
        "grid": run_grid(compared),
        "facts": facts_of(compared),
        "pictures": family_pictures(compared),
        "classes": classes,
        "sections": explained(compared),
        "alike": compared.alike == len(compared.runs),
    }
