"""A function of a value copied from a chosen position, by 1 selection.

A selection says of every position i which positions j it looks at; what is taken from
those is a variable with a value at every position. x is the token at i.
"""

import sys

__all__ = ["function_of_a_value_copied_from_a_chosen_position"]


def copy(chosen: list[list[bool]], values: list[int], otherwise: int) -> list[int]:
    """The value that is chosen, from every position; the last of several."""
    copied = []
    for row in chosen:
        found = otherwise
        for c, value in zip(row, values):
            found = value if c else found
        copied.append(found)
    return copied


def function_of_a_value_copied_from_a_chosen_position(xs: list[int]) -> list[int]:
    """One answer for every token of the text."""
    check(xs)
    at = list(range(len(xs)))
    value = [x // 10 + x % 10 for x in xs]
    chosen = [[j < i and value_j != 9 for j, value_j in zip(at, value)] for i in at]
    copied = copy(chosen, value, -1)
    value2 = [int(copied_i > 9) for copied_i in copied]
    return [(value_i + value2_i) % 10 for value_i, value2_i in zip(value, value2)]


DOMAIN = {"x": range(100)}


def check(xs: list[int]) -> None:
    """Raise ValueError where something is given that is no list of integers of the range, or one
    that is longer than the network takes."""
    if type(xs) is not list or len(xs) > 6:
        raise ValueError(f"{xs!r} is no list of at most 6 integers in {DOMAIN['x']}")
    for x in xs:
        if type(x) is not int or x not in DOMAIN["x"]:
            raise ValueError(f"x = {x!r} is no integer in {DOMAIN['x']}")


if __name__ == "__main__":
    usage = (
        "usage: python program.py x x ..., integers with x in 0..99, at most 6 of them"
    )
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(
            function_of_a_value_copied_from_a_chosen_position(given) if given else usage
        )
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
