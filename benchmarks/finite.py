"""Tables of tasks over finite domains, from the rows that a bench has left.

    distill bench finite --seed 0 --seed 1 --seed 2
    distill bench groups --seed 0 --seed 1 --seed 2
    python benchmarks/finite.py finite groups

Seconds are of the processor, so that they hold on a machine that does other work besides.
"""

from __future__ import annotations

import sys
import textwrap
from collections import Counter
from pathlib import Path
from statistics import median

from distill.bench import Bench, find_suite, jobs_of
from distill.bench.row import Row
from distill.bench.suite import Job
from distill.bench.table import CLAIMS, wrong_claims

SEEDS, OUT, WIDTH = (0, 1, 2), Path("outputs"), 70


def table(name: str, out: Path) -> str:
    """A suite's rows as Markdown, and what they add up to; runs without a row are left out."""
    jobs = jobs_of(find_suite(name), SEEDS)
    stored = Bench(out, 1, 3600, False, False).stored(name, jobs)
    by_task: dict[str, list[tuple[Job, Row]]] = {}
    for job in jobs:
        if job.name in stored:
            by_task.setdefault(job.entry.name, []).append((job, stored[job.name]))
    lines = [
        "| task | claimed | verdict | located | network right on | program | seconds |",
        "| --- | :---: | --- | :---: | --- | --- | ---: |",
    ]
    lines += [_line(found) for found in by_task.values()]
    return "\n".join([*lines, "", *_sums([row for rows in by_task.values() for _, row in rows])])


def _line(found: list[tuple[Job, Row]]) -> str:
    entry, rows = found[0][0].entry, [row for _, row in found]
    settings = "".join(f" {key}={value}" for key, value in entry.settings.items())
    claimed = [row for row in rows if row.verdict in CLAIMS]
    verdicts = Counter(row.verdict or row.status for row in rows)
    right = [row.model_vs_task for row in rows if row.model_vs_task is not None]
    said = [row.mechanism for row in claimed if row.mechanism]
    commonest = Counter(said).most_common(1)[0][0] if said else "–"
    wrong = [each.total - each.agree for each in right]
    cells = (
        entry.label + settings,
        f"{len(claimed)}/{len(rows)}",
        ", ".join(f"{verdict} {count}" for verdict, count in verdicts.items()),
        f"{sum(bool(row.located) for row in rows)}/{len(rows)}",
        ", ".join("all" if not count else f"all but {count:,}" for count in dict.fromkeys(wrong)),
        f"`{textwrap.shorten(commonest, WIDTH, placeholder=' ...')}`" if said else commonest,
        f"{median(row.cost.cpu_seconds for row in rows):.0f}",
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _sums(rows: list[Row]) -> list[str]:
    names = {row.task + str(row.settings) for row in rows}
    failed = {row.task + str(row.settings) for row in rows if row.verdict not in CLAIMS}
    refusals = [row.cost.cpu_seconds for row in rows if row.verdict not in CLAIMS]
    seconds = [row.cost.cpu_seconds for row in rows]
    wrong = sum(len(wrong_claims(row)) for row in rows)
    return [
        f"tasks claimed on every seed: {len(names - failed)} of {len(names)}",
        f"claims that are wrong where the network is right: {wrong}",
        f"processor seconds: median {median(seconds):.1f}, at most {max(seconds):.1f}; "
        f"of a refusal at most {max(refusals, default=0):.1f}",
    ]


if __name__ == "__main__":
    for suite in sys.argv[1:] or ["finite", "groups"]:
        print(table(suite, OUT), end="\n\n")
