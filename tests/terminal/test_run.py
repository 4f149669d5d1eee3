"""What a run prints is whole, in a pipe and on a terminal."""

import io

from rich.console import Console

import distill
from distill.terminal.run import TerminalProgress, show_program, show_table


def test_a_program_is_shown_whole_in_a_pipe_and_on_a_narrow_terminal():
    line = "answer = " + " + ".join(f"part_{number}" for number in range(30))
    program = distill.Program(f"{line}\n")
    piped, narrow = io.StringIO(), io.StringIO()
    show_program(Console(file=piped, width=40), program)
    assert piped.getvalue() == f"{line}\n\n"
    show_program(Console(file=narrow, width=40, force_terminal=True, color_system=None), program)
    assert all(f"part_{number}" in narrow.getvalue() for number in range(30))


def test_on_a_narrow_terminal_what_a_row_says_has_the_whole_width():
    """Four columns in 60 letters were columns of 14."""
    said = "Where the second hand is after a turns of one wheel and b of another, on a dial"
    rows = [("clockwork", "finite domain", said, "p=31")]
    columns = ("task", "over", "what it is", "settings")
    narrow, wide = io.StringIO(), io.StringIO()
    show_table(
        Console(file=narrow, width=60, force_terminal=True, color_system=None), columns, rows
    )
    lines = narrow.getvalue().splitlines()
    assert lines[0] == "clockwork"
    assert len(lines) <= 4
    show_table(Console(file=wide, width=200, force_terminal=True, color_system=None), columns, rows)
    assert said in wide.getvalue().splitlines()[1]


def test_a_refusal_is_marked_as_none_of_a_success():
    shown = io.StringIO()
    with TerminalProgress(Console(file=shown, width=80)) as progress:
        for line in ("refused: a table", "refused", "approximate", "proved", "6 states"):
            progress.begin("extract")
            progress.done("extract", line, 0.1)
    marks = [line[0] for line in shown.getvalue().splitlines() if line]
    assert marks == ["–", "–", "–", "✓", "✓"]
