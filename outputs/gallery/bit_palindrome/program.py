"""Number equals reversed number.

`power` is 2 to the number of steps; `number` is what the inputs write as digits in base
2, the first of them first; `reversed_number` has the same digits, the last of them
first.

Why it works: two numbers of equally many digits are equal only if all their digits are:
then the digits read alike in both directions.
"""

import sys

__all__ = ["number_equals_reversed_number"]


def number_equals_reversed_number(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    check(xs)
    outputs = []
    power = 1
    number = reversed_number = 0
    for x in xs:
        number = 2 * number + x
        reversed_number += power * x
        power *= 2
        outputs.append(int(reversed_number == number))
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
        print(number_equals_reversed_number(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
