"""What may stand in a function of a program, or in a constant (`language.py`).

Whatever is not named here is refused.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable
from dataclasses import dataclass, field

from .errors import ProgramError

MATH_VALUES = {"pi", "e", "tau"}
MATH = {
    *("cos", "sin", "tan", "acos", "asin", "atan", "atan2", "cosh", "sinh", "tanh", "exp", "log"),
    *("sqrt", "isqrt", "gcd", "floor", "ceil", "hypot"),
}
BUILTINS = {
    *("abs", "all", "any", "bool", "divmod", "enumerate", "float", "int", "len", "list", "max"),
    *("min", "pow", "range", "reversed", "round", "sorted", "sum", "tuple", "zip"),
}
CONSUMERS = {"all", "any", "list", "max", "min", "sorted", "sum", "tuple"}
"""Builtins that may be given a generator, which they use up at once."""
METHODS = {"bit_count", "count", "get", "index", "items", "keys", "values"}
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
BOUNDED: dict[type, int] = {ast.Pow: 8, ast.LShift: 64}
"""Operators, and the largest number that may be written behind them."""
EXPRESSIONS: dict[type, str] = {
    **dict.fromkeys((ast.Constant, ast.Name, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.IfExp), ""),
    **dict.fromkeys((ast.Compare, ast.Call, ast.Subscript, ast.Tuple, ast.List, ast.Dict), ""),
    **dict.fromkeys((ast.ListComp, ast.DictComp), ""),
    **{ast.Slice: "slice", ast.Set: "set", ast.Starred: "starred", ast.GeneratorExp: "generator"},
}
"""Expressions, and the one sort of place where some may stand; all others are values."""
VALUE: frozenset[str] = frozenset()
THROUGH = frozenset({"iterator"})
CONSUMED, MEMBERS = THROUGH | {"generator"}, frozenset({"range", "set"})
PLACES: dict[tuple[type, str], frozenset[str]] = {
    **{(ast.Tuple, "elts"): frozenset({"starred"}), (ast.List, "elts"): frozenset({"starred"})},
    **{(ast.Subscript, "slice"): frozenset({"slice"}), (ast.Starred, "value"): THROUGH},
}
GIVEN = {"enumerate": THROUGH, "zip": THROUGH, "reversed": frozenset({"range"})}
"""What may stand somewhere besides a value: in a field of an expression, or given to a builtin."""


def refuse(node: ast.AST, what: str) -> ProgramError:
    """What to raise of a place in a program."""
    return ProgramError(f"line {getattr(node, 'lineno', 0)} of the program {what}")


def _shown(node: ast.AST) -> str:
    text = ast.unparse(node).split("\n")[0]
    return text if len(text) <= 60 else text[:57] + "..."


@dataclass
class Names:
    """What a module has bound above a place: what may be called, what may be read, and all names.

    A builtin's name is taken, whether programs may use it or not.
    """

    calls: set[str]
    values: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=lambda: set(dir(builtins)))


class Scope:
    """The names and lines of a function, or of a constant."""

    def __init__(self, module: Names, function: ast.FunctionDef | None) -> None:
        self.module = module
        self.variables: set[str] = set()
        self.inner: list[str] = []  # variables of the comprehensions around a place
        if function is not None:
            names = [arg.arg for arg in function.args.args]
            stored = [name for node in ast.walk(function) for name in _bound(node)]
            for name in (*names, *stored):
                if name in module.taken or name.startswith("_") or name == function.name:
                    raise refuse(function, f"binds {name}, which is taken")
            if len(set(names)) < len(names):
                raise refuse(function, "names two parameters alike")
            self.variables = {*names, *stored}

    def statements(self, body: list[ast.stmt], loop: bool) -> None:
        """Lines, which may be those of a loop."""
        for node in body:
            self._statement(node, loop)

    def _statement(self, node: ast.stmt, loop: bool) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                self._all(value, *map(self._place, targets))
            case ast.AugAssign(target=target, op=op, value=value):
                self._operator(node, op, value)
                self._all(value, self._place(target))
            case ast.If(test=test, body=body, orelse=orelse):
                self._all(test)
                self.statements([*body, *orelse], loop)
            case ast.For(iter=over, body=body, orelse=[]):
                self.expression(over, THROUGH)
                self.statements(body, True)
            case ast.While(test=test, body=body, orelse=[]):
                self._all(test)
                self.statements(body, True)
            case ast.Return(value=ast.expr() as value):
                self._all(value)
            case ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(value=ast.Name(id=name), attr="append" | "pop" as attr),
                    args=arguments,
                    keywords=[],
                )
            ) if name in self.variables and len(arguments) == (attr == "append"):
                self._all(*arguments)
            case ast.Raise(
                exc=ast.Call(func=ast.Name(id="ValueError"), args=[text], keywords=[]), cause=None
            ):
                self._message(text)
            case ast.Break() | ast.Continue() if loop:
                pass
            case ast.Pass():
                pass
            case _:
                raise refuse(node, f"has a statement that is not known: {_shown(node)}")

    def _place(self, target: ast.expr) -> ast.expr | None:
        """The place of a list that is stored to; names are taken up with all of the function."""
        match target:
            case ast.Subscript(value=ast.Name(id=name), slice=place) if name in self.variables:
                return place
            case ast.Subscript():
                raise refuse(target, f"stores to {_shown(target)}, which is no variable")
        return None

    def _message(self, node: ast.expr) -> None:
        parts = node.values if isinstance(node, ast.JoinedStr) else [node]
        for part in parts:
            match part:
                case ast.Constant(value=str()):
                    pass
                case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
                    self._all(value)
                case _:
                    raise refuse(node, "raises with something other than a plain message")

    def _operator(self, node: ast.AST, op: ast.operator, right: ast.expr) -> None:
        most = BOUNDED.get(type(op))
        if most is not None:
            match right:
                case ast.Constant(value=int() as value) if 0 <= value <= most:
                    return
            raise refuse(node, "uses ** or << with anything but a small number on the right")
        if not isinstance(op, OPERATORS):
            raise refuse(node, f"uses the operator {type(op).__name__}")

    def _all(self, *nodes: ast.AST | None) -> None:
        """Values, each of which may also be missing."""
        for node in nodes:
            if isinstance(node, ast.expr):
                self.expression(node)

    def expression(self, node: ast.expr, also: frozenset[str] = VALUE) -> None:
        """A value, or what may stand at its place besides one."""
        if EXPRESSIONS.get(type(node), "no place") not in {"", *also}:
            raise refuse(node, f"has an expression that is not known here: {_shown(node)}")
        match node:
            case ast.Constant(value=value):
                if value is not None and type(value) not in (int, float, bool):
                    raise refuse(node, f"has the literal {value!r}, which is no number")
            case ast.Name(id=name):
                if name not in self.variables | self.module.values | {*self.inner}:
                    raise refuse(node, f"reads {name}, which is no value that is bound above it")
            case ast.Compare():
                self._comparison(node)
            case ast.ListComp(elt=elt) | ast.GeneratorExp(elt=elt):
                self._comprehension(node, node.generators, elt)
            case ast.DictComp(key=key, value=value):
                self._comprehension(node, node.generators, key, value)
            case ast.Call():
                self._call(node, also)
            case _:
                if isinstance(node, ast.BinOp):
                    self._operator(node, node.op, node.right)
                if isinstance(node, ast.Dict) and None in node.keys:
                    raise refuse(node, "unpacks a dictionary")
                for name, held in ast.iter_fields(node):
                    for part in held if isinstance(held, list) else [held]:
                        if isinstance(part, ast.expr):
                            self.expression(part, PLACES.get((type(node), name), VALUE))

    def _comparison(self, node: ast.Compare) -> None:
        self.expression(node.left)
        for op, right in zip(node.ops, node.comparators, strict=True):
            if not isinstance(op, COMPARISONS):
                raise refuse(node, f"compares by {type(op).__name__}")
            # what a chain goes on with is a value: no set, and no range
            last = isinstance(op, ast.In | ast.NotIn) and right is node.comparators[-1]
            self.expression(right, MEMBERS if last else VALUE)

    def _comprehension(
        self, node: ast.expr, generators: list[ast.comprehension], *parts: ast.expr
    ) -> None:
        depth = len(self.inner)
        for generator in generators:
            if generator.is_async:
                raise refuse(node, "waits for something")
            self.expression(generator.iter, THROUGH)
            for name in _names(generator.target):
                if name in self.module.taken | self.variables | {*self.inner} or name[0] == "_":
                    raise refuse(node, f"binds {name}, which is taken")
                self.inner.append(name)
            self._all(*generator.ifs)
        self._all(*parts)
        del self.inner[depth:]

    def _call(self, node: ast.Call, also: frozenset[str]) -> None:
        given = VALUE
        if node.keywords:
            raise refuse(node, "gives an argument by name")
        match node.func:
            case ast.Name(id=name) if name in self.module.calls and name != "cache":
                one = len(node.args) == 1
                if name in ITERATORS and not also & {"iterator", name}:
                    raise refuse(node, f"keeps what {name} gives, which can only be gone through")
                if name in {"enumerate", "reversed", "len"} and not one:
                    raise refuse(node, f"gives {name} more than one argument, or none")
                given = GIVEN.get(name, VALUE if name not in CONSUMERS or not one else CONSUMED)
            case ast.Attribute(value=value, attr=attr) if attr in METHODS - VIEWS or (
                attr in VIEWS and "iterator" in also and not node.args
            ):
                self.expression(value)
            case _:
                raise refuse(node, f"calls {_shown(node.func)}, which is not known above it")
        for argument in node.args:
            self.expression(argument, given)


def changed_by(node: ast.AST) -> str | None:
    """The name of the list that is changed here, if one is."""
    match node:
        case ast.Attribute(value=ast.Name(id=name), attr="append" | "pop"):
            return name
        case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store()):
            return name
    return None


def check_changes(function: ast.FunctionDef, variables: set[str]) -> None:
    """A list that is changed has one name, and nothing else ever holds it."""
    parameters = {arg.arg for arg in function.args.args}
    nodes = list(ast.walk(function))
    changed = {name for name in map(changed_by, nodes) if name is not None}
    if not changed <= variables - parameters:
        raise refuse(function, "changes a list that it did not make")
    for node in nodes:
        bound = {*_bound(node)} & changed
        match node:
            case ast.Assign(targets=[ast.Name()], value=value) if _is_new(value):
                pass
            case ast.Assign() | ast.AugAssign() if bound:
                raise refuse(node, "gives a list that is changed to more than one name")
            case ast.For(iter=over, body=body):
                within = [n for line in body for n in ast.walk(line) if isinstance(n, ast.Name)]
                if bound or changed & _read(ast.walk(over)) & {name.id for name in within}:
                    raise refuse(node, "goes through a list that is changed on the way")
        held = changed & _read(ast.iter_child_nodes(node))
        if held and not _looks_only(node):
            raise refuse(node, f"lets something else hold {min(held)}, which is changed")


def _read(nodes: Iterable[ast.AST]) -> set[str]:
    """The names that are read at these places."""
    names = [node for node in nodes if isinstance(node, ast.Name)]
    return {node.id for node in names if isinstance(node.ctx, ast.Load)}


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
        case ast.List() | ast.ListComp() | ast.BinOp() | ast.Subscript(slice=ast.Slice()):
            return True
        case ast.Call(func=ast.Name(id="list" | "sorted")):
            return True
    return False


def _bound(node: ast.AST) -> list[str]:
    """The names that a statement binds by itself."""
    match node:
        case ast.Assign(targets=targets):
            pass
        case ast.AugAssign(target=target) | ast.For(target=target):
            targets = [target]
        case _:
            targets = []
    places = isinstance(node, ast.Assign | ast.AugAssign)
    stored = [target for target in targets if not (places and isinstance(target, ast.Subscript))]
    return [name for target in stored for name in _names(target)]


def _names(target: ast.expr) -> list[str]:
    match target:
        case ast.Name(id=name):
            return [name]
        case ast.Tuple(elts=elements):
            return [name for element in elements for name in _names(element)]
    raise refuse(target, f"stores to {_shown(target)}, which is no variable")
