"""Processes that work beside one never outlive it."""

import os
import subprocess
import sys

from builders.alive import gone

from distill.workers import worker_pool

SLEEPS = """
import os, time
from distill.workers import worker_pool

def busy(number):
    print(os.getpid(), flush=True)
    time.sleep(60)

if __name__ == "__main__":
    with worker_pool(2) as pool:
        list(pool.map(busy, range(2)))
"""


def test_work_is_done_in_other_processes():
    with worker_pool(1) as pool:
        assert pool.submit(os.getpid).result() != os.getpid()


def test_a_worker_ends_when_its_process_is_killed(tmp_path):
    (tmp_path / "sleeps.py").write_text(SLEEPS)
    command = [sys.executable, "sleeps.py"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pids = [int(parent.stdout.readline()) for _ in range(2)]
        parent.kill()
    assert gone(pids, within=20)
