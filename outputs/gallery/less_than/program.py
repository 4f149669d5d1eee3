"""Whether a < b.

The inputs for which a < b lie on one side of a line, all others on its other side.
"""

import sys

__all__ = ["a_below_b"]


def a_below_b(a: int, b: int) -> int:
    """1 where a < b, else 0."""
    check(a, b)
    return 1 if a < b else 0


DOMAIN = {"a": range(40), "b": range(40)}


def check(*inputs: int) -> None:
    """Raise ValueError where an input is no integer of its range."""
    for name, value in zip(DOMAIN, inputs):
        if type(value) is not int or value not in DOMAIN[name]:
            raise ValueError(f"{name} = {value!r} is no integer in {DOMAIN[name]}")


if __name__ == "__main__":
    usage = "usage: python program.py a b, integers with a in 0..39, b in 0..39"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(a_below_b(*given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
