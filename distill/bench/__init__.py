"""Suites of tasks, run in parallel, with published results beside ours.

A suite is data (`suite`); every run is a process of its own and leaves a row (`runner`, `row`);
rows are counted (`table`) and laid out (`page`). Published results are read here and nowhere else:
the pipeline cannot import this package, and a run is told a task and settings and nothing more.
"""

from distill.bench.row import Row
from distill.bench.runner import Bench, run_bench
from distill.bench.suite import Job, Suite, builtin_suites, find_suite, jobs_of
from distill.bench.table import Summary, Totals, summarise, total

__all__ = [
    "Bench",
    "Job",
    "Row",
    "Suite",
    "Summary",
    "Totals",
    "builtin_suites",
    "find_suite",
    "jobs_of",
    "run_bench",
    "summarise",
    "total",
]
