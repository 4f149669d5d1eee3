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
    check(xs)
    outputs = []
    remainder = 0
    for bit in xs:
        quotient, remainder = divmod(2 * remainder + bit, 7)
        outputs.append(quotient)
    return outputs


DOMAIN = {"bit": range(2)}


def check(xs: list[int]) -> None:
    """Raise ValueError where something is given that is no list of integers of the range."""
    if type(xs) is not list:
        raise ValueError(f"{xs!r} is no list of integers in {DOMAIN['bit']}")
    for bit in xs:
        if type(bit) is not int or bit not in DOMAIN["bit"]:
            raise ValueError(f"bit = {bit!r} is no integer in {DOMAIN['bit']}")


if __name__ == "__main__":
    usage = "usage: python program.py bit bit ..., integers with bit in 0..1"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(long_division_by_7_in_base_2(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
