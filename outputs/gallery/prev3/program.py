"""Input 3 steps before.

The output depends on the last 4 inputs: beside the current one, the 3 before it are
kept; each becomes older by one at every step. Before the start they count as 0.

Why it works: nothing older than that can change an output, so these are all that there
is to know.
"""

import sys

__all__ = ["input_3_steps_before"]


def input_3_steps_before(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    previous = previous2 = previous3 = 0
    for x in xs:
        outputs.append(previous3)
        previous3, previous2, previous = previous2, previous, x
    return outputs


if __name__ == "__main__":
    print(input_3_steps_before(list(map(int, sys.argv[1:]))))
