"""Parity of the inputs.

The bit changes whenever the input is 1, and else stays.

Why it works: after an even number of changes it is what it was at the start.
"""

import sys

__all__ = ["parity_of_the_inputs"]


def parity_of_the_inputs(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    parity = 0
    for x in xs:
        parity ^= x
        outputs.append(parity)
    return outputs


if __name__ == "__main__":
    print(parity_of_the_inputs(list(map(int, sys.argv[1:]))))
