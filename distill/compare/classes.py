"""Programs that are provably the same together, and others told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy import ndarray

from distill.compare.gather import Subject
from distill.compare.kinds import kind_named
from distill.errors import ProgramError
from distill.kinds.difference import Difference, NotComparable, Why, first_difference
from distill.records.refusal import Refusal

RANK: tuple[Why, ...] = ("text", "machine", "names", "answers")


@dataclass(frozen=True)
class Class:
    """Runs whose programs are provably the same. Runs are given by their place.

    Attributes:
        letter: A, B, ..., the largest class first.
        why: the farthest that had to be gone to see it.
        texts: how many different texts their programs have.
        states: of a machine; registers: of a recurrence.
        source: the program of the first run.
        channels: what is read, in words.
    """

    letter: str
    runs: tuple[int, ...]
    kind: str
    name: str
    why: Why
    texts: int
    states: int | None
    registers: int | None
    source: str
    channels: str


@dataclass(frozen=True)
class Distance:
    """How a class is told from the largest one that reads the same inputs.

    Attributes:
        difference: a sequence on which they differ, with the answers of `one` first.
        agreed: stored sequences along which they do not, where no difference is known.
        reason: why they were not compared, or null.
    """

    one: str
    other: str
    difference: Difference | None = None
    agreed: int | None = None
    reason: str | None = None


def classes_of(subjects: Mapping[int, Subject]) -> tuple[tuple[Class, ...], tuple[Distance, ...]]:
    """Classes of runs over sequences, given by their place, and what tells them apart.

    Each is held against the largest class that reads the same inputs. Machines and recurrences
    are never of one class, as nothing here proves them equal.
    """
    groups: list[list[tuple[int, Why]]] = []
    for place, subject in subjects.items():
        for group in groups:
            why = _same(subjects[group[0][0]], subject)
            if why is not None:
                group.append((place, why))
                break
        else:
            groups.append([(place, "text")])
    groups.sort(key=len, reverse=True)
    classes = tuple(_class(letter_of(at), group, subjects) for at, group in enumerate(groups))
    firsts = [subjects[group[0][0]] for group in groups]
    distances = []
    for at, first in enumerate(firsts):
        to = next(place for place in range(at + 1) if firsts[place].space == first.space)
        if to < at:
            distances.append(_distance(classes[to], classes[at], firsts[to], first))
    return classes, tuple(distances)


def letter_of(place: int) -> str:
    """A, ..., Z, AA, AB, ..."""
    rest, last = divmod(place, 26)
    return (letter_of(rest - 1) if rest else "") + chr(ord("A") + last)


def _class(letter: str, group: Sequence[tuple[int, Why]], subjects: Mapping[int, Subject]) -> Class:
    runs = tuple(place for place, _ in group)
    first = subjects[runs[0]]
    mechanism, source = first.mechanism, first.source
    assert not isinstance(mechanism, Refusal), "a refusal has no program"
    assert source is not None, "only a refusal has no program"
    sizes = kind_named(mechanism.kind).sizes(mechanism)
    return Class(
        letter=letter,
        runs=runs,
        kind=mechanism.kind,
        name=first.report.mechanism.name,
        why=RANK[max(RANK.index(why) for _, why in group)],
        texts=len({subjects[run].source for run in runs}),
        states=sizes.get("states"),
        registers=sizes.get("registers"),
        source=source,
        channels=first.reading,
    )


def _same(one: Subject, other: Subject) -> Why | None:
    """Why two programs are the same, or null where that is not known."""
    here, there = one.mechanism, other.mechanism
    if one.space != other.space or here.kind != there.kind:
        return None
    assert not isinstance(here, Refusal), "a refusal has no program"
    if one.source == other.source:
        return "text"
    return kind_named(here.kind).same(here, there)


def _distance(one: Class, other: Class, here: Subject, there: Subject) -> Distance:
    first, second = here.mechanism, there.mechanism
    if not isinstance(first, Refusal) and first.kind == second.kind:
        try:
            found = kind_named(first.kind).difference(first, second, here.inputs)
            return Distance(one.letter, other.letter, found)
        except NotComparable:
            pass
    return _along_stored(one, other, here)


def _rounded(here: Subject, one: ndarray, other: ndarray) -> ndarray:
    """The second answers, with the first where they count as the same: over reals, closely."""
    tolerance = here.read.tolerance
    return other if tolerance is None else np.where(np.abs(one - other) <= tolerance, one, other)


def _along_stored(one: Class, other: Class, here: Subject) -> Distance:
    """Both programs along the inputs that the first one was checked on, in the sandbox."""
    draws, agreed, shortest = here.certificate.stored_inputs(), 0, None
    if draws is None:
        return Distance(one.letter, other.letter, reason="no sequences are stored")
    for inputs in draws:
        try:
            said = [here.certificate.answers_of(each.source, inputs) for each in (one, other)]
        except ProgramError as error:
            return Distance(one.letter, other.letter, reason=str(error))
        difference = first_difference(inputs, said[0], _rounded(here, *said))
        agreed += len(inputs)
        if difference and (not shortest or len(difference.inputs) < len(shortest.inputs)):
            shortest = difference
    return Distance(one.letter, other.letter, shortest, agreed if shortest is None else None)
