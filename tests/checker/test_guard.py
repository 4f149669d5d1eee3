"""A program answers on its network's domain, and raises ValueError, which names it, elsewhere."""

import subprocess
import sys

import numpy as np
import pytest
from builders.changed_folder import changed
from builders.paths import GOLDEN

from distill.checker.guard import BARE, GIVEN, Guard
from distill.checker.language import read_program
from distill.checker.sandbox import run_command_line, run_program, run_sequences
from distill.errors import ProgramError
from distill.programs.guarded import guarded
from distill.programs.program import Program

PROGRAMS = {
    "comparison": Program((GOLDEN / "comparison.py").read_text()),
    "parity": Program((GOLDEN / "machine_parity.py").read_text()),
    "addition": Program((GOLDEN / "machine_binary_addition.py").read_text()),
}

OUTSIDE = {
    "beyond the range": ("comparison", (13, 0), r"a = 13 is no integer in range\(0, 13\)"),
    "below the range": ("comparison", (0, -1), r"b = -1 is no integer in range\(0, 13\)"),
    "a fraction": ("comparison", (1.5, 2), r"a = 1\.5 is no integer"),
    "a whole float": ("comparison", (1.0, 2), r"a = 1\.0 is no integer"),
    "a truth": ("comparison", (True, 2), r"a = True is no integer"),
    "one input too few": ("comparison", (1,), r"takes 2 inputs, and got 1"),
    "one input too many": ("comparison", (1, 2, 3), r"takes 2 inputs, and got 3"),
    "no list": ("parity", (1,), r"1 is no list of integers in range\(0, 2\)"),
    "what is used up by looking": ("parity", (iter([1, 0]),), r"is no list of integers"),
    "a fraction in a list": ("parity", ([1, 1.5],), r"x = 1\.5 is no integer in range\(0, 2\)"),
    "beyond in a list": ("parity", ([0, 2],), r"x = 2 is no integer in range\(0, 2\)"),
    "a truth in a list": ("parity", ([True],), r"x = True is no integer"),
    "numbers for tuples": ("addition", ([1, 0],), r"1 is no tuple in \{'a': range\(0, 2\)"),
    "too few channels": ("addition", ([(1,)],), r"\(1,\) is no tuple in"),
    "too many channels": ("addition", ([(1, 0, 1)],), r"\(1, 0, 1\) is no tuple in"),
    "beyond in a tuple": ("addition", ([(1, 0), (0, 2)],), r"b = 2 is no integer in range\(0, 2\)"),
}


@pytest.mark.parametrize("what", OUTSIDE)
def test_outside_of_its_domain_a_program_raises_value_error_that_names_it(what):
    name, given, said = OUTSIDE[what]
    with pytest.raises(ValueError, match=said):
        PROGRAMS[name](*given)


def test_numpy_is_taken_for_what_it_holds():
    assert PROGRAMS["comparison"](np.int64(1), np.int64(2)) == 1
    assert PROGRAMS["parity"](np.array([1, 0, 1])) == [1, 1, 0]
    assert PROGRAMS["addition"](np.array([[1, 1], [0, 1]])) == [0, 0]


def test_a_program_prints_its_source_and_is_shown_in_a_line():
    assert str(PROGRAMS["parity"]) == (GOLDEN / "machine_parity.py").read_text()
    assert repr(PROGRAMS["parity"]).startswith("<Program parity_of_the_inputs: ")
    assert "\n" not in repr(PROGRAMS["parity"])


COMMANDS = {
    "usage of inputs": ("comparison", [], 0, "usage: python program.py a b, integers with a in"),
    "usage of a list": ("machine_parity", [], 0, "x x ..., integers with x in 0..1"),
    "usage of tuples": ("machine_binary_addition", [], 0, "a,b a,b ..., integers with a in 0..1"),
    "help": ("comparison", ["-h"], 0, "usage: python program.py a b, integers with a in"),
    "help with a list": ("machine_parity", ["--help"], 0, "x x ..., integers with x in 0..1"),
    "help with tuples": ("machine_binary_addition", ["-h"], 0, "a,b a,b ..., integers with a in"),
    "help with reals": ("formula_harmonic", ["-h"], 0, "numbers with m from 1.0 to 5.0"),
    "an answer": ("comparison", ["3", "5"], 0, "1"),
    "a word": ("comparison", ["a", "b"], 2, "invalid literal for int"),
    "beyond": ("comparison", ["99", "0"], 2, "a = 99 is no integer in range(0, 13); usage: "),
    "too few": ("comparison", ["1"], 2, "missing 1 required positional argument: 'b'; usage: "),
    "beyond in a list": ("machine_parity", ["0", "7"], 2, "x = 7 is no integer in range(0, 2);"),
    "no tuple": ("machine_binary_addition", ["1"], 2, "(1,) is no tuple in"),
}


@pytest.mark.parametrize("what", COMMANDS)
def test_run_as_a_command_it_says_how_in_one_line(what):
    name, words, status, said = COMMANDS[what]
    command = [sys.executable, "-I", "-S", GOLDEN / f"{name}.py", *words]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20)
    text = ended.stderr if status else ended.stdout
    assert (ended.returncode, len(text.splitlines())) == (status, 1)
    assert said in text


def test_evaluated_here_and_run_as_python_it_refuses_the_same():
    """What is asked outside fails on both sides; inside, both answer."""
    source = PROGRAMS["comparison"].source
    assert run_program(source, np.array([[1, 2], [2, 1]])).answers.tolist() == [1, 0]
    with pytest.raises(ProgramError, match=r"outside of its domain, a in 0\.\.12, b in 0\.\.12"):
        run_program(source, np.array([[1, 2], [13, 1]]))
    with pytest.raises(ProgramError, match=r"outside of its domain, x in 0\.\.1"):
        run_sequences(PROGRAMS["parity"].source, np.array([[[1], [2]]]))
    assert run_command_line(source, ["1", "2"]) == "1"


def test_the_domain_is_no_part_of_its_size():
    bare = '"""One."""\nimport sys\n__all__ = ["f"]\ndef f(a: int) -> int:\n    return a\n'
    bare += 'if __name__ == "__main__":\n    print(f(*map(int, sys.argv[1:])))\n'
    program = guarded(Program(bare), (range(-3, 4),))
    assert read_program(program.source).guard == Guard("numbers", ("a",), (range(-3, 4),))
    assert read_program(program.source).size == read_program(bare).size
    assert (program.lines, program.ast_nodes) == (Program(bare).lines, Program(bare).ast_nodes)


def test_the_command_line_of_earlier_programs_is_known_as_well():
    source = PROGRAMS["comparison"].source
    line = '        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]\n'
    assert line in source
    earlier = source.replace(line, "").replace("for word in words]", "for word in sys.argv[1:]]")
    assert read_program(earlier).guard == read_program(source).guard
    with pytest.raises(ProgramError, match="end of the program"):
        read_program(source.replace(line, ""))  # words are not what it was given


FORGED = {
    "a check that lets more pass": ("not in DOMAIN[name]", "not in (0, 1, 2, 99)"),
    "a check that refuses nothing": ("type(value) is not int", "type(value) is not int and False"),
    "a message of its own": ("is no integer in", "is fine in"),
    "another usage": ("usage: python program.py", "usage: perl program.py"),
    "another name": ('{"a": range(13)', '{"c": range(13)'),
    "names changed about": ('{"a": range(13), "b"', '{"b": range(13), "a"'),
    "an empty range": ('{"a": range(13)', '{"a": range(0)'),
    "a range that is computed": ('{"a": range(13)', '{"a": range(12 + 1)'),
    "a function that does not check": ("    check(a, b)\n", ""),
    "a check of something else": ("    check(a, b)\n", "    check(b, a)\n"),
    "a check that comes late": (
        "    check(a, b)\n    return",
        "    c = a\n    check(a, b)\n    return",
    ),
}


@pytest.mark.parametrize("what", FORGED)
def test_a_domain_that_is_stated_otherwise_is_not_of_the_language(what):
    old, new = FORGED[what]
    source = PROGRAMS["comparison"].source
    assert old in source
    with pytest.raises(ProgramError, match=r"domain|begin with check|end of the program"):
        read_program(source.replace(old, new))


def test_over_sequences_the_domain_names_what_the_loop_reads():
    swapped = PROGRAMS["addition"].source.replace("for a, b in steps", "for b, a in steps")
    with pytest.raises(ProgramError, match="does not name what it reads"):
        read_program(swapped)


@pytest.mark.parametrize("ranges", [(range(10), range(11)), (range(12), range(11)), None])
def test_verify_finds_a_domain_that_is_not_the_networks(tiny_run, tmp_path, ranges):
    """Smaller, larger, or none at all."""
    source = (tiny_run / "program.py").read_text()
    guard = read_program(source).guard
    assert guard == Guard("numbers", ("a", "b"), (range(11), range(11)))
    bare = _bare(source)
    other = bare if ranges is None else guarded(Program(bare), ranges).source
    said = changed(tiny_run, tmp_path, "program.py", lambda _: other)
    wrong = {finding.name: finding.detail for finding in said.findings if not finding.ok}
    assert not said.ok
    assert "outside of its domain" in wrong.get("program", "") or "domain" in wrong


def _bare(source: str) -> str:
    function = read_program(source).entry
    above = source.split("DOMAIN = ")[0].replace("    check(a, b)\n", "")
    return above + BARE.format(function=function, given=GIVEN["numbers"])
