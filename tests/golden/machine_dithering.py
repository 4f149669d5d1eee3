"""Carrying over mod 15.

Adds up what comes in, gives out the whole multiples of 15, and keeps the rest for the
next step.

Why it works: what was given out, times 15, and what is kept always make up the sum of
what came in.
"""

import sys

__all__ = ["carrying_over_mod_15"]


def carrying_over_mod_15(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    error = 0
    for x in xs:
        total = x + error
        outputs.append(total // 15)
        error = total % 15
    return outputs


if __name__ == "__main__":
    print(carrying_over_mod_15(list(map(int, sys.argv[1:]))))
