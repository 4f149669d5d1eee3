"""Programs over sequences, those that are provably the same together, and the others told apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from distill.compare.gather import Subject
from distill.domains.sequences import Channels
from distill.errors import ProgramError
from distill.kinds.automaton.compare import machine_difference, sorted_machine
from distill.kinds.automaton.mechanism import AutomatonMechanism
from distill.kinds.difference import Difference, first_difference
from distill.kinds.recurrence.compare import system_difference, systems_equal, unnamed
from distill.kinds.recurrence.mechanism import RecurrenceMechanism
from distill.runs.sequence_certificate import SequenceCertificate

Why = Literal["text", "machine", "names", "answers"]
"""Why programs are the same: their text; their minimal machine; all but the names and the order of
their registers; their answers, as linear recurrences."""

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
    kind: Literal["automaton", "recurrence"]
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
        to = next(place for place in range(at + 1) if firsts[place].channels == first.channels)
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
    assert isinstance(mechanism, AutomatonMechanism | RecurrenceMechanism), "over sequences"
    assert source is not None, "only a refusal has no program"
    machine = isinstance(mechanism, AutomatonMechanism)
    return Class(
        letter=letter,
        runs=runs,
        kind=mechanism.kind,
        name=first.report.mechanism.name,
        why=RANK[max(RANK.index(why) for _, why in group)],
        texts=len({subjects[run].source for run in runs}),
        states=mechanism.states if machine else None,
        registers=None if machine else len(mechanism.registers),
        source=source,
        channels=_reading(first.channels),
    )


def _reading(channels: Channels) -> str:
    several = f"; {channels.outputs} numbers answered" if channels.outputs > 1 else ""
    return f"{channels}{several}"


def _same(one: Subject, other: Subject) -> Why | None:
    """Why two programs are the same, or null where that is not known."""
    if one.channels != other.channels:
        return None
    here, there = one.mechanism, other.mechanism
    if isinstance(here, AutomatonMechanism) and isinstance(there, AutomatonMechanism):
        if sorted_machine(here.machine) != sorted_machine(there.machine):
            return None
        return "text" if one.source == other.source else "machine"
    if isinstance(here, RecurrenceMechanism) and isinstance(there, RecurrenceMechanism):
        if one.source == other.source:
            return "text"
        if unnamed(here) == unnamed(there):
            return "names"
        if here.system and there.system and systems_equal(here.system, there.system):
            return "answers"
    return None


def _distance(one: Class, other: Class, here: Subject, there: Subject) -> Distance:
    def found(difference: Difference | None) -> Distance:
        return Distance(one.letter, other.letter, difference)

    first, second = here.mechanism, there.mechanism
    if isinstance(first, AutomatonMechanism) and isinstance(second, AutomatonMechanism):
        return found(machine_difference(first.machine, second.machine))
    if isinstance(first, RecurrenceMechanism) and isinstance(second, RecurrenceMechanism):
        systems = first.system, second.system
        if systems[0] and systems[1]:
            return found(system_difference(systems[0], systems[1], here.channels.inputs))
    return _along_stored(one, other, here)


def _along_stored(one: Class, other: Class, here: Subject) -> Distance:
    """Both programs along the sequences that the first one was checked on, in the sandbox."""
    from distill.checker.sandbox import run_sequences

    assert isinstance(here.certificate, SequenceCertificate), "of runs over sequences"
    draws, agreed, shortest = here.certificate.draws, 0, None
    if draws is None:
        return Distance(one.letter, other.letter, reason="no sequences are stored")
    for draw in (draws.fresh, draws.stress, *draws.longer):
        sequences = draw.sequences(here.channels)
        try:
            said = [run_sequences(c.source, sequences, here.channels.outputs) for c in (one, other)]
        except ProgramError as error:
            return Distance(one.letter, other.letter, reason=str(error))
        difference = first_difference(sequences, *said)
        agreed += len(sequences)
        if difference and (not shortest or len(difference.inputs) < len(shortest.inputs)):
            shortest = difference
    return Distance(one.letter, other.letter, shortest, agreed if shortest is None else None)
