"""A mechanism in other notations says what the mechanism says."""

import re

import numpy as np
import pytest
import sympy
from builders.commands import distill_here
from planted import planted_model, square
from planted_machine import planted_network

import distill
from distill.errors import DistillError
from distill.expressions.as_sympy import as_sympy
from distill.expressions.reading import read_expression
from distill.kinds.automaton.machine import Machine
from distill.kinds.automaton.mechanism import AutomatonMechanism
from distill.kinds.closed_form.mechanism import ClosedFormMechanism
from distill.kinds.fourier.mechanism import mechanism_logits
from distill.kinds.fourier.notation import fourier_expression
from distill.kinds.known import notation as written
from distill.kinds.recurrence.mechanism import RecurrenceMechanism
from distill.records.refusal import Refusal
from distill.runs.notated import stored_notation
from distill.serialise import to_json


@pytest.mark.part(3)
@pytest.mark.parametrize("pizzas", [(), (7, 9)])
def test_the_formula_is_the_mechanism(pizzas):
    model = planted_model(23, {2: 5.0, 7: 4.0, 9: 3.0}, pizzas=pizzas)
    mechanism = distill.distill(model, square(23)).mechanism
    logit = sympy.lambdify(sympy.symbols("a b c"), fourier_expression(mechanism), "numpy")
    a, b, c = np.meshgrid(np.arange(23), np.arange(23), np.arange(23), indexing="ij")
    values = np.stack([a[..., 0], b[..., 0]], axis=-1).reshape(-1, 2)
    said = mechanism_logits(mechanism.coordinate, mechanism.waves, values, range(23))
    assert np.allclose(logit(a, b, c).reshape(-1, 23), said, atol=0.02)
    assert sympy.sympify(written(mechanism, "sympy")).free_symbols == set(sympy.symbols("a b c"))
    assert written(mechanism, "latex").count(r"\cos") == 3 + len(pizzas)
    # a turn is one fraction, and not one for every input
    assert written(mechanism, "latex").count(r"\frac") == 3 + len(pizzas)


def test_the_graph_has_every_step_of_the_machine():
    machine = Machine(((0, 1), (1, 0)), ((0, 1), (1, 0)), symbols=((0,), (1,)))
    channels = distill.Channels((range(2),))
    run = distill.distill(planted_network(machine), channels, length=6)
    assert isinstance(run.mechanism, AutomatonMechanism)
    edges = re.findall(r'(\d+) -> (\d+) \[label="([^"]*)"\]', written(run.mechanism, "dot"))
    steps = {
        (int(source), int(target), label)
        for source, target, labels in edges
        for label in labels.split(r"\n")
    }
    assert steps == {(0, 0, "0 / 0"), (0, 1, "1 / 1"), (1, 1, "0 / 1"), (1, 0, "1 / 0")}
    with pytest.raises(DistillError, match="no form for --latex: use --dot"):
        written(run.mechanism, "latex")


def test_a_recurrence_is_written_in_its_registers():
    mechanism = RecurrenceMechanism(
        *(("x",), ("velocity", "position"), (0, 0)),
        updates=("velocity + x - position", "position + velocity"),
        outputs=("2 * position % 7",),
        after=True,
        system=None,
        deviation=None,
    )
    assert written(mechanism, "sympy").splitlines() == [
        "velocity_next = -position + velocity + x",
        "position_next = position + velocity",
        "y = Mod(2*position_next, 7)",
    ]
    assert written(mechanism, "latex").startswith(r"\begin{aligned}")


def recurrence_of(text):
    one = ("x",), ("y",), (0,)
    return RecurrenceMechanism(*one, (text,), ("y",), after=True, system=None, deviation=None)


@pytest.mark.parametrize("after", [True, False])
def test_it_can_be_seen_whether_an_answer_is_of_values_before_the_step_or_after_it(after):
    mechanism = RecurrenceMechanism(
        *(("x",), ("total",), (0,), ("total + x",), ("total",), after, None, None)
    )
    first, answer = written(mechanism, "sympy").splitlines()
    assert first == "total_next = total + x"
    assert answer == ("y = total_next" if after else "y = total")
    assert ("y &= total'" in written(mechanism, "latex")) == after


@pytest.mark.parametrize("text", ["__import__('os').getpid()", "x.real", "open('x')", "'x'"])
def test_what_a_folder_holds_is_not_executed(text):
    with pytest.raises(DistillError, match=r"that an expression prints as|no integer"):
        written(recurrence_of(text), "sympy")


@pytest.mark.parametrize("text", ["x if x else 0", "x == 1", "[3, 1][x]", "isqrt(x)", "x & 1"])
def test_what_is_no_formula_is_not_written_as_one(text):
    with pytest.raises(DistillError, match=f"'{re.escape(text)}' is no formula"):
        written(recurrence_of(text), "sympy")


def test_expressions_mean_what_python_means():
    x, y = sympy.symbols("x y", integer=True)
    formula = as_sympy(read_expression("max(x // 2, -y) % 3 + abs(y) ** 2"))
    for left in range(-5, 6):
        for right in range(-5, 6):
            meant = max(left // 2, -right) % 3 + abs(right) ** 2
            assert formula.subs({x: left, y: right}) == meant


def test_the_command_line_prints_the_notation_alone(planted_run):
    shown = distill_here("show", str(planted_run), "--latex", cwd=planted_run)
    assert shown.returncode == 0
    assert shown.stdout.startswith(r"\operatorname*{arg\,max}_{c}")
    refused = distill_here("show", str(planted_run), "--dot", cwd=planted_run)
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "use --latex or --sympy" in refused.stderr


def test_a_refusal_has_no_notation_and_says_that_there_is_no_program():
    with pytest.raises(DistillError, match="the run was refused: it has no program"):
        written(Refusal(("no network learned the task",), {}), "latex")


@pytest.mark.parametrize(
    ("expression", "advice"),
    [("max(a, b)", "use --latex or --sympy"), ("a & b", "program.py is the only form of it")],
)
def test_a_form_is_advised_only_where_it_can_be_written(tmp_path, expression, advice):
    mechanism = ClosedFormMechanism(expression, ((0, 8), (0, 8)))
    (tmp_path / "mechanism.json").write_bytes(to_json(mechanism))
    with pytest.raises(DistillError, match=f"has no form for --c: {advice}"):
        stored_notation(tmp_path, "c")
