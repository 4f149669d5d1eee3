"""Evaluate programs of the language, for many inputs at once, or for values of another sort.

Where inputs part ways, a branch is evaluated for the inputs that take it, and what they bind is put
together behind it. Values and functions of Python over them are those of `values.py`; what cannot
stand side by side there raises `Apart`, and the inputs are taken one by one.

Nothing in the language has an effect but to bind a name. So a list is changed by binding a new one,
and what is written shortly is evaluated as what it is short for: `a and b` as `b if a else a`.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np
from numpy import ndarray

from .errors import ProgramError
from .functions import OPERATIONS, builtin, elements, listed, method, operation, place, stored
from .language import Program
from .limits import Limits
from .parts import Part, behind, together
from .side_by_side import Elements, all_of, names_in, pass_of, passed
from .values import Apart, Value, apply, for_distinct, joined, kind_of, lanes_of, made, truth

SECONDS = 60
LANES = 1 << 14
"""Inputs at once."""
FAULTS = (ArithmeticError, TypeError, ValueError, LookupError, MemoryError, RecursionError)


class Evaluator:
    """A program, its constants evaluated.

    Raises:
        ProgramError: evaluation fails, or takes more than its limits.
    """

    def __init__(self, program: Program, seconds: int = SECONDS) -> None:
        self.program, self.limits = program, Limits(seconds)
        self.apart = set[ast.AST]()  # lists whose elements are taken one after the other
        self.constants: dict[str, Value] = {"pi": math.pi, "e": math.e, "tau": math.tau}
        for node in program.body:
            if isinstance(node, ast.Assign):
                self.constants |= self.run([node], {}, 1)

    def entry(self, arguments: list[Value], lanes: int) -> Value:
        """What the program answers to values of `lanes` inputs."""
        if self.program.guard is not None:
            self.program.guard.hold(arguments)
        return self.call(self.program.entry, arguments, lanes)

    def call(self, name: str, arguments: list[Value], lanes: int) -> Value:
        """The value of one of the program's functions."""
        function = self.program.functions[name]
        if len(arguments) != len(function.args.args):
            raise ProgramError(f"{name}() of the program takes {len(function.args.args)} arguments")
        if name in self.program.cached:
            if not all(map(_is_key, arguments)):
                # a cache takes 1, True and 1.0 for the same, and answers what came first
                raise ProgramError(f"{name}() of the program is cached, and is given no integers")
            return for_distinct(partial(self._called, function), arguments, lanes)
        return self._called(function, arguments, lanes)

    def _called(self, function: ast.FunctionDef, arguments: Sequence[Value], lanes: int) -> Value:
        names = {arg.arg: a for arg, a in zip(function.args.args, arguments, strict=True)}
        parts = self._block(function.body, Part.whole(lanes, names))
        if any(part.left is not ast.Return for part in parts):
            raise ProgramError(f"{function.name}() of the program ends without an answer")
        return parts[0].names["return"][1]

    def run(
        self, body: Sequence[ast.stmt], names: dict[str, Value], lanes: int
    ) -> dict[str, Value]:
        """What is bound for all inputs behind statements, by name."""
        part = Part.whole(lanes, names)
        self._block(body, part)
        return {name: value for name, (bound, value) in part.names.items() if bound.all()}

    # statements

    def _block(self, body: Sequence[ast.stmt], part: Part) -> list[Part]:
        """The inputs behind statements: those that go on, as one part, and those that left."""
        on, left = [part], list[Part]()
        for node in body:
            if not on:
                break
            self.limits.hold()
            try:
                parts = self._statement(node, *on)
            except FAULTS as error:
                said = f"{type(error).__name__}: {error}"
                raise ProgramError(f"line {node.lineno} of the program failed: {said}") from error
            left += [one for one in parts if one.left]
            on = together([one for one in parts if not one.left])
        return [*on, *left]

    def _statement(self, node: ast.stmt, part: Part) -> list[Part]:
        match node:
            case ast.Assign(targets=targets, value=value):
                evaluated = self._eval(value, part)
                for target in targets:
                    self._bind(target, evaluated, part)
            case ast.AugAssign(target=target, op=op, value=value):
                before = self._eval(target, part)
                if isinstance(before, list | tuple):
                    raise ProgramError(f"line {node.lineno} of the program adds to a list")
                self._bind(target, operation(op, before, self._eval(value, part)), part)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)), args=added)):
                changed = listed(part.read(name))
                if added:
                    changed.append(self._eval(added[0], part))
                else:
                    changed.pop()
                part.write(name, made(changed))
            case ast.If(test=test, body=body, orelse=orelse):
                halves = self._split(test, part)
                blocks = [self._block(body if holds else orelse, one) for holds, _, one in halves]
                return [one for block in blocks for one in block]
            case ast.For():
                return self._for(node, part)
            case ast.While():
                return self._while(node, part)
            case ast.Return(value=ast.expr() as value):
                part.write("return", self._eval(value, part))  # no variable is called so
                return [replace(part, left=ast.Return)]
            case ast.Break() | ast.Continue():
                return [replace(part, left=type(node))]
            case ast.Raise():
                raise ProgramError(f"line {node.lineno} of the program raised ValueError")
        return [part]

    def _split(self, test: ast.expr, part: Part) -> list[tuple[bool, ndarray, Part]]:
        """The inputs for which a test holds, and those for which it does not, if there are any.

        Each with their places among those of the part.
        """
        holds = truth(self._eval(test, part))
        if isinstance(holds, bool):
            return [(holds, part.places, part)]
        halves = ((True, np.flatnonzero(holds)), (False, np.flatnonzero(~holds)))
        return [(half, at, replace(part, places=part.places[at])) for half, at in halves]

    def _for(self, node: ast.For, start: Part) -> list[Part]:
        on, ended = [start], list[Part]()
        given = elements(self._eval(node.iter, start))
        if self._passed(node, given, start):
            return on
        for element in given:
            if not on:
                break
            self._bind(node.target, start.narrowed(element, on[0]), on[0])
            on = self._pass(node.body, on[0], ended)
        return behind(on, ended)

    def _passed(self, node: ast.For, given: list[Value], start: Part) -> bool:
        """Whether all passes of a loop were made at once."""
        does = pass_of(node)
        if node in self.apart or does is None:
            return False
        before = dict(start.names)

        def body(value: Value, part: Part) -> list[Part]:
            self._bind(node.target, value, part)
            return self._block(node.body, part)

        try:
            some = Elements.of(given, does.reads, start)
            if some is not None:
                passed(some, does, body, start)
                return True
        except (Apart, ProgramError, *FAULTS):
            self.apart.add(node)
            start.names.clear()
            start.names.update(before)
        return False

    def _while(self, node: ast.While, start: Part) -> list[Part]:
        on, ended = [start], list[Part]()
        while on:
            self.limits.hold()
            halves = self._split(node.test, on[0])
            ended += [replace(one, left=ast.Break) for holds, _, one in halves if not holds]
            on = [one for holds, _, one in halves if holds]
            on = self._pass(node.body, on[0], ended) if on else on
        return behind(on, ended)

    def _pass(self, body: Sequence[ast.stmt], part: Part, ended: list[Part]) -> list[Part]:
        """The inputs that go on with a loop behind a pass; those that leave it are added."""
        parts = self._block(body, part)
        ended += [one for one in parts if one.left in (ast.Break, ast.Return)]
        return together([one for one in parts if one.left in (None, ast.Continue)])

    def _bind(self, target: ast.expr, value: Value, part: Part) -> None:
        match target:
            case ast.Name(id=name):
                part.write(name, value)
            case ast.Tuple(elts=targets):
                parts = elements(value)
                if len(parts) != len(targets):
                    raise ValueError(f"{len(parts)} values for {len(targets)} names")
                for one, its in zip(targets, parts, strict=True):
                    self._bind(one, its, part)
            case ast.Subscript(value=ast.Name(id=name), slice=at):
                held, index = part.read(name), self._eval(at, part)
                part.write(name, stored(held, index, value))

    # expressions

    def _read(self, name: str, part: Part) -> Value:
        known = name in self.constants and name not in part.names
        return self.constants[name] if known else part.read(name)

    def _eval(self, node: ast.expr, part: Part) -> Value:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return self._read(name, part)
            case ast.BinOp(left=left, op=op, right=right):
                return operation(op, self._eval(left, part), self._eval(right, part))
            case ast.UnaryOp(op=op, operand=operand):
                return apply(OPERATIONS[type(op)], self._eval(operand, part))
            case ast.BoolOp(values=[only]):
                return self._eval(only, part)
            case ast.BoolOp(op=op, values=[first, *rest]):
                ways = (ast.BoolOp(op, rest), first)
                ways = ways if isinstance(op, ast.And) else ways[::-1]
                return self._eval(ast.IfExp(first, *ways), part)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                return self._compared(self._eval(left, part), op, right, part)
            case ast.Compare(left=left, ops=ops, comparators=others):
                steps = zip([left, *others], ops, others, strict=False)
                pairs = [ast.Compare(one, [op], [other]) for one, op, other in steps]
                return self._eval(ast.BoolOp(ast.And(), list[ast.expr](pairs)), part)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                halves = self._split(test, part)
                ways = [(at, self._eval(body if half else orelse, one)) for half, at, one in halves]
                return joined(ways, len(part.places))
            case ast.Tuple(elts=shown):
                return made(tuple(self._display(shown, part)))
            case ast.List(elts=shown):
                return made(list(self._display(shown, part)))
            case ast.ListComp() | ast.GeneratorExp():
                return made(self._listed(node, part))
            case ast.Dict(keys=keys, values=values):
                return self._dictionary((k, v, part) for k, v in zip(keys, values, strict=True))
            case ast.DictComp(key=key, value=value, generators=generators):
                return self._dictionary((key, value, one) for one in self._over(generators, part))
            case ast.Subscript(value=value, slice=ast.Slice(lower=lower, upper=upper, step=step)):
                whole = self._eval(value, part)
                ends = [end and self._eval(end, part) for end in (lower, upper, step)]
                if not isinstance(whole, list | tuple):
                    raise TypeError("only a list or a tuple has parts")
                if lanes_of(ends):
                    raise Apart
                return whole[slice(*ends)]
            case ast.Subscript():
                return self._place(node, part)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                given = [self._eval(one, part) for one in arguments]
                if name in self.program.functions:
                    return self.call(name, given, len(part.places))
                return builtin(name, given)
            case ast.Call(func=ast.Attribute(value=value, attr=attr), args=arguments):
                given = [self._eval(one, part) for one in arguments]
                return method(self._eval(value, part), attr, given)
        raise ProgramError(f"line {node.lineno} of the program cannot be evaluated")

    def _listed(self, node: ast.ListComp | ast.GeneratorExp, part: Part) -> list[Value]:
        """What a comprehension gives: for all elements at once, if that can be."""
        first, *others = node.generators
        if node not in self.apart and not others and not first.ifs:

            def evaluated(value: Value, wide: Part) -> Value:
                self._bind(first.target, value, wide)
                return self._eval(node.elt, wide)

            given = elements(self._eval(first.iter, part))
            try:
                some = Elements.of(given, names_in(node.elt), part)
                if some is not None:
                    return all_of(some, evaluated)
            except (Apart, ProgramError, *FAULTS):
                self.apart.add(node)
        return [self._eval(node.elt, one) for one in self._over(node.generators, part)]

    def _display(self, shown: list[ast.expr], part: Part) -> Iterator[Value]:
        for element in shown:
            if isinstance(element, ast.Starred):
                yield from elements(self._eval(element.value, part))
            else:
                yield self._eval(element, part)

    def _dictionary(self, items: Iterable[tuple[ast.expr | None, ast.expr, Part]]) -> Value:
        found = {}
        for key, value, part in items:
            if key is not None:
                pair = self._eval(key, part), self._eval(value, part)
                if lanes_of(pair):
                    raise Apart
                found[pair[0]] = pair[1]
        return made(found)

    def _over(self, generators: list[ast.comprehension], part: Part) -> Iterator[Part]:
        """Bind the variables of a comprehension to one combination after the other."""
        if not generators:
            yield part
            return
        for element in elements(self._eval(generators[0].iter, part)):
            self.limits.hold()
            inner = replace(part, names=dict(part.names))
            self._bind(generators[0].target, element, inner)
            for test in generators[0].ifs:
                holds = truth(self._eval(test, inner))
                if not isinstance(holds, bool):
                    raise Apart
                if not holds:
                    break
            else:
                yield from self._over(generators[1:], inner)

    def _compared(self, left: Value, op: ast.cmpop, right: ast.expr, part: Part) -> Value:
        do = OPERATIONS[type(op)]
        if isinstance(right, ast.Set):
            members = tuple(self._display(right.elts, part))
            return apply(lambda one, held: do(one, set(held)), left, members)
        return apply(do, left, self._eval(right, part))

    def _place(self, node: ast.Subscript, part: Part) -> Value:
        held: ast.expr = node
        indices = list[Value]()
        while isinstance(held, ast.Subscript) and not isinstance(held.slice, ast.Slice):
            indices.insert(0, self._eval(held.slice, part))
            held = held.value
        return place(self._eval(held, part), *indices)


def _is_key(value: Value) -> bool:
    """Whether a value is an integer, or a tuple of some, for every input."""
    return all(map(_is_key, value)) if isinstance(value, tuple) else kind_of(value) is int
