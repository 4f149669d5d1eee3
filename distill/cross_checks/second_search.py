"""A second search, by hypothesis: for inputs on which the network is least sure of its answer.

That is where a program that is wrong anywhere is most likely to be caught. The search is steered
by the network's lead (`hypothesis.target`), has a seed of its own, and keeps no database. What it
visits may change with the version of hypothesis: none of the claims of a run rests on it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.checker.draws import symbols
from distill.search.search import Ask, Searched

SEED = 0
"""Of the search. Hypothesis would else take a digest of the source of the function that it calls,
so that a change of its text would change what is visited."""

INPUTS = 1000
"""Inputs of a finite domain that the search may try."""

SEQUENCES = 300
"""Sequences that it may try."""

DECIMALS = 6
"""Of a lead that the search goes by: what two forward passes differ by must not steer it."""

DIGIT = 64
"""Largest range that integers are drawn from at once."""


def second_search_inputs(ask: Ask, shape: tuple[int, ...], examples: int = INPUTS) -> Searched:
    """Program and network on the inputs that hypothesis visits; as `search_inputs` of the checker.

    Args:
        ask: about tokens [n, k].
        shape: how many tokens every input has.
        examples: how many inputs the search may try.
    """
    rows = least_sure(lambda rows: ask(rows).lead, shape, examples)
    wrong = np.flatnonzero(ask(rows).differs)
    return Searched(len(rows), len(wrong), rows[wrong[0]] if len(wrong) else None)


def second_search_sequences(
    ask: Ask, channels: Sequence[range], length: int, examples: int = SEQUENCES
) -> Searched:
    """Program and network on the sequences that hypothesis visits; as `search_sequences` there.

    Args:
        ask: about values [n, length, channels].
        channels: the values of each.
        length: of the sequences.
        examples: how many the search may try.
    """
    count = int(np.prod([len(values) for values in channels]))
    words = least_sure_sequences(
        lambda rows: ask(symbols(rows, channels)).lead, count, length, examples
    )
    rows = symbols(words, channels)
    differs = ask(rows).differs
    wrong = differs.any(axis=1)
    if not wrong.any():
        return Searched(len(rows), 0, None)
    ends = np.where(wrong, differs.argmax(axis=1), length)
    row = int(ends.argmin())
    return Searched(len(rows), int(wrong.sum()), rows[row, : ends[row] + 1])


def least_sure(
    lead: Callable[[Int[ndarray, "n k"]], Float[ndarray, " n"]],
    shape: tuple[int, ...],
    examples: int = INPUTS,
) -> Int[ndarray, "m k"]:
    """The inputs that a search for small leads visited, without repetition, in order.

    Args:
        lead: of the network's answer over the runner-up, for rows of tokens.
        shape: how many tokens every input has.
        examples: how many inputs the search may try.
    """
    from hypothesis import strategies as st

    return _visited(lead, st.tuples(*map(_below, shape)), examples)


def least_sure_sequences(
    lead: Callable[[Int[ndarray, "n length"]], Float[ndarray, "n length"]],
    symbols: int,
    length: int,
    examples: int = SEQUENCES,
) -> Int[ndarray, "m length"]:
    """The sequences that a search for small leads visited, without repetition, in order.

    Args:
        lead: of the network's answer over the runner-up at every step, for symbol numbers.
        symbols: how many there are.
        length: of the sequences.
        examples: how many the search may try.
    """
    from hypothesis import strategies as st

    words = st.lists(_below(symbols), min_size=length, max_size=length)
    return _visited(lead, words, examples)


def _below(count: int) -> Any:
    """Integers below `count`, drawn as digits.

    From larger ranges hypothesis now and then takes an integer that it has read in the source of
    the modules that are loaded: what is visited would depend on who asks.
    """
    from hypothesis import strategies as st

    if count <= DIGIT:
        return st.integers(0, count - 1)
    higher, last = _below(-(-count // DIGIT)), st.integers(0, DIGIT - 1)
    return st.tuples(higher, last).map(lambda digits: (digits[0] * DIGIT + digits[1]) % count)


def _visited(
    lead: Callable[[Int[ndarray, "n k"]], ndarray], strategy: Any, examples: int
) -> Int[ndarray, "m k"]:
    """What a search among rows of integers visited, towards a small least lead of a row."""
    import hypothesis

    visited: set[tuple[int, ...]] = set()

    @hypothesis.seed(SEED)
    @hypothesis.settings(
        max_examples=examples,
        database=None,
        deadline=None,
        suppress_health_check=[
            hypothesis.HealthCheck.too_slow,
            hypothesis.HealthCheck.nested_given,
            hypothesis.HealthCheck.large_base_example,
        ],
    )
    @hypothesis.given(strategy)
    def visit(row: Any) -> None:
        visited.add(tuple(row))
        hypothesis.target(-round(float(lead(np.array([row])).min()), DECIMALS))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the search may run inside a property test
        visit()
    return np.array(sorted(visited))
