"""Loops are followed beside a machine through every length, as Python runs them."""

import numpy as np
from adversary_forgeries import LATE, is_late, late

from distill.checker.loop import walk
from distill.errors import ProgramError


def test_a_loop_that_goes_wrong_after_many_steps_is_followed_as_python_runs_it():
    """Fifty ways to be wrong in step 60: the walk sees each, or does not follow the program."""
    echo = (np.array([[0, 0]]), np.array([[0, 1]]), np.array([[0], [1]]))
    followed = 0
    for name in LATE:
        source = late(name)
        assert is_late(source), name
        try:
            found = walk(source, *echo)
        except ProgramError:
            continue
        assert found.differs is not None, name
        followed += 1
    assert followed >= 20
