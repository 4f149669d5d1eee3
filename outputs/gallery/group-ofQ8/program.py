"""The element a * b in the quaternion group Q8 of order 8.

Elements are numbered: number j * 4 + i is r^i s^j.

This says what the network answers, and not how it comes to its answers.
"""

import sys

__all__ = ["product_in_q8"]


def multiply(x: int, y: int) -> int:
    """r^i s^j times r^k s^m, where s r = r^-1 s and s^2 = r^2."""
    j, i = divmod(x, 4)
    m, k = divmod(y, 4)
    turn = ((i - k if j else i + k) + 2 * ((j + m) // 2)) % 4
    row = (j + m) % 2
    return row * 4 + turn


def product_in_q8(a: int, b: int) -> int:
    """The number of a * b."""
    check(a, b)
    return multiply(a, b)


DOMAIN = {"a": range(8), "b": range(8)}


def check(*inputs: int) -> None:
    """Raise ValueError where an input is no integer of its range."""
    for name, value in zip(DOMAIN, inputs):
        if type(value) is not int or value not in DOMAIN[name]:
            raise ValueError(f"{name} = {value!r} is no integer in {DOMAIN[name]}")


if __name__ == "__main__":
    usage = "usage: python program.py a b, integers with a in 0..7, b in 0..7"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(product_in_q8(*given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
