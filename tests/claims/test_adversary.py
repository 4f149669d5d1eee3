"""A slice of `benchmarks/adversary.py`: nothing that is false is believed, nothing odd is not told.

In a process of its own, where shapes are not enforced: what a user's checker does is counted.
"""

import subprocess
import sys

import numpy as np
import pytest
from builders.paths import BENCHMARKS

SCRIPT = BENCHMARKS / "adversary.py"


@pytest.fixture
def benchmarks(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPT.parent))


def test_a_loop_that_goes_wrong_after_many_steps_is_followed_as_python_runs_it(benchmarks):
    """Fifty ways to be wrong in step 60: the walk sees each, or does not follow the program."""
    from adversary_forgeries import LATE, is_late, late

    from distill.checker.loop import walk
    from distill.errors import ProgramError

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


def test_a_slice_of_the_campaign():
    """Mutants, and damaged folders, over the run that is checked fastest."""
    only = ("--only", "mutants", "--only", "folders", "--run", "transformer, a + 3b")
    ended = subprocess.run(
        [sys.executable, SCRIPT, *only, "--mutants", "20", "--fuzz", "60", "--jobs", "1"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    rows = [line.split(" | ") for line in ended.stdout.splitlines() if line.startswith("| m")]
    assert sum(int(row[1]) for row in rows) >= 20
