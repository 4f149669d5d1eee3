"""What a suite's rows add up to, as values: a summary per task, totals, and claims that are wrong.

Everything is counted per task over its seeds. A run without a report is a run that is not right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from distill.bench.row import Count, Proved, Row
from distill.bench.suite import Entry, Job, Suite
from distill.checker.verdict import CLAIMS

ORDER = (*CLAIMS, "approximate", "refused", "crashed", "timed out", "bad input")
"""Of outcomes, from the strongest claim on."""


CLOSE = 1e-3
"""Part of the spread of a network's answers that a formula is apart from it, that counts."""


@dataclass(frozen=True)
class Tally:
    """How many of the runs."""

    count: int
    of: int

    @property
    def all(self) -> bool:
        """Whether all are."""
        return self.count == self.of


@dataclass(frozen=True)
class Summary:
    """A task, over its seeds.

    Attributes:
        outcomes: how often each verdict, or reason that there is none, came of it.
        right: runs whose program is right at the training length.
        model_right: runs whose network is; unlike the others, of the runs that say so.
        right_longer: runs whose program is right at every longer length that was tried; null
            where none tried any.
        longest: the greatest length that was tried.
        has_lengths: whether inputs are sequences, of which there are longer ones.
        proved: the inputs that a proof covers on every seed, that is up to the least length; null
            where a run is without one.
        exact: over a box, runs whose formula is the task's; null of other tasks.
        bound: over a box, the largest of what is proved on every seed, in parts of the spread;
            null where a run is without one.
        mechanisms: names and kinds of the mechanisms that were found, as (name, kind).
        lines, seconds: medians; lines is null where there is no program.
        cells: over texts, the most values that a program of them lists; null of other tasks.
    """

    entry: Entry
    outcomes: Mapping[str, int]
    right: Tally
    right_longer: Tally | None
    model_right: Tally
    located: Tally
    longest: int | None
    has_lengths: bool
    proved: Proved | None
    exact: Tally | None
    bound: float | None
    mechanisms: tuple[tuple[str, str], ...]
    lines: int | None
    seconds: float
    cells: int | None = None


@dataclass(frozen=True)
class WrongClaim:
    """A run that claims to say what the network does, and does not.

    Attributes:
        length: null for that of training.
        program, model: how often each is right there.
    """

    task: str
    seed: int
    verdict: str
    length: int | None
    program: Count
    model: Count
    formula: bool = False


@dataclass(frozen=True)
class Totals:
    """What all the rows add up to.

    Attributes:
        right: tasks whose program is right at the training length on every seed;
            right_longer: also at every longer length that was tried; longer: of inputs that have
            a length, right or not, the only tasks that this can be asked of;
            model_right: whose network is right on every seed; located: located on every seed.
        proved: tasks proved for every length, or every input, on every seed; proved_up_to: for
            every sequence up to a length.
        exact: tasks whose formula is the task's on every seed; bounded: those with a proved bound
            of at most `CLOSE`; formulas: tasks of which some run led to a formula.
        published: tasks that are solved by the figures of others, by column.
        outcomes: runs by verdict, or by the reason that there is none.
        seconds, cpu_seconds: sums over the runs; peak_memory: the largest, in bytes.
        complete: whether every run has left a report.
    """

    tasks: int
    runs: int
    seeds: int
    right: int
    right_longer: int
    longer: int
    model_right: int
    located: int
    proved: int
    proved_up_to: int
    exact: int
    bounded: int
    formulas: int
    published: Mapping[str, int]
    outcomes: Mapping[str, int]
    seconds: float
    cpu_seconds: float
    peak_memory: int
    complete: bool
    wrong_claims: tuple[WrongClaim, ...]


def summarise(jobs: Sequence[Job], rows: Sequence[Row]) -> list[Summary]:
    """A summary for every task, in the order of the jobs; `rows` are theirs, in the same order."""
    by_task: dict[str, tuple[Entry, list[Row]]] = {}
    for job, row in zip(jobs, rows, strict=True):
        by_task.setdefault(job.entry.name, (job.entry, []))[1].append(row)
    return [_summary(entry, its_rows) for entry, its_rows in by_task.values()]


def _summary(entry: Entry, rows: Sequence[Row]) -> Summary:
    lines = [row.lines for row in rows if row.lines is not None]
    longest = max((row.longest for row in rows if row.longest is not None), default=None)
    found = [(row.mechanism or "", row.kind or "") for row in rows if row.lines is not None]
    models = [row.model_right for row in rows if row.model_right is not None]
    return Summary(
        entry=entry,
        outcomes=_outcomes(rows),
        right=_tally(row.program_right for row in rows),
        right_longer=None if longest is None else _tally(row.program_right_longer for row in rows),
        model_right=_tally(models),
        located=_tally(row.located for row in rows),
        longest=longest,
        has_lengths=any(row.has_lengths for row in rows),
        proved=_proved([row.proved for row in rows]),
        exact=_exact(rows),
        bound=_bound([row.bound for row in rows]),
        mechanisms=tuple(dict.fromkeys(found)),
        lines=round(median(lines)) if lines else None,
        seconds=median(row.cost.seconds for row in rows),
        cells=max((row.cells for row in rows if row.cells is not None), default=None),
    )


def _tally(holds: Iterable[bool | None]) -> Tally:
    """How many are true; null, where there is no program or no report, is not."""
    answers = list(holds)
    return Tally(sum(answer is True for answer in answers), len(answers))


def _proved(covered: Sequence[Proved | None]) -> Proved | None:
    """What is proved on every seed."""
    found = [proved for proved in covered if proved is not None]
    if not found or len(found) < len(covered):
        return None
    lengths = [proved.up_to for proved in found if proved.up_to is not None]
    return Proved(found[0].sequences, min(lengths, default=None))


def _exact(rows: Sequence[Row]) -> Tally | None:
    """Of tasks over boxes: those that a formula was claimed of, or that are formulas."""
    if all(row.exact is None for row in rows):
        return None
    return _tally(row.exact for row in rows)


def _bound(proved: Sequence[float | None]) -> float | None:
    """The largest bound, where there is one on every seed."""
    found = [bound for bound in proved if bound is not None]
    return max(found) if found and len(found) == len(proved) else None


def _outcomes(rows: Sequence[Row]) -> dict[str, int]:
    counted = Counter(row.outcome for row in rows)
    return {name: counted[name] for name in ORDER if counted[name]}


def total(suite: Suite, summaries: Sequence[Summary], rows: Sequence[Row]) -> Totals:
    """What the rows of these summaries add up to; published figures of these tasks only."""
    return Totals(
        tasks=len(summaries),
        runs=len(rows),
        seeds=len({row.seed for row in rows}),
        right=sum(each.right.all for each in summaries),
        right_longer=sum(
            each.right.all and each.right_longer is not None and each.right_longer.all
            for each in summaries
        ),
        longer=sum(each.has_lengths for each in summaries),
        model_right=sum(each.model_right.all and each.model_right.of > 0 for each in summaries),
        located=sum(each.located.all for each in summaries),
        proved=sum(each.proved is not None and each.proved.up_to is None for each in summaries),
        proved_up_to=sum(
            each.proved is not None and each.proved.up_to is not None for each in summaries
        ),
        exact=sum(each.exact is not None and each.exact.all for each in summaries),
        bounded=sum(each.bound is not None and each.bound <= CLOSE for each in summaries),
        formulas=sum(each.exact is not None for each in summaries),
        published={
            column.name: sum(each.entry.published.get(column.name) == 1 for each in summaries)
            for column in suite.columns
            if column.solved
        },
        outcomes=_outcomes(rows),
        seconds=round(sum(row.cost.seconds for row in rows), 2),
        cpu_seconds=round(sum(row.cost.cpu_seconds for row in rows), 2),
        peak_memory=max((row.cost.peak_memory for row in rows), default=0),
        complete=all(row.status == "done" for row in rows),
        wrong_claims=tuple(claim for row in rows for claim in wrong_claims(row)),
    )


def wrong_claims(row: Row) -> list[WrongClaim]:
    """Where a claimed program is wrong for the task and the network is right.

    At the training length it is enough that the program is wrong more often than the network: on
    the same inputs, there is then one on which only the program is wrong. A formula claims to be
    exact: one that is another than the task's is wrong, however near.
    """
    if row.verdict not in CLAIMS:
        return []
    claims = []
    program, model = row.program_vs_task, row.model_vs_task
    if program and model:
        oftener = program.total == model.total and program.agree < model.agree
        if not program.all and (model.all or oftener):
            claims.append(_wrong(row, None, program, model))
        if row.exact is False:
            claims.append(replace(_wrong(row, None, program, model), formula=True))
    claims += [
        _wrong(row, at.length, at.program_vs_task, at.model_vs_task)
        for at in row.longer
        if at.model_vs_task.all and not at.program_vs_task.all
    ]
    return claims


def _wrong(row: Row, length: int | None, program: Count, model: Count) -> WrongClaim:
    return WrongClaim(row.task, row.seed, row.verdict or "", length, program, model)
