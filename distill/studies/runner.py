"""Run studies: state the gates, measure what is not there yet, judge, write.

Parts of all studies go into one pool of processes. A run that was stopped goes on from its parts,
unless the code of its study has changed since; where its gates have, it is not gone on with.
"""

from __future__ import annotations

import importlib.metadata
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from distill.errors import DistillError
from distill.runs.partial import write_file
from distill.serialise import from_json, to_json
from distill.studies.files import code_hash, find_study
from distill.studies.gates import hash_of, judged, result_of
from distill.studies.page import study_page
from distill.studies.parts import SECONDS, measure_part, part_file, read_part
from distill.studies.plan import Plan
from distill.studies.record import FORMAT_VERSION, Stated, StudyRecord
from distill.studies.study import Asked, Table, told_as_its_own
from distill.workers import worker_pool

STATED, RECORD, PAGE = "stated.json", "study.json", "index.html"


class Watch(Protocol):
    """Told what goes on."""

    def part(self, plan: Plan, part: str, done: float, what: str) -> None:
        """So much of a part is done."""

    def ended(self, plan: Plan, record: StudyRecord) -> None:
        """A study has its result."""


def run_studies(plans: Sequence[Plan], jobs: int, watch: Watch, fresh: bool = False) -> None:
    """Run studies, each to its end.

    Args:
        plans: what to run.
        jobs: processes at a time; where parts are fewer, threads of each.
        watch: told as they go on and end.
        fresh: whether what is there already is measured again.

    Raises:
        DistillError: the gates of a run that is gone on with are not those that it began with.
    """
    left = dict[int, set[str]]()
    for place, each in enumerate(plans):
        begin(each, fresh)
        done = read_record(each.folder)
        if done is not None:
            watch.ended(each, done)
            continue
        left[place] = set(each.parts)
    for place, part in _measured(plans, left, jobs, watch):
        left[place].discard(part)
        if not left[place]:
            watch.ended(plans[place], finish(plans[place]))


def begin(plan: Plan, fresh: bool) -> None:
    """State claim and gates, and remove parts that cannot be gone on with.

    Raises:
        DistillError: they were stated otherwise.
    """
    study, folder = plan.study, plan.folder
    now = Stated(
        *(study.name, study.claim, study.gates, hash_of(study.claim, study.gates)),
        *(dict(plan.asked.settings), plan.asked.seed, plan.quick, plan.asked.decoy),
        code_hash(study),
    )
    before = _stated(folder / STATED)
    if before is not None and not fresh and before.gates_sha256 != now.gates_sha256:
        raise DistillError(
            f"the gates of study '{study.name}' are no longer those that '{folder}' began with: a "
            "gate is not moved after the run; --fresh begins another in its place"
        )
    if fresh or before != now:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        write_file(folder / STATED, to_json(now))


def finish(plan: Plan) -> StudyRecord:
    """Judge what was measured, and write it.

    Raises:
        DistillError: the gates are no longer those that were stated, or one has no figure;
            or the study's own code failed.
    """
    study, folder = plan.study, plan.folder
    stated = _stated(folder / STATED)
    if stated is None or stated.gates_sha256 != hash_of(study.claim, study.gates):
        raise DistillError(f"the gates in '{folder / STATED}' are not those of the study any more")
    arrays, seconds = {}, {}
    for part in plan.parts:
        held = read_part(part_file(folder, part))
        if held is None:
            raise DistillError(f"part '{part}' of '{folder}' is gone: run the study again")
        seconds[part] = round(float(held.pop(SECONDS)), 2)
        arrays[part] = held
    with told_as_its_own(study, "`tell`"):
        told = study.tell(plan.asked, arrays)
    gates = judged(study.gates, told.measured)
    record = StudyRecord(
        *(study.name, study.claim, study.source, result_of(gates), gates, stated.gates_sha256),
        measured=dict(told.measured),
        decoy=study.decoy,
        is_decoy=plan.asked.decoy,
        settings=dict(plan.asked.settings),
        seed=plan.asked.seed,
        quick=plan.quick,
        here=study.here,
        remarks=told.remarks,
        seconds=seconds,
        files=tuple(f"{table.name}.csv" for table in told.tables),
        distill=importlib.metadata.version("distill"),
        torch=importlib.metadata.version("torch"),
    )
    for table in told.tables:
        write_file(folder / f"{table.name}.csv", as_csv(table).encode())
    write_file(folder / PAGE, study_page(record, told.pictures).encode())
    write_file(folder / RECORD, to_json(record))  # last: where it is, all is
    return record


def read_record(folder: Path) -> StudyRecord | None:
    """What came of a run; null where it is not at its end, or of another version."""
    try:
        record = from_json(StudyRecord, (folder / RECORD).read_bytes())
    except (OSError, ValueError):
        return None
    return record if record.format_version == FORMAT_VERSION else None


def as_csv(table: Table) -> str:
    """A table as CSV, with a head; numbers to 7 digits."""
    rows = [
        ",".join(f"{cell:.7g}" if isinstance(cell, float) else str(cell) for cell in row)
        for row in (table.columns, *table.rows)
    ]
    return "\n".join(rows) + "\n"


def _measured(
    plans: Sequence[Plan], left: dict[int, set[str]], jobs: int, watch: Watch
) -> Iterator[tuple[int, str]]:
    """Measure all parts, and name each when it is there."""
    todo = [(place, part) for place in left for part in plans[place].parts]
    threads = max(1, jobs // max(1, len(todo)))
    if jobs == 1 or len(todo) == 1:
        for place, part in todo:
            one = plans[place]

            def told(done: float, what: str, one: Plan = one, part: str = part) -> None:
                watch.part(one, part, done, what)

            asked = replace(one.asked, threads=threads)
            measure_part(one.study, asked, part, one.folder, told)
            yield place, part
        return
    with worker_pool(jobs) as pool:
        futures: dict[Future[float], tuple[int, str]] = {}
        for place, part in todo:
            one = plans[place]
            asked = replace(one.asked, threads=threads)
            future = pool.submit(_measure_there, one.specifier, asked, part, one.folder)
            futures[future] = place, part
        try:
            for future in as_completed(futures):
                future.result()
                place, part = futures[future]
                watch.part(plans[place], part, 1.0, "")
                yield place, part
        finally:
            pool.shutdown(cancel_futures=True)


def _measure_there(specifier: str, asked: Asked, part: str, folder: Path) -> float:
    """`measure_part` in a process of its own, which finds the study again."""
    return measure_part(find_study(specifier), asked, part, folder, lambda done, what: None)


def _stated(path: Path) -> Stated | None:
    try:
        return from_json(Stated, path.read_bytes())
    except (OSError, ValueError):
        return None
