"""The answer is min(a + b, 30).

This says what the network answers, and not how it comes to its answers.
"""

import sys

__all__ = ["min_a_plus_b_30"]


def min_a_plus_b_30(a: int, b: int) -> int:
    """min(a + b, 30)."""
    check(a, b)
    return min(a + b, 30)


DOMAIN = {"a": range(30), "b": range(30)}


def check(*inputs: int) -> None:
    """Raise ValueError where an input is no integer of its range."""
    for name, value in zip(DOMAIN, inputs):
        if type(value) is not int or value not in DOMAIN[name]:
            raise ValueError(f"{name} = {value!r} is no integer in {DOMAIN[name]}")


if __name__ == "__main__":
    usage = "usage: python program.py a b, integers with a in 0..29, b in 0..29"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(min_a_plus_b_30(*given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
