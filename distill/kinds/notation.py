"""A mechanism in other notations: a formula for LaTeX or sympy, a graph for Graphviz.

What a folder holds is read and not executed: expressions of a recurrence go through a short list
of operations, node by node.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any, Literal

from distill.domains.finite import input_names, output_name
from distill.errors import DistillError
from distill.kinds.fourier.coordinate import Coordinate, Logarithm, Numbering, Polynomial
from distill.kinds.fourier.emit import DIGITS, SMALL_PHASE
from distill.kinds.mechanism import (
    AutomatonMechanism,
    FourierMechanism,
    Mechanism,
    RecurrenceMechanism,
    Refusal,
)

Notation = Literal["latex", "sympy", "dot"]


def written(mechanism: Mechanism | Refusal, notation: Notation) -> str:
    """A mechanism in a notation.

    Raises:
        DistillError: it has no such form.
    """
    if isinstance(mechanism, FourierMechanism) and notation != "dot":
        import sympy

        logit = fourier_expression(mechanism)
        if notation == "sympy":
            return str(logit) + _listed_beside(mechanism)
        answer = _answer(mechanism.coordinate)
        waves = rf"\operatorname*{{arg\,max}}_{{{answer}}} \left({sympy.latex(logit)}\right)"
        return _with_exceptions(mechanism, waves)
    if isinstance(mechanism, RecurrenceMechanism) and notation != "dot":
        return _recurrence(mechanism, notation)
    if isinstance(mechanism, AutomatonMechanism) and notation == "dot":
        return state_graph(mechanism)
    has = {
        "fourier": "--latex or --sympy",
        "recurrence": "--latex or --sympy",
        "automaton": "--dot",
    }
    instead = has.get(mechanism.kind)
    raise DistillError(
        f"a mechanism of the kind '{mechanism.kind}' has no form for --{notation}: "
        + (f"use {instead}" if instead else "there is nothing to write")
    )


def fourier_expression(mechanism: FourierMechanism) -> Any:
    """The logit of an output as a sympy expression in inputs and output, as the program has it."""
    import sympy

    coordinate = mechanism.coordinate
    c = sympy.Symbol(_answer(coordinate))
    phi, difference = _phi(coordinate), coordinate.difference
    turn = _number(coordinate, coordinate.output, c) - phi
    total = sympy.Integer(0)
    for wave in mechanism.waves:
        size = sympy.Float(wave.amplitude, DIGITS)
        if wave.pizza and difference is not None:
            radius = sympy.pi * wave.frequency * _phi(difference) / mechanism.modulus
            size += sympy.Float(wave.pizza, DIGITS) * sympy.Abs(sympy.cos(radius))
        angle = 2 * sympy.pi * wave.frequency * turn / mechanism.modulus
        if abs(wave.phase) >= SMALL_PHASE:  # as in the program
            angle += sympy.Float(wave.phase, DIGITS)
        total += size * sympy.cos(angle)
    return total


def _exceptions(mechanism: FourierMechanism) -> list[tuple[tuple[int, ...], int]]:
    """Inputs that the program answers from its list, as values, with these answers."""
    domain = mechanism.domain
    return [
        (
            tuple(values[token] for values, token in zip(domain.inputs, tokens, strict=True)),
            domain.outputs[output],
        )
        for *tokens, output in mechanism.exceptions
    ]


def _listed_beside(mechanism: FourierMechanism) -> str:
    """Comments that say what the program answers otherwise than these logits."""
    names = ", ".join(input_names(len(mechanism.coordinate.weights)))
    return "".join(
        f"\n# not for ({names}) = ({', '.join(map(str, values))}): there the answer is {answer}"
        for values, answer in _exceptions(mechanism)
    )


def _with_exceptions(mechanism: FourierMechanism, waves: str) -> str:
    """The answer by cases, where the program lists some."""
    if not mechanism.exceptions:
        return waves
    names = ", ".join(
        re.sub(r"(\d+)", r"_{\1}", name) for name in input_names(len(mechanism.coordinate.weights))
    )
    cases = [
        rf"{answer} & \text{{if }} ({names}) = ({', '.join(map(str, values))})"
        for values, answer in _exceptions(mechanism)
    ]
    cases.append(rf"{waves} & \text{{otherwise}}")
    return "\\begin{cases}\n" + " \\\\\n".join(cases) + "\n\\end{cases}"


def _answer(coordinate: Coordinate) -> str:
    """The name of an output, as in the program."""
    return output_name(len(coordinate.weights))


def _phi(coordinate: Coordinate) -> Any:
    import sympy

    total = sympy.Integer(coordinate.offset)
    names = input_names(len(coordinate.weights))
    pairs = zip(names, coordinate.weights, coordinate.numberings, strict=True)
    for name, weight, numbering in pairs:
        total += weight * _number(coordinate, numbering, sympy.Symbol(name))
    return total


def _number(coordinate: Coordinate, numbering: Numbering, variable: Any) -> Any:
    """The number of a value: a polynomial, a discrete logarithm, or a function without a rule,
    called as the program calls its table.
    """
    import sympy

    if isinstance(numbering, Polynomial):
        return sum(
            coefficient * variable**power
            for power, coefficient in enumerate(numbering.coefficients, start=1)
        )
    if isinstance(numbering, Logarithm):
        return sympy.Function(f"log_{numbering.base}")(variable)
    return sympy.Function(coordinate.constants[numbering].lower())(variable)


def state_graph(mechanism: AutomatonMechanism) -> str:
    """The states and steps of a machine in Graphviz's language; an edge is "input / answer"."""
    lines = [
        "digraph machine {",
        "  rankdir=LR;",
        "  node [shape=circle];",
        "  start [shape=point];",
    ]
    lines.append("  start -> 0;")
    for state, (targets, answers) in enumerate(
        zip(mechanism.transitions, mechanism.outputs, strict=True)
    ):
        labels: dict[int, list[str]] = {}
        for symbol, target, answer in zip(mechanism.symbols, targets, answers, strict=True):
            read = ",".join(map(str, symbol))
            labels.setdefault(target, []).append(f"{read} / {answer}")
        for target, said in sorted(labels.items()):
            text = "\\n".join(said)
            lines.append(f'  {state} -> {target} [label="{text}"];')
    return "\n".join([*lines, "}"])


def _recurrence(mechanism: RecurrenceMechanism, notation: Notation) -> str:
    import sympy

    lines = []
    named = [
        *zip(mechanism.registers, mechanism.updates, strict=True),
        *((f"y{place or ''}", text) for place, text in enumerate(mechanism.outputs)),
    ]
    for name, text in named:
        right = expression_of(text)
        if notation == "latex":
            lines.append(rf"{sympy.latex(sympy.Symbol(name))} &\leftarrow {sympy.latex(right)}")
        else:
            lines.append(f"{name} = {right}")
    if notation == "latex":
        return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"
    return "\n".join(lines)


def expression_of(text: str) -> Any:
    """A Python expression of integers as one of sympy, without executing it.

    Raises:
        DistillError: it uses more than sums, products, powers, //, %, min, max and abs.
    """
    import sympy

    operations: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
        ast.Add: lambda left, right: left + right,
        ast.Sub: lambda left, right: left - right,
        ast.Mult: lambda left, right: left * right,
        ast.Pow: lambda left, right: left**right,
        ast.FloorDiv: lambda left, right: sympy.floor(left / right),
        ast.Mod: sympy.Mod,
    }
    functions = {"min": sympy.Min, "max": sympy.Max, "abs": sympy.Abs}

    def read(node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=int() as value):
                return sympy.Integer(value)
            case ast.Name(id=name):
                return sympy.Symbol(name, integer=True)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -read(operand)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in operations:
                return operations[type(op)](read(left), read(right))
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in functions:
                return functions[name](*map(read, args))
        raise DistillError(
            f"'{text}' is no formula: only sums, products, powers, //, %, min, max and abs can be "
            "written so; read program.py instead"
        )

    try:
        return read(ast.parse(text, mode="eval").body)
    except SyntaxError as error:
        raise DistillError(
            f"'{text}' is no Python expression: the run folder is damaged"
        ) from error
