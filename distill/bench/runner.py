"""Run the jobs of a suite, each in a process of its own, some at a time.

A run that crashes, is killed for its memory or never ends is a row, and never the end of the bench.
Every row is stored as soon as there is one: a bench that was killed goes on where it stopped. Told
to end (Ctrl-C, SIGTERM, SIGHUP) it takes its runs with it; killed by SIGKILL it cannot, and they
end by themselves, as their standard input is a pipe that ends with the bench
(`distill.cli.supervised`). What it and they were writing is removed by the next bench.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.metadata
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol, cast, runtime_checkable

from distill.bench.row import Cost, Printed, Row, Status, load_row, read_printed, save_row
from distill.bench.same_formula import same_formula
from distill.bench.suite import Job
from distill.errors import DistillError
from distill.runs.partial import remove_leftovers, remove_leftovers_below
from distill.tasks.files import load_task
from distill.tasks.reals import RealTask

ONE_THREAD = dict.fromkeys(
    (
        *("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS"),
        *("VECLIB_MAXIMUM_THREADS", "BLIS_NUM_THREADS"),
    ),
    "1",
)
"""In the environment of every run: N runs take N cores, and no run is timed against itself."""

POLL = 0.05
"""Seconds between looks at a process: `wait4` alone tells CPU time and memory, and has no limit."""

TAIL = 64 * 1024
"""Bytes of the error output that are kept: the end is what says why."""

DONE, BAD_INPUT = (0, 1), 2
"""Exit statuses of `distill run`."""


@runtime_checkable
class Watcher(Protocol):
    """Who watches the bench; `started` is called by the threads that run the jobs."""

    def started(self, job: Job) -> None:
        """A run begins."""

    def ended(self, job: Job, row: Row) -> None:
        """A run has left its row."""


@dataclass(frozen=True)
class Bench:
    """How the jobs are run.

    Attributes:
        out: folder of the run folders; the rows lie below its folder `bench`.
        workers: runs at a time.
        timeout: seconds after which a run is killed.
        retry: run those again that left a row and no report.
        fresh: run all again.
    """

    out: Path
    workers: int
    timeout: float
    retry: bool = False
    fresh: bool = False

    def rows_folder(self, suite: str) -> Path:
        """Where the rows of a suite are."""
        return self.out / "bench" / suite

    def runs_folder(self, engine: str | None) -> Path:
        """Where the run folders are: those of an engine that was asked for, apart."""
        return self.out / engine if engine else self.out

    def stored(self, suite: str, jobs: Sequence[Job]) -> dict[str, Row]:
        """The rows that need not be made again, by the names of their jobs."""
        if self.fresh:
            return {}
        rows = {job.name: load_row(self.rows_folder(suite), job) for job in jobs}
        return {
            name: row
            for name, row in rows.items()
            if row and (row.status == "done" or not self.retry)
        }


@dataclass(frozen=True)
class _Ended:
    """How a process ended. A negative status is the signal that ended it."""

    status: int
    stdout: str
    stderr: str
    cost: Cost
    timed_out: bool


class _Stopped(Exception):  # noqa: N818  no error: the bench was told to stop
    """The run was killed because the bench ends; there is no row of it."""


def run_bench(suite: str, jobs: Sequence[Job], bench: Bench, watcher: Watcher) -> list[Row]:
    """Run the jobs that have no row yet.

    Returns:
        The rows of all jobs, in their order.

    Raises:
        DistillError: the rows cannot be stored.
        KeyboardInterrupt: the bench was interrupted or told to end; its runs were killed, and the
            rows of those that had ended are stored.
    """
    folder = bench.rows_folder(suite)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DistillError(
            f"cannot write to '{folder}': {error.strerror or error}; choose another folder with "
            "--out DIR"
        ) from error
    remove_leftovers(folder)
    for engine in {job.engine for job in jobs}:
        remove_leftovers_below(bench.runs_folder(engine))
    rows = bench.stored(suite, jobs)
    stop = threading.Event()

    def run_job(job: Job) -> Row:
        if stop.is_set():
            raise _Stopped
        watcher.started(job)
        row = _row(job, _run_process(job, bench, stop), bench)
        save_row(folder, job, row)
        return row

    with _told_to_end(stop), ThreadPoolExecutor(bench.workers) as pool:
        try:
            futures: dict[Future[Row], Job] = {
                pool.submit(run_job, job): job for job in jobs if job.name not in rows
            }
            for future in as_completed(futures):
                job = futures[future]
                rows[job.name] = future.result()
                watcher.ended(job, rows[job.name])
        except _Stopped:
            raise KeyboardInterrupt from None
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)
    return [rows[job.name] for job in jobs]


@contextlib.contextmanager
def _told_to_end(stop: threading.Event) -> Iterator[None]:
    """Let SIGTERM and SIGHUP do what Ctrl-C does, so that no run outlives the bench.

    The event is set first: where the interrupt meets code that swallows it, the runs end all the
    same, and the bench with them.
    """

    def interrupt(number: int, frame: object) -> None:
        stop.set()
        raise KeyboardInterrupt

    main = threading.current_thread() is threading.main_thread()
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if main else ()
    before = {number: signal.signal(number, interrupt) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run_process(job: Job, bench: Bench, stop: threading.Event) -> _Ended:
    command = [sys.executable, "-m", "distill.cli.supervised", "run", job.argument, "--json"]
    for key, value in job.entry.settings.items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        command += ["--set", f"{key}={text}"]
    command += ["--arch", job.entry.arch] if job.entry.arch else []
    command += ["--engine", job.engine] if job.engine else []
    command += ["--seed", str(job.seed), "--out", str(bench.runs_folder(job.engine))]
    # files, not pipes: nobody has to read them while the run goes on
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        begun = time.monotonic()
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,  # nothing is written: it is closed when this process ends
            stdout=stdout,
            stderr=stderr,
            env={**os.environ, **ONE_THREAD},
            start_new_session=True,  # a group to kill, which Ctrl-C in the terminal does not reach
        )
        timed_out = False
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            timed_out = timed_out or time.monotonic() - begun > bench.timeout
            if timed_out or stop.is_set():
                _kill_group(process.pid)
            time.sleep(POLL)
        process.returncode = os.waitstatus_to_exitcode(status)
        _kill_group(process.pid)  # what it has started and left behind
        assert process.stdin is not None, "it was opened as a pipe"
        process.stdin.close()
        if stop.is_set():
            raise _Stopped
        unit = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, in bytes
        cost = Cost(
            seconds=round(time.monotonic() - begun, 2),
            cpu_seconds=round(usage.ru_utime + usage.ru_stime, 2),
            peak_memory=usage.ru_maxrss * unit,
        )
        return _Ended(process.returncode, _text(stdout), _text(stderr, TAIL), cost, timed_out)


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _text(file: IO[bytes], at_most: int | None = None) -> str:
    end = file.seek(0, os.SEEK_END)
    file.seek(max(0, end - at_most) if at_most else 0)
    return file.read().decode(errors="replace")


def _row(job: Job, ended: _Ended, bench: Bench) -> Row:
    """What came of a job, from how its process ended."""

    def without_report(status: Status, reason: str) -> Row:
        return Row(
            task=job.entry.task,
            settings=job.entry.settings,
            task_file=job.task_file,
            seed=job.seed,
            status=status,
            cost=ended.cost,
            distill=importlib.metadata.version("distill"),
            reason=reason,
            engine=job.engine,
        )

    if ended.timed_out:
        return without_report("timed out", f"not at its end after {bench.timeout:g} s, and killed")
    said = next((line.strip() for line in reversed(ended.stderr.splitlines()) if line.strip()), "")
    if ended.status == BAD_INPUT and said.startswith("distill: "):
        return without_report("bad input", said.removeprefix("distill: "))
    if ended.status not in DONE:
        return without_report("crashed", _crash(ended.status, said))
    try:
        printed = read_printed(ended.stdout)
    except ValueError:  # a traceback ends with status 1 as well
        return without_report("crashed", said or f"ended with status {ended.status}, no report")
    row = without_report("done", _why(printed))
    return dataclasses.replace(
        row,
        verdict=printed.verdict,
        located=printed.located,
        mechanism=printed.mechanism.name,
        kind=printed.mechanism.kind,
        lines=printed.program.lines if printed.program else None,
        cells=printed.cells if printed.program else None,
        proved=printed.proved,
        program_vs_task=printed.program_vs_task,
        model_vs_task=printed.model_vs_task,
        program_vs_model=printed.program_vs_model,
        space=printed.space,
        longer=printed.longer,
        bound=printed.bound,
        exact=_exact(job, printed),
        reason=row.reason or None,
        folder=_relative(printed.folder, bench.out),
    )


def _exact(job: Job, printed: Printed) -> bool | None:
    """Over a box, whether the program's formula is the task's."""
    if printed.space != "box" or printed.program is None or printed.folder is None:
        return None
    with contextlib.suppress(DistillError, OSError):  # that there is a row is what matters
        task = load_task(job.argument, job.entry.settings)
        source = (Path(printed.folder) / "program.py").read_text("utf-8")
        real = cast(RealTask, task)  # its run was over a box
        return same_formula(source, real.reference, real.inputs)
    return None


def _why(printed: Printed) -> str:
    """The reason that says most: of a refused network that is right the last, and what is remarked
    of its training before all else where it is not.
    """
    right = printed.model_vs_task
    if printed.verdict != "refused":
        why = printed.reasons
    elif right is not None and right.agree == right.total:
        why = printed.reasons[::-1]
    else:
        why = (*printed.remarks, *printed.reasons)
    return why[0] if why else ""


def _crash(status: int, said: str) -> str:
    if status >= 0:
        return said or f"ended with status {status} and said nothing"
    with contextlib.suppress(ValueError):
        name = signal.Signals(-status).name
        return f"killed by {name}" + (", perhaps for its memory" if name == "SIGKILL" else "")
    return f"killed by signal {-status}"


def _relative(folder: str | None, out: Path) -> str | None:
    if folder is None or not Path(folder).is_relative_to(out):
        return folder
    return str(Path(folder).relative_to(out))
