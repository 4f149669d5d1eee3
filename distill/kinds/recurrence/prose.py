"""What a recurrence is called, what its registers hold and why that is enough.

All of it is read off the expressions: a register that adds something up is a running sum, one that
adds up a running sum is a position that moves with a velocity, one that is multiplied by b before
the input is added reads the inputs as digits in base b.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from distill.expressions import expression as ex
from distill.expressions.expression import Constant, Expression, Name, Operation
from distill.expressions.printing import condition_source, source
from distill.kinds.recurrence.recurrence import Recurrence
from distill.programs.kept_lists import Together, delays, picked
from distill.programs.names import unique
from distill.programs.titles import contradicted_along
from distill.programs.window_prose import COMPARED, input_title, window_title, window_why

MOST_LISTED = 4
"""Values of an input up to which the text says what each of them adds."""


@dataclass(frozen=True)
class Part:
    """What a register is.

    Attributes:
        kind: its role, as a word.
        noun: what it is called in a sentence, without an article.
        said: what it does, to be read after its name.
        base: of a number that is read or of a power.
        of: the expression that it adds up, counts, or is the largest of.
        full: the noun, with what is added up or compared where that is not the inputs themselves.
    """

    kind: str
    noun: str
    said: str
    base: int = 0
    of: Expression | None = None
    full: str = ""

    @property
    def whole(self) -> str:
        """What it is called where nothing beside it says what it is of."""
        return self.full or self.noun


@dataclass(frozen=True)
class Prose:
    """A name in words, and paragraphs on what is done and why it works."""

    name: str
    why: tuple[str, ...]


def better_names(recurrence: Recurrence, ranges: Sequence[range] = ()) -> dict[str, str]:
    """Names that say more of registers, by those that they have; each hides no other."""
    told = dict(zip(recurrence.registers, recurrence.updates, strict=True))
    parts = parts_of(recurrence, told, ranges)
    first = dict(zip(recurrence.registers, recurrence.start, strict=True))
    names: dict[str, str] = {}
    for register, part in parts.items():
        if part.kind == "alternating":
            name = {0: "odd", 1: "even"}[first[register]]
        elif part.kind == "reversed":
            name = "reversed_number"
        else:
            continue
        if name not in {*recurrence.registers, *recurrence.inputs, *names.values()}:
            names[register] = name
    wanted = [names.get(name, name) for name in recurrence.registers]
    found = dict(zip(recurrence.registers, unique(wanted, recurrence.inputs), strict=True))
    return {old: new for old, new in found.items() if old != new}


def parts_of(
    recurrence: Recurrence, told: Mapping[str, Expression], ranges: Sequence[range] = ()
) -> dict[str, Part]:
    """What every register is.

    Args:
        recurrence: whose registers they are.
        told: the next value of every register, as the lines of the program say it.
        ranges: the values that every channel has; none where that is not known.
    """
    values = dict(zip(recurrence.inputs, ranges, strict=False))
    first = dict(zip(recurrence.registers, recurrence.start, strict=True))
    updates = dict(zip(recurrence.registers, recurrence.updates, strict=True))
    parts: dict[str, Part] = {}
    for channel, names in delays(updates, recurrence.inputs):
        for place, name in enumerate(names):
            age = f"{place + 1} step{'s' if place else ''} before"
            parts[name] = Part("delay", f"the {channel} {age}", f"is the {channel} of {age}")
    for register in recurrence.registers:
        if register not in parts:
            known = (
                _part(register, update, first, recurrence.inputs, values)
                for update in (told[register], updates[register])
            )
            other = Part("other", register, f"becomes {source(told[register], {})}")
            parts[register] = next((part for part in known if part is not None), other)
    for register, part in parts.items():
        match part:
            case Part(kind="total", of=Operation("*", (Name(power), Name(digit)))) if (
                digit in recurrence.inputs
                and power in parts
                and parts[power].kind == "power"
                and first[power] == 1
                and first[register] == 0
                and (1, part.of) in ex.terms_of(updates[register])[0]  # of the power before it
                and _digits(digit, parts[power].base, recurrence.inputs, values)
            ):
                others = (other for other in parts.values() if other.kind == "number")
                same = any(other.base == parts[power].base for other in others)
                read = "the same digits" if same else "the inputs as digits"
                based = "" if same else f" in base {parts[power].base}"
                parts[register] = Part(
                    "reversed",
                    "reversed number",
                    f"has {read}{based}, the last of them first",
                    parts[power].base,
                )
            case Part(kind="total", of=added) if added is not None:
                moved_by = _velocity(register, added, updates, parts)
                if moved_by is not None:
                    parts[register] = Part(
                        "position", "position", f"moves by `{moved_by}` at every step", of=added
                    )
                    own = parts[moved_by]
                    parts[moved_by] = Part("velocity", "velocity", own.said, of=own.of)
    return parts


def _velocity(
    register: str, added: Expression, updates: Mapping[str, Expression], parts: Mapping[str, Part]
) -> str | None:
    """The running sum whose next value, or value, a register adds up."""
    for other, part in parts.items():
        if other != register and part.kind in {"total", "velocity"}:
            if added == Name(other):
                return other
            terms, offset = ex.terms_of(updates[register])
            rest = ex.add([pair for pair in terms if pair != (1, Name(register))], offset)
            if (1, Name(register)) in terms and rest == ex.add(*ex.terms_of(updates[other])):
                return other
    return None


def _part(
    register: str,
    update: Expression,
    first: Mapping[str, int],
    inputs: Sequence[str],
    values: Mapping[str, range],
) -> Part | None:
    """What a register is by its update and its first value."""
    own, start = Name(register), first[register]
    match update:
        case Operation("max" | "min" as which, operands) if own in operands:
            rest = operands[operands[0] == own]
            if register not in ex.names(rest):
                return _extreme(which, rest, start, first, inputs, values)
        case Operation("-", (Constant(1), Name(name))) if name == register and start in {0, 1}:
            when = "odd" if start == 0 else "even"
            return Part(
                "alternating",
                "parity of the number of steps"
                if start == 0
                else "evenness of the number of steps",
                f"is 1 after an {when} number of steps, and else 0",
            )
    terms, offset = ex.terms_of(update)
    rest = [pair for pair in terms if pair[1] != own]
    mine = [factor for factor, term in terms if term == own]
    if len(mine) != 1 or any(register in ex.names(term) for _, term in rest):
        return None
    (factor,), added = mine, ex.add(rest, offset)
    if factor == 1:
        return _sum(added, start, inputs)
    if factor > 1 and added == Constant(0) and start == 1:
        return Part("power", f"power of {factor}", f"is {factor} to the number of steps", factor)
    read = added.name if isinstance(added, Name) else ""
    if factor > 1 and start == 0 and _digits(read, factor, inputs, values):
        return Part(
            "number",
            "number",
            f"is what the inputs write as digits in base {factor}, the first of them first",
            factor,
            added,
        )
    return None


def _digits(name: str, base: int, inputs: Sequence[str], values: Mapping[str, range]) -> bool:
    """Whether a name is that of the one channel, and all that it reads are digits in a base."""
    return [*inputs] == [name] and name in values and {*values[name]} <= {*range(base)}


def _sum(added: Expression, start: int, inputs: Sequence[str]) -> Part:
    """A register that adds something up."""
    begins, told = (f" from {start}", f", from {start}") if start else ("", "")
    if added == Constant(1):
        return Part("steps", f"number of steps{begins}", f"counts the steps{told}", of=added)
    if is_truth(added):
        said = f"counts the steps with {condition_source(added, {})}{told}"
        noun, asked = "running count", "whether the input is "
        full = f"number of steps with {condition_source(added, {})}"
        if len(inputs) == 1 and ex.names(added) == {*inputs}:
            title = input_title(added, inputs, None)
            if title.startswith(asked):
                noun = full = f"number of inputs that are {title.removeprefix(asked)}"
        return Part("count", noun + begins, said, of=added, full=full + begins)
    every = ex.add([(1, Name(name)) for name in inputs])
    full = "running sum" if added == every else f"running sum of {source(added, {})}"
    said = f"adds up {source(added, {})}{told}"
    return Part("total", f"running sum{begins}", said, of=added, full=full + begins)


def _extreme(
    which: str,
    of: Expression,
    start: int,
    first: Mapping[str, int],
    inputs: Sequence[str],
    values: Mapping[str, range],
) -> Part:
    """A register that is the largest or the smallest of what was there so far."""
    noun = {"max": "running maximum", "min": "running minimum"}[which]
    word = {"max": "largest", "min": "smallest"}[which]
    full = noun if [of] == [*map(Name, inputs)] else f"{noun} of {source(of, {})}"
    told, begins = f"is the {word} {source(of, {})} so far", ""
    if not _begins_below(which, of, start, first, values):
        told = f"is the {word} of {start} and {source(of, {})} so far"
        begins = f" from {start}"
    return Part(which, noun + begins, told, of=of, full=full + begins)


def _begins_below(
    which: str,
    of: Expression,
    start: int,
    first: Mapping[str, int],
    values: Mapping[str, range],
) -> bool:
    """Whether where an extreme begins can never be more than what it is the extreme of."""
    read = sorted(ex.names(of))
    if len(read) == 1 and read[0] in values:
        column = np.array([values[read[0]][0], values[read[0]][-1]], dtype=np.int64)
        if isinstance(of, Operation) and not _is_affine(of):
            column = np.array(values[read[0]][:MOST_TRIED], dtype=np.int64)
            if len(values[read[0]]) > MOST_TRIED:
                return False
        lowest, highest = (int(end(ex.evaluate(of, {read[0]: column}))) for end in (min, max))
        return start <= lowest if which == "max" else start >= highest
    if any(name in values or name not in first for name in read):
        summed = [name for name in read if name in first]
        return len(summed) == 1 and first[summed[0]] == start  # a register and what is added to it
    columns = {name: np.array([first[name]], dtype=np.int64) for name in read}
    return bool(read) and int(ex.evaluate(of, columns)[0]) == start


def _is_affine(of: Operation) -> bool:
    """Whether an expression is a sum of multiples of names."""
    return all(isinstance(term, Name) for _, term in ex.terms_of(of)[0])


MOST_TRIED = 1_000
"""Values of an input up to which an expression of it is looked at on all."""


def is_truth(term: Expression) -> bool:
    """Whether an expression is 1 where something holds, and else 0."""
    return isinstance(term, ex.Member) or (
        isinstance(term, Operation) and term.operator in ex.TRUTHS | {"and", "or"}
    )


def prose_of(
    recurrence: Recurrence,
    told: Mapping[str, Expression],
    together: Together,
    ranges: Sequence[range] = (),
) -> Prose:
    """A name and an explanation, read off the expressions.

    Args:
        recurrence: what is computed.
        told: the next value of every register, as the lines of the program say it.
        together: registers that are written together.
        ranges: the values that every channel has; none where that is not known.
    """
    values = dict(zip(recurrence.inputs, ranges, strict=False))
    (one, *more) = recurrence.outputs
    if not recurrence.registers:
        of_one = values.get(recurrence.inputs[0])
        return Prose(
            "function of the current input"
            if more
            else input_title(one, recurrence.inputs, of_one),
            (
                "Every output depends on the input of its own step alone.",
                "Why it works: there is nothing to remember, so one expression says it all.",
            ),
        )
    parts = parts_of(recurrence, told, ranges)
    kinds = {part.kind for part in parts.values()}
    if kinds == {"delay"}:
        return _window(recurrence, together, values)
    counts = next((one for one in together.lists if one.low is not None), None)
    chosen = picked(one, recurrence.registers) if not more and counts is not None else None
    from_nothing = not any(recurrence.start)
    all_of_them = counts is not None and len(parts) == len(counts.registers) and from_nothing
    if counts is not None and chosen is not None and all_of_them:
        which = {"max": "most", "min": "least"}[chosen[0]]
        place = source(ex.add([(1, Name("v"))], -(counts.low or 0)))
        return Prose(
            f"{which} frequent input",
            (
                f"`{counts.name}[{place}]` is how often {counts.channel} = v has come in. The "
                f"answer is the v that has come in {which} often, the smallest of several.",
                "Why it works: the order of the inputs does not matter for how often each has come "
                f"in, and `index` finds the first place of the {chosen[0]}imum.",
            ),
        )
    lines = [_said(register, part, recurrence, values) for register, part in parts.items()]
    for kept in together.lists:
        mine = [place for place, name in enumerate(parts) if name in kept.registers]
        what = "has the last" if kept.low is None else "counts, by their value, all"
        text = f"`{kept.name}` {what} {len(mine)} {kept.channel}s, the latest first"
        if kept.low is not None:
            text = f"`{kept.name}` has how often each {kept.channel} has come in"
            begun = [recurrence.start[recurrence.registers.index(name)] for name in kept.registers]
            text += f", from {begun}" if any(begun) else ""
        lines = [text, *(line for place, line in enumerate(lines) if place not in mine)]
    name = _name(recurrence, parts)
    if contradicted_along(name, recurrence, ranges):
        name = _plain_name(recurrence)
    why = _why(recurrence, parts, values)
    return Prose(name, ("; ".join(lines) + ".", f"Why it works: {why}"))


def _said(register: str, part: Part, recurrence: Recurrence, values: Mapping[str, range]) -> str:
    """What a register holds; what each value adds, where there are few; where it begins."""
    text = f"`{register}` {part.said}"
    read = sorted(ex.names(part.of)) if part.of else []
    start = dict(zip(recurrence.registers, recurrence.start, strict=True))[register]
    if part.kind in {"total", "velocity"} and isinstance(part.of, Operation) and len(read) == 1:
        given = values.get(read[0], range(0))
        if 0 < len(given) <= MOST_LISTED:
            column = np.array(given, dtype=np.int64)
            added = ex.evaluate(part.of, {read[0]: column}).tolist()
            each = [f"{a} for {v}" for v, a in zip(given, added, strict=True)]
            text += f" ({', '.join(each)})"
    if part.kind in {"max", "min"} and isinstance(part.of, Name) and part.of.name in values:
        given = values[part.of.name]
        if start == {"max": given[0], "min": given[-1]}[part.kind]:
            end = {"max": "smallest", "min": "largest"}[part.kind]
            text += f"; it begins as the {end} that an input can be"
    return text


def _window(recurrence: Recurrence, together: Together, values: Mapping[str, range]) -> Prose:
    chains = list(
        delays(dict(zip(recurrence.registers, recurrence.updates, strict=True)), recurrence.inputs)
    )
    depth = max(len(names) for _, names in chains) + (not recurrence.after)
    name = f"function of the last {depth} inputs"
    if len(recurrence.inputs) == len(recurrence.outputs) == 1:
        ((channel, names),) = chains
        # after the step the first of those that are kept is the input itself
        ages = names if recurrence.after else (channel, *names)
        name = window_title(recurrence.outputs[0], ages, values.get(channel))
    return Prose(name, window_why(depth, together, set(recurrence.start)))


def _plain_name(recurrence: Recurrence) -> str:
    """What is true of every recurrence."""
    count = len(recurrence.registers)
    return f"recurrence of {count} integers" if count > 1 else "recurrence of one integer"


def _name(recurrence: Recurrence, parts: Mapping[str, Part]) -> str:
    """What the answer is, or else what it is a function of."""
    kinds = [part.kind for part in parts.values()]
    told = [_phrase(answer, recurrence, parts) for answer in recurrence.outputs]
    if {"velocity", "position"} == set(kinds):
        name = "velocity and position" if len(kinds) == 2 else "velocities and positions"
        return (
            name if all(isinstance(o, Name) for o in recurrence.outputs) else f"function of {name}"
        )
    said = [phrase for phrase in told if phrase is not None]
    if len(said) == len(told):
        return " and ".join(said)
    if "other" in kinds or "delay" in kinds:
        return _plain_name(recurrence)
    nouns = list(dict.fromkeys(part.whole for part in parts.values()))
    if len(nouns) > MOST_NOUNS:
        return _plain_name(recurrence)
    return f"function of the {' and the '.join(nouns)}"


MOST_NOUNS = 3
"""Registers up to which a title names them all."""


def _phrase(answer: Expression, recurrence: Recurrence, parts: Mapping[str, Part]) -> str | None:
    """An answer in words; null where it is more than a register or a simple condition on some."""
    told = _told(answer, recurrence, parts)
    if told is None or recurrence.after:
        return told
    return f"{told} before" if told.endswith("of steps") else f"{told} before the step"


def _told(answer: Expression, recurrence: Recurrence, parts: Mapping[str, Part]) -> str | None:
    first = dict(zip(recurrence.registers, recurrence.start, strict=True))
    match answer:
        case Name(name) if name in parts:
            return None if parts[name].kind in {"other", "delay"} else parts[name].whole
        case Operation("+" | "-" | "*" as operator, (Name(one), Name(other))) if {one, other} <= {
            *parts
        } and one != other:
            pair = [parts[name] for name in (one, other)]
            if any(part.kind in {"other", "delay"} for part in pair):
                return None
            return {
                "+": f"sum of {pair[0].whole} and {pair[1].whole}",
                "-": f"{pair[0].whole} minus {pair[1].whole}",
                "*": f"product of {pair[0].whole} and {pair[1].whole}",
            }[operator]
        case Operation("and" | "or" as both, operands):
            said = [_told(part, recurrence, parts) for part in ex.conjuncts(both, operands)]
            phrases = [text for text in said if text is not None]
            if len(phrases) < len(said):
                return None
            subject = "running sum is "
            begun = [phrases[0], *(text.removeprefix(subject) for text in phrases[1:])]
            return f" {both} ".join(begun if phrases[0].startswith(subject) else phrases)
        case Operation("==" | "<=" | ">=" as how, (Name(name), Constant(value))) if (
            name in parts
            and parts[name].kind in {"min", "max"}
            and value == first[name]
            and how in {"==", {"min": ">=", "max": "<="}[parts[name].kind]}
            and (summed := _is_summed(parts[name].of, recurrence, parts)) is not None
        ):
            side = {"min": "below", "max": "above"}[parts[name].kind]
            return f"{summed} is never {side} {value}"
        case Operation(how, (Name(name), Constant(value))) if name in parts and how in COMPARED:
            part = parts[name]
            if part.kind in {"total", "count", "steps", "max", "min"} and value >= 0:
                noun = part.whole if part.kind in {"max", "min"} else part.noun
                return f"{noun} is {COMPARED[how]}{value}"
        case Operation("==", (Name(one), Name(other))) if one in parts and other in parts:
            nouns = sorted((parts[one].noun, parts[other].noun))
            if len(set(nouns)) == 2 and not {parts[one].kind, parts[other].kind} & {"other"}:
                return f"{nouns[0]} equals {nouns[1]}"
    return None


def _is_summed(
    of: Expression | None, recurrence: Recurrence, parts: Mapping[str, Part]
) -> str | None:
    """What a running sum is called whose value, or next value, an expression is."""
    updates = dict(zip(recurrence.registers, recurrence.updates, strict=True))
    sums = [name for name, part in parts.items() if part.kind == "total"]
    found = [parts[name].noun for name in sums if of in (Name(name), updates[name])]
    return found[0] if found else None


def _why(recurrence: Recurrence, parts: Mapping[str, Part], values: Mapping[str, range]) -> str:
    """Why what is kept is enough."""
    read = set[str]().union(*map(ex.names, recurrence.outputs))
    kinds = {part.kind for part in parts.values()}
    bases = {part.base for part in parts.values() if part.kind in {"number", "reversed"}}
    if kinds == {"velocity", "position"}:
        return (
            "a velocity changes by what acts on it at a step, and a position by its velocity; with "
            "both known, nothing else of the past matters."
        )
    if kinds == {"total"} or kinds == {"count"} or kinds == {"total", "count"}:
        return "the sum over all steps is the sum so far and what the latest step adds."
    if len(kinds) == 1 and kinds <= {"max", "min"}:
        word = {"max": "maximum", "min": "minimum"}[next(iter(kinds))]
        return f"the {word} of all is that of the latest and the {word} of the others."
    if kinds == {"alternating"} and read <= {*parts}:
        return "the output depends on the number of the step alone."
    if kinds in ({"total", "min"}, {"total", "max"}) and all(
        _is_summed(part.of, recurrence, parts) for part in parts.values() if part.kind != "total"
    ):
        return (
            "the sum says where it has come to, and its extreme so far whether it ever went "
            "beyond a bound on the way."
        )
    if {"number", "reversed"} <= kinds and len(bases) == 1 and _compares_both(recurrence, parts):
        return (
            "two numbers of equally many digits are equal only if all their digits are: then the "
            "digits read alike in both directions."
        )
    return "these are all that the inputs so far have to do with the output."


def _compares_both(recurrence: Recurrence, parts: Mapping[str, Part]) -> bool:
    """Whether a number and the reversed one are held against each other."""
    match recurrence.outputs:
        case (Operation("==" | "!=", (Name(one), Name(other))),) if {one, other} <= {*parts}:
            return {parts[one].kind, parts[other].kind} == {"number", "reversed"}
    return False
