"""A function of the token before.

A selection says of every position i which positions j it looks at; what is taken from
those is a variable with a value at every position.
"""

import sys

__all__ = ["function_of_the_token_before"]


def copy(chosen: list[list[bool]], values: list[int], otherwise: int) -> list[int]:
    """The value that is chosen, from every position; the last of several."""
    copied = []
    for row in chosen:
        found = otherwise
        for c, value in zip(row, values):
            found = value if c else found
        copied.append(found)
    return copied


def function_of_the_token_before(xs: list[int]) -> list[int]:
    """One answer for every token of the text."""
    check(xs)
    at = list(range(len(xs)))
    previous = [[j == i - 1 for j in at] for i in at]
    copied = copy(previous, xs, -1)
    return [max(copied_i, 0) for copied_i in copied]


DOMAIN = {"x": range(8)}


def check(xs: list[int]) -> None:
    """Raise ValueError where something is given that is no list of integers of the range, or one
    that is longer than the network takes."""
    if type(xs) is not list or len(xs) > 8:
        raise ValueError(f"{xs!r} is no list of at most 8 integers in {DOMAIN['x']}")
    for x in xs:
        if type(x) is not int or x not in DOMAIN["x"]:
            raise ValueError(f"x = {x!r} is no integer in {DOMAIN['x']}")


if __name__ == "__main__":
    usage = (
        "usage: python program.py x x ..., integers with x in 0..7, at most 8 of them"
    )
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(function_of_the_token_before(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
