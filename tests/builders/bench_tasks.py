"""Tasks that end in every way that a run can end, copied beside the suites of `test_bench`.

Every one leaves a line in `ran.txt` when it is built, so that it can be counted what was run.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from distill import Task, task

HERE = Path(__file__).parent


def told(line: str) -> None:
    """Say that a run has begun."""
    with (HERE / "ran.txt").open("a") as file:
        file.write(line + "\n")


def counted(agree: int, total: int = 100) -> dict[str, int]:
    """An agreement of a report."""
    return {"agree": agree, "total": total}


@task
def stand_in(right: int = 100, verdict: str = "tested") -> Task:
    """Prints a report in place of a run, with noise before it."""
    told(f"stand_in {right} {os.environ['OMP_NUM_THREADS']} {' '.join(sys.argv[1:])}")
    at_length = {
        "length": 50,
        "program_vs_task": counted(right),
        "model_vs_task": counted(90),
        "program_vs_model": counted(90),
    }
    report = {
        "format_version": 2,
        "space": "sequences",
        "verdict": verdict,
        "located": True,
        "reasons": [],
        "mechanism": {"kind": "automaton", "name": "parity", "description_length": 30},
        "model_vs_task": counted(right),
        "program_vs_task": counted(right),
        "program_vs_model": counted(100) | {"exhaustive": False},
        "longer": [at_length],
        "program": {"lines": 12, "ast_nodes": 30},
        "proof": None,
        "folder": f"{sys.argv[sys.argv.index('--out') + 1]}/stand_in/seed0",
    }
    print("{\nnoise")  # noqa: T201
    print(json.dumps(report, indent=2), flush=True)  # noqa: T201
    os._exit(0)


@task
def refused(p: int = 3) -> Task:
    """A real run: three labels of 9 inputs teach a network nothing."""
    told("refused")
    inputs = {"a": range(p), "b": range(p)}
    return Task(inputs, range(p), lambda a, b: (a + b) % p, 0.4, architecture="mlp")


@task
def exits() -> Task:
    """Ends its process with a status of its own."""
    told("exits")
    os._exit(7)


@task
def exits_with_0() -> Task:
    """Ends its process as if all were well."""
    told("exits_with_0")
    os._exit(0)


@task
def killed() -> Task:
    """Ends as a process does that took too much memory."""
    told("killed")
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


@task
def raises() -> Task:
    """Fails with what is no Exception, which is told in one line all the same."""
    told("raises")
    raise GeneratorExit("which is no Exception")


@task
def unusable() -> Task:
    """Cannot be built, which is said in one line."""
    told("unusable")
    return Task({"a": range(3)}, range(3), lambda a: a, train_fraction=7.0)


@task
def endless() -> Task:
    """Never ends, and has a process of its own that does not either."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    with (HERE / "endless.pid").open("a") as file:
        file.write(f"{os.getpid()} {child.pid}\n")
    told("endless")
    time.sleep(600)
    raise AssertionError
