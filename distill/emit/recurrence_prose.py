"""What a recurrence is called, what its registers hold and why that is enough.

All of it is read off the expressions: a register that adds something up is a running sum, one that
adds up a running sum is a position that moves with a velocity, one that is multiplied by b before
the input is added reads the inputs as digits in base b.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from distill.emit.kept_lists import Together, delays, picked
from distill.emit.window_prose import COMPARED, input_title, window_title, window_why
from distill.recurrence import Recurrence
from distill.synthesis import expression as ex
from distill.synthesis.expression import Constant, Expression, Name, Operation
from distill.synthesis.printing import condition_source, source

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
    """

    kind: str
    noun: str
    said: str
    base: int = 0
    of: Expression | None = None


@dataclass(frozen=True)
class Prose:
    """A name in words, and paragraphs on what is done and why it works."""

    name: str
    why: tuple[str, ...]


def better_names(recurrence: Recurrence) -> dict[str, str]:
    """Names that say more of registers, by those that they have."""
    told = dict(zip(recurrence.registers, recurrence.updates, strict=True))
    parts = parts_of(recurrence, told)
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
    return names


def parts_of(recurrence: Recurrence, told: Mapping[str, Expression]) -> dict[str, Part]:
    """What every register is.

    Args:
        recurrence: whose registers they are.
        told: the next value of every register, as the lines of the program say it.
    """
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
                _part(register, update, first[register], recurrence.inputs)
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
            ):
                parts[register] = Part(
                    "reversed",
                    "reversed number",
                    "has the same digits, the last of them first",
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


def _part(register: str, update: Expression, start: int, inputs: Sequence[str]) -> Part | None:
    """What a register is by its update alone."""
    own = Name(register)
    match update:
        case Operation("max" | "min" as which, operands) if own in operands:
            rest = operands[operands[0] == own]
            if register not in ex.names(rest):
                noun = {"max": "running maximum", "min": "running minimum"}[which]
                word = {"max": "largest", "min": "smallest"}[which]
                said = f"is the {word} {source(rest, {})} so far"
                return Part(which, noun, said, of=rest)
        case Operation("-", (Constant(1), Name(name))) if name == register and start in {0, 1}:
            when = "odd" if start == 0 else "even"
            return Part(
                "alternating",
                "parity of the number of steps",
                f"is 1 after an {when} number of steps, and else 0",
            )
    terms, offset = ex.terms_of(update)
    rest = [pair for pair in terms if pair[1] != own]
    mine = [factor for factor, term in terms if term == own]
    if len(mine) != 1 or any(register in ex.names(term) for _, term in rest):
        return None
    (factor,), added = mine, ex.add(rest, offset)
    if factor == 1:
        if added == Constant(1):
            return Part("steps", "number of steps", "counts the steps", of=added)
        if is_truth(added):
            said = f"counts the steps with {condition_source(added, {})}"
            noun, asked = "running count", "whether the input is "
            if len(inputs) == 1 and ex.names(added) == {*inputs}:
                title = input_title(added, inputs, None)
                if title.startswith(asked):
                    noun = f"number of inputs that are {title.removeprefix(asked)}"
            return Part("count", noun, said, of=added)
        return Part("total", "running sum", f"adds up {source(added, {})}", of=added)
    if factor > 1 and added == Constant(0) and start == 1:
        return Part("power", f"power of {factor}", f"is {factor} to the number of steps", factor)
    if factor > 1 and start == 0 and len(rest) == 1 and not offset and rest[0][0] == 1:
        return Part(
            "number",
            "number",
            f"is what the inputs write as digits in base {factor}, the first of them first",
            factor,
            added,
        )
    return None


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
    parts = parts_of(recurrence, told)
    kinds = {part.kind for part in parts.values()}
    if kinds == {"delay"}:
        return _window(recurrence, together, values)
    counts = next((one for one in together.lists if one.low is not None), None)
    chosen = picked(one, recurrence.registers) if not more and counts is not None else None
    if counts is not None and chosen is not None and len(parts) == len(counts.registers):
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
        lines = [text, *(line for place, line in enumerate(lines) if place not in mine)]
    name = _name(recurrence, parts)
    why = _why(parts, values)
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
    depth = 1 + max(len(names) for _, names in chains)
    name = f"function of the last {depth} inputs"
    if len(recurrence.inputs) == len(recurrence.outputs) == 1:
        ((channel, names),) = chains
        # after the step the first of those that are kept is the input itself
        ages = names if recurrence.after else (channel, *names)
        name = window_title(recurrence.outputs[0], ages, values.get(channel))
    return Prose(name, window_why(depth, together, set(recurrence.start)))


def _name(recurrence: Recurrence, parts: Mapping[str, Part]) -> str:
    """What the answer is, or else what is kept."""
    kinds = [part.kind for part in parts.values()]
    if {"velocity", "position"} == set(kinds):
        return "velocity and position" if len(kinds) == 2 else "velocities and positions"
    if len(recurrence.outputs) == 1:
        (answer,) = recurrence.outputs
        told = _phrase(answer, recurrence, parts)
        if told is not None:
            return told
    if len(kinds) == 1:
        (part,) = parts.values()
        return part.noun if part.kind != "other" else "recurrence of one integer"
    nouns = list(dict.fromkeys(part.noun for part in parts.values()))
    if "other" not in kinds and "delay" not in kinds and len(nouns) < 4:
        return " and ".join(nouns)
    return f"recurrence of {len(kinds)} integers"


def _phrase(answer: Expression, recurrence: Recurrence, parts: Mapping[str, Part]) -> str | None:
    """An answer in words; null where it is more than a register or a simple condition on some."""
    first = dict(zip(recurrence.registers, recurrence.start, strict=True))
    match answer:
        case Name(name) if name in parts:
            if parts[name].kind in {"other", "delay"}:
                return None
            before = " before" if "steps" in parts[name].noun else " before the step"
            return parts[name].noun + ("" if recurrence.after else before)
        case Operation("and" | "or" as both, operands):
            said = [_phrase(part, recurrence, parts) for part in ex.conjuncts(both, operands)]
            told = [text for text in said if text is not None]
            if len(told) < len(said):
                return None
            subject = "running sum is "
            begun = [told[0], *(text.removeprefix(subject) for text in told[1:])]
            return f" {both} ".join(begun if told[0].startswith(subject) else told)
        case Operation("==" | "<=" | ">=" as how, (Name(name), Constant(value))) if (
            name in parts
            and parts[name].kind in {"min", "max"}
            and value == first[name]
            and how in {"==", {"min": ">=", "max": "<="}[parts[name].kind]}
        ):
            if _is_summed(parts[name].of, recurrence, parts):
                side = {"min": "below", "max": "above"}[parts[name].kind]
                return f"running sum is never {side} {value}"
        case Operation(how, (Name(name), Constant(value))) if name in parts and how in COMPARED:
            part = parts[name]
            if part.kind in {"total", "count", "steps", "max", "min"} and value >= 0:
                return f"{part.noun} is {COMPARED[how]}{value}"
        case Operation("==", (Name(one), Name(other))) if one in parts and other in parts:
            nouns = sorted((parts[one].noun, parts[other].noun))
            if len(set(nouns)) == 2:
                return f"{nouns[0]} equals {nouns[1]}"
    return None


def _is_summed(of: Expression | None, recurrence: Recurrence, parts: Mapping[str, Part]) -> bool:
    """Whether an expression is the next value of a running sum."""
    updates = dict(zip(recurrence.registers, recurrence.updates, strict=True))
    sums = [name for name, part in parts.items() if part.kind == "total"]
    return any(of in (Name(name), updates[name]) for name in sums)


def _why(parts: Mapping[str, Part], values: Mapping[str, range]) -> str:
    """Why what is kept is enough."""
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
    if kinds == {"alternating"}:
        return "the output depends on the number of the step alone."
    if kinds == {"total", "min"} or kinds == {"total", "max"}:
        return (
            "the sum says where it has come to, and its extreme so far whether it ever went "
            "beyond a bound on the way."
        )
    digits = {value for given in values.values() for value in given}
    if {"number", "reversed"} <= kinds and len(bases) == 1 and digits <= {*range(*bases)}:
        return (
            "two numbers of equally many digits are equal only if all their digits are: then the "
            "digits read alike in both directions."
        )
    return "these are all that the inputs so far have to do with the output."
