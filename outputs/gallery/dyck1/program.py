"""A function of 3 counts of chosen positions, by 3 selections.

A selection says of every position i which positions j it looks at; what is taken from
those is a variable with a value at every position. y is the token at j.
"""

import sys

__all__ = ["function_of_3_counts_of_chosen_positions"]


def width(chosen: list[list[bool]]) -> list[int]:
    """How many positions are chosen, from every position."""
    return [sum(row) for row in chosen]


def function_of_3_counts_of_chosen_positions(xs: list[int]) -> list[int]:
    """One answer for every token of the text."""
    check(xs)
    at = list(range(len(xs)))
    chosen = [[j <= i and y == 0 for y, j in zip(xs, at)] for i in at]
    count = width(chosen)
    chosen2 = [[j <= i and y == 1 for y, j in zip(xs, at)] for i in at]
    count2 = width(chosen2)
    value = [count_i - count2_i for count_i, count2_i in zip(count, count2)]
    value2 = [(value_i > 0) - (value_i < 0) for value_i in value]
    here = [value2_i % 3 for value2_i in value2]
    met = [[j <= i and here_j == 2 for j, here_j in zip(at, here)] for i in at]
    times = width(met)
    return [2 if times_i else here_i for here_i, times_i in zip(here, times)]


DOMAIN = {"x": range(2)}


def check(xs: list[int]) -> None:
    """Raise ValueError where something is given that is no list of integers of the range, or one
    that is longer than the network takes."""
    if type(xs) is not list or len(xs) > 10:
        raise ValueError(f"{xs!r} is no list of at most 10 integers in {DOMAIN['x']}")
    for x in xs:
        if type(x) is not int or x not in DOMAIN["x"]:
            raise ValueError(f"x = {x!r} is no integer in {DOMAIN['x']}")


if __name__ == "__main__":
    usage = (
        "usage: python program.py x x ..., integers with x in 0..1, at most 10 of them"
    )
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(function_of_3_counts_of_chosen_positions(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
