"""Counter mod 113.

Counts modulo 113: every input moves the state on by so many places, on a circle of 113.

Why it works: moves on a circle add up in any order, so the place is all that the inputs
so far have done.
"""

import sys

__all__ = ["counter_mod_113"]


def counter_mod_113(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    state = 0
    for x in xs:
        state = (state + x) % 113
        outputs.append(state)
    return outputs


if __name__ == "__main__":
    print(counter_mod_113(list(map(int, sys.argv[1:]))))
