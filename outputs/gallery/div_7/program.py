"""Long division by 7 in base 2.

Reads a number digit by digit in base 2, the most significant first, and writes the
digits of its quotient by 7.

Why it works: this is long division. The remainder so far, followed by the next digit,
is 2 * remainder + bit. How often 7 goes into that is the next digit of the quotient,
and what is left over is the next remainder.
"""

import sys

__all__ = ["long_division_by_7_in_base_2"]


def long_division_by_7_in_base_2(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    remainder = 0
    for bit in xs:
        quotient, remainder = divmod(2 * remainder + bit, 7)
        outputs.append(quotient)
    return outputs


if __name__ == "__main__":
    print(long_division_by_7_in_base_2(list(map(int, sys.argv[1:]))))
