"""`report.html`: one self-contained file with the verdict, the evidence and the program."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers.python import PythonLexer

from distill.program import Program
from distill.render.evidence import evidence_rows
from distill.report import Report


def report_page(report: Report, program: Program | None, title: str) -> str:
    """The report as a page."""
    environment = Environment(
        loader=PackageLoader("distill.render", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    light, dark = HtmlFormatter(style="default"), HtmlFormatter(style="github-dark")
    return environment.get_template("report.html").render(
        title=title,
        report=report,
        rows=evidence_rows(report),
        code=highlight(program.source, PythonLexer(), light) if program else None,
        light=light.get_style_defs(".highlight"),
        dark=dark.get_style_defs(".highlight"),
    )
