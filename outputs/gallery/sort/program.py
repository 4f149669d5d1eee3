"""The largest token with at most i smaller ones.

A selection says of every position i which positions j it looks at; what is taken from
those is a variable with a value at every position. x and y are the tokens at i and j.
"""

import sys

__all__ = ["largest_token_with_at_most_i_smaller_ones"]


def width(chosen: list[list[bool]]) -> list[int]:
    """How many positions are chosen, from every position."""
    return [sum(row) for row in chosen]


def greatest(chosen: list[list[bool]], values: list[int], otherwise: int) -> list[int]:
    """The largest value that is chosen, from every position."""
    low = min(values)
    found = [max([v if c else low for c, v in zip(row, values)]) for row in chosen]
    return [v if any(row) else otherwise for v, row in zip(found, chosen)]


def largest_token_with_at_most_i_smaller_ones(xs: list[int]) -> list[int]:
    """One answer for every token of the text."""
    check(xs)
    at = list(range(len(xs)))
    smaller = [[y < x for y in xs] for x in xs]
    count = width(smaller)
    chosen = [[count_j <= i for count_j in count] for i in at]
    return greatest(chosen, xs, -1)


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
        print(largest_token_with_at_most_i_smaller_ones(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
