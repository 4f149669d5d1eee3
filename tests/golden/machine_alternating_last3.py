"""Window of 3 inputs.

The output depends on the input and the ones just before it, 3 in all. They are kept,
and each becomes older by one at every step; before the start they are what the
variables are set to.

Why it works: nothing older than that can change an output, so the last 3 inputs are all
that there is to know.
"""

import sys

__all__ = ["window_of_3_inputs"]


def window_of_3_inputs(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    previous2 = 0
    previous = 0
    for x in xs:
        outputs.append(int(previous2 != previous != x))
        previous2 = previous
        previous = x
    return outputs


if __name__ == "__main__":
    print(window_of_3_inputs(list(map(int, sys.argv[1:]))))
