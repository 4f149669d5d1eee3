"""Walk between 0 and 3.

Goes up and down as long as it is between 0 and 3, and stays where it is once it has
left.

Why it works: whatever is read after that, the bounds have been left, which is all that
the output depends on.
"""

import sys

__all__ = ["walk_between_0_and_3"]


def walk_between_0_and_3(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    height = 0
    for x in xs:
        if 0 <= height <= 3:
            height += 1 - 2 * x
        outputs.append(int(0 <= height <= 3))
    return outputs


if __name__ == "__main__":
    print(walk_between_0_and_3(list(map(int, sys.argv[1:]))))
