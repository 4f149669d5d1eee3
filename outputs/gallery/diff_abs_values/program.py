"""Change in the absolute value of the input.

The output depends on the last 2 inputs: beside the current one, the one before it is
kept. Before the start it counts as 0.

Why it works: nothing older than that can change an output, so these are all that there
is to know.
"""

import sys

__all__ = ["change_in_the_absolute_value_of_the_input"]


def change_in_the_absolute_value_of_the_input(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    previous = 0
    for x in xs:
        outputs.append(abs(x) - abs(previous))
        previous = x
    return outputs


if __name__ == "__main__":
    print(change_in_the_absolute_value_of_the_input(list(map(int, sys.argv[1:]))))
