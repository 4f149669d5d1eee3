"""The mechanism: an expression with exact constants, and how well it gives a network's values."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Literal

from distill.checker.formula import LONGEST_FORMULA
from distill.kinds.formula.expression import Node, places_of, size_of
from distill.kinds.formula.text import python_text
from distill.records.short import Short

FORMAT_VERSION = 1


@dataclass(frozen=True)
class Input:
    """An input: its name, and both ends of its interval."""

    name: str
    low: float
    high: float


@dataclass(frozen=True)
class TradeOff:
    """An expression that was met on the way.

    Attributes:
        size: how many parts it has.
        error: root mean square deviation from the network, in parts of its standard deviation.
        text: the expression in Python.
        exact: whether every constant of it is an exact number.
    """

    size: int
    error: float
    text: str
    exact: bool


@dataclass(frozen=True, repr=False)
class FormulaMechanism(Short):
    """A closed formula.

    Attributes:
        expression: every number in it has an exact form.
        inputs: all inputs of the network, whether the formula reads them or not.
        deviation: root mean square of network minus formula, where it was looked at; `largest` the
            largest there.
        noise: how far the network was found to be off a formula, from its values alone.
        evidence: bits by which its constants are known better than chance would need to hit numbers
            that simple.
        engine: what found it.
        trade_offs: expressions by error and size, this one among them.
    """

    expression: Node
    inputs: tuple[Input, ...]
    deviation: float
    largest: float
    noise: float
    evidence: float
    engine: str
    trade_offs: tuple[TradeOff, ...] = ()
    kind: Literal["formula"] = "formula"
    format_version: int = FORMAT_VERSION

    @property
    def name(self) -> str:
        """What its program computes: the formula itself where it is short, or of what it is."""
        read = [self.inputs[place].name for place in sorted(places_of(self.expression))]
        if not read:
            return "a constant"
        text = ast.unparse(ast.parse(python_text(self.expression, self.names)))
        return text if len(text) <= LONGEST_FORMULA else f"a formula of {', '.join(read)}"

    @property
    def remembered(self) -> tuple[str, ...]:
        """Nothing: there are no steps."""
        return ()

    @property
    def size(self) -> int:
        """How many parts the formula has."""
        return size_of(self.expression)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the inputs, in their order."""
        return tuple(each.name for each in self.inputs)
