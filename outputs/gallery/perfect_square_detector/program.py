"""Whether the input is a square.

Every output depends on the input of its own step alone.

Why it works: there is nothing to remember, so one expression says it all.
"""

import sys
from math import isqrt

__all__ = ["input_is_a_square"]


def input_is_a_square(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    check(xs)
    return [int(isqrt(x) ** 2 == x) for x in xs]


DOMAIN = {"x": range(20)}


def check(xs: list[int]) -> None:
    """Raise ValueError where something is given that is no list of integers of the range."""
    if type(xs) is not list:
        raise ValueError(f"{xs!r} is no list of integers in {DOMAIN['x']}")
    for x in xs:
        if type(x) is not int or x not in DOMAIN["x"]:
            raise ValueError(f"x = {x!r} is no integer in {DOMAIN['x']}")


if __name__ == "__main__":
    usage = "usage: python program.py x x ..., integers with x in 0..19"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(input_is_a_square(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
