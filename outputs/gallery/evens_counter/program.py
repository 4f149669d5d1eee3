"""Number of inputs that are even.

`total` counts the steps with x % 2 == 0.

Why it works: the sum over all steps is the sum so far and what the latest step adds.
"""

import sys

__all__ = ["number_of_inputs_that_are_even"]


def number_of_inputs_that_are_even(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    total = 0
    for x in xs:
        total += int(x % 2 == 0)
        outputs.append(total)
    return outputs


if __name__ == "__main__":
    print(number_of_inputs_that_are_even(list(map(int, sys.argv[1:]))))
