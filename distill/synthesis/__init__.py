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
    source,
)
from distill.synthesis.portfolio import synthesise

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
