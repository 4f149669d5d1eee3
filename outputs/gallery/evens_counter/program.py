"""Number of inputs that are even.

`total` counts the steps with x % 2 == 0.

Why it works: the sum over all steps is the sum so far and what the latest step adds.
"""

import sys

__all__ = ["number_of_inputs_that_are_even"]


def number_of_inputs_that_are_even(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    check(xs)
    outputs = []
    total = 0
    for x in xs:
        total += int(x % 2 == 0)
        outputs.append(total)
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
        print(number_of_inputs_that_are_even(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
