"""Whether a program that loops over a list is a given integer recurrence, at every length.

A pass of the loop is run on symbols instead of numbers: every variable, and every place of one that
is a list, is a sum of multiples of those before the pass and of the inputs, and a constant. What
cannot be written like that is refused. Two loops whose passes are the same sums, from the same
first values, never differ.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from distill.checker.linear_bound import IntegerSystem
from distill.checker.loop import loop_of, places_of
from distill.checker.sandbox import bound_names, check_syntax
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


Held = dict[str, Sum | tuple[Sum, ...]]
"""What the variables are within a pass."""


@dataclass(frozen=True)
class Pass:
    """One pass of a loop, as sums of what was there before it.

    Attributes:
        variables: with their first values, in the order of the program; a list is its places.
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
    if "sum" in bound_names(ast.parse(source)):
        raise ProgramError("the program calls something of its own `sum`")
    targets = loop.target.elts if isinstance(loop.target, ast.Tuple) else [loop.target]
    inputs = tuple(target.id for target in targets if isinstance(target, ast.Name))
    held: Held = {name: Sum(((name, 1),)) for name in inputs}
    for name, value in start.items():
        places = tuple(Sum(((place, 1),)) for place in places_of({name: value}))
        held[name] = places[0] if isinstance(value, int) else places
    answers: list[tuple[tuple[Sum, int], ...]] = []
    for statement in loop.body:
        _run(statement, held, answers)
    if len(answers) != 1:
        raise ProgramError(f"a pass of the loop appends {len(answers)} outputs; expected one")
    following, first = list[Sum](), list[int]()
    for name, value in start.items():
        after = held[name]
        if isinstance(value, int) and isinstance(after, Sum):
            first.append(value)
            following.append(after)
        elif isinstance(value, list) and isinstance(after, tuple) and len(after) == len(value):
            first += value
            following += after
        else:
            raise ProgramError(f"{name} is {value!r} at first, and of another kind after a pass")
    variables = tuple(zip(places_of(start), first, strict=True))
    sums, divisors = zip(*answers[0], strict=True)
    return Pass(variables, inputs, tuple(following), sums, divisors)


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


def _run(statement: ast.stmt, held: Held, answers: list[tuple[tuple[Sum, int], ...]]) -> None:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            held[name] = _value(value, held)
        case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)) if len(
            targets
        ) == len(values):
            sums = [_value(value, held) for value in values]
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


def _divided(node: ast.expr, held: Held) -> tuple[Sum, int]:
    """A sum, and what the whole of it is divided by in the end."""
    match node:
        case ast.BinOp(left=left, op=ast.FloorDiv(), right=ast.Constant(value=int() as parts)) if (
            parts > 0 and not isinstance(parts, bool)
        ):
            return _sum(left, held), parts
    return _sum(node, held), 1


def _value(node: ast.expr, held: Held) -> Sum | tuple[Sum, ...]:
    """A sum, or the sums of a list: one that is held, a part of it, or one that is written out."""
    match node:
        case ast.Name(id=name) if isinstance(value := held.get(name), tuple):
            return value
        case ast.List(elts=elements):
            sums = list[Sum]()
            for element in elements:
                if isinstance(element, ast.Starred):
                    sums += _list(element.value, held)
                else:
                    sums.append(_sum(element, held))
            return tuple(sums)
        case ast.Subscript(value=whole, slice=ast.Slice(lower=low, upper=high, step=None)):
            ends = [None if end is None else _constant(end, held) for end in (low, high)]
            return _list(whole, held)[slice(*ends)]
    return _sum(node, held)


def _list(node: ast.expr, held: Held) -> tuple[Sum, ...]:
    value = _value(node, held)
    if isinstance(value, Sum):
        raise _refused(node)
    return value


def _constant(node: ast.expr, held: Held) -> int:
    value = _sum(node, held)
    if value.factors:
        raise _refused(node)
    return value.constant


def _sum(node: ast.expr, held: Held) -> Sum:
    match node:
        case ast.Constant(value=int() as value) if not isinstance(value, bool):
            return Sum((), value)
        case ast.Name(id=name) if isinstance(held_now := held.get(name), Sum):
            return held_now
        case ast.Subscript(value=whole, slice=place) if not isinstance(place, ast.Slice):
            places, number = _list(whole, held), _constant(place, held)
            if not -len(places) <= number < len(places):
                raise _refused(node)
            return places[number]
        case ast.Call(func=ast.Name(id="sum"), args=[whole], keywords=[]):
            total = Sum(())
            for place in _list(whole, held):
                total = total.plus(place)
            return total
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
