"""What the networks of a task found, how often, and how alike: numbers, and a sentence on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from distill.compare.classes import Class, Distance, classes_of
from distill.compare.gather import Subject
from distill.compare.kinds import kinds_of
from distill.compare.wording import headline, overall
from distill.kinds.fourier.compare import Family
from distill.records.refusal import Refusal

FORMAT_VERSION = 1


@dataclass(frozen=True)
class Line:
    """What a table says of a run.

    Attributes:
        label: short, and unlike that of any other run beside it.
        folder: its task and its name.
        architecture: of its network, in words; null where none was kept.
        logit_r2: part of the logits that its program explains on inputs not fitted, as its report
            has it; null where that was not measured.
        exceptions: of its program; null for a refusal.
        reason: the first line of why it was refused.
    """

    label: str
    folder: str
    task: str
    seed: int | None
    verdict: str
    located: bool
    kind: str
    name: str
    architecture: str | None
    logit_r2: float | None
    exceptions: int | None
    lines: int | None
    reason: str | None


@dataclass(frozen=True)
class Comparison:
    """Runs side by side. Runs are given by their place in `runs`.

    Attributes:
        title: the task, or several.
        sentence: what was found.
        families: of Fourier mechanisms, by coordinate.
        classes: of programs over sequences, and how each differs from the first.
        alike: networks that found the same: the largest family or class.
        repeats: runs of a network that an earlier run has, with that run. They are of no family
            and no class: the same network twice is no second witness.
    """

    title: str
    sentence: str
    runs: tuple[Line, ...]
    families: tuple[Family, ...]
    classes: tuple[Class, ...]
    distances: tuple[Distance, ...]
    alike: int
    repeats: tuple[tuple[int, int], ...] = ()

    @property
    def networks(self) -> int:
        """How many different networks there are."""
        return len(self.runs) - len(self.repeats)


@dataclass(frozen=True)
class Census:
    """One comparison, or one for each task."""

    sentence: str
    comparisons: tuple[Comparison, ...]
    format_version: int = FORMAT_VERSION

    @property
    def runs(self) -> int:
        """How many runs were compared."""
        return sum(len(each.runs) for each in self.comparisons)


def compare(subjects: Sequence[Subject], by_task: bool) -> Census:
    """Compare runs.

    Args:
        subjects: two or more.
        by_task: whether only runs of the same task are held against each other.
    """
    tasks = list(dict.fromkeys(subject.record.task for subject in subjects))
    if by_task and len(tasks) > 1:
        comparisons = tuple(
            _compare([each for each in subjects if each.record.task == task]) for task in tasks
        )
    else:
        comparisons = (_compare(subjects),)
    return Census(overall(comparisons), comparisons)


def _compare(subjects: Sequence[Subject]) -> Comparison:
    repeats = _repeats(subjects)
    repeated = {place for place, _ in repeats}
    once = {place: each for place, each in enumerate(subjects) if place not in repeated}
    written = {place: each for place, each in once.items() if each.source is not None}
    found, grouped = [], set[int]()
    for kind in kinds_of(each.mechanism.kind for each in written.values()):
        own = {
            place: (each.mechanism, each.space)
            for place, each in written.items()
            if each.mechanism.kind == kind.name
        }
        families = kind.families(own)
        if families is not None:
            found += families
            grouped |= own.keys()
    loops = {place: each for place, each in written.items() if place not in grouped}
    classes, distances = classes_of(loops)
    groups = [len(family.runs) for family in found] + [len(each.runs) for each in classes]
    compared = Comparison(
        title=", ".join(dict.fromkeys(subject.record.task for subject in subjects)),
        sentence="",
        runs=_lines(subjects),
        families=tuple(found),
        classes=classes,
        distances=distances,
        alike=max(groups, default=0),
        repeats=repeats,
    )
    return replace(compared, sentence=headline(compared))


def _repeats(subjects: Sequence[Subject]) -> tuple[tuple[int, int], ...]:
    """Runs whose weights are those of an earlier run, with the first of these."""
    first: dict[str, int] = {}
    found = list[tuple[int, int]]()
    for place, subject in enumerate(subjects):
        if subject.network is not None:
            before = first.setdefault(subject.network, place)
            if before != place:
                found.append((place, before))
    return tuple(found)


def _lines(subjects: Sequence[Subject]) -> tuple[Line, ...]:
    return tuple(
        _line(label, subject) for label, subject in zip(_labels(subjects), subjects, strict=True)
    )


def _labels(subjects: Sequence[Subject]) -> list[str]:
    """The shortest kind of label that tells all of them apart."""
    names = [subject.folder.resolve().name for subject in subjects]
    tries = [
        [f"{subject.record.task}/{name}" for name, subject in zip(names, subjects, strict=True)]
    ]
    tries.insert(0, names)
    if all(subject.record.seed is not None for subject in subjects):
        seeds = [f"seed {subject.record.seed}" for subject in subjects]
        tries.insert(0, seeds)
        tries.insert(
            1,
            [
                f"{subject.record.task} {seed}"
                for subject, seed in zip(subjects, seeds, strict=True)
            ],
        )
    for labels in tries:
        if len(set(labels)) == len(labels):
            return labels
    return [str(subject.folder) for subject in subjects]


def _line(label: str, subject: Subject) -> Line:
    report, mechanism = subject.report, subject.mechanism
    refused = report.verdict == "refused"
    reasons = report.explanations or (mechanism.reasons if isinstance(mechanism, Refusal) else ())
    return Line(
        label=label,
        folder=f"{subject.record.task}/{subject.folder.resolve().name}",
        task=subject.record.task,
        seed=subject.record.seed,
        verdict=report.verdict,
        located=report.located,
        kind="refused" if refused else mechanism.kind,
        name=report.mechanism.name,
        architecture=subject.record.architecture,
        logit_r2=report.value("logit_r2"),
        exceptions=None if report.program is None else report.program.exceptions,
        lines=None if report.program is None else report.program.lines,
        reason=(reasons[0].splitlines() or [""])[0] if refused and reasons else None,
    )
