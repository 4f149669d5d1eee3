"""The element a * b in the symmetric group S3.

Elements are numbered: numbers are places in the list of all permutations of 3 points,
in lexicographic order.

This says what the network answers, and not how it comes to its answers.
"""

import sys

__all__ = ["product_in_s3"]

ELEMENTS = [
    (i, j, k)
    for i in range(3)
    for j in range(3)
    if j != i
    for k in range(3)
    if k not in (i, j)
]
NUMBER_OF = {p: i for i, p in enumerate(ELEMENTS)}


def multiply(x: int, y: int) -> int:
    """The number of the permutation "first x, then y"."""
    p, q = ELEMENTS[x], ELEMENTS[y]
    return NUMBER_OF[tuple([q[i] for i in p])]


def product_in_s3(a: int, b: int) -> int:
    """The number of a * b."""
    check(a, b)
    return multiply(a, b)


DOMAIN = {"a": range(6), "b": range(6)}


def check(*inputs: int) -> None:
    """Raise ValueError where an input is no integer of its range."""
    for name, value in zip(DOMAIN, inputs):
        if type(value) is not int or value not in DOMAIN[name]:
            raise ValueError(f"{name} = {value!r} is no integer in {DOMAIN[name]}")


if __name__ == "__main__":
    usage = "usage: python program.py a b, integers with a in 0..5, b in 0..5"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(product_in_s3(*given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
