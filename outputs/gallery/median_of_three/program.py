"""The answer is max(min(a, b), min(max(a, b), c)).

This says what the network answers, and not how it comes to its answers.
"""

import sys

__all__ = ["max_min_a_b_min_max_a_b_c"]


def max_min_a_b_min_max_a_b_c(a: int, b: int, c: int) -> int:
    """max(min(a, b), min(max(a, b), c))."""
    check(a, b, c)
    return max(min(a, b), min(max(a, b), c))


DOMAIN = {"a": range(14), "b": range(14), "c": range(14)}


def check(*inputs: int) -> None:
    """Raise ValueError where an input is no integer of its range."""
    for name, value in zip(DOMAIN, inputs):
        if type(value) is not int or value not in DOMAIN[name]:
            raise ValueError(f"{name} = {value!r} is no integer in {DOMAIN[name]}")


if __name__ == "__main__":
    usage = "usage: python program.py a b c, integers with a in 0..13, b in 0..13, c in 0..13"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(max_min_a_b_min_max_a_b_c(*given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
