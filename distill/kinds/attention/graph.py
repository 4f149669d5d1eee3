"""What is read of a network: heads, groups of hidden units, and the readout, as finite functions.

A node reads views of variables and makes a variable. Its function is a table, evaluated from the
weights for every combination of what it tells apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jaxtyping import Bool, Float, Int
from numpy import ndarray

from distill.kinds.attention.variables import Variable, View


@dataclass(frozen=True)
class Selection:
    """Where a head looks.

    Attributes:
        head: layer and head.
        queries, keys: what it tells apart at a position, and at those looked at.
        chosen: for every combination of both.
        causal: whether it sees no later position.
        start: whether the token before the text is looked at as well as what is chosen.
        leaks: attention that is not on what is chosen, at most.
    """

    head: tuple[int, int]
    queries: tuple[View, ...]
    keys: tuple[View, ...]
    chosen: Bool[ndarray, "queries keys"]
    causal: bool
    start: bool
    leaks: float


@dataclass(frozen=True)
class HeadNode:
    """A variable that a head writes.

    Attributes:
        makes: its variable.
        values: what it reads at the positions looked at.
        kind: a copy of what is chosen, how many are chosen, or the mean of a number.
        given: what each combination of `values` gives: a value of the variable, or a number.
        otherwise: what it is where nothing is chosen.
    """

    makes: int
    selection: Selection
    values: tuple[View, ...]
    kind: Literal["copy", "width", "mean"]
    given: Float[ndarray, " cells"]
    otherwise: float


@dataclass(frozen=True)
class MapNode:
    """A variable that is a function of others at its own position.

    Attributes:
        makes: its variable.
        reads: what it tells apart.
        table: the value for every combination.
    """

    makes: int
    reads: tuple[View, ...]
    table: Int[ndarray, " cells"]


@dataclass(frozen=True)
class Readout:
    """The answers: a number for every combination of what is told apart."""

    reads: tuple[View, ...]
    answers: Float[ndarray, " cells"]


@dataclass(frozen=True)
class Graph:
    """All that is read, in the order of computation; the first two variables are given.

    Attributes:
        variables: tokens, positions, then what nodes make.
        lengths: of the sampled texts, batch by batch: texts and their length.
    """

    variables: list[Variable]
    nodes: tuple[HeadNode | MapNode, ...]
    readout: Readout
    lengths: tuple[tuple[int, ...], ...]
