"""Addition with carry, base 7.

Works through the digits in base 7, the least significant first, as on paper.

Why it works: divided by 7, a step's total leaves its last digit, which is the output;
the quotient counts for the next place, 7 times as much, and is carried there.
"""

import sys

__all__ = ["addition_with_carry_base_7"]


def addition_with_carry_base_7(steps: list[tuple[int, int]]) -> list[int]:
    """One output for every tuple of the list."""
    outputs = []
    carry = 0
    for a, b in steps:
        carry, digit = divmod(a + b + carry, 7)
        outputs.append(digit)
    return outputs


if __name__ == "__main__":
    print(
        addition_with_carry_base_7(
            [tuple(map(int, word.split(","))) for word in sys.argv[1:]]
        )
    )
