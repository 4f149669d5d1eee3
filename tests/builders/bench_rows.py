"""Rows of a bench as values, and a column of published figures as a suite writes it."""

import dataclasses

from distill.bench import Row
from distill.bench.row import AtLength, Cost, Count

PUBLISHED = '[[published]]\nname = "theirs"\nsolved = true\nsource = "them"\nmeasured = "once"\n'


def made(job, **changes) -> Row:
    """A row made by hand: proved and right, with its network right too."""
    every = Count(100, 100)
    row = Row(
        task=job.entry.task,
        settings=job.entry.settings,
        task_file=job.task_file,
        seed=job.seed,
        status="done",
        cost=Cost(10.0, 8.0, 5_000_000),
        distill="0",
        verdict="proved",
        located=True,
        space="sequences",
        mechanism="a sum",
        kind="automaton",
        lines=10,
        program_vs_task=every,
        model_vs_task=every,
        program_vs_model=every,
        longer=(AtLength(100, every, every, every),),
    )
    return dataclasses.replace(row, **changes)


def refusal(job, reason: str = "too little") -> Row:
    nothing = dict.fromkeys(("lines", "program_vs_task", "program_vs_model"))
    return made(
        job, verdict="refused", located=False, longer=(), reason=reason, kind="refused", **nothing
    )


def crash(job, status: str = "crashed") -> Row:
    nothing = dict.fromkeys(("verdict", "located", "space", "kind", "mechanism", "model_vs_task"))
    return dataclasses.replace(refusal(job), status=status, reason="it broke", **nothing)
