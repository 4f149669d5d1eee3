"""Running sum is 0 and never below 0.

`total` adds up 1 - 2 * x (1 for 0, -1 for 1); `lowest` is the smallest total so far.

Why it works: the sum says where it has come to, and its extreme so far whether it ever
went beyond a bound on the way.
"""

import sys

__all__ = ["running_sum_is_0_and_never_below_0"]


def running_sum_is_0_and_never_below_0(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    check(xs)
    outputs = []
    total = lowest = 0
    for x in xs:
        total += 1 - 2 * x
        lowest = min(lowest, total)
        outputs.append(int(total == 0 and lowest == 0))
    return outputs


DOMAIN = {"x": range(2)}


def check(xs: list[int]) -> None:
    """Raise ValueError where something is given that is no list of integers of the range."""
    if type(xs) is not list:
        raise ValueError(f"{xs!r} is no list of integers in {DOMAIN['x']}")
    for x in xs:
        if type(x) is not int or x not in DOMAIN["x"]:
            raise ValueError(f"x = {x!r} is no integer in {DOMAIN['x']}")


if __name__ == "__main__":
    usage = "usage: python program.py x x ..., integers with x in 0..1"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(running_sum_is_0_and_never_below_0(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
