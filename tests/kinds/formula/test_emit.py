"""The program of a formula, and how others write it."""

import shutil
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from builders.paths import GOLDEN

from distill.errors import DistillError
from distill.kinds.formula.constants import Exact
from distill.kinds.formula.emit import emit_formula
from distill.kinds.formula.expression import (
    Call,
    Number,
    Power,
    Product,
    Sum,
    Variable,
)
from distill.kinds.formula.mechanism import FormulaMechanism, Input, TradeOff
from distill.kinds.formula.notation import FORMS
from distill.kinds.formula.notation import written as formula_in
from distill.kinds.known import notation, write


def exact(value, **rest):
    fraction = Fraction(value)
    form = Exact(fraction.numerator, fraction.denominator, **rest)
    return Number(form.value, form)


M, V, C = Variable(0), Variable(1), Variable(2)
GAMMA = Power(Sum((Product((exact(-1), Power(V, 2), Power(C, -2))), exact(1))), -1, 2)
PLANTED = FormulaMechanism(
    Product((exact("1/2", pi_halves=2), M, GAMMA)),
    (Input("m", 1.0, 5.0), Input("v", 1.0, 2.0), Input("c", 3.0, 10.0)),
    deviation=1.2e-6,
    largest=8.1e-6,
    noise=1.2e-6,
    evidence=70.0,
    engine="own",
    trade_offs=(TradeOff(1, 1.0, "3", False), TradeOff(14, 1e-6, "...", True)),
)


T, K, W = Variable(0), Variable(1), Variable(2)
SWING = replace(
    PLANTED,
    expression=Product(
        (
            Call("exp", Product((exact(-1), K, T))),
            Call("cos", Product((exact("1/2", radicand=2), W, T))),
        )
    ),
    inputs=(Input("t", 0.0, 2.0), Input("k", 0.2, 1.0), Input("w", 1.0, 3.0)),
)
HARMONIC = replace(
    PLANTED,
    expression=Sum((Product((exact(2), M, V, Power(Sum((M, V)), -1))), exact("3/4"))),
    inputs=(Input("m", 1.0, 5.0), Input("n", 1.0, 5.0), Input("idle", 0.0, 1.0)),
)


@pytest.mark.parametrize(
    ("name", "mechanism"), [("momentum", PLANTED), ("swing", SWING), ("harmonic", HARMONIC)]
)
def test_golden_programs(name, mechanism):
    assert write(mechanism).program.source == (GOLDEN / f"formula_{name}.py").read_text()


def test_the_program_is_one_line_with_the_constants_that_they_are():
    program = emit_formula(PLANTED)
    assert "return pi * m / (2 * sqrt(1 - v**2 / c**2))" in program.source
    assert "from math import pi, sqrt" in program.source
    assert program(2.0, 1.0, 4.0) == pytest.approx(np.pi / np.sqrt(15 / 16))


def test_it_states_its_box_and_answers_on_the_command_line(tmp_path):
    written = write(PLANTED)
    file = tmp_path / "program.py"
    file.write_text(written.program.source)
    said = subprocess.run(
        [sys.executable, str(file), "2", "1", "4"], capture_output=True, text=True, check=False
    )
    assert float(said.stdout) == pytest.approx(np.pi / np.sqrt(15 / 16))
    with pytest.raises(ValueError, match="no number from"):
        written.program(2.0, 1.0, 40.0)


def test_every_notation_gives_the_same_values():
    import sympy

    at = {"m": 2.0, "v": 1.0, "c": 4.0}
    wanted = pytest.approx(np.pi / np.sqrt(15 / 16))
    assert float(sympy.sympify(formula_in(PLANTED, "sympy")).subs(at)) == wanted
    for form in ("numpy", "torch"):
        space: dict = {}
        exec(formula_in(PLANTED, form), space)
        given = list(at.values())
        if form == "torch":
            import torch

            given = [torch.tensor(value, dtype=torch.float64) for value in given]
        assert float(space["formula_of_m_and_v_and_c"](*given)) == wanted
    assert "double formula_of_m_and_v_and_c(double m, double v" in formula_in(PLANTED, "c")
    assert "\\frac" in formula_in(PLANTED, "latex")
    assert set(FORMS) == {"latex", "sympy", "numpy", "torch", "c"}


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_c_is_compiled_as_the_standard_has_it_and_answers_the_same(tmp_path):
    trials = ((PLANTED, (2, 1, 4)), (SWING, (1.5, 0.5, 2)), (HARMONIC, (2, 3, 0)))
    texts = [formula_in(mechanism, "c") for mechanism, _ in trials]
    written = "".join(text.replace("#include <math.h>", "") for text in texts)
    names = [text.partition("double ")[2].partition("(")[0] for text in texts]
    asked = [f"{name}{at}" for name, (_, at) in zip(names, trials, strict=True)]
    printed = "".join(f'    printf("%.17g\\n", {each});\n' for each in asked)
    text = f"#include <math.h>\n#include <stdio.h>\n{written}\nint main(void) {{\n{printed}}}\n"
    (tmp_path / "formula.c").write_text(text)
    strict = ("-std=c99", "-pedantic-errors", "-Wall", "-Werror")
    command = ["cc", *strict, "formula.c", "-lm", "-o", "formula"]
    subprocess.run(command, cwd=tmp_path, check=True)
    said = subprocess.run([tmp_path / "formula"], capture_output=True, text=True, check=True)
    expected = [write(mechanism).program(*at) for mechanism, at in trials]
    assert [float(line) for line in said.stdout.split()] == pytest.approx(expected, rel=1e-15)


def test_a_short_formula_is_its_own_name_and_a_long_one_is_called_by_what_it_reads():
    assert PLANTED.name == "pi * m / (2 * sqrt(1 - v ** 2 / c ** 2))"
    assert HARMONIC.name == "2 * m * n / (m + n) + 3 / 4"
    wave = Call("cos", Product((exact("1/2"), M, V)))
    many = Sum(tuple(Product((exact(k), Power(M, k), wave)) for k in range(2, 7)))
    long = replace(PLANTED, expression=many)
    assert long.name == "a formula of m, v"
    assert emit_formula(long).name == "formula_of_m_and_v"
    lens = replace(HARMONIC, expression=Product((M, V, Power(Sum((M, V)), -1))))
    assert emit_formula(lens).name == "m_times_n_over_m_plus_n"


def test_constants_are_spoken_of_where_there_are_some():
    lens = replace(HARMONIC, expression=Product((M, V, Power(Sum((M, V)), -1))))
    assert "Its constants" not in emit_formula(lens).source
    assert "Its constants" in emit_formula(HARMONIC).source


def test_a_formula_has_no_graph():
    with pytest.raises(DistillError, match="--numpy"):
        notation(PLANTED, "dot")


def test_calls_and_powers_are_written_in_the_language():
    node = Sum((Call("exp", Product((exact(-2), V))), Power(C, 5, 3), Power(M, 3, 2)))
    program = emit_formula(FormulaMechanism(node, PLANTED.inputs, 0.0, 0.0, 1e-16, 60.0, "own"))
    assert program(2.0, 1.0, 4.0) == pytest.approx(np.exp(-2) + 4 ** (5 / 3) + 2**1.5)
