"""Exact expressions from tables of integers."""

from distill.expressions.expression import (
    Constant,
    Expression,
    Lookup,
    Member,
    Name,
    Operation,
    cost,
    evaluate,
)
from distill.expressions.portfolio import synthesise
from distill.expressions.printing import source

__all__ = [
    "Constant",
    "Expression",
    "Lookup",
    "Member",
    "Name",
    "Operation",
    "cost",
    "evaluate",
    "source",
    "synthesise",
]
