"""The guide, built by Sphinx: `make guide` writes it to build/guide."""

import importlib.metadata
from pathlib import Path

import click
from sphinx.application import Sphinx

from distill.cli.entry import cli

project = "distill"
author = "the distill team"
release = version = importlib.metadata.version("distill")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
autodoc_typehints = "none"  # shapes are in the signatures; twice would be once too often
autodoc_member_order = "bysource"
nitpicky = False

html_theme = "furo"
html_title = "distill"
html_copy_source = False
html_show_sourcelink = False


def write_help(app: Sphinx) -> None:
    """What `--help` says, as a page: the command line is explained in one place."""
    lines = ["# The command line\n"]
    for name in ("", *cli.commands):
        command = cli.commands[name] if name else cli
        title = f"distill {name}".rstrip()
        context = click.Context(command, info_name=title, max_content_width=100)
        lines += [f"## {title}\n", f"```text\n{command.get_help(context)}\n```\n"]
    page = Path(app.srcdir) / "command_line.md"
    text = "\n".join(lines)
    if not page.is_file() or page.read_text() != text:
        page.write_text(text)


def setup(app: Sphinx) -> None:
    """Called by Sphinx."""
    app.connect("builder-inited", write_help)
