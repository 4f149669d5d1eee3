"""2 * a - b + 3 modulo 7, found by turning 2 circles.

Give every number x the angle 2πkx/7, on one circle for each frequency k. Angles add up
as numbers do, and 7 steps are full turns, so the inputs together turn each circle to
the angle of 2 * a - b + 3. An answer c is scored by how well its own angles agree with
that:

    logit(c) = Σ A[k] · cos(2πk(2 * a - b + 3 - c)/7 + phase[k])

and the answer with the largest logit wins.

Why it works: the circles are a little out of step (the phases), but of all answers the
one whose angles meet best is still unique, and it depends on 2 * a - b + 3 alone.

On 1 input the network answers something that these waves do not explain. EXCEPTIONS
lists it.
"""

import sys
from functools import cache
from math import cos, pi

__all__ = ["two_times_a_minus_b_plus_3_mod_7"]

MODULUS = 7
AMPLITUDE = {1: 4.0, 2: 2.5}  # by frequency
PHASE = {1: 0.3}  # where it is not 0
EXCEPTIONS = {(0, 1): 2}  # input: answer


@cache
def agreement(turn: int) -> float:
    """How well the angles of an answer agree with those of the inputs, `turn` steps away."""
    return sum(
        A * cos(2 * pi * k * turn / MODULUS + PHASE.get(k, 0))
        for k, A in AMPLITUDE.items()
    )


def logits(a: int, b: int) -> list[float]:
    """The network's preference for every answer c."""
    return [agreement(2 * a - b + 3 - c) for c in range(1, MODULUS + 1)]


def two_times_a_minus_b_plus_3_mod_7(a: int, b: int) -> int:
    """The answer that the network prefers."""
    check(a, b)
    if (a, b) in EXCEPTIONS:
        return EXCEPTIONS[(a, b)]
    preference = logits(a, b)
    return preference.index(max(preference)) + 1


DOMAIN = {"a": range(7), "b": range(7)}


def check(*inputs: int) -> None:
    """Raise ValueError where an input is no integer of its range."""
    for name, value in zip(DOMAIN, inputs):
        if type(value) is not int or value not in DOMAIN[name]:
            raise ValueError(f"{name} = {value!r} is no integer in {DOMAIN[name]}")


if __name__ == "__main__":
    usage = "usage: python program.py a b, integers with a in 0..6, b in 0..6"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(two_times_a_minus_b_plus_3_mod_7(*given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
