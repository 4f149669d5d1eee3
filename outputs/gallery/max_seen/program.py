"""Running maximum.

`highest` is the largest x so far; it begins as the smallest that an input can be.

Why it works: the maximum of all is that of the latest and the maximum of the others.
"""

import sys

__all__ = ["running_maximum"]


def running_maximum(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    highest = 0
    for x in xs:
        highest = max(highest, x)
        outputs.append(highest)
    return outputs


if __name__ == "__main__":
    print(running_maximum(list(map(int, sys.argv[1:]))))
