"""The sum a + b modulo 113, found by turning 3 circles.

Give every number x the angle 2πkx/113, on one circle for each frequency k. Angles add
up as numbers do, and 113 steps are full turns, so the inputs together turn each circle
to the angle of a + b. An answer c is scored by how well its own angles agree with that:

    logit(c) = Σ A[k] · cos(2πk(a + b - c)/113)

and the answer with the largest logit wins.

Why it works: for c ≡ a + b every cosine is 1, the most that it can be. Any other c is x
≠ 0 steps away and loses 2 Σ A[k] · sin²(πkx/113). A sine is 0 only where 113 divides
kx; the frequencies and 113 have no common divisor, so never all at once.
"""

import sys
from functools import cache
from math import cos, pi

__all__ = ["sum_mod_113"]

MODULUS = 113
AMPLITUDE = {3: 8.952, 43: 15.66, 48: 23.0}  # by frequency


@cache
def agreement(turn: int) -> float:
    """How well the angles of an answer agree with those of the inputs, `turn` steps away."""
    return sum(A * cos(2 * pi * k * turn / MODULUS) for k, A in AMPLITUDE.items())


def logits(a: int, b: int) -> list[float]:
    """The network's preference for every answer c."""
    return [agreement(a + b - c) for c in range(MODULUS)]


def sum_mod_113(a: int, b: int) -> int:
    """The answer that the network prefers."""
    preference = logits(a, b)
    return preference.index(max(preference))


if __name__ == "__main__":
    print(sum_mod_113(*map(int, sys.argv[1:])))
