"""The number of positions with the same token.

A selection says of every position i which positions j it looks at; what is taken from
those is a variable with a value at every position. x and y are the tokens at i and j.
"""

import sys

__all__ = ["number_of_positions_with_the_same_token"]


def width(chosen: list[list[bool]]) -> list[int]:
    """How many positions are chosen, from every position."""
    return [sum(row) for row in chosen]


def number_of_positions_with_the_same_token(xs: list[int]) -> list[int]:
    """One answer for every token of the text."""
    check(xs)
    same = [[y == x for y in xs] for x in xs]
    return width(same)


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
        print(number_of_positions_with_the_same_token(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
