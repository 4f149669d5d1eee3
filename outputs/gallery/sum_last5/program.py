"""Sum of the last 5 inputs.

The output depends on the last 5 inputs: beside the current one, the 4 before it are
kept in `recent`, the latest first. Before the start they count as 0.

Why it works: nothing older than that can change an output, so these are all that there
is to know.
"""

import sys

__all__ = ["sum_of_the_last_5_inputs"]


def sum_of_the_last_5_inputs(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    recent = [0] * 4
    for x in xs:
        outputs.append(x + sum(recent))
        recent = [x, *recent[:-1]]
    return outputs


if __name__ == "__main__":
    print(sum_of_the_last_5_inputs(list(map(int, sys.argv[1:]))))
