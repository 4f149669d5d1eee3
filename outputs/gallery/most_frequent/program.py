"""The most frequent token of the text, of several the smallest.

A selection says of every position i which positions j it looks at; what is taken from
those is a variable with a value at every position.
"""

import sys

__all__ = ["most_frequent_token_of_the_text"]


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


def most_frequent_token_of_the_text(xs: list[int]) -> list[int]:
    """The answer at the end of the text, alone in a list."""
    check(xs)
    at = list(range(len(xs)))
    everywhere = [[True for j in at] for i in at]
    found = vote_least(everywhere, xs, -1)
    return found[-1:]


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
        print(most_frequent_token_of_the_text(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
