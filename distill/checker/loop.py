"""A program that loops over its list, followed through every length.

The program must be one loop: values that its variables begin with, a pass that appends one output,
and `return outputs`. The variables that a pass changes, and that have a value before it, are then
its whole state: a pass that reads anything else before it has bound it is refused, since that would
be left over from the pass before. One pass is evaluated by the loop's own statement, over a list of
one element, by the evaluator that runs whole programs (`evaluate.py`): for all pairs of a machine's
state and values of the variables that the two reach together (`walk`), or for sums of symbols
(`affine.py`). If no pair answers differently, program and machine never do.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from .errors import ProgramError
from .evaluate import Evaluator
from .language import read_program
from .rules import changed_by
from .values import Apart, Value, packed, unpacked

MAX_PAIRS = 200_000
"""Pairs of a state and values of the variables that a walk may meet."""
MAX_AT_ONCE = 4_000_000
"""Passes that may be evaluated together."""
MAX_LIST = 1_000
OUTPUTS, EACH = "_outputs", "_each"
"""Of a loop that is written as one line: names that no program can have."""


@dataclass(frozen=True)
class Loop:
    """A program's loop.

    Attributes:
        evaluator: of the program.
        statement: the loop itself.
        argument, outputs: the names of the list that it goes through, and of that which it makes.
        start: the first values of what a pass changes, by name: integers, or lists of some.
        fixed: what else is bound before the loop.
    """

    evaluator: Evaluator
    statement: ast.For
    argument: str
    outputs: str
    start: dict[str, Value]
    fixed: dict[str, Value]

    def one_pass(
        self, state: dict[str, Value], given: Value, lanes: int
    ) -> tuple[Value, dict[str, Value]]:
        """The output of one pass, and the variables behind it.

        Raises:
            ProgramError: it appends anything but one output, or reads what an earlier one left.
        """
        names = {**self.fixed, **state, self.argument: [given], self.outputs: []}
        try:
            after = self.evaluator.run([self.statement], names, lanes)
        except Apart as error:
            raise ProgramError(
                "the variables of the program are of several kinds or lengths"
            ) from error
        said = after[self.outputs]
        if len(said) != 1:
            raise ProgramError("a pass of the program's loop does not append exactly one output")
        return said[0], {name: after[name] for name in state}


@dataclass(frozen=True)
class Walk:
    """What running a program beside a machine showed.

    Attributes:
        differs: how they first differ, in words; null where they never do.
        pairs: how many pairs of a state and values of the variables were met.
        names: of the program's variables; of one that is a list its places, such as `recent[0]`.
        values: of every such variable in every state of the machine; null where it has several.
    """

    differs: str | None
    pairs: int
    names: tuple[str, ...]
    values: tuple[tuple[int | None, ...], ...]


def loop_of(source: str) -> Loop:
    """The loop that a program is.

    Raises:
        ProgramError: it is more than one loop over its argument.
    """
    program = read_program(source)
    function = program.functions[program.entry]
    if len(program.functions) != 1 or len(function.args.args) != 1:
        raise ProgramError("only one function, of one list, can be followed through every length")
    argument = function.args.args[0].arg
    before, loop, outputs = _parts(function, argument)
    uses = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
    if sum(node.id == argument for node in uses) != 1:
        raise ProgramError("the program does more with its argument than go through it")
    inside = [node for line in loop.body for node in ast.walk(line)]
    if any(isinstance(node, ast.Break | ast.Continue | ast.Return) for node in inside):
        raise ProgramError("a pass of the program's loop may end early")
    named = sum(isinstance(node, ast.Name) and node.id == outputs for node in inside)
    appends = sum(changed_by(n) == outputs and getattr(n, "attr", "") == "append" for n in inside)
    if named != appends:
        raise ProgramError("the program's loop does more with its outputs than append to them")
    evaluator = Evaluator(program)
    names = evaluator.run(before, {}, 1)
    changed = _changed(inside) - {outputs}
    begin = {name: value for name, value in names.items() if name in changed}
    for name, value in begin.items():
        listed = value if isinstance(value, list) else [value]
        if not listed or len(listed) > MAX_LIST or any(type(part) is not int for part in listed):
            raise ProgramError(f"{name} of the program begins as neither integers nor one")
    fixed = {name: value for name, value in names.items() if name not in changed | {outputs}}
    return Loop(evaluator, loop, argument, outputs, begin, fixed)


def places_of(start: dict[str, Value]) -> tuple[str, ...]:
    """The names of all integers among variables: of a list its places, in order."""
    places: list[str] = []
    for name, value in start.items():
        listed = isinstance(value, list)
        places += [f"{name}[{i}]" for i in range(len(value))] if listed else [name]
    return tuple(places)


def walk(source: str, transitions: ndarray, answers: ndarray, symbols: ndarray) -> Walk:
    """Run the loop of a program beside a machine, on all that the two can reach together.

    Args:
        source: the program.
        transitions: the machine's next states [states, symbols]; it starts in state 0.
        answers: the values that it answers on the way [states, symbols].
        symbols: the values of every symbol [symbols, channels].

    Raises:
        ProgramError: the program is not such a loop, failed, or there is no end to its values.
    """
    loop = loop_of(source)
    names = places_of(loop.start)
    first = (0, *(tuple(v) if isinstance(v, list) else v for v in loop.start.values()))
    seen, level = {first}, [first]
    met: list[list[set[int]]] = [[set() for _ in transitions] for _ in names]
    while level:
        for state, *values in level:
            for place, number in enumerate(_flat(values)):
                if len(met[place][state]) < 2:
                    met[place][state].add(number)
        if len(level) * len(symbols) > MAX_AT_ONCE:
            raise ProgramError("the program's variables have too many values at once")
        states = np.repeat([pair[0] for pair in level], len(symbols))
        letters = np.tile(np.arange(len(symbols)), len(level))
        said, after = _stepped(loop, level, symbols, letters)
        wrong = np.flatnonzero(said != answers[states, letters])
        if len(wrong):
            at = wrong[0]
            given, expected = symbols[letters[at]].tolist(), answers[states[at], letters[at]]
            differs = f"in state {states[at]}, to {given}: the program answers {said[at]}, not "
            return Walk(f"{differs}{expected}", len(seen), names, ())
        level = []
        reached = transitions[states, letters].tolist()
        for pair in zip(reached, *after, strict=True):
            if pair not in seen:
                seen.add(pair)
                level.append(pair)
        if len(seen) > MAX_PAIRS:
            raise ProgramError("there is no end to the values of the program's variables")
    values = [[min(alone) if len(alone) == 1 else None for alone in variable] for variable in met]
    return Walk(None, len(seen), names, tuple(map(tuple, values)))


def _stepped(
    loop: Loop, level: list[tuple[Value, ...]], symbols: ndarray, letters: ndarray
) -> tuple[ndarray, list[list[Value]]]:
    """Outputs of a pass from all pairs of a level by all symbols, and the variables behind it."""
    lanes = len(letters)
    state = {}
    for place, name in enumerate(loop.start, start=1):
        column = [pair[place] for pair in level for _ in range(len(symbols))]
        value = packed(column)
        state[name] = list(value) if isinstance(value, tuple) else value
    columns = [symbols[letters, channel] for channel in range(symbols.shape[1])]
    given = columns[0] if len(columns) == 1 else tuple(columns)
    answer, after = loop.one_pass(state, given, lanes)
    said = unpacked(answer, lanes)
    if any(type(one) is not int for one in said):
        raise ProgramError("the program answers something that is not an integer")
    kept = [_kept(after[name], lanes, begin) for name, begin in loop.start.items()]
    return np.array(said, dtype=object), kept


def _kept(value: Value, lanes: int, first: Value) -> list[Value]:
    """Values of a variable, as they can be told apart: integers, or tuples of as many as at first.

    Raises:
        ProgramError: the variable became something else.
    """
    found = unpacked(value, lanes)
    listed = isinstance(first, list)
    for one in found:
        alike = not listed or (isinstance(one, list) and len(one) == len(first))
        if not alike or any(type(part) is not int for part in (one if listed else [one])):
            kind = f"{len(first)} integers" if listed else "an integer"
            raise ProgramError(f"a variable of the program became {one!r}, which is not {kind}")
    return [*map(tuple, found)] if listed else found


def _flat(values: Iterable[Value]) -> list[int]:
    return [n for value in values for n in (value if isinstance(value, tuple) else (value,))]


def _parts(function: ast.FunctionDef, argument: str) -> tuple[list[ast.stmt], ast.For, str]:
    """What stands before the loop, the loop, and the name of the list that it makes."""
    body = list(function.body)
    if isinstance(body[0], ast.Expr):
        body.pop(0)
    match body:
        case [*before, ast.For(iter=ast.Name(id=over)) as loop, ast.Return(ast.Name(id=outputs))]:
            empty = ast.dump(ast.Assign([ast.Name(outputs, ast.Store())], ast.List([], ast.Load())))
            rest = [node for node in before if ast.dump(node) != empty]
            plain = all(isinstance(node, ast.Assign) for node in before)
            if over == argument and plain and len(rest) == len(before) - 1:
                return rest, loop, outputs
        case [ast.Return(ast.ListComp(elt, [ast.comprehension(target, ast.Name(id=over), [])]))]:
            if over == argument:
                return [], _appended(target, elt, function), OUTPUTS
        case [ast.Return(ast.Call(ast.Name(id="list"), [ast.Name(id=over)]))] if over == argument:
            target, answer = ast.Name(EACH, ast.Store()), ast.Name(EACH, ast.Load())
            return [], _appended(target, answer, function), OUTPUTS
    raise ProgramError("the program is not a loop over its argument that returns what it appends")


def _appended(target: ast.expr, answer: ast.expr, function: ast.FunctionDef) -> ast.For:
    """The loop that a comprehension over the argument is."""
    append = ast.Attribute(ast.Name(OUTPUTS, ast.Load()), "append", ast.Load())
    over = ast.Name(function.args.args[0].arg, ast.Load())
    body: list[ast.stmt] = [ast.Expr(ast.Call(append, [answer], []))]
    return ast.fix_missing_locations(ast.copy_location(ast.For(target, over, body, []), function))


def _changed(inside: list[ast.AST]) -> set[str]:
    """The names that a pass binds, or whose lists it changes."""
    stored = {n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return stored | {name for name in map(changed_by, inside) if name is not None}
