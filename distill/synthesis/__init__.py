"""Exact expressions from tables of integers."""

from distill.synthesis.expression import (
    Constant,
    Expression,
    Lookup,
    Member,
    Name,
    Operation,
    cost,
    evaluate,
)
from distill.synthesis.portfolio import synthesise
from distill.synthesis.printing import source

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
