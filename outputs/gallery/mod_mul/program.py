"""The product of the inputs modulo 113, found by turning 4 circles.

Every x from 1 to 112 is a power of 3 modulo 113; LOG[x] says which. Where numbers are
multiplied their logarithms add up, modulo 112.

Give every number x the angle 2πkx/112, on one circle for each frequency k. Angles add
up as numbers do, and 112 steps are full turns, so the inputs together turn each circle
to the angle of LOG[a] + LOG[b]. An answer c is scored by how well its own angles, those
of LOG[c], agree with that:

    logit(c) = Σ A[k] · cos(2πk(LOG[a] + LOG[b] - LOG[c])/112)

and the answer with the largest logit wins.

Why it works: for LOG[c] ≡ LOG[a] + LOG[b] every cosine is 1, the most that it can be.
Any other c is x ≠ 0 steps away and loses 2 Σ A[k] · sin²(πkx/112). A sine is 0 only
where 112 divides kx; the frequencies and 112 have no common divisor, so never all at
once.
"""

import sys
from functools import cache
from math import cos, pi

__all__ = ["product_mod_113"]

MODULUS = 112
LOG = {pow(3, n, 113): n for n in range(MODULUS)}  # 3 ** LOG[x] % 113 == x
AMPLITUDE = {6: 24.98, 34: 5.414, 37: 8.142, 39: 4.527}  # by frequency


@cache
def agreement(turn: int) -> float:
    """How well the angles of an answer agree with those of the inputs, `turn` steps away."""
    return sum(A * cos(2 * pi * k * turn / MODULUS) for k, A in AMPLITUDE.items())


def logits(a: int, b: int) -> list[float]:
    """The network's preference for every answer c."""
    return [
        agreement((LOG[a] + LOG[b] - LOG[c]) % MODULUS) for c in range(1, MODULUS + 1)
    ]


def product_mod_113(a: int, b: int) -> int:
    """The answer that the network prefers."""
    check(a, b)
    preference = logits(a, b)
    return preference.index(max(preference)) + 1


DOMAIN = {"a": range(1, 113), "b": range(1, 113)}


def check(*inputs: int) -> None:
    """Raise ValueError where an input is no integer of its range."""
    for name, value in zip(DOMAIN, inputs):
        if type(value) is not int or value not in DOMAIN[name]:
            raise ValueError(f"{name} = {value!r} is no integer in {DOMAIN[name]}")


if __name__ == "__main__":
    usage = "usage: python program.py a b, integers with a in 1..112, b in 1..112"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(product_mod_113(*given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
