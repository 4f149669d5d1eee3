"""Running sum mod 8.

Adds up the inputs modulo 8.

Why it works: the remainder of a sum follows from the remainders of its terms, so the
remainder so far is all that is needed.
"""

import sys

__all__ = ["running_sum_mod_8"]


def running_sum_mod_8(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    total = 0
    for x in xs:
        total = (total + x) % 8
        outputs.append(total)
    return outputs


if __name__ == "__main__":
    print(running_sum_mod_8(list(map(int, sys.argv[1:]))))
