"""Whether the input is a square.

Every output depends on the input of its own step alone.

Why it works: there is nothing to remember, so one expression says it all.
"""

import sys
from math import isqrt

__all__ = ["input_is_a_square"]


def input_is_a_square(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    return [int(isqrt(x) ** 2 == x) for x in xs]


if __name__ == "__main__":
    print(input_is_a_square(list(map(int, sys.argv[1:]))))
