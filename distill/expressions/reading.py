"""Python text as integer expressions: the opposite of `distill.expressions.printing`.

What is read prints as the same text, so that a mechanism can be kept as text that people read and
be written as the same program again. This is the one place that text becomes an expression:
whatever else is asked of a stored text (to rename it, to write it as a formula) is asked of the
value. Nothing that is read is executed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import reduce
from itertools import pairwise

from distill.errors import MachineError, one_line, shortened
from distill.expressions.expression import Constant, Expression, Lookup, Member, Name, Operation
from distill.expressions.printing import is_grid

BINARY = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
}
COMPARED = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
CALLED = {"abs": 1, "isqrt": 1, "min": 2, "max": 2, "pow": 3}


def read_expression(text: str) -> Expression:
    """The expression that a text is.

    Raises:
        MachineError: it is no Python, or something that no expression prints as.
    """
    try:
        return _read(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError) as error:  # the latter of a null byte
        said = error.msg if isinstance(error, SyntaxError) else error
        raise MachineError(f"'{_shown(text)}' is no Python expression: {said}") from error
    except (RecursionError, MemoryError) as error:  # Python's own parser raises either
        raise MachineError(f"'{_shown(text)}' is nested too deeply to be read") from error


def _read(node: ast.expr) -> Expression:
    match node:
        case ast.Name(name):
            return Name(name)
        case ast.Constant() | ast.UnaryOp(ast.USub(), ast.Constant()):
            return Constant(_integer(node))
        case ast.UnaryOp(ast.USub(), operand):
            return Operation("neg", (_read(operand),))
        case ast.UnaryOp(ast.Not(), operand):
            return Operation("not", (_read(operand),))
        case ast.BinOp(left, operator, right) if type(operator) in BINARY:
            return Operation(BINARY[type(operator)], (_read(left), _read(right)))
        case ast.BinOp(operand, ast.Pow(), ast.Constant(2)):
            return Operation("*", (_read(operand), _read(operand)))
        case ast.BoolOp(operator, operands):
            return _joined("and" if isinstance(operator, ast.And) else "or", map(_read, operands))
        case ast.IfExp(test, first, second):
            return Operation("if", (_read(test), _read(first), _read(second)))
        case ast.Call(ast.Name("int"), [truth], []):
            return _read(truth)  # printed around a truth where an integer is wanted
        case ast.Call(ast.Attribute(operand, "bit_count"), [], []):
            return Operation("bit_count", (_read(operand),))
        case ast.Call(ast.Name(called), operands, []) if CALLED.get(called) == len(operands):
            return Operation(called, tuple(map(_read, operands)))
        case ast.Compare(operand, [ast.In()], [ast.Set(values)]):
            return Member(_read(operand), tuple(map(_integer, values)))
        case ast.Compare(ast.Tuple(names), [ast.Eq()], [ast.Tuple(values)]) if (
            0 < len(names) == len(values)
        ):
            pairs = zip(names, values, strict=True)
            return _joined("and", (Operation("==", (_read(n), _read(v))) for n, v in pairs))
        case ast.Compare(_, operators) if all(type(each) in COMPARED for each in operators):
            return _comparison(node)
        case ast.Subscript():
            return _lookup(node)
    raise _refusal(node)


def _joined(operator: str, parts: Iterable[Expression]) -> Expression:
    return reduce(lambda one, other: Operation(operator, (one, other)), parts)


def _comparison(node: ast.Compare) -> Expression:
    """A chain of comparisons: one of three parts with integers around, or each of two and `and`."""
    parts = tuple(_read(part) for part in (node.left, *node.comparators))
    names = [COMPARED[type(operator)] for operator in node.ops]
    if names == ["<=", "<="] and isinstance(parts[0], Constant):
        return Operation("between", parts)
    pairs = zip(names, pairwise(parts), strict=True)
    return _joined("and", (Operation(name, pair) for name, pair in pairs))


def _lookup(node: ast.Subscript) -> Lookup:
    """A table with what is looked up in it: nested lists, or a dictionary."""
    keys: list[ast.expr] = []
    table: ast.expr = node
    while isinstance(table, ast.Subscript):
        keys.insert(0, table.slice)
        table = table.value
    if isinstance(table, ast.Dict) and len(keys) == 1:
        operands = keys[0].elts if isinstance(keys[0], ast.Tuple) else keys
        rows = [
            (_key(key, len(operands)), _integer(value))
            for key, value in zip(table.keys, table.values, strict=True)
        ]
        if rows and operands:
            return Lookup(tuple(map(_read, operands)), tuple(rows))
    elif isinstance(table, ast.List):
        lookup = Lookup(tuple(map(_read, keys)), tuple(_list_rows(table, len(keys))))
        if is_grid(lookup):
            return lookup
    raise _refusal(table, "no table that is written out")


def _key(node: ast.expr | None, size: int) -> tuple[int, ...]:
    """A key of a dictionary: an integer, or as many as are looked up together."""
    if node is None:
        raise MachineError("a table that takes in another is none that is written out")
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    if len(parts) != size:
        raise _refusal(node, f"no key of {size} integers, as many as are looked up")
    return tuple(map(_integer, parts))


def _list_rows(table: ast.expr, depth: int) -> list[tuple[tuple[int, ...], int]]:
    """The rows of a list of lists of ... of integers, `depth` lists deep."""
    if depth == 0:
        return [((), _integer(table))]
    if not isinstance(table, ast.List) or not table.elts:
        raise _refusal(table, "no list of a table")
    return [
        ((place, *key), value)
        for place, part in enumerate(table.elts)
        for key, value in _list_rows(part, depth - 1)
    ]


def _integer(node: ast.expr) -> int:
    match node:
        case ast.Constant(int() as value) if not isinstance(value, bool):
            return value
        case ast.UnaryOp(ast.USub(), ast.Constant(int() as value)) if not isinstance(value, bool):
            return -value
    raise _refusal(node, "no integer")


def _refusal(node: ast.expr, what: str = "nothing that an expression prints as") -> MachineError:
    text = _shown(ast.unparse(node))
    return MachineError(f"'{text}' is {what}")


def _shown(text: str) -> str:
    return shortened(one_line(text))
