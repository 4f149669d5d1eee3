"""Validity by windows of 3 inputs.

Keeps the latest inputs; `valid` is 1 until 3 inputs in a row are what must not occur,
then 0.

Why it works: one such window decides it for ever, wherever it stands, and to see
windows it is enough to keep 2 of the inputs before this one.
"""

import sys

__all__ = ["validity_by_windows_of_3_inputs"]


def validity_by_windows_of_3_inputs(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    previous2 = previous = valid = 1
    for x in xs:
        if (previous2, previous, x) == (0, 0, 0):
            valid = 0
        previous2, previous = previous, x
        outputs.append(valid)
    return outputs


if __name__ == "__main__":
    print(validity_by_windows_of_3_inputs(list(map(int, sys.argv[1:]))))
