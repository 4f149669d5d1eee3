"""Most frequent input.

`counts[v]` is how often x = v has come in. The answer is the v that has come in most
often, the smallest of several.

Why it works: the order of the inputs does not matter for how often each has come in,
and `index` finds the first place of the maximum.
"""

import sys

__all__ = ["most_frequent_input"]


def most_frequent_input(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    check(xs)
    outputs = []
    counts = [0] * 3
    for x in xs:
        counts[x] += 1
        outputs.append(counts.index(max(counts)))
    return outputs


DOMAIN = {"x": range(3)}


def check(xs: list[int]) -> None:
    """Raise ValueError where something is given that is no list of integers of the range."""
    if type(xs) is not list:
        raise ValueError(f"{xs!r} is no list of integers in {DOMAIN['x']}")
    for x in xs:
        if type(x) is not int or x not in DOMAIN["x"]:
            raise ValueError(f"x = {x!r} is no integer in {DOMAIN['x']}")


if __name__ == "__main__":
    usage = "usage: python program.py x x ..., integers with x in 0..2"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(most_frequent_input(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
