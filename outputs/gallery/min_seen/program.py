"""Running minimum.

Keeps the minimum of the inputs so far. It begins as the largest that an input can be.

Why it works: the minimum of all is that of the latest and the minimum of the others.
"""

import sys

__all__ = ["running_minimum"]


def running_minimum(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    check(xs)
    outputs = []
    lowest = 9
    for x in xs:
        lowest = min(lowest, x)
        outputs.append(lowest)
    return outputs


DOMAIN = {"x": range(10)}


def check(xs: list[int]) -> None:
    """Raise ValueError where something is given that is no list of integers of the range."""
    if type(xs) is not list:
        raise ValueError(f"{xs!r} is no list of integers in {DOMAIN['x']}")
    for x in xs:
        if type(x) is not int or x not in DOMAIN["x"]:
            raise ValueError(f"x = {x!r} is no integer in {DOMAIN['x']}")


if __name__ == "__main__":
    usage = "usage: python program.py x x ..., integers with x in 0..9"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(running_minimum(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
