"""Tokens that a network takes for the same: an expression of the token that tells no others apart.

A network of many tokens may look at little of each: of a column of digits, at its sum. Which tokens
are one to it is asked of it: in random texts a token is exchanged for every other, and those with
which all answers stay are one class. An expression names the classes, so that no table does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from distill.kinds.attention.learned.terms import TOKEN, Variable
from distill.networks.text_network import TextNetwork

FEWEST, MOST = 9, 256
"""Tokens of which classes are looked for."""
CONTEXTS, SEED = 80, 523
ALIKE, FEWER = 0.97, 0.75
"""Part of the texts in which two tokens of a class have the same answers; and classes at most, in
tokens."""

FORMS: Mapping[str, Callable[[ndarray, ndarray], ndarray]] = {
    "{{0}} % {m}": lambda q, r: r,
    "{{0}} // {m}": lambda q, r: q,
    "{{0}} // {m} + {{0}} % {m}": lambda q, r: q + r,
    "{{0}} // {m} - {{0}} % {m}": lambda q, r: q - r,
    "{{0}} // {m} * ({{0}} % {m})": lambda q, r: q * r,
    "max({{0}} // {m}, {{0}} % {m})": np.maximum,
    "min({{0}} // {m}, {{0}} % {m})": np.minimum,
}
"""Expressions of a token by quotient and rest of a division."""


def classes_of(network: TextNetwork) -> tuple[Variable, ...]:
    """The coarsest expression of a token that tells apart what the network does; none if none."""
    tokens = network.texts.tokens
    if network.texts.form is not None or not FEWEST <= len(tokens) <= MOST:
        return ()
    return coarsest(tokens, exchanged(network))


def coarsest(tokens: range, stays: Float[ndarray, "tokens tokens"]) -> tuple[Variable, ...]:
    """The expression with the fewest classes, tokens of which may stand in each other's place."""
    best: tuple[int, Variable] | None = None
    for variable, classes in _expressions(tokens):
        same = (classes[:, None] == classes[None]) & ~np.eye(len(tokens), dtype=bool)
        count = len(np.unique(classes))
        fewer = count < FEWER * len(tokens) if best is None else count < best[0]
        if fewer and same.any() and stays[same].mean() >= ALIKE:
            best = count, variable
    return () if best is None else (best[1],)


def exchanged(network: TextNetwork) -> Float[ndarray, "tokens tokens"]:
    """Part of the texts whose answers stay where one token stands in place of another."""
    tokens, length = network.texts.tokens, network.texts.longest
    rng = np.random.default_rng(SEED)
    texts = rng.integers(tokens.start, tokens.stop, (CONTEXTS, length))
    stays = np.zeros((len(tokens), len(tokens)))
    for text, place in zip(texts, rng.integers(0, length, CONTEXTS), strict=True):
        rows = np.repeat(text[None], len(tokens), axis=0)
        rows[:, place] = tokens
        _, which = np.unique(network.run(rows), axis=0, return_inverse=True)
        stays += which.reshape(-1, 1) == which.reshape(1, -1)
    return stays / CONTEXTS


def _expressions(tokens: range) -> Iterator[tuple[Variable, ndarray]]:
    every = np.array(tokens)
    for m in range(2, len(tokens) // 2 + 1):
        for text, form in FORMS.items():

            def function(x: ndarray, m: int = m, form: Callable = form) -> ndarray:
                return form(x // m, x % m)

            by = text.format(m=m)
            own = 1.0 + 0.6 * by.count("{0}")
            yield Variable("map", "token", own, by, (TOKEN,), function=function), function(every)
