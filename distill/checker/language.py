"""The language of programs: a part of Python in which every line has one meaning.

A program is a module of constants and functions without side effects. Every name is bound in one
place: a module's constants, functions and imports once; parameters, variables and the variables of
comprehensions are named like nothing else that can be seen from where they stand, nor like any
builtin. Functions and builtins can be called and are no values; a function calls those above it,
so that nothing recurs. A list that is changed (by `append`, `pop`, or a store to a place) has one
name, which is a variable of the function that changes it, and nothing else ever holds it. There
are no strings, no attributes but a few methods, no closures, and no sets but behind `in`. The end
of a module, which states its domain, is a text that is known (`guard.py`).

So a program cannot tell who runs it, how often, or when, and it can be evaluated here
(`evaluate.py`) as Python would. The guide's page on the language lists it for people.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import cached_property

from .errors import ProgramError
from .guard import BOUND, CHECKS, Guard, bare_end, take_guard
from .rules import BUILTINS, MATH, MATH_VALUES, Names, Scope, check_changes, refuse

MAX_SOURCE = 2_000_000

MAX_CONSTANT = 1_000_000
IMPORTS = {"math": MATH | MATH_VALUES, "functools": {"cache"}, "fractions": {"Fraction"}}
DECLARED = re.compile(r"^[ \t\f]*#.*?coding[:=]")


@dataclass(frozen=True)
class Size:
    """Lines of code, nodes of the syntax tree, and literals that stand in collections."""

    lines: int
    ast_nodes: int
    data_literals: int


@dataclass(frozen=True)
class Program:
    """A program of the language.

    Attributes:
        source: its text.
        title: the first sentence of its docstring, without the full stop.
        body: its constants (assignments to one name) and functions, in their order.
        entry: the name of the one function that it is.
        functions: by name.
        cached: the names of those that are marked `@cache`.
        guard: the domain that it states, outside of which it raises ValueError; null where it
            states none. Nothing of it is left in the functions.
    """

    source: str
    title: str
    body: tuple[ast.Assign | ast.FunctionDef, ...]
    entry: str
    functions: dict[str, ast.FunctionDef]
    cached: frozenset[str]
    guard: Guard | None = None

    @cached_property
    def size(self) -> Size:
        """How long it is: docstrings, comments, blank lines and the check of a domain do not count.

        Of the command line one line does, as if no domain were stated.
        """
        tree = ast.parse(self.source)
        tree.body, guard = take_guard(tree.body)
        if guard is not None:
            tree.body.append(bare_end(self.entry, guard.form))
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.FunctionDef) and _is_text(node.body[0]):
                node.body = node.body[1:]
        nodes = list(ast.walk(tree))
        held = (ast.Dict, ast.List, ast.Tuple, ast.Set)
        literals = sum(
            isinstance(child, ast.Constant | ast.UnaryOp)
            for node in nodes
            if isinstance(node, held)
            for child in ast.iter_child_nodes(node)
        )
        return Size(len(ast.unparse(tree).splitlines()), len(nodes), literals)

    @property
    def constants(self) -> tuple[int, ...]:
        """The integers in its text, in its order: a fault that is rare is often at one of them."""
        nodes = [node for part in self.body for node in ast.walk(part)]
        signs = [node for node in nodes if isinstance(node, ast.UnaryOp)]
        negated = {id(node.operand) for node in signs if isinstance(node.op, ast.USub)}
        found = [
            (node.lineno, node.col_offset, -node.value if id(node) in negated else node.value)
            for node in nodes
            if isinstance(node, ast.Constant) and type(node.value) is int
        ]
        return tuple(value for *_, value in sorted(found) if abs(value) <= MAX_CONSTANT)


def read_program(source: str | bytes) -> Program:
    """Read a program, and hold it against the rules.

    Raises:
        ProgramError: it breaks one; the message names the line.
    """
    if isinstance(source, bytes):
        try:
            source = source.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ProgramError(f"the program is not UTF-8: {error}") from error
    if len(source) > MAX_SOURCE:
        raise ProgramError(f"the program has {len(source):,} characters; {MAX_SOURCE:,} is most")
    if any(DECLARED.match(line) for line in source.split("\n")[:2]) or source[:1] == "\ufeff":
        raise ProgramError("the program declares an encoding; programs are UTF-8 and do not say so")
    if "\f" in source or "\0" in source or "\r" in source:
        raise ProgramError("the program holds a form feed, a carriage return or a null")
    try:
        tree = ast.parse(source)
        return _Reader(source).read(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ProgramError(f"the program is not valid Python: {error}") from error


class _Reader:
    """Holds a module against the rules, from the top."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.names = Names(calls=set(BUILTINS))
        self.local: set[str] = set()  # what is a variable somewhere
        self.marks = False  # whether `cache` is imported
        self.functions: dict[str, ast.FunctionDef] = {}
        self.entry: str | None = None

    def read(self, tree: ast.Module) -> Program:
        body, guard = take_guard(tree.body)
        body = list(body)
        self.names.taken |= BOUND if guard is not None else set()
        title = ""
        if body and _is_text(body[0]):
            title = (ast.get_docstring(tree) or "").split("\n\n")[0].replace("\n", " ")
            body.pop(0)
        end = body.pop() if guard is None and body and isinstance(body[-1], ast.If) else None
        kept: list[ast.Assign | ast.FunctionDef] = []
        for node in body:
            match node:
                case ast.Import(names=[ast.alias(name="sys", asname=None)]):
                    self._bind(node, "sys")
                case ast.ImportFrom(level=0):
                    self._import(node)
                case ast.Assign(targets=[ast.Name(id="__all__")], value=value):
                    self._all(node, value)
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    Scope(self.names, None).expression(value)
                    self._bind(node, name)
                    self.names.values.add(name)
                    kept.append(node)
                case ast.FunctionDef():
                    self._function(node)
                    kept.append(node)
                case _:
                    raise refuse(
                        node, "is none of: an import, a constant, a function, the closing guard"
                    )
        if self.entry not in self.functions:
            raise ProgramError("`__all__` of the program does not name exactly one function of it")
        if (end or guard) is not None and "sys" not in self.names.taken:
            raise ProgramError("the end of the program uses sys, which is not imported")
        if end is not None and not _is_end(end, self.entry):
            raise refuse(end, 'is not `if __name__ == "__main__"` with a line that is known')
        marked = frozenset(name for name, node in self.functions.items() if node.decorator_list)
        title = title[:-1] if title.endswith(".") else title
        return Program(self.source, title, tuple(kept), self.entry, self.functions, marked, guard)

    def _bind(self, node: ast.AST, name: str) -> None:
        # also below a function: what a variable of it is before it is bound would be two things
        if name in self.names.taken | self.local or name.startswith("_"):
            raise refuse(node, f"binds {name}, which is taken")
        self.names.taken.add(name)

    def _import(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.asname or alias.name not in IMPORTS.get(node.module or "", ()):
                raise refuse(node, f"imports {alias.name} from {node.module}, which is not known")
            self._bind(node, alias.name)
            self.marks |= alias.name == "cache"
            (self.names.values if alias.name in MATH_VALUES else self.names.calls).add(alias.name)

    def _all(self, node: ast.stmt, value: ast.expr) -> None:
        match value:
            case ast.List(elts=[ast.Constant(value=str() as name)]) if self.entry is None:
                self.entry = name
            case _:
                raise refuse(node, "is no `__all__` with exactly one function")

    def _function(self, node: ast.FunctionDef) -> None:
        given = node.args
        odd = (given.posonlyargs, given.kwonlyargs, given.defaults, given.vararg, given.kwarg)
        if any(odd) or not given.args:
            raise refuse(node, "defines a function whose parameters are not a plain list")
        for annotation in (*(arg.annotation for arg in given.args), node.returns):
            if annotation is not None and not _is_type(annotation):
                raise refuse(node, "has an annotation that is not made of int, float, list, tuple")
        for mark in node.decorator_list:
            if not isinstance(mark, ast.Name) or mark.id != "cache" or not self.marks:
                raise refuse(node, "has a decorator other than cache")
        body = node.body[1:] if _is_text(node.body[0]) else node.body
        if not body:
            raise refuse(node, "defines a function that does nothing")
        scope = Scope(self.names, node)
        scope.statements(body, loop=False)
        check_changes(node, scope.variables)
        self.local |= scope.variables
        self._bind(node, node.name)
        self.names.calls.add(node.name)
        self.functions[node.name] = node


def _is_text(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _is_type(node: ast.expr) -> bool:
    """int, float, bool, or lists and tuples of these."""
    match node:
        case ast.Name(id="int" | "float" | "bool"):
            return True
        case ast.Subscript(value=ast.Name(id="list" | "tuple"), slice=ast.Tuple(elts=parts)):
            return all(map(_is_type, parts))
        case ast.Subscript(value=ast.Name(id="list" | "tuple"), slice=part):
            return _is_type(part)
    return False


def _is_end(node: ast.stmt, function: str) -> bool:
    return ast.dump(node) in (ast.dump(bare_end(function, form)) for form in CHECKS)
