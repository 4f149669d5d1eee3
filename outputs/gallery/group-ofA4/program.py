"""The element a * b in the alternating group A4.

Elements are numbered: numbers are places in the list of all even permutations of 4
points, in lexicographic order.

This says what the network answers, and not how it comes to its answers.
"""

import sys

__all__ = ["product_in_a4"]


def is_even(p: tuple[int]) -> bool:
    """Whether an even number of pairs stands in the wrong order."""
    return sum([p[i] > p[j] for j in range(4) for i in range(j)]) % 2 == 0


PERMUTATIONS = [
    (i, j, k, l)
    for i in range(4)
    for j in range(4)
    if j != i
    for k in range(4)
    if k not in (i, j)
    for l in range(4)
    if l not in (i, j, k)
]
ELEMENTS = [p for p in PERMUTATIONS if is_even(p)]
NUMBER_OF = {p: i for i, p in enumerate(ELEMENTS)}


def multiply(x: int, y: int) -> int:
    """The number of the permutation "first x, then y"."""
    p, q = ELEMENTS[x], ELEMENTS[y]
    return NUMBER_OF[tuple([q[i] for i in p])]


def product_in_a4(a: int, b: int) -> int:
    """The number of a * b."""
    check(a, b)
    return multiply(a, b)


DOMAIN = {"a": range(12), "b": range(12)}


def check(*inputs: int) -> None:
    """Raise ValueError where an input is no integer of its range."""
    for name, value in zip(DOMAIN, inputs):
        if type(value) is not int or value not in DOMAIN[name]:
            raise ValueError(f"{name} = {value!r} is no integer in {DOMAIN[name]}")


if __name__ == "__main__":
    usage = "usage: python program.py a b, integers with a in 0..11, b in 0..11"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(product_in_a4(*given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
