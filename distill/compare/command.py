"""`distill compare`: from arguments to what is printed and written."""

from __future__ import annotations

import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from distill.compare.census import Census, compare
from distill.compare.gather import gather
from distill.errors import RunFolderError
from distill.runs.partial import write_file
from distill.serialise import to_json


def compare_command(
    given: Sequence[str],
    out: Path,
    form: Literal["terminal", "json", "markdown"],
    page: Path | None,
    show: bool,
    width: int | None,
) -> None:
    """Compare runs, print the result, and write it as a page where one is asked for.

    Args:
        given: as on the command line; a single one stands for all runs below it.
        out: folder that holds the run folders.
        form: of what is printed.
        page: file to write, or null.
        show: whether that file is then opened in a browser.
        width: of the terminal; null to measure it.

    Raises:
        RunFolderError: nothing to compare, a run that cannot be read, or a page that cannot be
            written.
    """
    if show and page is None:
        raise RunFolderError("--open shows the page: it needs --output FILE.html")
    census = compare(gather(given, out), by_task=len(given) == 1)
    _print(census, form, width)
    if page is not None:
        from distill.compare.html import census_page

        try:
            write_file(page, census_page(census).encode())
        except OSError as error:
            raise RunFolderError(
                f"cannot write '{page}': {error.strerror or error}; give another file to --output"
            ) from error
        if show:
            webbrowser.open(page.resolve().as_uri())


def _print(census: Census, form: str, width: int | None) -> None:
    import click

    if form == "json":
        click.echo(to_json(census).decode(), nl=False)
        return
    from rich.console import Console

    from distill.compare.overview import page_of
    from distill.terminal.page import page_markdown, show_page

    if form == "markdown":
        click.echo(page_markdown(page_of(census)))
    else:
        show_page(Console(highlight=False, width=width), page_of(census))
