"""Walk between 0 and 3.

Goes up and down as long as it is between 0 and 3, and stays where it is once it has
left.

Why it works: whatever is read after that, the bounds have been left, which is all that
the output depends on.
"""

import sys

__all__ = ["walk_between_0_and_3"]


def walk_between_0_and_3(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    check(xs)
    outputs = []
    height = 0
    for x in xs:
        if 0 <= height <= 3:
            height += 1 - 2 * x
        outputs.append(int(0 <= height <= 3))
    return outputs


DOMAIN = {"x": range(2)}


def check(xs: list[int]) -> None:
    """Raise ValueError where something is given that is no list of integers of the range."""
    if type(xs) is not list:
        raise ValueError(f"{xs!r} is no list of integers in {DOMAIN['x']}")
    for x in xs:
        if type(x) is not int or x not in DOMAIN["x"]:
            raise ValueError(f"x = {x!r} is no integer in {DOMAIN['x']}")


if __name__ == "__main__":
    usage = "usage: python program.py x x ..., integers with x in 0..1"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(walk_between_0_and_3(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
