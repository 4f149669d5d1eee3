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


if __name__ == "__main__":
    print(arrangements_of_3_things(list(map(int, sys.argv[1:]))))
