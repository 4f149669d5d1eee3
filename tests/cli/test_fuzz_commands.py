"""A slice of `benchmarks/fuzz_commands.py`: odd command lines and task files are told in a line.

In a process of its own, where shapes are not enforced: what a user sees is counted.
"""

import subprocess
import sys

from builders.amount import examples
from builders.paths import BENCHMARKS

SCRIPT = BENCHMARKS / "fuzz_commands.py"


def test_no_odd_command_line_and_no_odd_task_file_ends_in_a_traceback():
    ended = subprocess.run(
        [sys.executable, SCRIPT, "--count", str(examples(300)), "--seed", "11"],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    counted = ended.stdout.splitlines()
    assert [line for line in counted if "not told in a line" in line] == [
        line for line in counted if line.endswith(", 0 not told in a line")
    ], ended.stdout
    assert [line.split(": ")[0] for line in counted[:2]] == ["command lines", "task files"]
    taken = [int(line.split(", ")[1].split()[0]) for line in counted[:2]]
    assert all(count > 1 for count in taken), "what is odd in no way is to be taken"
