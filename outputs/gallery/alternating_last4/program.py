"""Whether the last 4 inputs alternate.

The output depends on the last 4 inputs: beside the current one, the 3 before it are
kept; each becomes older by one at every step. Before the start they count as 0.

Why it works: nothing older than that can change an output, so these are all that there
is to know.
"""

import sys

__all__ = ["last_4_inputs_alternate"]


def last_4_inputs_alternate(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    previous3 = previous2 = previous = 0
    for x in xs:
        outputs.append(int(previous3 != previous2 != previous != x))
        previous3, previous2, previous = previous2, previous, x
    return outputs


if __name__ == "__main__":
    print(last_4_inputs_alternate(list(map(int, sys.argv[1:]))))
