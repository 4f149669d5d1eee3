"""The answer is a ^ b: the element a * b in the abelian group Z2^6.

Elements are numbered: a number is 6 bits, which are added without carrying.

The network does it with matrix elements of irreducible representations of the group:
its logits are sums of products of those of frequencies 0, 1, 0, 0, 0, 0; frequencies 0,
0, 1, 0, 1, 0; frequencies 1, 0, 0, 0, 0, 1; frequencies 0, 0, 1, 0, 0, 1; frequencies
1, 0, 1, 1, 0, 1; frequencies 0, 1, 1, 1, 1, 1; frequencies 1, 1, 1, 1, 1, 1.
"""

import sys

__all__ = ["a_xor_b"]


def a_xor_b(a: int, b: int) -> int:
    """The number of a * b."""
    check(a, b)
    return a ^ b


DOMAIN = {"a": range(64), "b": range(64)}


def check(*inputs: int) -> None:
    """Raise ValueError where an input is no integer of its range."""
    for name, value in zip(DOMAIN, inputs):
        if type(value) is not int or value not in DOMAIN[name]:
            raise ValueError(f"{name} = {value!r} is no integer in {DOMAIN[name]}")


if __name__ == "__main__":
    usage = "usage: python program.py a b, integers with a in 0..63, b in 0..63"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(a_xor_b(*given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
