"""The element a * b in the symmetric group S5.

Elements are numbered: numbers are places in the list of all permutations of 5 points,
in lexicographic order.

The network does it with matrix elements of irreducible representations of the group:
its logits are sums of products of those of sign (1, 1, 1, 1, 1); standard (4, 1);
standard x sign (2, 1, 1, 1).
"""

import sys

__all__ = ["product_in_s5"]

ELEMENTS = [
    (i, j, k, l, m)
    for i in range(5)
    for j in range(5)
    if j != i
    for k in range(5)
    if k not in (i, j)
    for l in range(5)
    if l not in (i, j, k)
    for m in range(5)
    if m not in (i, j, k, l)
]
NUMBER_OF = {p: i for i, p in enumerate(ELEMENTS)}


def multiply(x: int, y: int) -> int:
    """The number of the permutation "first x, then y"."""
    p, q = ELEMENTS[x], ELEMENTS[y]
    return NUMBER_OF[tuple([q[i] for i in p])]


def product_in_s5(a: int, b: int) -> int:
    """The number of a * b."""
    check(a, b)
    return multiply(a, b)


DOMAIN = {"a": range(120), "b": range(120)}


def check(*inputs: int) -> None:
    """Raise ValueError where an input is no integer of its range."""
    for name, value in zip(DOMAIN, inputs):
        if type(value) is not int or value not in DOMAIN[name]:
            raise ValueError(f"{name} = {value!r} is no integer in {DOMAIN[name]}")


if __name__ == "__main__":
    usage = "usage: python program.py a b, integers with a in 0..119, b in 0..119"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(product_in_s5(*given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
