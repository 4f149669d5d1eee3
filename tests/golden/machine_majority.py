"""Saturating counter -3 to 3.

Counts up and down, and stays between -3 and 3.

Why it works: at a bound a further step does nothing, so it need not be remembered.
"""

import sys

__all__ = ["saturating_counter_minus_3_to_3"]


def saturating_counter_minus_3_to_3(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    count = 0
    for x in xs:
        count = max(min(count + 2 * x - 1, 3), -3)
        outputs.append(int(count >= 1))
    return outputs


if __name__ == "__main__":
    print(saturating_counter_minus_3_to_3(list(map(int, sys.argv[1:]))))
