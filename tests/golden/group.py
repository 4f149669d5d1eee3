"""The answer is a ^ b: the element a * b in the abelian group Z2^5.

Elements are numbered: a number is 5 bits, which are added without carrying.

The network does it with characters, which are 1 or -1 by the parity of some bits: its
logits are sums of those of a ^ b ^ c, by the bits of 20, 2, 30, 21, 13, 29, 3, 27, 7.
"""

import sys

__all__ = ["a_xor_b"]


def a_xor_b(a: int, b: int) -> int:
    """The number of a * b."""
    check(a, b)
    return a ^ b


DOMAIN = {"a": range(32), "b": range(32)}


def check(*inputs: int) -> None:
    """Raise ValueError where an input is no integer of its range."""
    for name, value in zip(DOMAIN, inputs):
        if type(value) is not int or value not in DOMAIN[name]:
            raise ValueError(f"{name} = {value!r} is no integer in {DOMAIN[name]}")


if __name__ == "__main__":
    usage = "usage: python program.py a b, integers with a in 0..31, b in 0..31"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(a_xor_b(*given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
