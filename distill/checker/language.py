"""The language of programs: a part of Python in which every line has one meaning.

A program is a module of constants and functions without side effects. Every name is bound in one
place: a module's constants, functions and imports once; parameters, variables and the variables of
comprehensions are named like nothing else that can be seen from where they stand, nor like any
builtin. Functions and builtins can be called and are no values; a function calls those above it,
so that nothing recurs. A list that is changed (by `append`, `pop`, or a store to a place) has one
name, which is a variable of the function that changes it, and nothing else ever holds it. There
are no strings, no attributes but a few methods, no closures, and no sets but behind `in`.

So a program cannot tell who runs it, how often, or when, and it can be evaluated here
(`evaluate.py`) as Python would. The guide's page on the language lists it for people.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass

from .errors import ProgramError

MAX_SOURCE = 2_000_000

MATH_VALUES = {"pi", "e", "tau"}
MATH = {
    *("cos", "sin", "tan", "acos", "asin", "atan", "atan2", "cosh", "sinh", "tanh", "exp", "log"),
    *("sqrt", "isqrt", "gcd", "floor", "ceil", "hypot"),
}
IMPORTS = {"math": MATH | MATH_VALUES, "functools": {"cache"}, "fractions": {"Fraction"}}
BUILTINS = {
    *("abs", "all", "any", "bool", "divmod", "enumerate", "float", "int", "len", "list", "max"),
    *("min", "pow", "range", "reversed", "round", "sorted", "sum", "tuple", "zip"),
}
CONSUMERS = {"all", "any", "list", "max", "min", "sorted", "sum", "tuple"}
"""Builtins that may be given a generator, which they use up at once."""
METHODS = {"count", "get", "index", "items", "keys", "values"}
CHANGES = {"append", "pop"}
ITERATORS = {"enumerate", "range", "reversed", "zip"}
VIEWS = {"items", "keys", "values"}
"""What these give is gone through where it stands, and is no value."""
COPIES = {*BUILTINS} - {"max", "min"}
"""Builtins that hand back none of what is in a list that they are given."""
OPERATORS = (
    *(ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod),
    *(ast.BitAnd, ast.BitOr, ast.BitXor, ast.RShift),
)
COMPARISONS = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn)
MAX_POWER = 8
MAX_CONSTANT = 1_000_000
MAX_SHIFT = 64
DECLARED = re.compile(r"^[ \t\f]*#.*?coding[:=]")

MAIN_GUARDS = (
    "print({function}(*map(int, sys.argv[1:])))",
    "print({function}(list(map(int, sys.argv[1:]))))",
    'print({function}([tuple(map(int, word.split(","))) for word in sys.argv[1:]]))',
)
"""Of a function of numbers, of a list of numbers, and of a list of tuples written `1,0 0,1`."""


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
    """

    source: str
    title: str
    body: tuple[ast.Assign | ast.FunctionDef, ...]
    entry: str
    functions: dict[str, ast.FunctionDef]
    cached: frozenset[str]

    @property
    def size(self) -> Size:
        """How long it is: docstrings, comments and blank lines do not count."""
        tree = ast.parse(self.source)
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
        negated = {
            id(node.operand): True
            for node in nodes
            if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
        }
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


def _refuse(node: ast.AST, what: str) -> ProgramError:
    return ProgramError(f"line {getattr(node, 'lineno', 0)} of the program {what}")


class _Reader:
    """Holds a module against the rules, from the top."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.values: set[str] = set()  # what may be read
        self.calls: set[str] = set(BUILTINS)  # what may be called
        self.taken: set[str] = set(dir(builtins))
        self.local: set[str] = set()  # what is a variable somewhere
        self.marks = False  # whether `cache` is imported
        self.functions: dict[str, ast.FunctionDef] = {}
        self.entry: str | None = None

    def read(self, tree: ast.Module) -> Program:
        body = list(tree.body)
        title = ""
        if body and _is_text(body[0]):
            title = (ast.get_docstring(tree) or "").split("\n\n")[0].replace("\n", " ")
            body.pop(0)
        guard = body.pop() if body and isinstance(body[-1], ast.If) else None
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
                    _Scope(self, None).expression(value)
                    self._bind(node, name)
                    self.values.add(name)
                    kept.append(node)
                case ast.FunctionDef():
                    self._function(node)
                    kept.append(node)
                case _:
                    raise _refuse(
                        node, "is none of: an import, a constant, a function, the closing guard"
                    )
        if self.entry not in self.functions:
            raise ProgramError("`__all__` of the program does not name exactly one function of it")
        if guard is not None and not _is_guard(guard, self.entry, "sys" in self.taken):
            raise _refuse(guard, 'is not `if __name__ == "__main__"` with a line that is known')
        marked = frozenset(name for name, node in self.functions.items() if node.decorator_list)
        title = title[:-1] if title.endswith(".") else title
        return Program(self.source, title, tuple(kept), self.entry, self.functions, marked)

    def _bind(self, node: ast.AST, name: str) -> None:
        # also below a function: what a variable of it is before it is bound would be two things
        if name in self.taken | self.local or name.startswith("_"):
            raise _refuse(node, f"binds {name}, which is taken")
        self.taken.add(name)

    def _import(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            if alias.asname or alias.name not in IMPORTS.get(node.module or "", ()):
                raise _refuse(node, f"imports {alias.name} from {node.module}, which is not known")
            self._bind(node, alias.name)
            self.marks |= alias.name == "cache"
            (self.values if alias.name in MATH_VALUES else self.calls).add(alias.name)

    def _all(self, node: ast.stmt, value: ast.expr) -> None:
        match value:
            case ast.List(elts=[ast.Constant(value=str() as name)]) if self.entry is None:
                self.entry = name
            case _:
                raise _refuse(node, "is no `__all__` with exactly one function")

    def _function(self, node: ast.FunctionDef) -> None:
        given = node.args
        odd = (given.posonlyargs, given.kwonlyargs, given.defaults, given.vararg, given.kwarg)
        if any(odd) or not given.args:
            raise _refuse(node, "defines a function whose parameters are not a plain list")
        for annotation in (*(arg.annotation for arg in given.args), node.returns):
            if annotation is not None and not _is_type(annotation):
                raise _refuse(node, "has an annotation that is not made of int, float, list, tuple")
        for mark in node.decorator_list:
            if not isinstance(mark, ast.Name) or mark.id != "cache" or not self.marks:
                raise _refuse(node, "has a decorator other than cache")
        body = node.body[1:] if _is_text(node.body[0]) else node.body
        if not body:
            raise _refuse(node, "defines a function that does nothing")
        scope = _Scope(self, node)
        scope.statements(body, loop=False)
        _check_changes(node, scope.variables)
        self.local |= scope.variables
        self._bind(node, node.name)
        self.calls.add(node.name)
        self.functions[node.name] = node


class _Scope:
    """The names and lines of a function, or of a constant."""

    def __init__(self, module: _Reader, function: ast.FunctionDef | None) -> None:
        self.module, self.function = module, function
        self.variables: set[str] = set()
        self.inner: list[str] = []  # variables of the comprehensions around a place
        if function is not None:
            names = [arg.arg for arg in function.args.args]
            stored = [*_stored(function.body)]
            for name in (*names, *stored):
                if name in module.taken or name.startswith("_") or name == function.name:
                    raise _refuse(function, f"binds {name}, which is taken")
            if len(set(names)) < len(names):
                raise _refuse(function, "names two parameters alike")
            self.variables = {*names, *stored}

    def statements(self, body: list[ast.stmt], loop: bool) -> None:
        for node in body:
            self._statement(node, loop)

    def _statement(self, node: ast.stmt, loop: bool) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                self.expression(value)
                for target in targets:
                    self._target(target)
            case ast.AugAssign(target=target, op=op, value=value):
                self.expression(value)
                self._operator(node, op, value)
                self._target(target)
            case ast.If(test=test, body=body, orelse=orelse):
                self.expression(test)
                self.statements(body, loop)
                self.statements(orelse, loop)
            case ast.For(target=target, iter=over, body=body, orelse=[]):
                self._iterated(over)
                self._target(target, places=False)
                self.statements(body, True)
            case ast.While(test=test, body=body, orelse=[]):
                self.expression(test)
                self.statements(body, True)
            case ast.Return(value=ast.expr() as value):
                self.expression(value)
            case ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(value=ast.Name(id=name), attr="append" | "pop" as attr),
                    args=arguments,
                    keywords=[],
                )
            ) if name in self.variables and len(arguments) == (attr == "append"):
                for argument in arguments:
                    self.expression(argument)
            case ast.Raise(
                exc=ast.Call(func=ast.Name(id="ValueError"), args=[text], keywords=[]), cause=None
            ):
                self._message(text)
            case ast.Break() | ast.Continue() if loop:
                pass
            case ast.Pass():
                pass
            case _:
                raise _refuse(node, f"has a statement that is not known: {_shown(node)}")

    def _target(self, node: ast.expr, places: bool = True) -> None:
        match node:
            case ast.Name():
                pass  # taken up with all that the function stores
            case ast.Tuple(elts=elements):
                for element in elements:
                    self._target(element, places=False)
            case ast.Subscript(value=ast.Name(id=name), slice=place) if (
                places and name in self.variables and not isinstance(place, ast.Slice)
            ):
                self.expression(place)
            case _:
                raise _refuse(node, f"stores to {_shown(node)}, which is no variable")

    def _message(self, node: ast.expr) -> None:
        match node:
            case ast.Constant(value=str()):
                pass
            case ast.JoinedStr(values=values):
                for part in values:
                    match part:
                        case ast.Constant(value=str()):
                            pass
                        case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
                            self.expression(value)
                        case _:
                            raise _refuse(node, "raises with a message that is not plain")
            case _:
                raise _refuse(node, "raises with something other than a message")

    def _operator(self, node: ast.AST, op: ast.operator, right: ast.expr) -> None:
        most = {ast.Pow: MAX_POWER, ast.LShift: MAX_SHIFT}.get(type(op))
        if most is not None:
            match right:
                case ast.Constant(value=int() as value) if 0 <= value <= most:
                    return
            raise _refuse(node, "uses ** or << with anything but a small number on the right")
        if not isinstance(op, OPERATORS):
            raise _refuse(node, f"uses the operator {type(op).__name__}")

    def _iterated(self, node: ast.expr) -> None:
        """An expression that is gone through where it stands."""
        match node:
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in ITERATORS:
                if name in {"enumerate", "reversed"} and len(arguments) != 1:
                    raise _refuse(node, f"gives {name} more than one argument, or none")
                for argument in arguments:
                    if (name == "reversed" and not _is_range(argument)) or name == "range":
                        self.expression(argument)
                    else:
                        self._iterated(argument)
            case ast.Call(func=ast.Attribute(value=value, attr=attr), args=[], keywords=[]) if (
                attr in VIEWS
            ):
                self.expression(value)
            case _:
                self.expression(node)

    def expression(self, node: ast.expr) -> None:
        match node:
            case ast.Constant(value=value):
                if value is not None and type(value) not in (int, float, bool):
                    raise _refuse(node, f"has the literal {value!r}, which is no number")
            case ast.Name(id=name):
                if name not in self.variables | self.module.values | {*self.inner}:
                    raise _refuse(node, f"reads {name}, which is no value that is bound above it")
            case ast.BinOp(left=left, op=op, right=right):
                self._operator(node, op, right)
                self._all(left, right)
            case ast.UnaryOp(operand=operand):
                self.expression(operand)
            case ast.BoolOp(values=values):
                self._all(*values)
            case ast.Compare():
                self._comparison(node)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self._all(test, body, orelse)
            case ast.Tuple(elts=elements) | ast.List(elts=elements):
                for element in elements:
                    if isinstance(element, ast.Starred):
                        self._iterated(element.value)
                    else:
                        self.expression(element)
            case ast.Dict(keys=keys, values=values):
                if None in keys:
                    raise _refuse(node, "unpacks a dictionary")
                self._all(*(key for key in keys if key is not None), *values)
            case ast.Subscript(value=value, slice=ast.Slice(lower=low, upper=high, step=step)):
                self._all(value, *(end for end in (low, high, step) if end is not None))
            case ast.Subscript(value=value, slice=place):
                self._all(value, place)
            case ast.ListComp(elt=elt, generators=generators):
                self._comprehension(node, generators, elt)
            case ast.DictComp(key=key, value=value, generators=generators):
                self._comprehension(node, generators, key, value)
            case ast.Call(keywords=[]):
                self._call(node)
            case _:
                raise _refuse(node, f"has an expression that is not known: {_shown(node)}")

    def _all(self, *nodes: ast.expr) -> None:
        for node in nodes:
            self.expression(node)

    def _comparison(self, node: ast.Compare) -> None:
        self.expression(node.left)
        for op, right in zip(node.ops, node.comparators, strict=True):
            if not isinstance(op, COMPARISONS):
                raise _refuse(node, f"compares by {type(op).__name__}")
            # what a chain goes on with is a value: no set, and no range
            inside = isinstance(op, ast.In | ast.NotIn) and right is node.comparators[-1]
            if isinstance(right, ast.Set) and inside:
                self._all(*right.elts)
            elif inside and _is_range(right):
                self._iterated(right)
            else:
                self.expression(right)

    def _comprehension(
        self, node: ast.expr, generators: list[ast.comprehension], *parts: ast.expr
    ) -> None:
        depth = len(self.inner)
        for generator in generators:
            self._iterated(generator.iter)
            for name in _names(generator.target):
                if name in self.module.taken | self.variables | {*self.inner} or name[0] == "_":
                    raise _refuse(node, f"binds {name}, which is taken")
                self.inner.append(name)
            self._all(*generator.ifs)
            if generator.is_async:
                raise _refuse(node, "waits for something")
        self._all(*parts)
        del self.inner[depth:]

    def _call(self, node: ast.Call) -> None:
        match node.func:
            case ast.Name(id=name) if name in self.module.calls and name != "cache":
                match node.args:
                    case [ast.GeneratorExp(elt=elt, generators=generators)] if name in CONSUMERS:
                        self._comprehension(node, generators, elt)
                        return
                    case [argument] if name in CONSUMERS:
                        self._iterated(argument)
                        return
                if name in ITERATORS or (name == "len" and len(node.args) != 1):
                    raise _refuse(node, f"keeps what {name} gives, which can only be gone through")
            case ast.Attribute(value=value, attr=attribute) if attribute in METHODS - VIEWS:
                self.expression(value)
            case _:
                raise _refuse(node, f"calls {_shown(node.func)}, which is not known above it")
        if any(isinstance(argument, ast.Starred) for argument in node.args):
            raise _refuse(node, "unpacks arguments")
        self._all(*node.args)


def _check_changes(function: ast.FunctionDef, variables: set[str]) -> None:
    """A list that is changed has one name, and nothing else ever holds it."""
    parameters = {arg.arg for arg in function.args.args}
    changed: set[str] = set()
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=attr)) if (
                attr in CHANGES
            ):
                changed.add(name)
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
                changed.add(name)
    if changed & parameters or not changed <= variables:
        raise _refuse(function, "changes a list that it did not make")
    for parent in ast.walk(function):
        match parent:
            case ast.Assign(targets=targets, value=value):
                names = {name for target in targets for name in _names(target)}
                plain = len(targets) == 1 and isinstance(targets[0], ast.Name) and _is_new(value)
                if names & changed and not plain:
                    raise _refuse(parent, "gives a list that is changed to more than one name")
            case ast.For(target=target, iter=over, body=body):
                inside = {
                    node.id
                    for line in body
                    for node in ast.walk(line)
                    if isinstance(node, ast.Name) and node.id in changed
                }
                read = {node.id for node in ast.walk(over) if isinstance(node, ast.Name)}
                if read & inside or {*_names(target)} & changed:
                    raise _refuse(parent, "goes through a list that is changed on the way")
            case ast.AugAssign(target=ast.Name(id=name)) if name in changed:
                raise _refuse(parent, "adds to a list where it stands")
        for child in ast.iter_child_nodes(parent):
            if not isinstance(child, ast.Name) or not isinstance(child.ctx, ast.Load):
                continue
            if child.id in changed and not _looks_only(parent):
                raise _refuse(child, f"lets something else hold {child.id}, which is changed")


def _looks_only(parent: ast.AST) -> bool:
    """Whether nothing holds on to a list behind this place."""
    match parent:
        case ast.Subscript() | ast.Compare() | ast.Starred() | ast.Return() | ast.BinOp():
            return True
        case ast.Attribute() | ast.comprehension() | ast.For():
            return True
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return name in COPIES or (name in BUILTINS and len(arguments) == 1)
    return False


def _is_new(node: ast.expr) -> bool:
    """Whether an expression makes a list that nothing else holds."""
    match node:
        case ast.List() | ast.ListComp() | ast.BinOp():
            return True
        case ast.Call(func=ast.Name(id="list" | "sorted")):
            return True
        case ast.Subscript(slice=ast.Slice()):
            return True
    return False


def _stored(body: list[ast.stmt]) -> Iterator[str]:
    """The names that statements store to, comprehensions aside."""
    for line in body:
        for node in ast.walk(line):
            match node:
                case ast.Assign(targets=targets):
                    for target in targets:
                        yield from _names(target)
                case ast.AugAssign(target=target) | ast.For(target=target):
                    yield from _names(target)


def _names(target: ast.expr) -> Iterator[str]:
    if isinstance(target, ast.Name):
        yield target.id
    elif isinstance(target, ast.Tuple):
        for element in target.elts:
            yield from _names(element)
    elif not isinstance(target, ast.Subscript):
        raise _refuse(target, f"stores to {_shown(target)}, which is no variable")


def _is_text(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _is_range(node: ast.expr) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="range"), keywords=[]):
            return True
    return False


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


def _is_guard(node: ast.stmt, function: str | None, has_sys: bool) -> bool:
    lines = [f'if __name__ == "__main__":\n    {line}' for line in MAIN_GUARDS]
    known = (ast.dump(ast.parse(line.format(function=function)).body[0]) for line in lines)
    return has_sys and ast.dump(node) in known


def _shown(node: ast.AST) -> str:
    text = ast.unparse(node).split("\n")[0]
    return text if len(text) <= 60 else text[:57] + "..."
