"""Division by 15 that carries the remainder.

Divides what comes in by 15, gives out the quotient, and adds the remainder to what
comes in at the next step.

Why it works: 15 times all that was given out, and the remainder, always make up the sum
of what came in.
"""

import sys

__all__ = ["division_by_15_that_carries_the_remainder"]


def division_by_15_that_carries_the_remainder(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    check(xs)
    outputs = []
    remainder = 0
    for x in xs:
        quotient, remainder = divmod(x + remainder, 15)
        outputs.append(quotient)
    return outputs


DOMAIN = {"x": range(16)}


def check(xs: list[int]) -> None:
    """Raise ValueError where something is given that is no list of integers of the range."""
    if type(xs) is not list:
        raise ValueError(f"{xs!r} is no list of integers in {DOMAIN['x']}")
    for x in xs:
        if type(x) is not int or x not in DOMAIN["x"]:
            raise ValueError(f"x = {x!r} is no integer in {DOMAIN['x']}")


if __name__ == "__main__":
    usage = "usage: python program.py x x ..., integers with x in 0..15"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(division_by_15_that_carries_the_remainder(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
