"""Whether a program that loops over a list is a given machine, on sequences of every length.

The program must be one loop: variables with literal first values, integers or lists of integers, a
pass that appends one output, and nothing else that a pass could leave behind for the next. Then the
variables are its whole state, and one pass, run on all pairs of a machine's state and values of the
variables that the two reach together, decides for every length: if no pair answers differently,
they never do. A pass may make new lists, and can change none that was there: it stores to no place
of a list, calls no method that would, and `+=` is done as the sum of two integers or not at all.

The passes are run in the sandbox; what is checked here is that they are what the program does.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from jaxtyping import Int
from numpy import ndarray

from distill.checker.sandbox import bound_names, check_syntax, run_walk
from distill.errors import ProgramError

MAX_PAIRS = 200_000
"""Pairs of a state and values of the variables that a walk may meet."""

CHANGES = {"append", "pop"}
"""Methods that leave something behind."""

MAX_LIST = 1_000
"""Integers that a list may begin with."""

Start = int | list[int]
"""What a variable begins as."""


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


def walk(
    source: str,
    transitions: Int[ndarray, "states symbols"],
    answers: Int[ndarray, "states symbols"],
    symbols: Int[ndarray, "symbols channels"],
) -> Walk:
    """Run the loop of a program beside a machine, on all that the two can reach together.

    Args:
        source: the program.
        transitions: the machine's next states; it starts in state 0.
        answers: the values that it answers on the way.
        symbols: the values of every symbol.

    Raises:
        ProgramError: the program is not such a loop, failed, or there is no end to its values.
    """
    check_syntax(source)
    start, text = _pass_of(source)
    names = places_of(start)
    found = run_walk(text, list(start.values()), transitions, answers, symbols, MAX_PAIRS)
    if found["differs"] is not None:
        return Walk(found["differs"], found["pairs"], names, ())
    values = tuple(
        tuple(next(iter(alone)) if len(alone) == 1 else None for alone in variable)
        for variable in found["values"]
    )
    return Walk(None, found["pairs"], names, values)


def places_of(start: Mapping[str, Start]) -> tuple[str, ...]:
    """The names of all integers among variables: of a list its places, in order."""
    return tuple(
        place
        for name, value in start.items()
        for place in (
            [name] if isinstance(value, int) else [f"{name}[{i}]" for i in range(len(value))]
        )
    )


def _pass_of(source: str) -> tuple[dict[str, Start], str]:
    """The variables of a program's loop with their first values, and a function that is one pass.

    Raises:
        ProgramError: the program is more than one loop over its argument.
    """
    tree = ast.parse(source)
    loop, start = loop_of(source)
    names = tuple(start)
    constants = [
        ast.unparse(node) for node in tree.body if isinstance(node, ast.Assign | ast.ImportFrom)
    ]
    lines = [f"{', '.join(names)}, = values"] if names else []
    target = ast.unparse(loop.target)
    several = isinstance(loop.target, ast.Tuple)
    lines += [f"{target} = given" if several else f"({target},) = given", "outputs = []"]
    text = "\n".join(
        [
            *constants,
            "def one_pass(values, given):",
            *("    " + line for line in lines),
            textwrap.indent("\n".join(ast.unparse(_Sums().visit(s)) for s in loop.body), "    "),
            f"    return outputs, ({', '.join(names)}{',' if names else ''})",
        ]
    )
    return start, text


class _Sums(ast.NodeTransformer):
    """`r += x` as `r = _number(r) + x`: of a list, the first would change it where it stands."""

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.Assign:
        assert isinstance(node.target, ast.Name), "places of lists are not stored to"
        before = ast.Name(node.target.id, ast.Load())
        number = ast.Call(ast.Name("_number", ast.Load()), [before], [])
        return ast.Assign([node.target], ast.BinOp(number, node.op, node.value), lineno=0)


def loop_of(source: str) -> tuple[ast.For, dict[str, Start]]:
    """The loop of a program and the first values of its variables, which are its whole state.

    Raises:
        ProgramError: the program is more than one loop over its argument.
    """
    tree = ast.parse(source)
    function = _only_function(tree)
    loop, start = _answered_alone(function, bound_names(tree)) or _loop_and_start(function)
    targets = loop.target.elts if isinstance(loop.target, ast.Tuple) else [loop.target]
    if not all(isinstance(target, ast.Name) for target in targets):
        raise ProgramError("the loop of the program must name what it reads")
    nodes = list(ast.walk(ast.Module(loop.body, [])))
    for node in nodes:
        _check_pass(node)
    uses = sum(isinstance(node, ast.Name) and node.id == "outputs" for node in nodes)
    appends = sum(isinstance(node, ast.Attribute) and node.attr == "append" for node in nodes)
    if uses != appends:
        raise ProgramError("the program's loop does more with its outputs than append to them")
    return loop, start


def _only_function(tree: ast.Module) -> ast.FunctionDef:
    """The one function; beside it only a docstring, imports, literals and the closing guard."""
    functions = []
    for place, node in enumerate(tree.body):
        match node:
            case ast.FunctionDef():
                functions.append(node)
            case ast.Expr(value=ast.Constant(value=str())) if place == 0:
                pass
            case ast.Assign(targets=[ast.Name()], value=value):
                _literal(value)
            case ast.Import() | ast.ImportFrom():
                pass
            case ast.If() if node is tree.body[-1]:
                pass
            case _:
                raise ProgramError(
                    f"line {node.lineno} of the program: only literals, imports and one function "
                    "can be followed through every length"
                )
    if len(functions) != 1:
        raise ProgramError(f"the program has {len(functions)} functions; expected one")
    (function,) = functions
    given = function.args
    plain = len(given.args) == 1 and not (
        given.posonlyargs or given.kwonlyargs or given.vararg or given.kwarg or given.defaults
    )
    if not plain or function.decorator_list:
        raise ProgramError("the program's function must take one list and nothing else")
    return function


def _answered_alone(
    function: ast.FunctionDef, bound: set[str]
) -> tuple[ast.For, dict[str, Start]] | None:
    """The loop that `return [abs(x) for x in xs]` is, or `return list(xs)`; null for another."""
    (argument,) = function.args.args
    body = list(function.body)
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body.pop(0)
    match body:
        case [
            ast.Return(
                value=ast.ListComp(
                    elt=answer, generators=[ast.comprehension(target=target, iter=over, ifs=[])]
                )
            )
        ]:
            pass
        case [ast.Return(value=ast.Call(func=ast.Name(id="list"), args=[over], keywords=[]))] if (
            "list" not in bound
        ):
            target, answer = ast.Name("each", ast.Store()), ast.Name("each", ast.Load())
        case _:
            return None
    if not isinstance(over, ast.Name) or over.id != argument.arg:
        return None
    append = ast.Attribute(ast.Name("outputs", ast.Load()), "append", ast.Load())
    loop = ast.For(target, over, [ast.Expr(ast.Call(append, [answer], []))], [])
    return ast.fix_missing_locations(ast.copy_location(loop, function)), {}


def _loop_and_start(function: ast.FunctionDef) -> tuple[ast.For, dict[str, Start]]:
    """The loop over the function's argument, and what stands before it."""
    body = list(function.body)
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body.pop(0)
    loop = next((node for node in body if isinstance(node, ast.For)), None)
    end = "outputs"
    start: dict[str, Start] = {}
    begins_empty = False
    for node in body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.List(elts=[])) if name == end:
                begins_empty = True
            case ast.Assign(targets=targets, value=value):
                start |= _first_values(targets, value, end)
            case ast.For() if node is loop and node is body[-2] and not node.orelse:
                pass
            case ast.Return(value=ast.Name(id=name)) if name == end and node is body[-1]:
                pass
            case _:
                raise ProgramError(
                    f"line {node.lineno} of the program: a loop that can be followed through every "
                    "length has integers and lists of them before it and `return outputs` behind "
                    "it"
                )
    (argument,) = function.args.args
    over = loop is not None and isinstance(loop.iter, ast.Name) and loop.iter.id == argument.arg
    if loop is None or not over or not begins_empty or argument.arg in start:
        raise ProgramError("the program is not a loop over its argument")
    return loop, start


def _check_pass(node: ast.AST) -> None:
    """Refuse whatever could leave something behind beside the variables."""
    line = getattr(node, "lineno", 0)
    leaves = None
    match node:
        case ast.Break() | ast.Continue() | ast.Return() | ast.FunctionDef() | ast.Import():
            leaves = "leaves the pass"
        case ast.ImportFrom():
            leaves = "leaves the pass"
        case ast.Attribute(value=ast.Name(id="outputs"), attr="append"):
            return
        case ast.Attribute(attr=attribute) if attribute in CHANGES:
            leaves = f"calls {attribute}"
        case ast.Subscript(ctx=ast.Store()):
            leaves = "changes a list"
    if leaves:
        raise ProgramError(
            f"line {line} of the program {leaves}: such a loop cannot be followed through every "
            "length"
        )


def _literal(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError) as error:
        raise ProgramError(
            f"line {node.lineno} of the program: expected a literal, so that no pass of the loop "
            "can find it changed"
        ) from error


def _first_values(targets: list[ast.expr], value: ast.expr, end: str) -> dict[str, Start]:
    """What a line before the loop sets: `a = b = 0`, `r = [0] * 5` or `r = [0, 1]`."""
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    line = value.lineno
    if len(names) < len(targets) or end in names:
        raise ProgramError(f"line {line} of the program: expected variables to begin as integers")
    first = _first(value)
    if isinstance(first, list) and len(names) > 1:
        raise ProgramError(f"line {line} of the program gives one list to several variables")
    return dict.fromkeys(names, first)


def _first(node: ast.expr) -> Start:
    match node:
        case ast.BinOp(
            left=ast.List() as listed, op=ast.Mult(), right=ast.Constant(value=int() as times)
        ) if 0 < times * max(1, len(listed.elts)) <= MAX_LIST:
            begins = _literal(listed)
            assert isinstance(begins, list), "a list of literals is one"
            value: object = begins * times
        case _:
            value = _literal(node)
    if type(value) is int:
        return value
    if isinstance(value, list) and value and all(type(each) is int for each in value):
        return value
    raise ProgramError(
        f"line {node.lineno} of the program: a variable begins as {value!r}, neither an integer "
        "nor a list of some"
    )
