"""Whether a program that loops over a list is a given integer recurrence, at every length.

A pass of the loop is run on symbols instead of numbers: every variable is a sum of multiples of the
variables before the pass and of the inputs, and a constant. What cannot be written like that is
refused. Two loops whose passes are the same sums, from the same first values, never differ.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from distill.checker.linear_bound import IntegerSystem
from distill.checker.loop import loop_of
from distill.checker.sandbox import check_syntax
from distill.errors import ProgramError


@dataclass(frozen=True)
class Sum:
    """Multiples of names, those that are 0 left out, and a constant."""

    factors: tuple[tuple[str, int], ...]
    constant: int = 0

    def plus(self, other: Sum, times: int = 1) -> Sum:
        """This sum and so many times another."""
        factors = dict(self.factors)
        for name, factor in other.factors:
            factors[name] = factors.get(name, 0) + times * factor
        kept = tuple(sorted((name, factor) for name, factor in factors.items() if factor))
        return Sum(kept, self.constant + times * other.constant)

    def of(self, name: str) -> int:
        """The factor of a name."""
        return dict(self.factors).get(name, 0)


@dataclass(frozen=True)
class Pass:
    """One pass of a loop, as sums of what was there before it.

    Attributes:
        variables: with their first values, in the order of the program.
        inputs: the names that the loop reads into.
        following: the next value of every variable.
        answers: the numbers of the answer, before they are divided.
        divisors: what each of them is divided by, rounding down; 1 where it is not.
    """

    variables: tuple[tuple[str, int], ...]
    inputs: tuple[str, ...]
    following: tuple[Sum, ...]
    answers: tuple[Sum, ...]
    divisors: tuple[int, ...]


def affine_pass(source: str) -> Pass:
    """Read the loop of a program as sums.

    Raises:
        ProgramError: it is no loop, or does anything but add and multiply by constants.
    """
    check_syntax(source)
    loop, start = loop_of(source)
    targets = loop.target.elts if isinstance(loop.target, ast.Tuple) else [loop.target]
    inputs = tuple(target.id for target in targets if isinstance(target, ast.Name))
    held = {name: Sum(((name, 1),)) for name in (*start, *inputs)}
    answers: list[tuple[tuple[Sum, int], ...]] = []
    for statement in loop.body:
        _run(statement, held, answers)
    if len(answers) != 1:
        raise ProgramError(f"a pass of the loop appends {len(answers)} outputs; expected one")
    following = tuple(held[name] for name in start)
    sums, divisors = zip(*answers[0], strict=True)
    return Pass(tuple(start.items()), inputs, following, sums, divisors)


def is_system(found: Pass, system: IntegerSystem) -> bool:
    """Whether a pass is that of an integer system, its variables in the order of the registers."""
    names = [name for name, _ in found.variables]
    if tuple(value for _, value in found.variables) != tuple(system.start):
        return False
    if len(found.inputs) != len(system.B[0] if system.B else system.D[0]):
        return False
    registers = [Sum(((name, 1),)) for name in names]
    inputs = [Sum(((name, 1),)) for name in found.inputs]

    def combined(own: list[Sum], row: tuple[int, ...], given: tuple[int, ...], rest: int) -> Sum:
        total = Sum((), rest)
        for term, factor in [*zip(own, row, strict=True), *zip(inputs, given, strict=True)]:
            total = total.plus(term, factor)
        return total

    after = [
        combined(registers, row, given, rest)
        for row, given, rest in zip(system.A, system.B, system.constant, strict=True)
    ]
    seen = after if system.after else registers
    answers = [
        combined(seen, row, given, rest)
        for row, given, rest in zip(system.C, system.D, system.offset, strict=True)
    ]
    if found.divisors != (tuple(system.divisors) or (1,) * len(answers)):
        return False
    return list(found.following) == after and list(found.answers) == answers


def _run(
    statement: ast.stmt, held: dict[str, Sum], answers: list[tuple[tuple[Sum, int], ...]]
) -> None:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            held[name] = _sum(value, held)
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)) if len(
            targets
        ) == len(values):
            sums = [_sum(value, held) for value in values]
            for target, value in zip(targets, sums, strict=True):
                if not isinstance(target, ast.Name):
                    raise _refused(statement)
                held[target.id] = value
        case ast.AugAssign(target=ast.Name(id=name), op=operator, value=value):
            whole = ast.BinOp(ast.Name(name, ast.Load()), operator, value)
            held[name] = _sum(ast.copy_location(whole, statement), held)
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="append"), args=[value])):
            parts = value.elts if isinstance(value, ast.Tuple) else [value]
            answers.append(tuple(_divided(part, held) for part in parts))
        case _:
            raise _refused(statement)


def _divided(node: ast.expr, held: dict[str, Sum]) -> tuple[Sum, int]:
    """A sum, and what the whole of it is divided by in the end."""
    match node:
        case ast.BinOp(left=left, op=ast.FloorDiv(), right=ast.Constant(value=int() as parts)) if (
            parts > 0 and not isinstance(parts, bool)
        ):
            return _sum(left, held), parts
    return _sum(node, held), 1


def _sum(node: ast.expr, held: dict[str, Sum]) -> Sum:
    match node:
        case ast.Constant(value=int() as value) if not isinstance(value, bool):
            return Sum((), value)
        case ast.Name(id=name) if name in held:
            return held[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return Sum(()).plus(_sum(operand, held), -1)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as operator, right=right):
            times = 1 if isinstance(operator, ast.Add) else -1
            return _sum(left, held).plus(_sum(right, held), times)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            one, other = _sum(left, held), _sum(right, held)
            if not one.factors:
                return Sum(()).plus(other, one.constant)
            if not other.factors:
                return Sum(()).plus(one, other.constant)
    raise _refused(node)


def _refused(node: ast.stmt | ast.expr) -> ProgramError:
    line = getattr(node, "lineno", 0)
    return ProgramError(f"line {line} of the program is no sum of multiples")
