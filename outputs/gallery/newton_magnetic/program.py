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
    check(steps)
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


DOMAIN = {"a": range(-10, 11), "b": range(-10, 11)}


def check(steps: list[tuple[int, int]]) -> None:
    """Raise ValueError where something is given that is no list of tuples of the domain."""
    if type(steps) is not list:
        raise ValueError(f"{steps!r} is no list of tuples in {DOMAIN}")
    for step in steps:
        if type(step) is not tuple or len(step) != len(DOMAIN):
            raise ValueError(f"{step!r} is no tuple in {DOMAIN}")
        for name, value in zip(DOMAIN, step):
            if type(value) is not int or value not in DOMAIN[name]:
                raise ValueError(f"{name} = {value!r} is no integer in {DOMAIN[name]}")


if __name__ == "__main__":
    usage = (
        "usage: python program.py a,b a,b ..., integers with a in -10..10, b in -10..10"
    )
    try:
        words = [word for word in sys.argv[1:] if word not in ("-h", "--help")]
        given = [tuple(map(int, word.split(","))) for word in words]
        print(velocities_and_positions(given) if given else usage)
    except (TypeError, ValueError) as error:
        print(f"{error}; {usage}", file=sys.stderr)
        sys.exit(2)
