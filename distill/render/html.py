"""`report.html`: one self-contained file with the verdict, the evidence and the program."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers.python import PythonLexer

from distill.render.evidence import evidence_rows
from distill.render.pictures import pictures_of
from distill.store import Run


def report_page(run: Run) -> str:
    """A run's report as a page: the same bytes for the same run, whenever and wherever it ran."""
    environment = Environment(
        loader=PackageLoader("distill.render", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    light, dark = HtmlFormatter(style="default"), HtmlFormatter(style="github-dark")
    return environment.get_template("report.html").render(
        title=run.record.task,
        report=run.report,
        rows=evidence_rows(run.report),
        pictures=pictures_of(run),
        code=highlight(run.program.source, PythonLexer(), light) if run.program else None,
        light=light.get_style_defs(".highlight"),
        dark=dark.get_style_defs(".highlight"),
    )
