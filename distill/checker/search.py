"""Hypothesis looks for the inputs on which the network is least sure of its answer.

That is where a program that is wrong anywhere is most likely to be caught. The search is steered
by the network's margin (`hypothesis.target`), is derandomised, and keeps no database: the same
network is searched in the same way by whoever repeats it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

EXAMPLES = 1000


def least_sure(
    margin: Callable[[Int[ndarray, "n k"]], Float[ndarray, " n"]],
    shape: tuple[int, ...],
    examples: int = EXAMPLES,
) -> Int[ndarray, "m k"]:
    """The inputs that a search for small margins visited, without repetition, in order.

    Args:
        margin: lead of the network's answer over the runner-up, for rows of tokens.
        shape: how many tokens every input has.
        examples: how many inputs the search may try.
    """
    import hypothesis
    from hypothesis import strategies as st

    visited: list[tuple[int, ...]] = []

    @hypothesis.settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[
            hypothesis.HealthCheck.too_slow,
            hypothesis.HealthCheck.nested_given,
        ],
    )
    @hypothesis.given(st.tuples(*(st.integers(0, count - 1) for count in shape)))
    def visit(tokens: tuple[int, ...]) -> None:
        visited.append(tokens)
        hypothesis.target(-float(margin(np.array([tokens]))[0]))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the search may run inside a property test
        visit()
    return np.array(sorted(set(visited)))
