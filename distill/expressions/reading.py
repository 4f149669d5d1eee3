"""Python text as integer expressions: the opposite of `distill.expressions.printing`.

What is read prints as the same text, so that a mechanism can be kept as text that people read and
be written as the same program again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import reduce
from itertools import pairwise, product

from distill.errors import MachineError
from distill.expressions.expression import Constant, Expression, Lookup, Member, Name, Operation

BINARY = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
}
COMPARED = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
CALLED = {"abs": 1, "isqrt": 1, "min": 2, "max": 2}


def read_expression(text: str) -> Expression:
    """The expression that a text is.

    Raises:
        MachineError: it is no Python, or something that no expression prints as.
    """
    try:
        return _read(ast.parse(text, mode="eval").body)
    except SyntaxError as error:
        raise MachineError(f"'{text}' is no Python expression: {error.msg}") from error


def _read(node: ast.expr) -> Expression:
    match node:
        case ast.Name(name):
            return Name(name)
        case ast.Constant(int() as value):
            return Constant(int(value))
        case ast.UnaryOp(ast.USub(), ast.Constant(int() as value)):
            return Constant(-value)
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
        case ast.Call(ast.Name(called), operands, []) if CALLED.get(called) == len(operands):
            return Operation(called, tuple(map(_read, operands)))
        case ast.Compare(operand, [ast.In()], [ast.Set(values)]):
            return Member(_read(operand), tuple(map(_integer, values)))
        case ast.Compare(ast.Tuple(names), [ast.Eq()], [ast.Tuple(values)]):
            pairs = zip(names, values, strict=True)
            return _joined("and", (Operation("==", (_read(n), _read(v))) for n, v in pairs))
        case ast.Compare(first, operators, others):
            return _comparison([_read(part) for part in (first, *others)], operators)
        case ast.Subscript():
            return _lookup(node)
    raise MachineError(f"'{ast.unparse(node)}' is nothing that an integer expression prints as")


def _joined(operator: str, parts: Iterable[Expression]) -> Expression:
    return reduce(lambda one, other: Operation(operator, (one, other)), parts)


def _comparison(parts: list[Expression], operators: list[ast.cmpop]) -> Expression:
    names = [COMPARED.get(type(operator)) for operator in operators]
    if None in names:
        raise MachineError("a comparison other than of integers")
    if names == ["<=", "<="] and isinstance(parts[0], Constant):
        return Operation("between", tuple(parts))
    pairs = [Operation(str(name), pair) for name, pair in zip(names, pairwise(parts), strict=True)]
    return _joined("and", pairs)


def _lookup(node: ast.Subscript) -> Expression:
    """A table with what is looked up in it: nested lists, or a dictionary."""
    keys: list[ast.expr] = []
    table: ast.expr = node
    while isinstance(table, ast.Subscript):
        keys.insert(0, table.slice)
        table = table.value
    if isinstance(table, ast.Dict):
        (key,) = keys
        operands = key.elts if isinstance(key, ast.Tuple) else [key]
        rows = [
            (_integers(given), _integer(value))
            for given, value in zip(table.keys, table.values, strict=True)
        ]
    elif isinstance(table, ast.List):
        operands, rows = keys, list(_grid_rows(table, len(keys)))
    else:
        raise MachineError(f"'{ast.unparse(table)}' is no table that is written out")
    return Lookup(tuple(map(_read, operands)), tuple(rows))


def _grid_rows(table: ast.List, depth: int) -> list[tuple[tuple[int, ...], int]]:
    values = ast.literal_eval(table)
    sizes, level = [], values
    for _ in range(depth):
        sizes.append(len(level))
        level = level[0]
    keys = product(*map(range, sizes))
    return [(key, reduce(lambda level, place: level[place], key, values)) for key in keys]


def _integers(node: ast.expr | None) -> tuple[int, ...]:
    if isinstance(node, ast.Tuple):
        return tuple(map(_integer, node.elts))
    return (_integer(node),)


def _integer(node: ast.expr | None) -> int:
    value = None if node is None else ast.literal_eval(node)
    if not isinstance(value, int):
        raise MachineError("a table or a list holds something else than integers")
    return value
