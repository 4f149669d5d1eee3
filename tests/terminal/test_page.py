"""Pages on a terminal show names as they are."""

import io

from rich.console import Console

from distill.terminal.grid import Cell, Grid, GridColumn
from distill.terminal.page import Fact, Page, Section, show_page
from distill.terminal.run import show_table


def test_brackets_in_names_are_shown_as_they_are():
    """Of a task, a suite or a published column: they are no markup."""
    cell = Cell("[/b]")
    facts, sections = (Fact("[/b] 1", cell),), (Section("[/b] 2", (("[/b] 3", "[/b] 4"),)),)
    page = Page("[/b] 5", "[/b] 6", Grid((GridColumn("[/b] 7"),), ((cell,),)), facts, sections)
    written = io.StringIO()
    show_page(Console(file=written, width=60), page)
    show_table(Console(file=written, width=60), ("[/b] 8",), (("[/b] 9",),))
    assert all(f"[/b] {number}" in written.getvalue() for number in range(1, 10))
