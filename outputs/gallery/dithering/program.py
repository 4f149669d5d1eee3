"""Division by 15 that carries the remainder.

Divides what comes in by 15, gives out the quotient, and adds the remainder to what
comes in at the next step.

Why it works: 15 times all that was given out, and the remainder, always make up the sum
of what came in.
"""

import sys

__all__ = ["division_by_15_that_carries_the_remainder"]


def division_by_15_that_carries_the_remainder(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    remainder = 0
    for x in xs:
        quotient, remainder = divmod(x + remainder, 15)
        outputs.append(quotient)
    return outputs


if __name__ == "__main__":
    print(division_by_15_that_carries_the_remainder(list(map(int, sys.argv[1:]))))
