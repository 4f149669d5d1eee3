"""The bench as it is seen while it runs."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from distill.bench.layout import row_line
from distill.bench.row import Row
from distill.bench.runner import Bench, run_bench
from distill.bench.suite import Job, Suite
from distill.terminal.jobs import JobsProgress


class _Shown:
    def __init__(self, progress: JobsProgress) -> None:
        self.progress = progress

    def started(self, job: Job) -> None:
        self.progress.begin(job.name)

    def ended(self, job: Job, row: Row) -> None:
        mark, line = row_line(row)
        self.progress.end(job.name, mark, row.cost.seconds, line)


def run_shown(suite: Suite, jobs: Sequence[Job], bench: Bench, console: Console) -> list[Row]:
    """`run_bench`, with bars on a terminal and a line for every run that ends."""
    done = len(bench.stored(suite.name, jobs))
    width = max(len(job.name) for job in jobs)
    if done:
        console.print(f"{done} of {len(jobs)} rows are there already; --fresh makes them again")
    with JobsProgress(console, suite.title, len(jobs), done, width) as progress:
        return run_bench(suite.name, jobs, bench, _Shown(progress))
