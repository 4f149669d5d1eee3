"""Running minimum.

Keeps the minimum of the inputs so far. It begins as the largest that an input can be.

Why it works: the minimum of all is that of the latest and the minimum of the others.
"""

import sys

__all__ = ["running_minimum"]


def running_minimum(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    lowest = 9
    for x in xs:
        lowest = min(lowest, x)
        outputs.append(lowest)
    return outputs


if __name__ == "__main__":
    print(running_minimum(list(map(int, sys.argv[1:]))))
