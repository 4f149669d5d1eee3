"""Motion of a unit mass from rest at 0: tasks of the MIPS benchmark (arXiv 2402.05110).

At every step the force changes the velocity, and the new velocity the position, which is the
output.
"""

from collections.abc import Callable
from typing import Any

from distill import SequenceTask, scan, task

FORCES = range(-10, 11)


def motion(force: Callable[[int, int], int], length: int) -> SequenceTask:
    """One dimension, under a force that depends on the input and the position."""

    def step(state: tuple[int, int], x: int) -> Any:
        position, velocity = state
        velocity += force(x, position)
        return (position + velocity, velocity), position + velocity

    return SequenceTask({"x": FORCES}, scan(step, (0, 0)), length=length)


@task
def newton_freebody(length: int = 10) -> SequenceTask:
    """Position of a free mass under the forces that are put in."""
    return motion(lambda x, position: x, length)


@task
def newton_gravity(length: int = 10) -> SequenceTask:
    """The same under another, constant force of -1."""
    return motion(lambda x, position: x - 1, length)


@task
def newton_spring(length: int = 10) -> SequenceTask:
    """The same on a spring: the position is taken off the force."""
    return motion(lambda x, position: x - position, length)


@task
def newton_magnetic(length: int = 10) -> SequenceTask:
    """Position in the plane of a charge in a magnetic field: dv = force + (-v_y, v_x)."""

    def step(state: tuple[int, int, int, int], force: tuple[int, int]) -> Any:
        x, y, v_x, v_y = state
        v_x, v_y = v_x + force[0] - v_y, v_y + force[1] + v_x
        return (x + v_x, y + v_y, v_x, v_y), (x + v_x, y + v_y)

    return SequenceTask(
        inputs={"x": FORCES, "y": FORCES},
        reference=scan(step, (0, 0, 0, 0)),
        outputs=2,
        length=length,
    )
