"""Velocity and position.

`velocity` adds up x - position; `position` moves by `velocity` at every step.

Why it works: a velocity changes by what acts on it at a step, and a position by its
velocity; with both known, nothing else of the past matters.
"""

import sys

__all__ = ["velocity_and_position"]


def velocity_and_position(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    check(xs)
    outputs = []
    velocity = position = 0
    for x in xs:
        velocity += x - position
        position += velocity
        outputs.append(position)
    return outputs


DOMAIN = {"x": range(-10, 11)}


def check(xs: list[int]) -> None:
    """Raise ValueError where something is given that is no list of integers of the range."""
    if type(xs) is not list:
        raise ValueError(f"{xs!r} is no list of integers in {DOMAIN['x']}")
    for x in xs:
        if type(x) is not int or x not in DOMAIN["x"]:
            raise ValueError(f"x = {x!r} is no integer in {DOMAIN['x']}")


if __name__ == "__main__":
    usage = "usage: python program.py x x ..., integers with x in -10..10"
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [int(word) for word in words]
        print(velocity_and_position(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
