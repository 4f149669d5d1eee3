"""What a run prints is whole, in a pipe and on a terminal."""

import io

from rich.console import Console

import distill
from distill.terminal.run import show_program


def test_a_program_is_shown_whole_in_a_pipe_and_on_a_narrow_terminal():
    line = "answer = " + " + ".join(f"part_{number}" for number in range(30))
    program = distill.Program(f"{line}\n")
    piped, narrow = io.StringIO(), io.StringIO()
    show_program(Console(file=piped, width=40), program)
    assert piped.getvalue() == f"{line}\n\n"
    show_program(Console(file=narrow, width=40, force_terminal=True, color_system=None), program)
    assert all(f"part_{number}" in narrow.getvalue() for number in range(30))
