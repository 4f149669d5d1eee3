"""The sum of squares modulo 113, found by turning 5 circles.

Give every number x the angle 2πkx/113, on one circle for each frequency k. Angles add
up as numbers do, and 113 steps are full turns, so the inputs together turn each circle
to the angle of a**2 + b**2. An answer c is scored by how well its own angles agree with
that:

    logit(c) = Σ A[k] · cos(2πk(a**2 + b**2 - c)/113)

and the answer with the largest logit wins.

Why it works: for c ≡ a**2 + b**2 every cosine is 1, the most that it can be. Any other
c is x ≠ 0 steps away and loses 2 Σ A[k] · sin²(πkx/113). A sine is 0 only where 113
divides kx; the frequencies and 113 have no common divisor, so never all at once.
"""

import sys
from functools import cache
from math import cos, pi

__all__ = ["sum_of_squares_mod_113"]

MODULUS = 113
AMPLITUDE = {37: 4.781, 38: 3.782, 49: 4.724, 53: 8.477, 55: 10.19}  # by frequency


@cache
def agreement(turn: int) -> float:
    """How well the angles of an answer agree with those of the inputs, `turn` steps away."""
    return sum(A * cos(2 * pi * k * turn / MODULUS) for k, A in AMPLITUDE.items())


def logits(a: int, b: int) -> list[float]:
    """The network's preference for every answer c."""
    return [agreement((a**2 + b**2 - c) % MODULUS) for c in range(MODULUS)]


def sum_of_squares_mod_113(a: int, b: int) -> int:
    """The answer that the network prefers."""
    check(a, b)
    preference = logits(a, b)
    return preference.index(max(preference))


DOMAIN = {"a": range(113), "b": range(113)}


def check(*inputs: int) -> None:
    """Raise ValueError where an input is no integer of its range."""
    for name, value in zip(DOMAIN, inputs):
        if type(value) is not int or value not in DOMAIN[name]:
            raise ValueError(f"{name} = {value!r} is no integer in {DOMAIN[name]}")


if __name__ == "__main__":
    usage = "usage: python program.py a b, integers with a in 0..112, b in 0..112"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(sum_of_squares_mod_113(*given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
