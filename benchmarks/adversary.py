"""Try to make a verdict lie: mutants, forgeries, damaged folders and files, kills.

    .venv/bin/python benchmarks/adversary.py                    # everything, an hour on two cores
    .venv/bin/python benchmarks/adversary.py --only forgeries --only mutants --mutants 200

Every part prints what was not caught, and at the end a table in Markdown. Sound runs are made anew,
over networks by construction (`adversary_runs`). Of fresh draws the checker makes a twentieth here,
which is faster, and makes it harder to catch anything.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import click
from adversary_forgeries import forgeries
from adversary_fuzz import differing, fuzzed, remembered
from adversary_mutants import (
    Mutant,
    document_mutants,
    passed,
    program_mutants,
    weight_mutants,
)
from adversary_runs import RUNS, sound_runs

from distill.checker import sequences

HERE = Path(__file__).parent
PARTS = (
    *("mutants", "forgeries", "programs", "folders", "certificates"),
    *("checkpoints", "commands", "kills"),
)
DOCUMENTS = ("certificate.json", "mechanism.json", "verification.json")
SHARES = {"weights": 0.3, "program": 0.3, "certificate.json": 0.15, "mechanism.json": 0.1}
"""Of the mutants; the rest are of the report."""
SLOW = ("machine, boxes", "machine, less steep", "linear recurrence", "registers")
PER_SLOW = 0.2
"""How many mutants of a run over sequences there are for one of a run over a finite domain."""

Line = tuple[str, int, int, str]
"""What was tried, how often, how often it was not caught, and more in words."""


def fewer_draws() -> None:
    """A twentieth of the sequences that a check draws anew."""
    sequences.FRESH = {kind: n // 20 for kind, n in sequences.FRESH.items()}


def planned(runs: dict[str, Path], count: int, seed: int) -> list[Mutant]:
    """So many mutants, over all runs and files."""
    parts = {name: PER_SLOW if name in SLOW else 1.0 for name in runs}
    made: list[Mutant] = []
    shares = {**SHARES, "verification.json": 1 - sum(SHARES.values())}
    for what, share in shares.items():
        over = {n: p for n, p in parts.items() if what != "weights" or "black box" not in n}
        for name, part in over.items():
            wanted = round(count * share * part / sum(over.values()) + 0.5)
            made += islice(_mutants(what, name, runs[name], seed), wanted)
    random.Random(seed).shuffle(made)
    return made


def _mutants(what: str, name: str, folder: Path, seed: int) -> Iterator[Mutant]:
    rng = random.Random(f"{seed} {what} {name}")
    if what in DOCUMENTS:
        return iter(document_mutants(name, folder, what, rng))
    return (weight_mutants if what == "weights" else program_mutants)(name, folder, rng)


def _checked(mutants: list[Mutant], runs: dict[str, Path]) -> list[tuple[str, str | None]]:
    """What each mutant is of, and why it passed; null where it was caught."""
    fewer_draws()
    remembered()
    came = []
    with tempfile.TemporaryDirectory() as name:
        for mutant in mutants:
            why = passed(mutant, runs[mutant.run], Path(name) / "mutant")
            came.append((mutant.what, why))
            if why is not None:
                print(f"  PASSED {why}", flush=True)
    return came


def mutants(runs: dict[str, Path], count: int, seed: int, jobs: int) -> list[Line]:
    """Check the mutants, in as many processes."""
    made = planned(runs, count, seed)
    chunks = [made[start : start + 20] for start in range(0, len(made), 20)]
    tried, not_caught = Counter[str](), Counter[str]()
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        came = pool.map(_checked, chunks, [runs] * len(chunks))
        for number, part in enumerate(came):
            tried.update(what for what, _ in part)
            not_caught.update(what for what, why in part if why is not None)
            if number % 5 == 4:
                print(f"  {tried.total():,} of {len(made):,} mutants", flush=True)
    return [(f"mutants: {what}", n, not_caught[what], "") for what, n in sorted(tried.items())]


def forged(runs: dict[str, Path], scratch: Path) -> list[Line]:
    """Try every forgery."""
    tried, believed = Counter[str](), Counter[str]()
    for name, caught in forgeries(runs, scratch):
        kind = name.partition(":")[0]
        tried[kind] += 1
        if not caught:
            believed[kind] += 1
            print(f"  BELIEVED {name}", flush=True)
    return [(f"forgeries: {kind}", n, believed[kind], "") for kind, n in tried.items()]


def counted(name: str, came: Counter[str], bad: tuple[str, ...]) -> Line:
    """A line of the table from counts."""
    total = sum(n for what, n in came.items() if not what.startswith("over "))
    words = ", ".join(f"{n:,} {what}" for what, n in came.most_common() if n)
    return name, total, sum(came[what] for what in bad), words


BAD = ("traceback", "several lines", "over 10 s", "over 2 GB")


def script(name: str, *options: str) -> str:
    """What another script of this folder prints."""
    command = [sys.executable, str(HERE / name), *options]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    print(ended.stdout + ended.stderr[-2000:], flush=True)
    return ended.stdout


def checkpoints(count: int, seed: int) -> list[Line]:
    """Damaged checkpoints, configs and layouts, read in a process of their own."""
    said = script("fuzz_checkpoints.py", "--count", str(count), "--seed", str(seed))
    last = said.strip().splitlines()[-1]
    bad = [int(n) for n in re.findall(r"(\d+) (?:in several|tracebacks|over)", last)]
    return [("damaged checkpoints, configs, layouts", count, sum(bad), last.partition(": ")[2])]


def commands(count: int, seed: int) -> list[Line]:
    """Odd command lines and task files."""
    said = script("fuzz_commands.py", "--count", str(count), "--seed", str(seed))
    found = re.findall(r"^(.+): ([\d,]+), [\d,]+ taken, (\d+) not", said, re.MULTILINE)
    return [(f"odd {n}", int(c.replace(",", "")), int(bad), "") for n, c, bad in found]


def kills(count: int, seed: int) -> list[Line]:
    """Kill runs and benches; a full disk, folders that may only be read, two runs into one."""
    benches = count // 5
    options = ("--runs", str(count - benches), "--benches", str(benches), "--seed", str(seed))
    said = script("kills.py", *options)
    found = re.findall(r"^ +(\d+)  (orphaned|leftovers after|not resumed|half)", said, re.MULTILINE)
    tests = str(HERE.parent / "tests" / "runs" / "test_output.py")
    ended = subprocess.run([sys.executable, "-m", "pytest", "-q", tests], check=False)
    return [
        ("kills of run and bench", count, sum(int(n) for n, _ in found), ""),
        ("full disk, read-only folders, two runs", 1, int(ended.returncode != 0), "test_output.py"),
    ]


def table(lines: list[Line]) -> str:
    """The counts as Markdown."""
    rows = ["| what | tried | not caught | |", "| --- | --: | --: | --- |"]
    rows += [f"| {name} | {n:,} | {bad:,} | {words} |" for name, n, bad, words in lines]
    return "\n".join(rows)


@click.command()
@click.option("--mutants", "mutant_count", default=1000, show_default=True)
@click.option("--fuzz", "fuzz_count", default=10_000, show_default=True, help="Of each reader.")
@click.option("--kills", "kill_count", default=50, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--jobs", default=2, show_default=True, help="Processes that check mutants.")
@click.option("--only", multiple=True, type=click.Choice(PARTS), help="This part; repeatable.")
@click.option("--run", "named", multiple=True, type=click.Choice(RUNS), help="Change this run.")
def main(
    mutant_count: int,
    fuzz_count: int,
    kill_count: int,
    seed: int,
    jobs: int,
    only: tuple[str, ...],
    named: tuple[str, ...],
) -> None:
    """Run the campaign, and print what was not caught."""
    chosen = only or PARTS
    lines: list[Line] = []
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        needed = {"mutants", "forgeries", "folders", "certificates"} & set(chosen)
        runs = sound_runs(scratch / "runs", named or tuple(RUNS)) if needed else {}

        def of_folders(only_file: str | None) -> Counter[str]:
            return fuzzed([*runs.values()], fuzz_count, seed, scratch, only_file)

        todo: dict[str, Callable[[], list[Line]]] = {
            "mutants": lambda: mutants(runs, mutant_count, seed, jobs),
            "forgeries": lambda: forged(runs, scratch),
            "programs": lambda: [
                counted("random programs", differing(fuzz_count // 3, seed), ("parted",))
            ],
            "folders": lambda: [counted("damaged folders", of_folders(None), BAD)],
            "certificates": lambda: [
                counted("odd certificates", of_folders("certificate.json"), BAD)
            ],
            "checkpoints": lambda: checkpoints(fuzz_count, seed),
            "commands": lambda: commands(fuzz_count, seed),
            "kills": lambda: kills(kill_count, seed),
        }
        fewer_draws()
        for part in (part for part in PARTS if part in chosen):
            begun = time.monotonic()
            print(f"{part} ...", flush=True)
            lines += todo[part]()
            print(f"{part}: {time.monotonic() - begun:.0f} s\n{table(lines)}\n", flush=True)
    sys.exit(1 if any(bad for _, _, bad, _ in lines) else 0)


if __name__ == "__main__":
    main()
