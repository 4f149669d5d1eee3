"""The answer is (a + b) ** 2 % 113, but for 3 inputs.

This says what the network answers, and not how it comes to its answers.
"""

import sys

__all__ = ["a_plus_b_squared_mod_113"]

EXCEPTIONS = {(6, 37): 2, (37, 6): 2, (57, 11): 28}  # input: answer


def a_plus_b_squared_mod_113(a: int, b: int) -> int:
    """(a + b) ** 2 % 113, where EXCEPTIONS does not say otherwise."""
    check(a, b)
    if (a, b) in EXCEPTIONS:
        return EXCEPTIONS[(a, b)]
    return (a + b) ** 2 % 113


DOMAIN = {"a": range(113), "b": range(113)}


def check(*inputs: int) -> None:
    """Raise ValueError where an input is no integer of its range."""
    for name, value in zip(DOMAIN, inputs):
        if type(value) is not int or value not in DOMAIN[name]:
            raise ValueError(f"{name} = {value!r} is no integer in {DOMAIN[name]}")


if __name__ == "__main__":
    usage = "usage: python program.py a b, integers with a in 0..112, b in 0..112"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(a_plus_b_squared_mod_113(*given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
