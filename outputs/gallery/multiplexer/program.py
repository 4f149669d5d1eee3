"""The answer, by cases.

This says what the network answers, and not how it comes to its answers.
"""

import sys

__all__ = ["answer"]


def answer(
    x0: int,
    x1: int,
    x2: int,
    x3: int,
    x4: int,
    x5: int,
    x6: int,
    x7: int,
    x8: int,
    x9: int,
    x10: int,
) -> int:
    """The answer, by cases."""
    check(x0, x1, x2, x3, x4, x5, x6, x7, x8, x9, x10)
    if x2 == 1:
        if x0 == 1:
            if x1 == 1:
                return x10
            return x8
        if x1 == 1:
            return x6
        return x4
    if x0 == 1:
        if x1 == 1:
            return x9
        return x7
    if x1 == 1:
        return x5
    return x3


DOMAIN = {
    "x0": range(2),
    "x1": range(2),
    "x2": range(2),
    "x3": range(2),
    "x4": range(2),
    "x5": range(2),
    "x6": range(2),
    "x7": range(2),
    "x8": range(2),
    "x9": range(2),
    "x10": range(2),
}


def check(*inputs: int) -> None:
    """Raise ValueError where an input is no integer of its range."""
    for name, value in zip(DOMAIN, inputs):
        if type(value) is not int or value not in DOMAIN[name]:
            raise ValueError(f"{name} = {value!r} is no integer in {DOMAIN[name]}")


if __name__ == "__main__":
    usage = "usage: python program.py x0 x1 x2 x3 x4 x5 x6 x7 x8 x9 x10, integers with x0 in 0..1, x1 in 0..1, x2 in 0..1, x3 in 0..1, x4 in 0..1, x5 in 0..1, x6 in 0..1, x7 in 0..1, x8 in 0..1, x9 in 0..1, x10 in 0..1"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(answer(*given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
