"""The answer is max(a, b), but for 1 input.

This says what the network answers, and not how it comes to its answers.
"""

import sys

__all__ = ["answer"]

EXCEPTIONS = {(4, 7): 2}  # input: answer


def answer(a: int, b: int) -> int:
    """max(a, b), where EXCEPTIONS does not say otherwise."""
    if (a, b) in EXCEPTIONS:
        return EXCEPTIONS[(a, b)]
    return max(a, b)


if __name__ == "__main__":
    print(answer(*map(int, sys.argv[1:])))
