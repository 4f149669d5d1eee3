"""Counter mod 3.

Counts modulo 3: every input moves the place on a circle of 3 on by so many steps.

Why it works: moves on a circle add up in any order, so the place is all that the inputs
so far have done.
"""

import sys

__all__ = ["counter_mod_3"]


def counter_mod_3(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    place = 0
    for x in xs:
        place = (place + x + 1) % 3
        outputs.append(int(place == 0))
    return outputs


if __name__ == "__main__":
    print(counter_mod_3(list(map(int, sys.argv[1:]))))
