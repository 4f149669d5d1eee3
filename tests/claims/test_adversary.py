"""A slice of `benchmarks/adversary.py`: nothing that is false is believed, nothing odd is not told.

In a process of its own, where shapes are not enforced: what a user's checker does is counted.
"""

import subprocess
import sys

import pytest
from builders.paths import BENCHMARKS

SCRIPT = BENCHMARKS / "adversary.py"


@pytest.mark.claim
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
