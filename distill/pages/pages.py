"""What every page is made with: the templates, one style, Python in colours, a content policy.

A page is one self-contained file. It loads nothing, and its content policy (`head.html`) allows no
script but those whose hash it names.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from functools import cache
from importlib.resources import files
from itertools import groupby

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers.python import PythonLexer

from distill.checker.scope import many
from distill.drawing.picture import Picture

BETWEEN_PARTS = re.compile(r"(?<=[^\W_])_(?=[^\W_])(?![^<>]*>)")
"""In a text with marks, where a part of a name ends: not in a mark, and not in `__all__`."""


@cache
def environment() -> Environment:
    """The templates: they escape what they are given, and fail at a name that is not given."""
    templates = Environment(
        loader=PackageLoader("distill.pages", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["many"] = many
    templates.filters["breaking"] = breaking
    return templates


@cache
def asset(name: str) -> str:
    """The text of a style or a script that lies among the templates."""
    return files("distill.pages").joinpath("templates", name).read_text(encoding="utf-8")


def page_style(*more: str) -> Markup:
    """The style of every page, followed by the style sheets of this one, by their names."""
    return Markup("".join(map(asset, ("colours.css", "code.css", "report.css", *more))))


def page_script() -> Markup:
    """The script of every page: buttons that copy, and everything unfolded on paper."""
    return Markup(asset("report.js"))


def script_hash(script: str) -> str:
    """SHA-256 of a script in Base64, as a content policy names it."""
    return b64encode(hashlib.sha256(script.encode()).digest()).decode()


def python_code(source: str) -> Markup:
    """Python in colours, to be put into a `pre` below an element of the class `highlight`."""
    return Markup(highlight(source, PythonLexer(), HtmlFormatter(nowrap=True)))


def breaking(text: str) -> Markup:
    """A text, safe for a page, whose long names may end a line after each of their parts.

    A name of many words, `sum_of_the_last_inputs`, is one word to a browser, which breaks it
    anywhere where it has no room.
    """
    return Markup(BETWEEN_PARTS.sub("_<wbr>", str(escape(text))))


def broken_code(source: str) -> Markup:
    """Python in colours whose long lines are broken, each below its own beginning and further in.

    A box beside a picture is narrow, and what is cut off at its edge is not read.
    """
    shown = python_code(source).rstrip("\n").split("\n")  # a formatter ends its marks with a line
    deep = [len(line) - len(line.lstrip()) for line in source.rstrip("\n").split("\n")]
    return Markup("").join(
        Markup('<span class="line" style="--deep: {}ch">{}</span>').format(
            inside, Markup(BETWEEN_PARTS.sub("_<wbr>", line)) or " "
        )
        for inside, line in zip(deep, shown, strict=True)
    )


def placed(pictures: tuple[Picture, ...]) -> list[tuple[Picture, str]]:
    """Pictures with how they stand: in two columns, across both, or alone beside their caption."""
    stand: list[tuple[Picture, str]] = []
    for several, group in groupby(pictures, key=lambda picture: picture.panels > 1):
        row = list(group)
        stand += [(picture, "wide" if several else "") for picture in row]
        if not several and len(row) % 2:
            stand[-1] = (row[-1], "alone")
    return stand
