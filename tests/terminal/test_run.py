"""What a run prints is whole, in a pipe and on a terminal."""

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

import distill
from distill.terminal.run import TerminalProgress, _named, show_program, show_result, show_table


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


def test_on_40_columns_a_figure_ends_where_the_others_do_and_none_is_broken():
    """Names were padded to the longest, and the figures stood behind 40 blanks on lines of their
    own; the line of a stage was cut beside a bar."""
    rows = [("remainder in the hidden state, and more", "1.000"), ("agree", "10,000 of 10,000")]
    lines = "\n".join(text.plain for text in _named(rows, 40)).splitlines()
    assert lines == [rows[0][0], f"{'1.000':>40}", f"agree{'10,000 of 10,000':>35}"]
    assert [text.plain for text in _named([("a", "1"), ("long", "12")], 40)] == [
        "a      1",
        "long  12",
    ]
    shown = io.StringIO()
    console = Console(file=shown, width=40, force_terminal=True, color_system=None)
    line = "numbers: step 40  loss: train 0.31, held-out 0.42  score 0.92"
    with TerminalProgress(console) as progress:
        progress.begin("train")
        progress.training(0.5, line)
        progress.bar.refresh()
    assert "…" not in shown.getvalue()
    assert "train" in shown.getvalue()
    assert "score 0.92" in shown.getvalue()


def test_where_the_first_lines_are_read_the_verdict_is_the_first():
    figures = SimpleNamespace(verdict="proved", located=False, sentence="It is.", explanations=())
    report = SimpleNamespace(**vars(figures), as_read=())
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("distill.pages.evidence.evidence_rows", lambda report: [])
        show_result(Console(file=out), report, distill.Program("x = 1\n"), None, True)
    assert out.getvalue().startswith("proved: It is.\n")
    assert out.getvalue().count("It is.") == 1
