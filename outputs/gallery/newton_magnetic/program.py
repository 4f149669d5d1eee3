"""Velocities and positions.

`velocity_a` adds up a - velocity_b; `velocity_b` adds up velocity_a + b; `position_a`
moves by `velocity_a` at every step; `position_b` moves by `velocity_b` at every step.

Why it works: a velocity changes by what acts on it at a step, and a position by its
velocity; with both known, nothing else of the past matters.
"""

import sys

__all__ = ["velocities_and_positions"]


def velocities_and_positions(steps: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """One output for every tuple of the list."""
    outputs = []
    velocity_a = velocity_b = position_a = position_b = 0
    for a, b in steps:
        velocity_a_change, velocity_b_change = a - velocity_b, velocity_a + b
        velocity_a += velocity_a_change
        velocity_b += velocity_b_change
        position_a += velocity_a
        position_b += velocity_b
        outputs.append((position_a, position_b))
    return outputs


if __name__ == "__main__":
    print(
        velocities_and_positions(
            [tuple(map(int, word.split(","))) for word in sys.argv[1:]]
        )
    )
