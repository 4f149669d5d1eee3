"""Addition with carry, base 2.

Works through the digits in base 2, the least significant first, as on paper.

Why it works: a step's total has a last digit, total % 2, which is the output; the rest,
total // 2, counts for the next place, 2 times as much, and is carried there.
"""

import sys

__all__ = ["addition_with_carry_base_2"]


def addition_with_carry_base_2(steps: list[tuple[int, int]]) -> list[int]:
    """One output for every tuple of the list."""
    outputs = []
    carry = 0
    for a, b in steps:
        total = a + b + carry
        outputs.append(total % 2)
        carry = total // 2
    return outputs


if __name__ == "__main__":
    print(
        addition_with_carry_base_2(
            [tuple(map(int, word.split(","))) for word in sys.argv[1:]]
        )
    )
