"""Integer expressions as Python text."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping

import numpy as np

from distill.expressions.expression import (
    TRUTHS,
    Constant,
    Expression,
    Lookup,
    Member,
    Name,
    Operation,
    conjuncts,
    is_pattern,
    is_truth,
)


def condition_source(expression: Expression, named: Mapping[Lookup, str] | None = None) -> str:
    """The expression as Python, where True and False are as good as 1 and 0.

    Args:
        expression: what to print.
        named: tables that have names; others are printed where they stand.
    """
    match expression:
        case Operation("and" | "or" as operator, operands) if is_truth(expression):
            if is_pattern(expression) and len(conjuncts("and", operands)) > 2:
                return _pattern_source(expression)
            parts = _chained(operator, conjuncts(operator, operands), named or {})
            # joined here, since `unparse` puts brackets around a third comparison
            if parts is not None:
                return f" {operator} ".join(parts)
    return _unparsed(ast.parse(_source(expression, named or {}), mode="eval"))


def _unparsed(tree: ast.Expression) -> str:
    """The text of a tree, with brackets around what bit operators combine: x & (x - 1).

    Python needs none there, but few readers know by heart which of them binds more tightly.
    """
    brackets = _Bracketed()
    text = ast.unparse(brackets.visit(tree))
    for name, inner in reversed(brackets.inside.items()):
        text = text.replace(name, f"({inner})")
    return text


class _Bracketed(ast.NodeTransformer):
    """Puts names in the place of sums, shifts and masks that stand within bit operators, and of bit
    operators within comparisons.
    """

    def __init__(self) -> None:
        self.inside: dict[str, str] = {}

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.BitXor | ast.BitAnd | ast.BitOr):
            node.left, node.right = self._kept(node.left), self._kept(node.right)
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        self.generic_visit(node)
        node.left = self._apart(node.left)
        node.comparators = [self._apart(each) for each in node.comparators]
        return node

    def _apart(self, node: ast.expr) -> ast.expr:
        match node:
            case ast.BinOp(op=ast.BitXor() | ast.BitAnd() | ast.BitOr()):
                return self._named(node)
        return node

    def _kept(self, node: ast.expr) -> ast.expr:
        match node:
            case ast.BinOp(op=ast.LShift() | ast.RShift() | ast.Add() | ast.Sub()):
                pass
            case ast.BinOp(op=ast.BitAnd(), right=ast.Constant(int() as mask)) if mask > 1:
                pass
            case _:
                return node
        return self._named(node)

    def _named(self, node: ast.expr) -> ast.expr:
        name = f"__{len(self.inside)}__"
        self.inside[name] = ast.unparse(node)
        return ast.Name(name, ast.Load())


def source(expression: Expression, named: Mapping[Lookup, str] | None = None) -> str:
    """The expression as Python that gives an integer. Redundant brackets are left out."""
    text = condition_source(expression, named)
    return f"int({text})" if is_truth(expression) else text


def _source(expression: Expression, named: Mapping[Lookup, str]) -> str:
    match expression:
        case Name(name):
            return name
        case Constant(value):
            return f"({value})"
        case Member(operand, values):
            listed = ", ".join(map(str, values))
            return f"({_source(operand, named)} in {{{listed}}})"
        case Lookup(operands):
            keys = [_source(operand, named) for operand in operands]
            table = named.get(expression) or table_source(expression)
            if is_grid(expression):
                return table + "".join(f"[{key}]" for key in keys)
            return f"{table}[{', '.join(keys)}]"
        case Operation("*", (Operation() as operand, same)) if operand == same:
            return f"({_source(operand, named)} ** 2)"
        case Operation("neg", (operand,)):
            return f"(-{_source(operand, named)})"
        case Operation("if", operands):
            test, first, second = (_source(operand, named) for operand in operands)
            truths = [is_truth(operand) for operand in operands[1:]]
            if truths[0] != truths[1]:  # what follows a choice is of one kind, whichever is taken
                first, second = (
                    f"int({text})" if truth else text
                    for text, truth in zip((first, second), truths, strict=True)
                )
            return f"({first} if {test} else {second})"
        case Operation("and" | "or" as operator, operands):
            parts = conjuncts(operator, operands)
            if is_truth(expression) and _chained(operator, parts, named) is not None:
                return f"({condition_source(expression, named)})"
            return f"({f' {operator} '.join(_source(part, named) for part in parts)})"
        case Operation("between", operands):
            low, middle, high = (_source(operand, named) for operand in operands)
            return f"({low} <= {middle} <= {high})"
        case Operation("not", (operand,)):
            return f"(not {_source(operand, named)})"
        case Operation(operator, operands):
            parts = [_source(operand, named) for operand in operands]
            if operator == "bit_count":
                return f"({parts[0]}).bit_count()"
            if operator in {"abs", "min", "max", "isqrt", "pow"}:
                return f"{operator}({', '.join(parts)})"
            return f"({f' {operator} '.join(parts)})"


def _pattern_source(expression: Expression) -> str:
    """Variables that all have given values: (a, b, c) == (1, 0, 1)."""
    assert isinstance(expression, Operation), "a pattern is a conjunction"
    left, right = [], []
    for part in conjuncts("and", expression.operands):
        match part:
            case Operation("==", (Name(name), Constant(value))):
                left.append(name)
                right.append(str(value))
    return f"({', '.join(left)}) == ({', '.join(right)})"


def _chained(
    operator: str, parts: tuple[Expression, ...], named: Mapping[Lookup, str]
) -> list[str] | None:
    """Comparisons as text; of `and`, neighbours of one direction are one: a != b != c."""
    texts: list[str] = []
    last: tuple[Expression, str] | None = None
    for part in parts:
        if not isinstance(part, Operation) or part.operator not in TRUTHS:
            return None
        text = condition_source(part, named)
        left, right = part.operands[0], part.operands[-1]
        names_only = isinstance(left, Name) and isinstance(right, Name)
        way = part.operator.removesuffix("=") or part.operator  # a < b <= c, but not a < b > c
        if operator == "and" and names_only and (left, way) == last:
            texts[-1] += text.removeprefix(source(left))
        else:
            texts.append(text)
        last = (right, way) if names_only and part.operator not in {"between", "not"} else None
    return texts


def is_grid(lookup: Lookup) -> bool:
    """Whether a table has a row for all combinations of 0, 1, ..., so that lists can hold it."""
    sizes = [max(column) + 1 for column in zip(*(key for key, _ in lookup.rows), strict=True)]
    return len(lookup.rows) == math.prod(sizes) and min(min(key) for key, _ in lookup.rows) == 0


def table_source(lookup: Lookup) -> str:
    """A table as Python: nested lists where that is possible, or else a dictionary."""
    if not is_grid(lookup):
        single = len(lookup.operands) == 1
        return str({key[0] if single else key: value for key, value in lookup.rows})
    sizes = [max(column) + 1 for column in zip(*(key for key, _ in lookup.rows), strict=True)]
    return str(np.array([value for _, value in lookup.rows]).reshape(sizes).tolist())
