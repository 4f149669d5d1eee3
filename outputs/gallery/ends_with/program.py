"""Function of the last 3 inputs.

The output depends on the last 3 inputs: beside the current one, the 2 before it are
kept; each becomes older by one at every step. Before the start they count as 0.

Why it works: nothing older than that can change an output, so these are all that there
is to know.
"""

import sys

__all__ = ["function_of_the_last_3_inputs"]


def function_of_the_last_3_inputs(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    previous2 = previous = 0
    for x in xs:
        outputs.append(int((previous2, previous, x) == (1, 0, 1)))
        previous2, previous = previous, x
    return outputs


if __name__ == "__main__":
    print(function_of_the_last_3_inputs(list(map(int, sys.argv[1:]))))
