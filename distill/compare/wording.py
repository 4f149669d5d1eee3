"""A comparison in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from distill.checker.kind import STATES
from distill.compare.classes import Class, Distance
from distill.compare.kinds import kind_named, kinds_of
from distill.kinds.difference import Difference
from distill.kinds.fourier.compare import Family, Overlap

if TYPE_CHECKING:
    from distill.compare.census import Comparison

LABELS = ("clock", "pizza", "mixed", None)


def headline(compared: Comparison) -> str:
    """What all runs of a comparison found, the most frequent first."""
    total = compared.networks
    said = [_family(family, total) for family in compared.families]
    for kind in kinds_of(each.kind for each in compared.classes):
        classes = [each for each in compared.classes if each.kind == kind.name]
        if classes:
            said.append(_classes(classes, total))
    repeated = {place for place, _ in compared.repeats}
    kinds = [run.kind for place, run in enumerate(compared.runs) if place not in repeated]
    if refused := kinds.count("refused"):
        said.append(
            "the one network was refused" if total == 1 else f"{refused} of {total} refused"
        )
    if repeated:
        verb = "is of a network" if len(repeated) == 1 else "are of networks"
        said.append(f"{counted(len(repeated), 'run')} {verb} that another run here has")
    told = "; ".join(said)
    return told[:1].upper() + told[1:]


def _family(family: Family, total: int) -> str:
    count, sets = len(family.runs), family.key_sets
    verb = "computes" if count == 1 else "compute"
    said = f"{_networks(count, total)} {verb} {family.expression} mod {family.modulus}"
    labels = _labels(family)
    said += f" ({labels})" if labels else ""
    if count == 1:
        return said
    if sets == 1:
        return f"{said}, all at the same frequencies"
    said += f" at {sets} different key sets"
    alike = sum(image.unit != 1 for image in family.images)
    if not alike:
        return f"{said}, no two of them alike up to an automorphism"
    return f"{said}, {alike} of {counted(family.overlap.pairs, 'pair')} alike up to an automorphism"


def _labels(family: Family) -> str:
    """`all clocks`, or how many of its frequencies are what."""
    counts = [(family.labels[label], label) for label in LABELS if family.labels[label]]
    if len(counts) == 1 and counts[0][1] in ("clock", "pizza"):
        return f"a {counts[0][1]}" if counts[0][0] == 1 else f"all {counts[0][1]}s"
    return ", ".join(
        f"{count} mixed"
        if label == "mixed"
        else f"{count} not labelled"
        if label is None
        else counted(count, label)
        for count, label in counts
    )


def _classes(classes: Sequence[Class], total: int) -> str:
    """Machines, or recurrences, the largest class first."""
    noun, nouns = kind_named(classes[0].kind).noun
    first, runs = classes[0], sum(len(each.runs) for each in classes)
    if len(classes) > 1 and len(first.runs) == 1:
        return f"{_networks(runs, total)} found {len(classes)} different {nouns}"
    said = f"{_networks(len(first.runs), total)} found "
    said += f"{'the same' if len(first.runs) > 1 else 'a'} {noun}"
    said += f" of {counted(first.states, 'state')}" if first.states is not None else ""
    said += f" ({plain_name(first)})"
    if len(first.runs) > 1:
        alike = ", letter by letter" if "program" in noun else ", as the same program"
        said += f", written in {first.texts} ways" if first.texts > 1 else alike
    if len(classes) == 1:
        return said
    others = f"another {noun}" if len(classes) == 2 else f"{len(classes) - 1} other {nouns}"
    return f"{said}; {runs - len(first.runs)} found {others}"


def plain_name(each: Class) -> str:
    """What a program computes, without the count of states that its name ends with."""
    return each.name if each.states is None else STATES.sub("", each.name)


def _networks(count: int, total: int) -> str:
    return "the one network" if total == 1 else f"{count} of {total} networks"


def counted(count: int, what: str) -> str:
    """`1 pair`, `3 pairs`."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def overall(comparisons: Sequence[Comparison]) -> str:
    """Over all tasks: in how many of them every network found the same."""
    if len(comparisons) == 1:
        return comparisons[0].sentence
    several = [each for each in comparisons if each.networks > 1]
    if not several:
        return (
            f"{counted(len(comparisons), 'task')} with one network each: within a task there is "
            "nothing to compare"
        )
    alike = sum(each.alike == each.networks for each in several)
    said = f"In {alike} of {counted(len(several), 'task')} all networks found the same"
    if texts := sum(map(one_text, several)):
        where = "everywhere" if texts == len(several) else f"in {texts}"
        said += f", {where} as the same program, letter by letter"
    single = len(comparisons) - len(several)
    return said + (f"; {counted(single, 'task')} with one network" if single else "")


def one_text(compared: Comparison) -> bool:
    """Whether every network gave the same program, letter by letter."""
    classes = compared.classes
    return len(classes) == 1 and classes[0].texts == 1 and compared.alike == compared.networks


def why(each: Class) -> str:
    """Why the programs of a class are the same."""
    if len(each.runs) == 1:
        return "one network"
    return {
        "text": "the same program, letter by letter",
        "machine": f"the same minimal machine, written in {each.texts} ways",
        "names": "the same but for names and order of the registers",
        "answers": "linear recurrences that answer every sequence alike (exact, in integers)",
    }[each.why]


def distance(found: Distance) -> str:
    """How one class differs from another."""
    if found.difference is not None:
        return _difference(found.difference, found.one, found.other)
    if found.reason is not None:
        return f"not compared: {found.reason}"
    return f"agree along {found.agreed:,} stored sequences; not shown to be equal"


def _difference(found: Difference, one: str, other: str) -> str:
    first = "differ first" if found.shortest else "differ"
    return (
        f"{first} after {sequence(found.inputs)}: {one} answers {_answer(found.one)}, "
        f"{other} answers {_answer(found.other)}"
    )


def sequence(inputs: Sequence[Sequence[float]]) -> str:
    """`1 0 1`, or `1,0 0,1` where there are several channels: as a program's command line takes."""
    return " ".join(",".join(map(str, values)) for values in inputs)


def _answer(values: Sequence[float]) -> str:
    return ", ".join(map(str, values))


def chance(overlap: Overlap) -> str:
    """What an overlap is held against."""
    off = overlap.deviations
    judged = f"{abs(off):.1f} standard deviations {'more' if off > 0 else 'fewer'} than that"
    return (
        f"over {counted(overlap.pairs, 'pair')}; {overlap.expected:.1f} ± {overlap.deviation:.1f} "
        f"if drawn at random: {'as chance has it' if abs(off) <= 2 else judged}"
    )
