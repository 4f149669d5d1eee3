"""Whether a < b.

The inputs for which a < b lie on one side of a line, all others on its other side.
"""

import sys

__all__ = ["comparison"]


def comparison(a: int, b: int) -> int:
    """1 where a < b, else 0."""
    return 1 if a < b else 0


if __name__ == "__main__":
    print(comparison(*map(int, sys.argv[1:])))
