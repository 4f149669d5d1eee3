"""Labels by which every symbol acts as an affine map of its own, modulo the number of states.

The symbol may say by what the state is multiplied (a running product), or it may stand for any
number to multiply by and any to add. Of the first kind the label follows from the transitions, for
small multiples of the symbol, from the start on. Of the second kind some symbols permute the
states; what one does after the opposite of another, or two of them after their opposites in the
other order (a commutator), only adds where it moves every state, and leads through all states in
the order of their labels.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from jaxtyping import Int
from numpy import ndarray

FORMS = (
    *((1, 0, *rest) for rest in product((0, 1, -1, 2), (0, 1, -1))),
    *((1, 1, *rest) for rest in product((0, 1), (0, 1))),
    *((-1, 0, *rest) for rest in product((0, 1), (0, 1))),
    *((2, 0, *rest) for rest in product((0, 1), (0, 1))),
)
"""Multiples of the symbol and numbers of which it multiplies by, and adds."""

MOST_MOVES = 8
"""Symbols of which any two are put together."""

MOST_LABELS = 6
"""Labels that are proposed of one order of the states."""


def multiplied_by_symbols(
    delta: Int[ndarray, "states symbols"], values: Int[ndarray, "symbols channels"]
) -> Iterator[Int[ndarray, " states"]]:
    """Labels for which state = ((a·x + b)·state + c·y + d) mod m, for small a, b, c and d.

    Here x and y are channels; m is the number of states, or one more, since a product that is
    never 0 leaves one residue out. Primes alone, of which every number but 0 has an inverse.
    """
    states, channels = len(delta), values.shape[1]
    moduli = [number for number in (states, states + 1) if states > 2 and _is_prime(number)]
    for x, y in product(range(channels), repeat=2):
        if channels > 1 and x == y:
            continue
        for modulus, (a, b, c, d), start in product(moduli, FORMS, (1, 0)):
            by, more = a * values[:, x] + b, c * values[:, y] + d
            label = _followed(delta, by, more, modulus, start)
            if label is not None:
                yield label


def _followed(
    delta: Int[ndarray, "states symbols"],
    by: Int[ndarray, " symbols"],
    more: Int[ndarray, " symbols"],
    modulus: int,
    start: int,
) -> Int[ndarray, " states"] | None:
    """The label that follows from that of the start; null where two ways lead to two labels."""
    label = np.full(len(delta), -1)
    label[0] = start % modulus
    queue = [0]
    for state in queue:  # grows while it is walked
        following = (by * label[state] + more) % modulus
        for target, value in zip(delta[state].tolist(), following.tolist(), strict=True):
            if label[target] < 0:
                label[target] = value
                queue.append(target)
            elif label[target] != value:
                return None
    return label if len(np.unique(label)) == len(delta) else None


def acted_on(delta: Int[ndarray, "states symbols"]) -> Iterator[Int[ndarray, " states"]]:
    """Labels by which every symbol acts as some affine map modulo the number of states, a prime:
    modulo others what is no more than a turn and a reflection acts so as well.
    """
    states = len(delta)
    if not _is_prime(states):
        return
    moves = [column for column in delta.T if len(np.unique(column)) == states][:MOST_MOVES]
    seen = 0
    for turn in _additions(moves):
        order = [0]
        while (following := int(turn[order[-1]])) != 0:
            order.append(following)
        if len(order) < states:
            continue
        label = np.argsort(order)
        if not all(_is_affine(label, column, states) for column in delta.T):
            continue
        yield label
        # other units, by which what the start is led to reads well
        for column in delta.T:
            step = int(label[column[0]])
            if step > 1 and np.gcd(step, states) == 1:
                yield label * pow(step, -1, states) % states
                seen += 1
        if seen >= MOST_LABELS:
            return


def _additions(moves: list[Int[ndarray, " states"]]) -> Iterator[Int[ndarray, " states"]]:
    """What might add one number to every label: it moves every state."""
    back = [np.argsort(move) for move in moves]
    here = np.arange(len(moves[0])) if moves else np.zeros(0, dtype=np.int64)
    for one in range(len(moves)):
        for other in range(one):
            for turn in (
                moves[one][back[other]],
                moves[one][moves[other][back[one][back[other]]]],
            ):
                if (turn != here).all():
                    yield turn


def _is_affine(
    label: Int[ndarray, " states"], column: Int[ndarray, " states"], modulus: int
) -> bool:
    """Whether label[column[q]] = a·label[q] + b for all states q; the labels are 0, 1, ..."""
    after = np.empty_like(label)
    after[label] = label[column]
    factor = after[1] - after[0]
    return bool(((after[0] + factor * np.arange(modulus) - after) % modulus == 0).all())


def _is_prime(number: int) -> bool:
    return number > 2 and all(number % d for d in range(2, int(number**0.5) + 1))
