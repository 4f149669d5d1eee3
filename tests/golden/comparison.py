"""Whether a < b.

The inputs for which a < b lie on one side of a line, all others on its other side.
"""

import sys

__all__ = ["a_below_b"]


def a_below_b(a: int, b: int) -> int:
    """1 where a < b, else 0."""
    return 1 if a < b else 0


if __name__ == "__main__":
    print(a_below_b(*map(int, sys.argv[1:])))
