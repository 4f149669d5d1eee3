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
    outputs = []
    power = 1
    number = reversed_number = 0
    for x in xs:
        number = 2 * number + x
        reversed_number += power * x
        power *= 2
        outputs.append(int(reversed_number == number))
    return outputs


if __name__ == "__main__":
    print(number_equals_reversed_number(list(map(int, sys.argv[1:]))))
