"""Running sum.

`total` adds up x.

Why it works: the sum over all steps is the sum so far and what the latest step adds.
"""

import sys

__all__ = ["running_sum"]


def running_sum(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    total = 0
    for x in xs:
        total += x
        outputs.append(total)
    return outputs


if __name__ == "__main__":
    print(running_sum(list(map(int, sys.argv[1:]))))
