"""A function of the most frequent token at positions up to here after the same token.

A selection says of every position i which positions j it looks at; what is taken from
those is a variable with a value at every position. x is the token at i.
"""

import sys

__all__ = ["function_of_the_most_frequent_token"]


def copy(chosen: list[list[bool]], values: list[int], otherwise: int) -> list[int]:
    """The value that is chosen, from every position; the last of several."""
    copied = []
    for row in chosen:
        found = otherwise
        for c, value in zip(row, values):
            found = value if c else found
        copied.append(found)
    return copied


def vote_least(
    chosen: list[list[bool]], values: list[int], otherwise: int
) -> list[int]:
    """The value that is chosen most often, from every position; of several the smallest."""
    won = []
    for row in chosen:
        best, most = otherwise, 0
        for c, value in zip(row, values):
            times = c * sum([d * (value == other) for d, other in zip(row, values)])
            ahead = times > most or 0 < times == most and value < best
            best, most = (value if ahead else best), max(most, times)
        won.append(best)
    return won


def function_of_the_most_frequent_token(xs: list[int]) -> list[int]:
    """One answer for every token of the text."""
    check(xs)
    at = list(range(len(xs)))
    previous = [[j == i - 1 for j in at] for i in at]
    copied = copy(previous, xs, -1)
    chosen = [
        [j <= i and copied_j == x for j, copied_j in zip(at, copied)]
        for x, i in zip(xs, at)
    ]
    voted = vote_least(chosen, xs, -1)
    return [voted_i % 9 for voted_i in voted]


DOMAIN = {"x": range(8)}


def check(xs: list[int]) -> None:
    """Raise ValueError where something is given that is no list of integers of the range, or one
    that is longer than the network takes."""
    if type(xs) is not list or len(xs) > 16:
        raise ValueError(f"{xs!r} is no list of at most 16 integers in {DOMAIN['x']}")
    for x in xs:
        if type(x) is not int or x not in DOMAIN["x"]:
            raise ValueError(f"x = {x!r} is no integer in {DOMAIN['x']}")


if __name__ == "__main__":
    usage = (
        "usage: python program.py x x ..., integers with x in 0..7, at most 16 of them"
    )
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(function_of_the_most_frequent_token(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
