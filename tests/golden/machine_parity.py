"""Counter mod 2.

Counts modulo 2: every input moves the state on by so many places, on a circle of 2.

Why it works: moves on a circle add up in any order, so the place is all that the inputs
so far have done.
"""

import sys

__all__ = ["counter_mod_2"]


def counter_mod_2(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    state = 0
    for x in xs:
        state ^= x
        outputs.append(state)
    return outputs


if __name__ == "__main__":
    print(counter_mod_2(list(map(int, sys.argv[1:]))))
