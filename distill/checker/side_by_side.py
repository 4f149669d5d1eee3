"""What is done to every element of a list, done to all of them at once: as to more inputs.

What a comprehension gives for an element hangs on nothing that it gives for another, and neither
does what is appended in a pass of a loop that reads nothing of earlier ones. So the elements stand
side by side as inputs do, so many for every input, and an expression is evaluated once. It means
what it means in `evaluate.py`: what cannot stand so is taken one after the other there, and so is
all that fails here.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy import ndarray

from .errors import ProgramError
from .parts import Part
from .values import Apart, Value, lanes_of, leaves, mapped, stacked, unstacked

AT_ONCE, LAID_OUT = 1 << 17, 1 << 23
"""Inputs with their elements at once, and numbers of all that they read."""
FEWEST = 4
"""Elements that are worth it."""


@dataclass(frozen=True)
class Elements:
    """Elements of a list, and what is read beside them.

    Attributes:
        given: the elements.
        names: what else is read, by name.
        lanes: inputs that these are for; one where everything is the same for all.
    """

    given: Sequence[Value]
    names: Mapping[str, Value]
    lanes: int

    @staticmethod
    def of(given: Sequence[Value], read: frozenset[str], part: Part) -> Elements | None:
        """Those of a list, for the inputs of a part; null where they are too few, or too many.

        Raises:
            Apart: something is read that is not bound for all of them.
        """
        try:
            names = {name: part.read(name) for name in sorted(read) if name in part.names}
        except ProgramError as error:
            raise Apart from error
        lanes = max(lanes_of([*given]), lanes_of([*names.values()])) or 1
        made = Elements(given, names, lanes)
        return made if min(len(given), made.at_once) >= FEWEST else None

    @property
    def at_once(self) -> int:
        """How many are taken together."""
        beside = sum(1 for value in self.names.values() for _ in leaves(value))
        return min(AT_ONCE // self.lanes, LAID_OUT // (self.lanes * max(1, beside)))

    def parts(self) -> Iterator[tuple[int, Part, Value]]:
        """So many at a time: how many, what is bound for them, and they themselves."""
        for first in range(0, len(self.given), self.at_once):
            some = self.given[first : first + self.at_once]
            names = {name: repeated(value, len(some)) for name, value in self.names.items()}
            yield len(some), Part.whole(len(some) * self.lanes, names), stacked(some, self.lanes)


def repeated(value: Value, times: int) -> Value:
    """A value for inputs that stand there again and again."""
    return mapped(lambda one: np.tile(one, times) if isinstance(one, ndarray) else one, value)


@lru_cache(maxsize=1 << 12)
def names_in(node: ast.AST) -> frozenset[str]:
    """The names that are read in a piece of a program."""
    return frozenset(
        one.id
        for one in ast.walk(node)
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Load)
    )


def all_of(elements: Elements, evaluated: Callable[[Value, Part], Value]) -> list[Value]:
    """What an expression gives for every element, whose name it is told to bind."""
    found = list[Value]()
    for count, part, value in elements.parts():
        found += unstacked(evaluated(value, part), count, elements.lanes)
    return found


@dataclass(frozen=True)
class Pass:
    """What a pass of a loop does that reads nothing of an earlier one.

    Attributes:
        reads: names that are not its own.
        binds: names of its own, which are bound anew before they are read.
        appends: lists that it appends to, each once.
    """

    reads: frozenset[str]
    binds: frozenset[str]
    appends: tuple[str, ...]


@lru_cache(maxsize=1 << 10)
def pass_of(loop: ast.For) -> Pass | None:
    """The pass of a loop, null where it may read, or leave, what others do."""
    appends, rest = list[str](), list[ast.stmt]()
    for node in loop.body:
        if (name := _appended(node)) is not None:
            appends.append(name)
        else:
            rest.append(node)
    statements = [node for top in rest for node in ast.walk(top) if isinstance(node, ast.stmt)]
    plain = all(
        isinstance(node, ast.Assign | ast.AugAssign | ast.For | ast.If) for node in statements
    )
    stores = [
        part
        for top in (loop, *statements)
        for target in _targets(top)
        for part in ast.walk(target)
        if isinstance(part, ast.expr) and not isinstance(part, ast.Tuple)
    ]
    if not plain or not appends or not all(isinstance(it, ast.Name) for it in stores):
        return None
    binds = frozenset(it.id for it in stores if isinstance(it, ast.Name))
    reads = frozenset[str]().union(*(names_in(node) for node in rest))
    for node in loop.body:
        if _appended(node) is not None:
            reads |= names_in(node.value.args[0])  # pyright: ignore[reportAttributeAccessIssue]
    once = len({*appends}) == len(appends) and not {*appends} & (reads | binds)
    return Pass(reads - binds, binds, tuple(appends)) if once else None


def _appended(node: ast.stmt) -> str | None:
    """The list that a statement appends to, if that is what it does."""
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(ast.Name(id=name), "append"), args=[_])):
            return name
    return None


def _targets(node: ast.stmt) -> list[ast.expr]:
    match node:
        case ast.Assign(targets=targets):
            return targets
        case ast.AugAssign(target=target) | ast.For(target=target):
            return [target]
    return []


def passed(
    elements: Elements, does: Pass, body: Callable[[Value, Part], list[Part]], part: Part
) -> None:
    """All passes of a loop, each of which has lists of its own to append to; binds what is left.

    Raises:
        Apart: a pass binds a name only sometimes, so that an earlier one's might be left.
    """
    added: dict[str, list[Value]] = {name: [] for name in does.appends}
    left: dict[str, Value] = {}
    for count, wide, value in elements.parts():
        nowhere = np.zeros(wide.lanes, dtype=bool)
        wide.names.update(dict.fromkeys(does.binds, (nowhere, None)))
        wide.names.update(Part.whole(wide.lanes, {name: [] for name in does.appends}).names)
        behind = body(value, wide)
        if [one.left for one in behind] != [None]:
            raise Apart
        for name in does.appends:
            for row in unstacked(wide.names[name][1], count, elements.lanes):
                added[name] += row
        for name in does.binds:
            bound, last = wide.names[name]
            if not bound.all():
                raise Apart
            left[name] = unstacked(last, count, elements.lanes)[-1]
    for name, more in added.items():
        held = part.read(name)
        if not isinstance(held, list):
            raise Apart
        part.write(name, [*held, *more])
    for name, value in left.items():
        part.write(name, value)
