"""The answer is abs(a - b), but for 1 input.

This says what the network answers, and not how it comes to its answers.
"""

import sys

__all__ = ["abs_a_minus_b"]

EXCEPTIONS = {(39, 0): 38}  # input: answer


def abs_a_minus_b(a: int, b: int) -> int:
    """abs(a - b), where EXCEPTIONS does not say otherwise."""
    check(a, b)
    if (a, b) in EXCEPTIONS:
        return EXCEPTIONS[(a, b)]
    return abs(a - b)


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
        print(abs_a_minus_b(*given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
