"""Counter mod 113.

Counts modulo 113: every input moves the place on a circle of 113 on by so many steps.

Why it works: moves on a circle add up in any order, so the place is all that the inputs
so far have done.
"""

import sys

__all__ = ["counter_mod_113"]


def counter_mod_113(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    total = 0
    for x in xs:
        total = (total + x) % 113
        outputs.append(total)
    return outputs


if __name__ == "__main__":
    print(counter_mod_113(list(map(int, sys.argv[1:]))))
