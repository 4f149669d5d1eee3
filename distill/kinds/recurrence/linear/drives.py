"""What drives a linear system: the integers of the channels, or functions of a symbol.

A network that reads one-hot vectors adds something of its own for every symbol. Only differences
of symbols can be told from what it adds at every step, so they are taken from symbol 0. The
responses to the symbols, rounded, generate a lattice; in a basis of it every symbol stands for a
few integers, often for one, and these are what the registers add up: how often a digit was even,
the sum of the squares.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Shaped
from numpy import ndarray

from distill.domains.sequences import Channels
from distill.expressions import synthesise
from distill.expressions.expression import Expression, Name, terms_of
from distill.kinds.recurrence.linear.lattice import integer_basis

THOROUGH = 64
"""Symbols up to which an expression for a function of them is searched for at length."""

Terms = list[tuple[int, Expression]]


@dataclass(frozen=True)
class Drive:
    """How the inputs of an integer system are written in the channels.

    Attributes:
        channels: what is read.
        features: for every input of the system the integer of every symbol, [inputs][symbols];
            null where the inputs are the integers of the channels.
    """

    channels: Channels
    features: tuple[tuple[int, ...], ...] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """A name for every input of the system; functions of a symbol have none of their own."""
        if self.features is None:
            return self.channels.names
        return tuple(str(place) for place in range(1, len(self.features) + 1))

    def terms(self, factors: tuple[int, ...], constant: int) -> tuple[Terms, int]:
        """A sum of multiples of the inputs and a constant, as terms and an offset."""
        if self.features is None:
            named = zip(factors, self.channels.names, strict=True)
            return [(factor, Name(name)) for factor, name in named], constant
        values = self.columns(factors)
        if not any(values):
            return [], constant
        return terms_of(_function(self.channels, tuple(v + constant for v in values)))

    def columns(self, factors: tuple[int, ...]) -> tuple[int, ...]:
        """What the factors add, by the symbol; the factors themselves without symbols."""
        if self.features is None:
            return factors
        values = [0] * self.channels.size
        for factor, feature in zip(factors, self.features, strict=True):
            values = [v + factor * f for v, f in zip(values, feature, strict=True)]
        return tuple(values)


def symbol_drive(
    responses: Shaped[ndarray, "lags outputs symbols"], channels: Channels
) -> tuple[Drive, Shaped[ndarray, "lags outputs inputs"]]:
    """The fewest functions of a symbol that give these responses, and the responses to them.

    Args:
        responses: Python integers, to symbol 0 none.
        channels: what the symbols stand for.
    """
    lags, outputs, symbols = responses.shape
    vectors = [[int(v) for v in responses[:, :, s].ravel()] for s in range(symbols)]
    basis, coordinates = integer_basis(vectors)
    found = np.full((lags, outputs, len(basis)), 0, dtype=object)
    features = []
    for place, vector in enumerate(basis):
        feature = [row[place] for row in coordinates]
        sign = 1 if sum(feature) >= 0 else -1
        features.append(tuple(sign * v for v in feature))
        found[:, :, place] = sign * np.array(vector, dtype=object).reshape(lags, outputs)
    return Drive(channels, tuple(features)), found


@cache
def _function(channels: Channels, values: tuple[int, ...]) -> Expression:
    """An expression of the channels for a value of every symbol."""
    columns = dict(zip(channels.names, channels.alphabet.T, strict=True))
    return synthesise(columns, np.array(values, dtype=np.int64), channels.size <= THOROUGH)
