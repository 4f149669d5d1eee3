"""Counter mod 2.

The bit changes whenever the input is 1, and else stays.

Why it works: after an even number of changes it is what it was at the start.
"""

import sys

__all__ = ["counter_mod_2"]


def counter_mod_2(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    parity = 0
    for x in xs:
        parity ^= x
        outputs.append(parity)
    return outputs


if __name__ == "__main__":
    print(counter_mod_2(list(map(int, sys.argv[1:]))))
