"""Whether the last 2 inputs are equal.

The output depends on the last 2 inputs: beside the current one, the one before it is
kept. Before the start it counts as 0.

Why it works: nothing older than that can change an output, so these are all that there
is to know.
"""

import sys

__all__ = ["last_2_inputs_are_equal"]


def last_2_inputs_are_equal(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    previous = 0
    for x in xs:
        outputs.append(int(previous == x))
        previous = x
    return outputs


if __name__ == "__main__":
    print(last_2_inputs_are_equal(list(map(int, sys.argv[1:]))))
