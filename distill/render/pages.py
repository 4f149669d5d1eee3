"""What every page is made with: templates, styles for light, dark and print, a script's hash."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

DARK_NOTEBOOKS = '[data-jp-theme-light="false"] *, .vscode-dark *'
"""What is inside a notebook with a dark theme, which does not go by the system's."""


@cache
def environment() -> Environment:
    """The templates."""
    return Environment(
        loader=PackageLoader("distill.render", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def template(name: str) -> str:
    """The text of one file among the templates."""
    return files("distill.render").joinpath("templates", name).read_text(encoding="utf-8")


def page_style() -> str:
    """The style of a page."""
    return template("colours.css") + template("code.css") + template("report.css")


def snippet_style(scope: str) -> str:
    """The style of a part of somebody else's page: what concerns elements of a class alone."""
    scoped = template("code.css").replace(".highlight", f"{scope} .highlight")
    light, dark = template("colours.css").split("@media", maxsplit=1)
    dark = dark[dark.index(":root") : dark.rindex("}")]
    return (
        light.replace(":root", scope)
        + dark.replace(":root", f"{scope}:is({DARK_NOTEBOOKS})")
        + scoped
        + template("snippet.css")
    )


def script_hash(script: str) -> str:
    """Of a script, for the content policy that allows it and no other."""
    return b64encode(hashlib.sha256(script.encode()).digest()).decode()
