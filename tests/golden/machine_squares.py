"""Function of the current input.

Every output depends on the input of its own step alone.

Why it works: there is nothing to remember, so one expression says it all.
"""

import sys
from math import isqrt

__all__ = ["function_of_the_current_input"]


def function_of_the_current_input(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    for x in xs:
        outputs.append(int(isqrt(x) * isqrt(x) == x))
    return outputs


if __name__ == "__main__":
    print(function_of_the_current_input(list(map(int, sys.argv[1:]))))
