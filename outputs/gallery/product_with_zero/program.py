"""The answer is a * b % 59.

This says what the network answers, and not how it comes to its answers.
"""

import sys

__all__ = ["a_times_b_mod_59"]


def a_times_b_mod_59(a: int, b: int) -> int:
    """a * b % 59."""
    check(a, b)
    return a * b % 59


DOMAIN = {"a": range(59), "b": range(59)}


def check(*inputs: int) -> None:
    """Raise ValueError where an input is no integer of its range."""
    for name, value in zip(DOMAIN, inputs):
        if type(value) is not int or value not in DOMAIN[name]:
            raise ValueError(f"{name} = {value!r} is no integer in {DOMAIN[name]}")


if __name__ == "__main__":
    usage = "usage: python program.py a b, integers with a in 0..58, b in 0..58"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(a_times_b_mod_59(*given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
