"""An emitted program: stand-alone Python source that is also callable here."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from distill.checker.guard import bare_end, take_guard
from distill.checker.scope import many
from distill.errors import ProgramError


@dataclass(frozen=True)
class Program:
    """Source of a program whose `__all__` names its one function.

    Calling a `Program` runs the source in this process; what is counted as evidence is run in a
    process of its own instead (`distill.checker.sandbox`).
    """

    source: str

    @cached_property
    def function(self) -> Callable[..., Any]:
        """The program's one public function.

        Raises:
            ProgramError: the source does not define exactly one name in `__all__`.
        """
        namespace: dict[str, Any] = {"__name__": "program"}
        exec(compile(self.source, "program.py", "exec"), namespace)
        names = namespace.get("__all__", [])
        if len(names) != 1 or not callable(namespace.get(names[0])):
            raise ProgramError(f"__all__ = {names!r}: expected the name of exactly one function")
        return namespace[names[0]]

    def __str__(self) -> str:
        """Its text, as it stands in `program.py`."""
        return self.source

    def __repr__(self) -> str:
        """One line: `print` shows the text."""
        return f"<Program {self.name}: {many(self.lines, 'line')}; print it, or call it>"

    @property
    def name(self) -> str:
        """Name of the program's function."""
        return self.function.__name__

    def __call__(self, *inputs: Any) -> Any:
        """Run the program on one input; NumPy's integers and arrays are taken for Python's.

        Raises:
            ValueError: the input is outside of the program's domain, which the message names.
        """
        takes = self.function.__code__.co_argcount
        if len(inputs) != takes:
            raise ValueError(f"{self.name} takes {many(takes, 'input')}, and got {len(inputs)}")
        return self.function(*map(_plain, inputs))

    @property
    def lines(self) -> int:
        """Lines of code: blank lines, comments, docstrings and the domain's check do not count."""
        return len(self.code.splitlines())

    @property
    def code(self) -> str:
        """The source without blank lines, comments, docstrings and the check of its domain."""
        return ast.unparse(self._without_docstrings)

    @property
    def ast_nodes(self) -> int:
        """Size of the syntax tree without docstrings."""
        return sum(1 for _ in ast.walk(self._without_docstrings))

    @property
    def data_literals(self) -> int:
        """Numbers and strings written out in the collections of the program."""
        collections = (ast.Dict, ast.List, ast.Tuple, ast.Set)
        return sum(
            isinstance(child, ast.Constant | ast.UnaryOp)
            for node in ast.walk(self._without_docstrings)
            if isinstance(node, collections)
            for child in ast.iter_child_nodes(node)
        )

    @cached_property
    def _without_docstrings(self) -> ast.Module:
        tree = ast.parse(self.source)
        tree.body, guard = take_guard(tree.body)
        if guard is not None:
            tree.body.append(bare_end(self.name, guard.form))
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.FunctionDef) and ast.get_docstring(node):
                node.body = node.body[1:]
        return tree


def _plain(value: Any) -> Any:
    """The same value without NumPy; the rows of an array are tuples, as the steps of a list are."""
    if isinstance(value, np.ndarray) and value.ndim == 2:
        return [*map(tuple, value.tolist())]
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return type(value)(map(_plain, value)) if type(value) in (list, tuple) else value
