"""The language of programs: what it refuses, and that it is evaluated as Python would."""

import numpy as np
import pytest
from builders.amount import some
from random_programs import Writer

from distill.checker.evaluate import Evaluator
from distill.checker.language import read_program
from distill.checker.loop import loop_of, walk
from distill.checker.sandbox import run_program, run_sequences
from distill.errors import ProgramError

ADDS = '__all__ = ["f"]\ndef f(a, b):\n    return a + b\n'
LOOP = '__all__ = ["f"]\ndef f(xs):\n    outputs = []\n    total = 0\n    for x in xs:\n'


def loop(*lines: str, before: str = "", top: str = "") -> str:
    """A program whose pass is these lines."""
    body = "".join(f"        {line}\n" for line in lines)
    text = LOOP.replace("    total = 0\n", f"    total = 0\n{before}")
    return f"{top}{text}{body}    return outputs\n"


OUTSIDE = {
    "another module": "import os",
    "a name of another module": "from os import system",
    "an import by another name": "from math import cos as cosine",
    "everything of a module": "from math import *",
    "a builtin that is not listed": "x = open",
    "a builtin as a value": "x = max",
    "a function as a value": ADDS.replace("a + b", "f"),
    "an attribute": "x = (1).real",
    "a class": "class A:\n    pass",
    "a try": "try:\n    pass\nfinally:\n    pass",
    "a with": "with 1:\n    pass",
    "a lambda": "x = lambda a: a",
    "a generator": "def g(a):\n    yield a",
    "an assignment in an expression": "x = (y := 1)",
    "a string": "x = 'text'",
    "an f-string": "x = f'{1}'",
    "a set": "x = {1, 2}",
    "a power without bound": "x = 9 ** 9",
    "a shift without bound": "x = 1 << 100",
    "the module's name": "x = __name__",
    "arguments of the command line": "import sys\nx = sys.argv",
    "a guard of its own": 'import sys\nif __name__ == "__main__":\n    print(len(sys.argv))',
    "a default": "def g(a=[]):\n    return a",
    "an annotation that calls": "def g(a: max(1, 2)):\n    return a",
    "an annotation that is a text": "def g(a: 'int'):\n    return a",
    "a variable with an annotation": "def g(a):\n    b: int = a\n    return b",
    "another decorator": "@property\ndef g(a):\n    return a",
    "a global": "def g(a):\n    global b\n    b = a\n    return b",
    "a function in a function": "def g(a):\n    def h(b):\n        return b\n    return h(a)",
    "a call of itself": "def g(a):\n    return g(a)",
    "a call of what stands below": "def g(a):\n    return h(a)\ndef h(a):\n    return a",
    "printing": "def g(a):\n    print(a)\n    return a",
    "an iterator that is kept": "def g(a):\n    b = zip(a, a)\n    return list(b)",
    "a range that is kept": "x = range(5)",
    "a keyword": "x = max([1], default=2)",
    "unpacked arguments": "x = max(*[1, 2])",
}


@pytest.mark.parametrize("what", OUTSIDE)
def test_what_is_not_of_the_language_is_refused(what):
    assert read_program(ADDS).entry == "f"
    with pytest.raises(ProgramError):
        read_program(f"{OUTSIDE[what]}\n{ADDS}")


SHADOWS = {
    "a builtin as a parameter": "def g(eval):\n    return eval\nx = eval",
    "a builtin as a variable": "def g(a):\n    sum = a\n    return sum",
    "a builtin as a constant": "max = 3",
    "a constant as a parameter": "x = 1\ndef g(x):\n    return x",
    "a constant twice": "x = 1\nx = 2",
    "a function twice": "def g(a):\n    return a\ndef g(a):\n    return a + 1",
    "an import as a variable": "from math import pi\ndef g(a):\n    pi = a\n    return pi",
    "a function's own name": "def g(a):\n    g = a\n    return g",
    "a variable in a comprehension": "def g(a):\n    return [a for a in [a]]",
    "a comprehension in a comprehension": "x = [[b for b in [b]] for b in [1]]",
    "a name with an underscore": "def g(_a):\n    return _a",
    "a parameter twice is no Python": "def g(a, a):\n    return a",
}


@pytest.mark.parametrize("what", SHADOWS)
def test_no_name_hides_another(what):
    with pytest.raises(ProgramError):
        read_program(f"{SHADOWS[what]}\n{ADDS}")


SHARED = {
    "given two names": ["kept = others = [1]", "kept.append(x)", "outputs.append(len(others))"],
    "put in a list": ["kept = [1]", "both = [kept]", "kept.append(x)", "outputs.append(0)"],
    "put in a tuple": ["kept = [1]", "both = (kept, 1)", "kept.pop()", "outputs.append(0)"],
    "named again": ["kept = [1]", "other = kept", "kept[0] = x", "outputs.append(other[0])"],
    "chosen": ["kept = [1]", "other = kept if x else [2]", "kept[0] = x", "outputs.append(0)"],
    "handed on": ["kept = [1]", "kept.append(g(kept))", "outputs.append(kept[1])"],
    "gone through": ["kept = [1]", "for k in kept:", "    kept.append(k)", "outputs.append(0)"],
    "taken from a list": ["rows = [[0]]", "row = rows[0]", "row.append(x)", "outputs.append(0)"],
    "reached through one": ["rows = [[0]]", "rows[0][0] = x", "outputs.append(rows[0][0])"],
}


@pytest.mark.parametrize("how", SHARED)
def test_a_list_that_changes_has_one_name(how):
    top = "def g(a):\n    return a[0]\n"
    with pytest.raises(ProgramError):
        read_program(loop(*SHARED[how], top=top))


def test_an_argument_and_a_constant_cannot_be_changed():
    for line in ("xs.append(1)", "TABLE.append(x)", "TABLE[0] = x"):
        with pytest.raises(ProgramError):
            read_program(loop(line, "outputs.append(0)", top="TABLE = [0]\n"))


@pytest.mark.parametrize(
    "text",
    [
        "# coding: unicode_escape\n" + ADDS,
        "#!/usr/bin/env python\n# -*- coding: utf-7 -*-\n" + ADDS,
        "\ufeff" + ADDS,
        ADDS.replace("\n", "\r"),
        ADDS + "\x00",
        ADDS + "\f",
        "def f(:",
        "x = " + "(" * 500 + "1" + ")" * 500,
        "x = " + "9" * 5_000,
    ],
)
def test_texts_that_are_not_what_they_look_like_are_refused(text):
    with pytest.raises(ProgramError):
        read_program(text)


@pytest.mark.part(2)
@pytest.mark.parametrize("block", range(4))
def test_programs_are_evaluated_as_python_runs_them(block):
    """Random programs, on many inputs at once; where Python fails, so does the evaluation."""
    compared = 0
    for seed in some(range(40 * block, 40 * (block + 1)), 10):
        source = Writer(seed).program()
        try:
            read_program(source)
        except ProgramError:
            continue  # a comprehension in a comprehension with the same variable
        space = {}
        exec(compile(source, "program.py", "exec"), space)
        rng = np.random.default_rng(seed)
        sequences = rng.integers(-2, 6, (25, rng.integers(1, 5), 1))
        try:
            expected = [space["program"](row) for row in sequences[..., 0].tolist()]
        except Exception:
            with pytest.raises(ProgramError):
                run_sequences(source, sequences)
            continue
        if any(abs(number) >= 1 << 62 for row in expected for number in row):
            continue
        assert run_sequences(source, sequences)[..., 0].tolist() == expected, source
        compared += 1
    assert compared >= 5


def test_lists_of_different_lengths_are_taken_one_by_one():
    source = loop("kept = [y for y in xs if y > x]", "outputs.append(len(kept))")
    assert run_sequences(source, np.array([[[1], [2]], [[3], [3]]]))[..., 0].tolist() == [
        [1, 0],
        [0, 0],
    ]


def test_integers_are_exact_beyond_64_bits():
    source = loop("total = 3 * total + x", "outputs.append(total % 1000003)")
    sequences = np.random.default_rng(0).integers(0, 9, (5, 200, 1))
    total, expected = 0, []
    for (x,) in sequences[0].tolist():
        total = 3 * total + x
        expected.append(total % 1000003)
    assert run_sequences(source, sequences)[0, :, 0].tolist() == expected


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("while True:\n        pass", "too long|did not end"),
        ("return len([0] * 10_000_000_000)", "list of more than"),
        ("return len([c for c in range(10 ** 8 * a)])", "range of the program"),
        ("return a / b", "not an integer"),
        ("return a // 0", "ZeroDivisionError"),
        ("return [a][1]", "IndexError"),
        ("return {1: 2}[a + 9]", "KeyError"),
        ("return a == b", "not an integer"),
        ("return ((a + 2) ** 8) ** 8 * (((a + 2) ** 8) ** 8) ** 8", "64-bit|bits"),
        ("if a > 99:\n        return a", "without an answer"),
        ('raise ValueError(f"{a} is too much")', "raised ValueError"),
    ],
)
def test_what_fails_is_told_and_ends(body, said):
    with pytest.raises(ProgramError, match=said):
        run_program(ADDS.replace("return a + b", body), np.array([[1, 2], [3, 4]]), seconds=2)


MACHINE = (np.array([[0, 1], [1, 0]]), np.array([[0, 1], [1, 0]]), np.array([[0], [1]]))
PARITY = loop("total = (total + x) % 2", "outputs.append(total)")


def test_a_loop_is_walked_beside_a_machine():
    assert walk(PARITY, *MACHINE).differs is None
    assert walk(PARITY.replace("+ x", "- x"), *MACHINE).differs is None
    assert "answers 0, not 1" in walk(PARITY.replace("+ x", "+ 2 * x"), *MACHINE).differs
    assert loop_of(PARITY).start == {"total": 0}


@pytest.mark.parametrize(
    "wrong",
    {
        "left over from the pass before": loop(
            "if x == 0:", "    kept = total", "total = (total + x) % 2", "outputs.append(kept)"
        ),
        "counted without end": loop("total += 1", "outputs.append(int(total > 12) + x - x)"),
        "reads the whole list": loop("total = (total + xs[0]) % 2", "outputs.append(total)"),
        "reads its outputs": loop("outputs.append(x)", "total = len(outputs)"),
        "appends twice": loop("outputs.append(x)", "if x:", "    outputs.append(x)"),
        "answers True": loop("outputs.append(x == 1)"),
        "begins as a fraction": loop("outputs.append(x)", "half = x", before="    half = 0.5\n"),
        "ends early": loop("if x:", "    break", "outputs.append(x)"),
    }.items(),
    ids=lambda item: item[0],
)
def test_what_a_pass_may_not_do_is_not_followed(wrong):
    try:
        differs = walk(wrong[1], *MACHINE).differs
    except ProgramError:
        return
    assert differs is not None


def test_a_target_of_the_loop_may_be_a_variable_of_it():
    """It is set anew in every pass, also where a line of the pass sets it again."""
    source = loop("outputs.append(x)", "x = 1 - x", before="    x = 7\n")
    identity = (np.array([[0, 0]]), np.array([[0, 1]]), np.array([[0], [1]]))
    assert walk(source, *identity).differs is None
    assert run_sequences(source, np.array([[[0], [1], [1]]]))[..., 0].tolist() == [[0, 1, 1]]


def test_evaluation_sees_constants_and_functions_as_python_does():
    source = (
        "from functools import cache\nfrom math import gcd, pi\n"
        "TABLE = {pow(3, n, 7): n for n in range(6)}\n@cache\ndef g(a):\n"
        "    if (a, a) in {(1, 1): 0}:\n        return 100\n    return TABLE[a % 6 + 1]\n"
        '__all__ = ["f"]\ndef f(a, b):\n    return g(a) + gcd(a, b) + int(pi)\n'
    )
    grid = np.array([[a, b] for a in range(40) for b in range(40)])
    space = {}
    exec(source, space)
    expected = [space["f"](a, b) for a, b in grid.tolist()]
    assert run_program(source, grid).answers.tolist() == expected
    assert Evaluator(read_program(source)).constants["TABLE"] == space["TABLE"]


BELOW = "def g(a):\n    if a:\n        hidden = 1\n    return hidden\nhidden = 0"
AMBIGUOUS = {
    "a variable that is a constant below": BELOW,
    "a cache that is no cache": "def cache(a):\n    return 1\n@cache\ndef g(a):\n    return a",
    "a set that a chain goes on with": "x = 1 in {1, 2} != [1, 2]",
    "a range that a chain goes on with": "x = 1 in range(2) == [0, 1]",
}


@pytest.mark.parametrize("what", AMBIGUOUS)
def test_what_python_would_read_otherwise_is_refused(what):
    with pytest.raises(ProgramError):
        read_program(f"{AMBIGUOUS[what]}\n{ADDS}")


TWO = np.array([[1, 2], [3, 4]])


@pytest.mark.parametrize(
    "answer",
    [
        *("int(a, 9)", "abs(a, b)", "divmod(a, b, 9)[0]", "int(float(a, b))", "int(bool(a, b))"),
        *("max(a)", "min(a)", "int([a])[0]", "int(a in {[b], 1})", "int((a,) in {([b],), 1})"),
        *("pow(a, 1000000000)", "pow(2, 9 * a, None)", "round(a, -1000000000)"),
        "len(sum([[0] * 1000] * 100000, []))",
    ],
)
def test_what_python_refuses_or_never_ends_is_refused_here(answer):
    with pytest.raises(ProgramError):
        run_program(ADDS.replace("a + b", answer), TWO, seconds=5)


def test_the_smallest_integer_has_a_size():
    source = "LEAST = [5, -9223372036854775808]\n" + ADDS.replace("a + b", "abs(LEAST[a]) % 97 + b")
    said = run_program(source, np.array([[0, 0], [1, 0]])).answers
    assert said.tolist() == [5, (1 << 63) % 97]


def test_no_number_is_no_value():
    for answer in (
        "int((a + 1e400) % 3 == 5)",
        "int(sum([1e400, -1e400 - a]) == 5)",
        "int(divmod(1e400 + a, 3)[0] == 5)",
    ):
        with pytest.raises(ProgramError, match="not a number"):
            run_program(ADDS.replace("a + b", answer), TWO)


def test_a_cache_answers_integers_alone():
    """It takes 1, 1.0 and True for one: what it answers would depend on who asked first."""
    top = "from functools import cache\n@cache\ndef g(a):\n    return a\n"
    for given in ("1.0 * a", "a == 1", "[a][0] / 1", "(a, 1.0)[1]"):
        source = top + ADDS.replace("a + b", f"int(g({given})) + b")
        with pytest.raises(ProgramError, match="is given no integers"):
            run_program(source, TWO)
    source = top + ADDS.replace("a + b", "g((a, b))[1] + g(a)")
    grid = np.array([[a, b] for a in range(20) for b in range(20)])
    assert run_program(source, grid).answers.tolist() == grid.sum(axis=1).tolist()


@pytest.mark.part(3)
@pytest.mark.parametrize(
    "top",
    [
        "P0 = (1, 1)\n" + "".join(f"P{k} = (P{k - 1}, P{k - 1})\n" for k in range(1, 60)),
        "P0 = [1]\n" + "".join(f"P{k} = P{k - 1} + P{k - 1}\n" for k in range(1, 40)),
        "P0 = [1]\n" + "".join(f"P{k} = [*P{k - 1}, *P{k - 1}]\n" for k in range(1, 40)),
        "L = [0] * 1000\nM = [L] * 1000\nN = [M] * 1000\n",
        "from fractions import Fraction\nG0 = Fraction(3, 7)\n"
        + "".join(f"G{k} = G{k - 1} * G{k - 1}\n" for k in range(1, 40)),
        "from fractions import Fraction\nS = sum(Fraction(1, k + 1) for k in range(99999))\n",
    ],
)
def test_what_doubles_again_and_again_is_refused_at_once(top):
    with pytest.raises(ProgramError, match=r"more than|bits|too long"):
        run_program(top + ADDS, TWO, seconds=2)


@pytest.mark.claim
def test_lists_for_many_inputs_do_not_fill_the_memory():
    source = ADDS.replace("a + b", "len([a + k for k in range(300000)])")
    with pytest.raises(ProgramError, match=r"too much memory|too long"):
        run_program(source, np.tile(TWO, (4000, 1)), seconds=20)


def test_of_equal_ones_the_first_is_where_a_list_holds_it():
    """For many inputs at once, as for one; what is nowhere is an error for any of them."""
    told = '__all__ = ["place"]\ndef place(a: int, b: int) -> int:\n'
    told += "    row = [a % 2, b % 2, a % 3, 1]\n"
    inputs = np.array([(a, b) for a in range(12) for b in range(12)])
    best = run_program(f"{told}    return row.index(max(row))\n", inputs).answers
    rows = [[a % 2, b % 2, a % 3, 1] for a, b in inputs.tolist()]
    assert best.tolist() == [row.index(max(row)) for row in rows]
    assert any(row.count(max(row)) > 1 for row in rows)
    with pytest.raises(ProgramError):
        run_program(f"{told}    return row.index(a % 5)\n", inputs)


def test_the_digits_of_an_integer_are_counted_as_python_counts_them():
    told = '__all__ = ["digits"]\ndef digits(a: int, b: int) -> int:\n'
    inputs = np.array([(a, b) for a in range(-9, 40) for b in range(7)])
    said = run_program(f"{told}    return (a ^ b).bit_count() + (a > b).bit_count()\n", inputs)
    expected = [(a ^ b).bit_count() + (a > b).bit_count() for a, b in inputs.tolist()]
    assert said.answers.tolist() == expected
    for wrong in ("(a / 2).bit_count()", "[a].bit_count()", "a.bit_count(b)", "a.bit_length()"):
        with pytest.raises(ProgramError):
            run_program(f"{told}    return {wrong}\n", inputs)
