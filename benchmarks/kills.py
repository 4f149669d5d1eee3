"""Kill `run` and `bench` at random moments, and count what they leave.

    .venv/bin/python benchmarks/kills.py                      # 40 runs and 10 benches, ten minutes
    .venv/bin/python benchmarks/kills.py --runs 12 --benches 4

Every kill is of one of `SIGNALS`, after a time drawn between the start and the usual end. Counted
are folders that look finished and are not (each is verified), leftovers that are still there after
the next command, and processes that are alive `GRACE` seconds after what started them. Processes
are told by a variable in their environment, so that those of nobody else are counted (Linux alone).
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import click
import numpy as np

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)

GRACE = 2.0
"""Seconds in which what was started has to end."""

TASK = ("mod_add", "--set", "p=23", "--set", "fraction=0.7")
"""A small task, and a real training."""

SUITE = """
title = "To be killed"
tasks = [
    { task = "mod_add", settings = { p = 23, fraction = 0.7 } },
    { task = "parity_all" },
]
"""

MARK = "DISTILL_KILLS"

DISTILL = (sys.executable, "-m", "distill")


def started(command: tuple[str, ...], folder: Path, mark: str) -> subprocess.Popen[bytes]:
    """Start a command whose processes can be told by a mark in their environment."""
    return subprocess.Popen(
        (*DISTILL, *command),
        cwd=folder,
        env={**os.environ, MARK: mark},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def alive(mark: str) -> list[int]:
    """Processes with this mark that have not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            if f"{MARK}={mark}".encode() in (path / "environ").read_bytes():
                found.append(int(path.name))
        except OSError:  # ended meanwhile, or somebody else's
            continue
    return found


def said_of(pid: int) -> str:
    """What a process is: its command, and the seconds that it has computed for."""
    try:
        command = (Path("/proc") / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        times = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[11:13]
    except OSError:
        return "ended meanwhile"
    return f"{command[:200]} ({sum(map(int, times)) / os.sysconf('SC_CLK_TCK'):.2f} s of CPU)"


def still_alive(mark: str) -> int:
    """How many are alive after `GRACE`; they are ended, so that the next kill counts its own."""
    until = time.monotonic() + GRACE
    while alive(mark) and time.monotonic() < until:
        time.sleep(0.05)
    left = alive(mark)
    for pid in left:
        print(f"  alive after {GRACE:g} s: {said_of(pid)}", flush=True)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return len(left)


def half_made(out: Path) -> int:
    """Folders that look finished and that the checker does not pass."""
    folders = [path.parent for path in out.glob("*/*/run.json") if path.parent.name[0] != "."]
    found = []
    for folder in folders:
        command = (*DISTILL, "verify", folder, "--json")
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        found.append(ended.stdout.startswith("{") and json.loads(ended.stdout)["ok"])
    return found.count(False)


def leftovers(out: Path) -> int:
    """What is called as if somebody still wrote it."""
    return len(list(out.rglob(".partial-*")))


def kill_once(
    command: tuple[str, ...], folder: Path, number: signal.Signals, after: float
) -> Counter[str]:
    """Start a command, end it by a signal after a time, and count what it leaves."""
    mark = secrets.token_hex(8)
    process = started(command, folder, mark)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.send_signal(number)
    process.wait()
    out = folder / "outputs"
    counts = Counter({"orphaned processes": still_alive(mark), "leftovers": leftovers(out)})
    counts["ended before"] += process.returncode in {0, 1}
    subprocess.run((*DISTILL, "runs"), cwd=folder, capture_output=True, check=True)
    counts["leftovers after the next command"] = leftovers(out)
    return counts


def kills(name: str, command: tuple[str, ...], count: int, rng: np.random.Generator) -> bool:
    """Kill a command as often, print what was counted; whether nothing was left that may not be."""
    if not count:
        return True
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "suite.toml").write_text(SUITE)
        begun = time.monotonic()
        started(command, folder, "").wait()
        usual = time.monotonic() - begun
        counts: Counter[str] = Counter()
        for number in range(count):
            after = float(rng.uniform(0.1, 1.1 * usual))
            counts += kill_once(command, folder, SIGNALS[number % len(SIGNALS)], after)
        if name == "bench":  # goes on where it was stopped, and comes to its end
            ended = started(("bench", "suite.toml", "--jobs", "2"), folder, "").wait()
            counts["not resumed"] = int(ended != 0)
        counts["half-made, finished by their look"] = half_made(folder / "outputs")
    bad = ("orphaned processes", "leftovers after the next command", "not resumed")
    bad += ("half-made, finished by their look",)
    print(f"{name}: {count} kills within {1.1 * usual:.0f} s of the start", flush=True)
    for what in (*bad, "leftovers", "ended before"):
        print(f"  {counts[what]:4}  {what}", flush=True)
    return not any(counts[what] for what in bad)


@click.command()
@click.option("--runs", default=40, show_default=True, help="Kills of `distill run`.")
@click.option("--benches", default=10, show_default=True, help="Kills of `distill bench`.")
@click.option("--seed", default=0, show_default=True, help="Of the moments.")
def command(runs: int, benches: int, seed: int) -> None:
    """Kill runs and benches at random moments, and count what they leave."""
    rng = np.random.default_rng(seed)
    fine = kills("run", ("run", *TASK), runs, rng)
    fine &= kills("bench", ("bench", "suite.toml", "--jobs", "2", "--fresh"), benches, rng)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    command()
