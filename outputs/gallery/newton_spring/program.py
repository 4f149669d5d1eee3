"""Velocity and position.

`velocity` adds up x - position; `position` moves by `velocity` at every step.

Why it works: a velocity changes by what acts on it at a step, and a position by its
velocity; with both known, nothing else of the past matters.
"""

import sys

__all__ = ["velocity_and_position"]


def velocity_and_position(xs: list[int]) -> list[int]:
    """One output for every number of the list."""
    outputs = []
    velocity = position = 0
    for x in xs:
        velocity += x - position
        position += velocity
        outputs.append(position)
    return outputs


if __name__ == "__main__":
    print(velocity_and_position(list(map(int, sys.argv[1:]))))
