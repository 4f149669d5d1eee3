"""Arrangements of 3 things.

Keeps 3 things in an order; every input moves them from place to place (dihedral group
of order 6).

Why it works: shuffling what lies in the places multiplies permutations, the latest
input last, and the arrangement is the product so far.
"""

import sys

__all__ = ["arrangements_of_3_things"]


def arrangements_of_3_things(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    check(xs)
    outputs = []
    a = 0
    b = 1
    c = 2
    for x in xs:
        if x == 0:
            a, b = b, a
        else:
            a, b, c = b, c, a
        outputs.append(2 * a + (c < b))
    return outputs


DOMAIN = {"x": range(2)}


def check(xs: list[int]) -> None:
    """Raise ValueError where something is given that is no list of integers of the range."""
    if type(xs) is not list:
        raise ValueError(f"{xs!r} is no list of integers in {DOMAIN['x']}")
    for x in xs:
        if type(x) is not int or x not in DOMAIN["x"]:
            raise ValueError(f"x = {x!r} is no integer in {DOMAIN['x']}")


if __name__ == "__main__":
    usage = "usage: python program.py x x ..., integers with x in 0..1"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(arrangements_of_3_things(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
