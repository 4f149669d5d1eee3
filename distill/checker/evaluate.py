"""Evaluate programs of the language, for many inputs at once, or for values of another sort.

A value that is the same for every input is a Python value; one that differs is an array, an entry
for every input. Tuples and lists hold values. Where inputs part ways, a branch is evaluated for
the inputs that take it, and what they bind is put together behind it. What cannot stand side by
side, such as lists of different lengths, raises `Apart`, and the inputs are taken one by one.

Integers are exact: where 64 bits might not do, arrays hold Python's integers. Floats are IEEE 754;
functions of `math` are Python's own. Values with arithmetic of their own (`loop.Sum`) pass through
the same lines, and raise where a program does more with them than they can bear.
"""

from __future__ import annotations

import ast
import math
import operator
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial, reduce
from typing import Any

import numpy as np
from numpy import ndarray

from .errors import ProgramError, TooLargeError
from .language import Program

SECONDS = 60
LANES = 1 << 14
"""Inputs at once."""
MAX_LENGTH = 1_000_000
MAX_BITS = 1 << 14
MAX_ENTRIES = 1 << 24
"""Numbers that are laid out at once, over all inputs."""
MAX_MEMORY = 3 << 29
"""Bytes that an evaluation may add to what the process has ever used."""
MOST_DIGITS = 400
SAFE = 1 << 62
EXACT = 1 << 53
MAX_TABLES = 4_096
SMALL_TABLE = 64
"""Inputs up to which a cached function is evaluated for each, repeated or not."""

Value = Any
FAULTS = (ArithmeticError, TypeError, ValueError, LookupError, MemoryError, RecursionError)

BINARY: dict[type, Callable[[Any, Any], Any]] = {
    **{ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul},
    **{ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod},
    **{ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor},
    **{ast.RShift: operator.rshift, ast.LShift: operator.lshift, ast.Pow: operator.pow},
}
COMPARE: dict[type, Callable[[Any, Any], Any]] = {
    **{ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt},
    **{ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge},
}
UNARY: dict[type, Callable[[Any], Any]] = {
    **{ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.invert},
}


def _pow(base: Any, exponent: Any, modulus: Any) -> Any:
    if any(not isinstance(part, int) for part in (base, exponent, modulus)):
        raise TypeError("pow() is given something other than three integers")
    return pow(base, exponent, modulus)


def _round(number: Any, digits: Any = None) -> Any:
    if digits is not None and (not isinstance(digits, int) or abs(digits) > MOST_DIGITS):
        raise ValueError("round() is given something other than a small number of digits")
    return round(number, digits)


def _sum(values: Any, start: Any = 0) -> Any:
    if isinstance(start, list | tuple):
        raise TypeError("sum() is given lists, not numbers")
    if any(isinstance(value, Fraction) for value in values):
        return reduce(lambda a, b: _sized(ast.Add(), a, b), values, start)
    return sum(values, start)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{f.__name__: f for f in (abs, all, any, bool, divmod, float, int, len, list, max, min)},
    **{f.__name__: f for f in (sorted, tuple, Fraction)},
    **{"pow": _pow, "round": _round, "sum": _sum},
    **{
        name: getattr(math, name)
        for name in (
            *("cos", "sin", "tan", "acos", "asin", "atan", "atan2", "cosh", "sinh", "tanh"),
            *("exp", "log", "sqrt", "isqrt", "gcd", "floor", "ceil", "hypot"),
        )
    },
}


class Apart(Exception):  # noqa: N818 - a way to go on, no error
    """What inputs give cannot stand side by side."""


class Frame:
    """The variables of a call, for `lanes` inputs, of which `active` are being evaluated."""

    def __init__(self, names: dict[str, Value], lanes: int) -> None:
        self.names, self.lanes = names, lanes
        self.bound: dict[str, ndarray] = {}  # by name, where it is bound, if not everywhere
        self.active: ndarray | None = None  # all, if null
        self.inner: list[dict[str, Value]] = []  # of comprehensions, for the active inputs
        self.returned: list[tuple[ndarray, Value]] = []
        self.loops: list[tuple[list[ndarray], list[ndarray]]] = []  # who broke off, who went on

    @property
    def width(self) -> int:
        """How many inputs are active."""
        return self.lanes if self.active is None else len(self.active)

    @property
    def indices(self) -> ndarray:
        """The active inputs, ascending."""
        return np.arange(self.lanes) if self.active is None else self.active

    def go_on(self, first: ndarray, *others: ndarray) -> None:
        """Let these inputs be active."""
        active = np.sort(np.concatenate([first, *others])) if others else first
        self.active = None if len(active) == self.lanes else active

    def write(self, name: str, value: Value) -> None:
        """Bind a variable for the active inputs."""
        if self.active is None:
            self.names[name] = value
            self.bound.pop(name, None)
            return
        had = np.zeros(self.lanes, dtype=bool)
        if name in self.names:
            had = self.bound.get(name, ~had)
        rest = had.copy()
        rest[self.active] = False
        parts = [(self.active, value)]
        if rest.any():
            places = np.flatnonzero(rest)
            parts.append((places, take(self.names[name], places)))
        self.names[name] = joined(parts, self.lanes)
        had[self.active] = True
        self.bound[name] = had
        if had.all():
            del self.bound[name]


class Evaluator:
    """A program, its constants evaluated.

    Raises:
        ProgramError: evaluation fails, or takes more than its limits.
    """

    def __init__(self, program: Program, seconds: int = SECONDS) -> None:
        self.program, self.deadline = program, time.monotonic() + seconds
        self.most = _used() + MAX_MEMORY
        self.constants: dict[str, Value] = {"pi": math.pi, "e": math.e, "tau": math.tau}
        self.tables: dict[int, tuple[Any, ndarray | None]] = {}
        self.dense: dict[int, tuple[Any, tuple[int, ndarray, ndarray] | None]] = {}
        self.frame = Frame({}, 1)
        for node in program.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                with np.errstate(all="ignore"):
                    self.constants[node.targets[0].id] = self._guarded(node, self._eval, node.value)

    def entry(self, arguments: list[Value], lanes: int) -> Value:
        """What the program answers to values of `lanes` inputs."""
        return self.call(self.program.entry, arguments, lanes)

    def call(self, name: str, arguments: list[Value], lanes: int) -> Value:
        """The value of one of the program's functions."""
        function = self.program.functions[name]
        if len(arguments) != len(function.args.args):
            raise ProgramError(f"{name}() of the program takes {len(function.args.args)} arguments")
        if name in self.program.cached and not all(map(_is_key, arguments)):
            # a cache takes 1, True and 1.0 for the same, and answers what came first
            raise ProgramError(f"{name}() of the program is cached, and is given no integers")
        if name in self.program.cached and lanes > SMALL_TABLE:
            columns = [argument for argument in arguments if isinstance(argument, ndarray)]
            first, where = _distinct(columns, lanes)
            rest = [argument for argument in arguments if not isinstance(argument, ndarray)]
            if len(first) < lanes and all(map(_is_uniform, rest)):
                once = [take(argument, first) for argument in arguments]
                return take(self._called(function, once, len(first)), where)
        return self._called(function, arguments, lanes)

    def _called(self, function: ast.FunctionDef, arguments: list[Value], lanes: int) -> Value:
        names = {arg.arg: a for arg, a in zip(function.args.args, arguments, strict=True)}
        frame = self.run(function.body, Frame(names, lanes))
        if frame.width:
            raise ProgramError(f"{function.name}() of the program ends without an answer")
        return joined(frame.returned, lanes)

    def run(self, body: Sequence[ast.stmt], frame: Frame) -> Frame:
        """Run statements in a frame, which is handed back."""
        outer, self.frame = self.frame, frame
        try:
            with np.errstate(all="ignore"):
                self._block(body)
        finally:
            self.frame = outer
        return frame

    # statements

    def _block(self, body: Sequence[ast.stmt]) -> None:
        for node in body:
            if self.frame.active is not None and not len(self.frame.active):
                return
            self._guarded(node, self._statement, node)

    def _guarded(self, node: ast.stmt, do: Callable[[Any], Any], what: Any) -> Any:
        self._check_limits()
        try:
            return do(what)
        except FAULTS as error:
            said = f"{type(error).__name__}: {error}"
            raise ProgramError(f"line {node.lineno} of the program failed: {said}") from error

    def _check_limits(self) -> None:
        if time.monotonic() > self.deadline:
            raise ProgramError("evaluating the program took too long")
        if _used() > self.most:
            raise ProgramError("evaluating the program took too much memory")

    def _statement(self, node: ast.stmt) -> None:
        frame = self.frame
        match node:
            case ast.Assign(targets=targets, value=value):
                evaluated = self._eval(value)
                for target in targets:
                    self._store(target, evaluated)
            case ast.AugAssign(target=target, op=op, value=value):
                before = self._eval(target)
                if isinstance(before, list | tuple):
                    raise ProgramError(f"line {node.lineno} of the program adds to a list")
                self._store(target, self.binary(op, before, self._eval(value)))
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr))):
                held = self._read(name)
                if not isinstance(held, list):
                    raise TypeError(f"{name} is no list")
                if attr == "append" and isinstance(node.value, ast.Call):
                    frame.write(name, _made([*held, self._eval(node.value.args[0])]))
                elif held:
                    frame.write(name, held[:-1])
                else:
                    raise IndexError("pop from empty list")
            case ast.If(test=test, body=body, orelse=orelse):
                self._branch(self._truth(self._eval(test)), body, orelse)
            case ast.For(target=target, iter=over, body=body):
                self._for(target, self._elements(self._eval(over)), body)
            case ast.While(test=test, body=body):
                self._while(test, body)
            case ast.Return(value=ast.expr() as value):
                frame.returned.append((frame.indices, self._eval(value)))
                frame.go_on(np.arange(0))
            case ast.Raise():
                raise ProgramError(f"line {node.lineno} of the program raised ValueError")
            case ast.Break() | ast.Continue():
                frame.loops[-1][isinstance(node, ast.Continue)].append(frame.indices)
                frame.go_on(np.arange(0))

    def _branch(
        self, test: bool | ndarray, body: Sequence[ast.stmt], orelse: Sequence[ast.stmt]
    ) -> None:
        if not isinstance(test, ndarray):
            self._block(body if test else orelse)
            return
        frame, before, left = self.frame, self.frame.indices, list[ndarray]()
        for places, block in ((before[test], body), (before[~test], orelse)):
            frame.go_on(places)
            self._block(block)
            left.append(frame.indices)
        frame.go_on(*left)

    def _for(self, target: ast.expr, elements: list[Value], body: Sequence[ast.stmt]) -> None:
        frame, start = self.frame, self.frame.indices
        broken: list[ndarray] = []
        for element in elements:
            if frame.width == 0:
                break
            narrowed = frame.width < len(start)
            places = np.searchsorted(start, frame.indices) if narrowed else None
            self._store(target, element if places is None else take(element, places))
            self._pass(body, broken)
        frame.go_on(frame.indices, *broken)

    def _while(self, test: ast.expr, body: Sequence[ast.stmt]) -> None:
        frame, done = self.frame, list[ndarray]()
        while frame.width:
            self._check_limits()
            holds = self._truth(self._eval(test))
            if not isinstance(holds, ndarray):
                if not holds:
                    break
            else:
                done.append(frame.indices[~holds])
                frame.go_on(frame.indices[holds])
            self._pass(body, done)
        frame.go_on(frame.indices, *done)

    def _pass(self, body: Sequence[ast.stmt], broken: list[ndarray]) -> None:
        frame, went_on = self.frame, list[ndarray]()
        frame.loops.append((broken, went_on))
        self._block(body)
        frame.loops.pop()
        if went_on:
            frame.go_on(frame.indices, *went_on)

    def _store(self, target: ast.expr, value: Value) -> None:
        match target:
            case ast.Name(id=name):
                self.frame.write(name, value)
            case ast.Tuple(elts=targets):
                parts = self._elements(value)
                if len(parts) != len(targets):
                    raise ValueError(f"{len(parts)} values for {len(targets)} names")
                for part, one in zip(parts, targets, strict=True):
                    self._store(one, part)
            case ast.Subscript(value=ast.Name(id=name), slice=place):
                held, index = self._read(name), self._eval(place)
                if not isinstance(held, list):
                    raise TypeError(f"{name} is no list")
                self.frame.write(name, self._replaced(held, index, value))

    def _replaced(self, held: list[Value], index: Value, value: Value) -> list[Value]:
        if not isinstance(index, ndarray):
            changed = list(held)
            changed[index] = value
            return _made(changed)
        where = _places(index, len(held))
        changed = []
        for place, old in enumerate(held):
            here, there = np.flatnonzero(where == place), np.flatnonzero(where != place)
            parts = [(here, take(value, here)), (there, take(old, there))]
            changed.append(joined([part for part in parts if len(part[0])], len(where)))
        return _made(changed)

    # expressions

    def _read(self, name: str) -> Value:
        frame = self.frame
        for scope in reversed(frame.inner):
            if name in scope:
                return scope[name]
        if name in frame.names:
            if name in frame.bound and not frame.bound[name][frame.indices].all():
                raise ProgramError(f"{name} of the program is read before it is bound")
            value = frame.names[name]
            return value if frame.active is None else take(value, frame.active)
        if name in self.constants and name not in frame.names:
            return self.constants[name]
        raise ProgramError(f"{name} of the program is read before it is bound")

    def _eval(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id=name):
                return self._read(name)
            case ast.BinOp(left=left, op=op, right=right):
                return self.binary(op, self._eval(left), self._eval(right))
            case ast.Subscript(value=value, slice=place):
                return self._subscript(node, value, place)
            case ast.Call(func=ast.Name(id=name), args=arguments):
                return self._call(name, arguments)
            case ast.Call(func=ast.Attribute(value=value, attr=attr), args=arguments):
                return self._method(self._eval(value), attr, [self._eval(a) for a in arguments])
            case ast.Compare():
                return self._compare(node)
            case ast.UnaryOp(op=op, operand=operand):
                return self._unary(op, self._eval(operand))
            case ast.BoolOp(op=op, values=values):
                return self._either(values, isinstance(op, ast.And))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._chosen(self._truth(self._eval(test)), body, orelse)
            case ast.Tuple(elts=elements):
                return _made(tuple(self._display(elements)))
            case ast.List(elts=elements):
                return _made(list(self._display(elements)))
            case ast.Dict(keys=keys, values=values):
                return self._dictionary(
                    (self._eval(key), self._eval(value))
                    for key, value in zip(keys, values, strict=True)
                    if key is not None
                )
            case ast.ListComp(elt=elt, generators=generators):
                return _made([self._eval(elt) for _ in self._over(generators)])
            case ast.DictComp(key=key, value=value, generators=generators):
                return self._dictionary(
                    (self._eval(key), self._eval(value)) for _ in self._over(generators)
                )
        raise ProgramError(f"line {node.lineno} of the program cannot be evaluated")

    def _display(self, elements: list[ast.expr]) -> Iterator[Value]:
        for element in elements:
            if isinstance(element, ast.Starred):
                yield from self._elements(self._eval(element.value))
            else:
                yield self._eval(element)

    def _dictionary(self, items: Iterator[tuple[Value, Value]]) -> dict[Any, Value]:
        made = {}
        for key, value in items:
            if not _is_uniform(key) or not _is_uniform(value):
                raise Apart
            made[key] = value
        return _made(made)

    def _over(self, generators: list[ast.comprehension]) -> Iterator[None]:
        """Bind the variables of a comprehension to one combination after the other."""
        if not generators:
            yield
            return
        generator, frame = generators[0], self.frame
        for element in self._elements(self._eval(generator.iter)):
            self._check_limits()
            scope: dict[str, Value] = {}
            self._bind(scope, generator.target, element)
            frame.inner.append(scope)
            kept = True
            for test in generator.ifs:
                holds = self._truth(self._eval(test))
                if isinstance(holds, ndarray):
                    frame.inner.pop()
                    raise Apart
                kept = kept and holds
                if not kept:
                    break
            if kept:
                yield from self._over(generators[1:])
            frame.inner.pop()

    def _bind(self, scope: dict[str, Value], target: ast.expr, value: Value) -> None:
        if isinstance(target, ast.Name):
            scope[target.id] = value
        elif isinstance(target, ast.Tuple):
            parts = self._elements(value)
            if len(parts) != len(target.elts):
                raise ValueError(f"{len(parts)} values for {len(target.elts)} names")
            for one, part in zip(target.elts, parts, strict=True):
                self._bind(scope, one, part)

    def _narrowed(self, places: ndarray, node: ast.expr) -> Value:
        """The value of an expression for some of the active inputs."""
        frame = self.frame
        active, inner = frame.active, frame.inner
        frame.active = frame.indices[places]
        frame.inner = [{name: take(v, places) for name, v in scope.items()} for scope in inner]
        try:
            return self._eval(node)
        finally:
            frame.active, frame.inner = active, inner

    def _chosen(self, test: bool | ndarray, body: ast.expr, orelse: ast.expr) -> Value:
        if not isinstance(test, ndarray):
            return self._eval(body if test else orelse)
        parts = [(np.flatnonzero(mask), node) for mask, node in ((test, body), (~test, orelse))]
        made = [(places, self._narrowed(places, node)) for places, node in parts if len(places)]
        return joined(made, len(test))

    def _either(self, values: list[ast.expr], every: bool) -> Value:
        """`and` (every) or `or`: the first value that decides, for each input."""
        first = self._eval(values[0])
        if len(values) == 1:
            return first
        rest: ast.expr = values[1]
        if len(values) > 2:
            rest = ast.BoolOp(ast.And() if every else ast.Or(), values[1:])
        decided = self._truth(first)
        if not isinstance(decided, ndarray):
            return self._eval(rest) if decided == every else first
        open_, shut = np.flatnonzero(decided == every), np.flatnonzero(decided != every)
        made = [(shut, take(first, shut))] if len(shut) else []
        if len(open_):
            made.append((open_, self._narrowed(open_, rest)))
        return joined(made, len(decided))

    def _compare(self, node: ast.Compare) -> Value:
        left, holds = self._eval(node.left), None
        for op, comparator in zip(node.ops, node.comparators, strict=True):
            if isinstance(comparator, ast.Set):
                right: Value = list(self._display(comparator.elts))
                if not all(map(_is_hashable, (left, *right))):
                    raise TypeError("a list is in no set")
            else:
                right = self._eval(comparator)
            if isinstance(op, ast.In | ast.NotIn):
                found = self._contains(left, right)
                one = self._not(found) if isinstance(op, ast.NotIn) else found
            else:
                one = self.compare(COMPARE[type(op)], left, right)
            holds = one if holds is None else _both(holds, one)
            if holds is False:
                return False
            left = right
        return holds

    def compare(self, do: Callable[[Any, Any], Any], left: Value, right: Value) -> Value:
        """A comparison of two values, for every input."""
        if _is_uniform(left) and _is_uniform(right):
            return do(left, right)
        if isinstance(left, tuple | list) and type(left) is type(right) and do is operator.eq:
            if len(left) != len(right):
                return False
            pairs = zip(left, right, strict=True)
            return reduce(_both, (self.compare(do, a, b) for a, b in pairs), True)
        kinds = {_kind(left), _kind(right)}
        if kinds <= {int, bool} or kinds == {float}:
            return np.asarray(do(_numeric(left), _numeric(right)), dtype=bool)
        return self._each(do, [left, right])

    def _contains(self, item: Value, held: Value) -> Value:
        if _is_uniform(item) and _is_uniform(held):
            return item in held
        if isinstance(held, dict) or (_is_uniform(held) and isinstance(item, tuple)):
            keys = held if isinstance(held, dict) else set(held)
            return self._each(lambda one: one in keys, [item])
        found: Value = False
        for one in self._elements(held):
            here = self.compare(operator.eq, item, one)
            found = self._not(_both(self._not(found), self._not(here)))
        return found

    def _not(self, value: Value) -> Value:
        truth = self._truth(value)
        return ~truth if isinstance(truth, ndarray) else not truth

    def _truth(self, value: Value) -> bool | ndarray:
        """Whether a value counts as true, for every input; the same for all where it can be."""
        if not isinstance(value, ndarray):
            return bool(value)
        truth = value if value.dtype == bool else np.asarray(value != 0, dtype=bool)
        if truth.all():
            return True
        return truth if truth.any() else False

    def _unary(self, op: ast.unaryop, value: Value) -> Value:
        if isinstance(op, ast.Not):
            return self._not(value)
        if isinstance(value, ndarray):
            number = _numeric(value)
            return UNARY[type(op)](number if _peak(number) < SAFE else _widest(number))
        return UNARY[type(op)](value)

    def binary(self, op: ast.operator, left: Value, right: Value) -> Value:
        """An operation on two values, for every input."""
        do = BINARY[type(op)]
        if not isinstance(left, ndarray) and not isinstance(right, ndarray):
            _check_size(op, left, right)
            made = do(left, right)
            return _made(made) if isinstance(made, list | tuple) else _a_number(made)
        kinds = {_kind(left), _kind(right)}
        if not kinds <= {int, bool, float}:
            return self._each(partial(_sized, op), [left, right])
        x, y = _numeric(left), _numeric(right)
        if isinstance(op, ast.Div | ast.FloorDiv | ast.Mod) and np.any(np.asarray(y) == 0):
            raise ZeroDivisionError("division by zero")
        if float in kinds or isinstance(op, ast.Div):
            plain = isinstance(op, ast.Add | ast.Sub | ast.Mult | ast.Div)
            if not plain or max(_peak(x), _peak(y)) > EXACT:
                return self._each(do, [left, right])
            return _a_number(do(np.asarray(x, dtype=float), np.asarray(y, dtype=float)))
        if kinds == {bool} and isinstance(op, ast.BitAnd | ast.BitOr | ast.BitXor):
            return np.asarray(do(left, right), dtype=bool)
        if isinstance(op, ast.RShift) and np.any((np.asarray(y) < 0) | (np.asarray(y) > 62)):
            return self._each(do, [left, right])
        if isinstance(op, ast.Pow):
            return reduce(lambda a, _: self.binary(ast.Mult(), a, x), range(right), 1)
        if isinstance(op, ast.LShift):
            return self.binary(ast.Mult(), x, 1 << right)
        bound = _peak(x) * _peak(y) if isinstance(op, ast.Mult) else _peak(x) + _peak(y)
        if bound >= SAFE:
            x, y = _widest(x), _widest(y)
            _check_size(op, _peak(x), _peak(y))
        return _narrow(do(x, y))

    def _subscript(self, node: ast.expr, value: ast.expr, place: ast.expr) -> Value:
        if isinstance(place, ast.Slice):
            ends = [None if end is None else self._eval(end) for end in _ends(place)]
            whole = self._eval(value)
            if not isinstance(whole, list | tuple):
                raise TypeError("only a list or a tuple has parts")
            if not all(map(_is_uniform, ends)):
                raise Apart
            return whole[slice(*ends)]
        chain = [self._eval(place)]  # of TABLE[a][b], from the left
        while isinstance(value, ast.Subscript) and not isinstance(value.slice, ast.Slice):
            chain.insert(0, self._eval(value.slice))
            value = value.value
        held = self._eval(value)
        while chain:
            table = self._table(held) if isinstance(chain[0], ndarray) else None
            if table is not None:
                count = min(table.ndim, len(chain))
                if all(_kind(index) in (int, bool) for index in chain[:count]):
                    index = tuple(
                        _places(np.asarray(i, dtype=np.int64), size)
                        for i, size in zip(chain[:count], table.shape, strict=False)
                    )
                    picked = table[tuple(np.broadcast_arrays(*index))]
                    held, chain = _columns(picked), chain[count:]
                    continue
            held = self._at(held, chain.pop(0))
        return held

    def _at(self, held: Value, index: Value) -> Value:
        if isinstance(held, dict) and not _is_uniform(index):
            dense = self._dense(held) if _kind(index) is int else None
            if dense is None:
                return self._each(lambda one: held[one], [index])
            low, filled, numbers = dense
            where = np.clip(index - low, 0, len(filled) - 1)
            if not (filled[where] & (where + low == index)).all():
                raise KeyError("a dictionary does not have a key that is asked for")
            return numbers[where]
        if not isinstance(index, ndarray):
            if isinstance(held, ndarray):
                raise TypeError("a number has no places")
            return held[index]
        if _kind(index) not in (int, bool) or not isinstance(held, list | tuple | range):
            raise TypeError("a place is no integer, or there are no places")
        where = _places(index.astype(np.int64), len(held))
        parts = [(np.flatnonzero(where == k), held[k]) for k in np.unique(where).tolist()]
        return joined([(places, take(value, places)) for places, value in parts], len(index))

    def _table(self, held: Value) -> ndarray | None:
        """A constant list of integers, or of such lists of one length, as an array."""
        if not isinstance(held, list) or not held:
            return None
        known = self.tables.get(id(held))
        if known is None:
            if not _is_uniform(held) or not _all_integers(held):
                return None
            try:
                grid = np.array(held)
            except (ValueError, OverflowError):
                return None
            fits = grid.dtype == np.int64 and _peak(grid) < SAFE
            known = (held, grid if fits else None)  # keeps the list, and so its id
            if len(self.tables) < MAX_TABLES:
                self.tables[id(held)] = known
        return known[1]

    def _dense(self, held: dict[Any, Value]) -> tuple[int, ndarray, ndarray] | None:
        """A dictionary of integers by integers as arrays, from its smallest key on."""
        known = self.dense.get(id(held))
        if known is None:
            dense = None
            if held and all(type(key) is type(value) is int for key, value in held.items()):
                low, high = min(held), max(held)
                if high - low < 8 * len(held) and max(map(abs, held.values())) < SAFE:
                    filled = np.zeros(high - low + 1, dtype=bool)
                    numbers = np.zeros(len(filled), dtype=np.int64)
                    places = np.array(list(held)) - low
                    filled[places], numbers[places] = True, list(held.values())
                    dense = low, filled, numbers
            known = self.dense[id(held)] = (held, dense)  # keeps the dictionary, and so its id
        return known[1]

    # functions

    def _call(self, name: str, nodes: list[ast.expr]) -> Value:
        if nodes and isinstance(nodes[0], ast.GeneratorExp):
            generator = nodes[0]
            elements = [self._eval(generator.elt) for _ in self._over(generator.generators)]
            arguments = [_made(elements)]
        else:
            arguments = [self._eval(node) for node in nodes]
        if name in self.program.functions:
            return self.call(name, arguments, self.frame.width)
        if name in {"range", "enumerate", "zip", "reversed"}:
            return self._sequence(name, arguments)
        if name in {"list", "tuple"} and len(arguments) == 1:
            return _made((list if name == "list" else tuple)(self._elements(arguments[0])))
        if name == "len":
            return len(self._elements(arguments[0]))
        if all(map(_is_uniform, arguments)):
            made = FUNCTIONS[name](*arguments)
            return _made(made) if isinstance(made, list | tuple) else _a_number(made)
        return self._spread(name, arguments)

    def _spread(self, name: str, arguments: list[Value]) -> Value:
        """A builtin of values that differ: at once where that is exact, or else one by one."""
        alone, one = len(arguments) == 1, arguments[0]
        of_list = alone and isinstance(one, list | tuple)
        values = list(one) if of_list else arguments
        kinds = {_kind(value) for value in values}
        whole = kinds <= {int, bool}
        alike = (kinds == {int} or kinds == {float}) and (of_list or len(values) > 1)
        match name:
            case "sum" if of_list and (whole or sys.version_info < (3, 12)):
                return reduce(lambda a, b: self.binary(ast.Add(), a, b), values, 0)
            case "max" | "min" if alike:
                return reduce(_larger if name == "max" else _smaller, map(_numeric, values))
            case "sorted" if kinds == {int} and of_list and all(_peak(v) < SAFE for v in values):
                return list(np.sort(self._grid([_numeric(v) for v in values]), axis=0))
            case "all" | "any" if of_list:
                truths = [self._truth(value) for value in values]
                if name == "all":
                    return reduce(_both, truths, True)
                return self._not(reduce(_both, map(self._not, truths), True))
            case "abs" if isinstance(one, ndarray) and alone and kinds <= {int, float}:
                return np.abs(_numeric(one))
            case "int" if isinstance(one, ndarray) and alone and whole:
                return _numeric(one)
            case "float" if isinstance(one, ndarray) and alone and whole and _peak(one) <= EXACT:
                return np.asarray(_numeric(one), dtype=float)
            case "bool" if alone:
                return self._truth(one)
            case "divmod" if len(arguments) == 2 and whole:
                return tuple(self.binary(op, *arguments) for op in (ast.FloorDiv(), ast.Mod()))
        return self._each(FUNCTIONS[name], arguments)

    def _sequence(self, name: str, arguments: list[Value]) -> list[Value]:
        if name == "range":
            if not all(map(_is_uniform, arguments)):
                raise Apart
            made = range(*arguments)
            if len(made) > MAX_LENGTH:
                raise ProgramError(f"a range of the program has {len(made):,} places")
            return list(made)
        listed = [self._elements(argument) for argument in arguments]
        if name == "enumerate":
            return list(enumerate(listed[0]))
        return list(reversed(listed[0])) if name == "reversed" else list(zip(*listed, strict=False))

    def _elements(self, value: Value) -> list[Value]:
        """What a list, tuple or dictionary goes through."""
        if isinstance(value, list | tuple | dict):
            return list(value)
        raise TypeError("this is no list")

    def _method(self, held: Value, name: str, arguments: list[Value]) -> Value:
        if isinstance(held, dict):
            match name, arguments:
                case "items" | "keys" | "values", []:
                    return list(getattr(held, name)())
                case "get", [key, default]:
                    if _is_uniform(key):
                        return held.get(key, default)
                    return self._each(lambda one, other: held.get(one, other), [key, default])
        if isinstance(held, list | tuple) and name in {"index", "count"} and len(arguments) == 1:
            if _is_uniform(held) and _is_uniform(arguments[0]):
                return getattr(held, name)(arguments[0])
            equal = [self.compare(operator.eq, one, arguments[0]) for one in held]
            grid = self._grid(equal)
            if name == "count":
                return grid.sum(axis=0)
            if not grid.any(axis=0).all():
                raise ValueError("a list does not hold what its index is asked for")
            return grid.argmax(axis=0)
        raise TypeError(f"{name} is called on something that does not have it")

    def _grid(self, values: list[Value]) -> ndarray:
        """Numbers, a row for each and a column for every input."""
        if len(values) * self.frame.width > MAX_ENTRIES:
            raise Apart
        return np.stack([np.broadcast_to(value, (self.frame.width,)) for value in values])

    def _each(self, do: Callable[..., Any], arguments: list[Value]) -> Value:
        """A function of Python, called for one input after the other."""
        width = self.frame.width
        if sum(map(_size, arguments)) * width > MAX_ENTRIES:
            raise Apart
        columns = [unpacked(argument, width) for argument in arguments]
        return _a_number(packed([do(*row) for row in zip(*columns, strict=True)]))


def _distinct(columns: list[ndarray], lanes: int) -> tuple[ndarray, ndarray]:
    """A place for every distinct row of integers, and which of them every row is as."""
    every = np.arange(lanes)
    key, size = np.zeros(lanes, dtype=np.int64), 1
    for column in columns:
        if column.dtype.kind != "i":
            return every, every
        low, high = int(column.min()), int(column.max())
        size *= high - low + 1
        if size > 4 * lanes:
            return every, every
        key = key * (high - low + 1) + (column - low)
    last = np.full(size, -1)
    last[key] = every
    return last[last >= 0], (np.cumsum(last >= 0) - 1)[key]


def take(value: Value, places: ndarray) -> Value:
    """A value for some of the inputs."""
    if isinstance(value, ndarray):
        return value[places]
    if isinstance(value, tuple | list):
        return type(value)([take(part, places) for part in value])
    return value


def joined(parts: list[tuple[ndarray, Value]], lanes: int) -> Value:
    """One value for inputs that came to it by different ways.

    Raises:
        Apart: the parts cannot stand side by side.
    """
    first = parts[0][1]
    if len(parts) == 1 and len(parts[0][0]) == lanes:
        return first
    values = [value for _, value in parts]
    if any(isinstance(value, tuple | list) for value in values):
        if len({(type(v), len(v)) if isinstance(v, tuple | list) else None for v in values}) > 1:
            raise Apart
        rows = [[(places, value[k]) for places, value in parts] for k in range(len(first))]
        return type(first)([joined(row, lanes) for row in rows])
    uniform = not any(isinstance(value, ndarray) for value in values)
    if uniform and all(type(v) is type(first) and repr(v) == repr(first) for v in values):
        return first
    kinds = {_kind(value) for value in values}
    if len(kinds) > 1 or not kinds <= {int, float, bool, Fraction}:
        raise Apart
    wide = [np.asarray(_numeric(v) if kinds == {int} else v) for v in values]
    dtype = object if any(v.dtype == object for v in wide) else wide[0].dtype
    made = np.zeros(lanes, dtype=dtype)
    for (places, _), value in zip(parts, wide, strict=True):
        made[places] = value
    return made


def _kind(value: Value) -> type:
    """The type of a value's entries."""
    if isinstance(value, ndarray):
        if value.dtype == object:
            return type(value[0])
        return {"b": bool, "i": int, "f": float}[value.dtype.kind]
    return type(value)


def _is_uniform(value: Value) -> bool:
    if isinstance(value, tuple | list):
        return all(map(_is_uniform, value))
    return not isinstance(value, ndarray)


def _numeric(value: Value) -> Any:
    """Truths as 0 and 1; integers as they are, or as Python's where 64 bits do not do."""
    if isinstance(value, ndarray):
        return value.astype(np.int64) if value.dtype == bool else value
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int) and abs(value) >= SAFE:
        return np.array(value, dtype=object)
    return value


def _widest(value: Any) -> Any:
    return value.astype(object) if isinstance(value, ndarray) and value.dtype.kind == "i" else value


def _narrow(value: Any) -> Any:
    """Integers of 64 bits again, where these do."""
    if isinstance(value, ndarray) and value.dtype == object and _peak(value) < SAFE:
        return value.astype(np.int64)
    return value


def _peak(value: Any) -> int:
    if isinstance(value, ndarray):
        if value.dtype.kind == "f" or not value.size:
            return 0
        return max(abs(int(value.max())), abs(int(value.min())))
    return 0 if isinstance(value, float) else abs(int(value))


def _larger(one: Any, other: Any) -> Any:
    """As Python's `max` has it: the first of equals."""
    return np.where(np.asarray(other > one, dtype=bool), other, one)


def _smaller(one: Any, other: Any) -> Any:
    return np.where(np.asarray(other < one, dtype=bool), other, one)


def _a_number(value: Any) -> Any:
    """Refuse what is no number, of which comparisons make no sense."""
    if isinstance(value, ndarray) and value.dtype.kind == "f" and np.isnan(value).any():
        raise ArithmeticError("the result is not a number")
    if type(value) is float and value != value:
        raise ArithmeticError("the result is not a number")
    if isinstance(value, tuple):
        for part in value:
            _a_number(part)
    return value


def _used() -> int:
    """Bytes of memory that the process has had at most."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most << 10


def _is_key(value: Value) -> bool:
    """Whether a value is an integer, or a tuple of some, for every input."""
    return all(map(_is_key, value)) if isinstance(value, tuple) else _kind(value) is int


def _is_hashable(value: Value) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_hashable, value))
    return not isinstance(value, list | dict)


def _size(value: Value, most: int = MAX_LENGTH) -> int:
    """How many places a value has, in all that it holds; counted up to a little above `most`."""
    if not isinstance(value, tuple | list | dict):
        return 1
    size = 1
    for part in value.values() if isinstance(value, dict) else value:
        size += _size(part, most - size)
        if size > most:
            break
    return size


def _made(value: Value) -> Value:
    """A list, tuple or dictionary that was just made, which must not hold too much.

    What holds itself twice, again and again, is small in memory and endless to go through.
    """
    nested = any(isinstance(part, tuple | list | dict) for part in value)
    if isinstance(value, dict):
        nested = True
    if len(value) > MAX_LENGTH or (nested and _size(value) > MAX_LENGTH):
        raise ProgramError(f"the program makes a list of more than {MAX_LENGTH:,} places")
    return value


def _check_size(op: ast.operator, left: Value, right: Value) -> None:
    """Refuse what would fill the memory."""
    for one, other in ((left, right), (right, left)):
        repeated = isinstance(one, list | tuple) and isinstance(op, ast.Mult)
        if repeated and isinstance(other, int) and len(one) * other > MAX_LENGTH:
            raise ProgramError(f"the program makes a list of more than {MAX_LENGTH:,} places")
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        if len(left) + len(right) > MAX_LENGTH:
            raise ProgramError(f"the program makes a list of more than {MAX_LENGTH:,} places")
    elif isinstance(left, int | Fraction) and isinstance(right, int | Fraction):
        times = int(right) if isinstance(op, ast.Pow) else 1
        bits = _bits(left) * max(1, times) + _bits(right)
        if bits > MAX_BITS:
            raise TooLargeError(f"the program makes an integer of about {bits:,} bits")


def _sized(op: ast.operator, left: Any, right: Any) -> Any:
    """An operation on two values, of one input."""
    _check_size(op, left, right)
    return BINARY[type(op)](left, right)


def _bits(number: int | Fraction) -> int:
    return number.numerator.bit_length() + number.denominator.bit_length() - 1


def _both(left: Any, right: Any) -> Any:
    return (
        left & right
        if isinstance(left, ndarray) or isinstance(right, ndarray)
        else (left and right)
    )


def _places(index: ndarray, count: int) -> ndarray:
    if index.size and (index.min() < -count or index.max() >= count):
        raise IndexError("list index out of range")
    return np.where(index < 0, index + count, index)


def _ends(place: ast.Slice) -> tuple[ast.expr | None, ...]:
    return place.lower, place.upper, place.step


def _columns(picked: ndarray) -> Value:
    if picked.ndim == 1:
        return picked
    return [_columns(picked[:, k]) for k in range(picked.shape[1])]


def _all_integers(value: Any) -> bool:
    return all(map(_all_integers, value)) if isinstance(value, list) else type(value) is int


def unpacked(value: Value, width: int) -> list[Any]:
    """A Python value for every input."""
    if isinstance(value, ndarray):
        return value.tolist()
    if isinstance(value, tuple | list) and not _is_uniform(value):
        rows = zip(*(unpacked(part, width) for part in value), strict=True)
        return [type(value)(row) for row in rows]
    return [value] * width


def packed(values: list[Any]) -> Value:
    """One value for all inputs, of a Python value for each.

    Raises:
        Apart: they cannot stand side by side.
    """
    first = values[0]
    if isinstance(first, tuple | list):
        if len({(type(v), len(v)) if isinstance(v, tuple | list) else None for v in values}) > 1:
            raise Apart
        return type(first)([packed(list(column)) for column in zip(*values, strict=True)])
    kinds = set(map(type, values))
    if len(kinds) > 1:
        raise Apart
    if not kinds <= {int, float, bool, Fraction}:
        if any(value != first for value in values):
            raise Apart
        return first
    if kinds == {Fraction} or (kinds == {int} and max(map(abs, values)) >= SAFE):
        made = np.empty(len(values), dtype=object)
        made[:] = values
        return made
    return np.array(values)
