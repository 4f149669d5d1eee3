"""Running sum is 0 and never below 0.

`total` adds up 1 - 2 * x (1 for 0, -1 for 1); `lowest` is the smallest total so far.

Why it works: the sum says where it has come to, and its extreme so far whether it ever
went beyond a bound on the way.
"""

import sys

__all__ = ["running_sum_is_0_and_never_below_0"]


def running_sum_is_0_and_never_below_0(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    total = lowest = 0
    for x in xs:
        total += 1 - 2 * x
        lowest = min(lowest, total)
        outputs.append(int(total == 0 and lowest == 0))
    return outputs


if __name__ == "__main__":
    print(running_sum_is_0_and_never_below_0(list(map(int, sys.argv[1:]))))
