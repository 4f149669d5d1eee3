"""The answer is int((a + b) % 40 > 19).

This says what the network answers, and not how it comes to its answers.
"""

import sys

__all__ = ["a_plus_b_mod_40_above_19"]


def a_plus_b_mod_40_above_19(a: int, b: int) -> int:
    """int((a + b) % 40 > 19)."""
    check(a, b)
    return int((a + b) % 40 > 19)


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
        print(a_plus_b_mod_40_above_19(*given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
