"""What a register of a recurrence is: a table, and what two registers are to each other.

All of it is read off the expressions: a register that adds something up is a running sum, one that
adds up a running sum is a position that moves with a velocity, one that is multiplied by b before
the input is added reads the inputs as digits in base b.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from distill.expressions import expression as ex
from distill.expressions.expression import Constant, Expression, Name, Operation
from distill.expressions.printing import condition_source, source
from distill.programs.kept_lists import delays
from distill.programs.recognition import matching
from distill.programs.recognition.table import Match, Recogniser, recognise
from distill.programs.recognition.variable import Loop, Recognition, Variable, VariableRole
from distill.programs.recognition.words import EXTREMES, MOTION, SUM_SO_FAR, beginning

MOST_TRIED = 1_000
"""Values of an input up to which an expression of it is looked at on all."""

Recognitions = Mapping[str, Recognition]


def recognise_registers(loop: Loop, told: Mapping[str, Expression]) -> dict[str, Recognition]:
    """What every register is.

    Args:
        loop: whose registers they are.
        told: the next value of every register, as the lines of the program say it.
    """
    found: dict[str, Recognition] = {}
    for channel, names in delays(loop.updates, loop.inputs):
        for place, name in enumerate(names):
            age = f"{place + 1} step{'s' if place else ''} before"
            found[name] = Recognition(
                VariableRole.DELAY, f"the {channel} {age}", f"is the {channel} of {age}"
            )
    for name in loop.updates:
        if name not in found:
            ways = (Variable(name, way, loop) for way in (told[name], loop.updates[name]))
            known = (recognise(UNBOUNDED, variable) for variable in ways)
            rules = Recognition(VariableRole.RULES, name, f"becomes {source(told[name], {})}")
            found[name] = next((one for one in known if one is not None), rules)
    for name in [*found]:
        of = found[name].of
        if found[name].role is VariableRole.SUM and of is not None:
            found |= _of_two(name, of, loop, found)
    return found


def _of_two(name: str, added: Expression, loop: Loop, found: Recognitions) -> Recognitions:
    """What a running sum is, and what it adds up, where two registers are known by each other."""
    base = _read_backwards(name, added, loop, found)
    if base is not None:
        others = (other for other in found.values() if other.role is VariableRole.NUMBER)
        same = any(other.base == base for other in others)
        read = "the same digits" if same else "the inputs as digits"
        based = "" if same else f" in base {base}"
        does = f"has {read}{based}, the last of them first"
        called = "reversed_number"
        return {
            name: Recognition(
                VariableRole.REVERSED, "reversed number", does, name=called, base=base
            )
        }
    moved_by = _velocity(name, added, loop.updates, found)
    if moved_by is None:
        return {}
    own, moves = found[moved_by], f"moves by `{moved_by}` at every step"
    return {
        name: Recognition(VariableRole.POSITION, "position", moves, MOTION, of=added),
        moved_by: Recognition(VariableRole.VELOCITY, "velocity", own.does, MOTION, of=own.of),
    }


def _read_backwards(name: str, added: Expression, loop: Loop, found: Recognitions) -> int | None:
    """The base in which a sum of a power and the input reads digits, the last of them first."""
    match added:
        case Operation("*", (Name(power), Name(digit))) if digit in loop.inputs and power in found:
            of = found[power]
        case _:
            return None
    begins = loop.start[power] == 1 and loop.start[name] == 0
    before = (1, added) in ex.terms_of(loop.updates[name])[0]  # of the power before the step
    if of.role is not VariableRole.POWER or not begins or not before:
        return None
    digits = matching.reads_digits(Name(digit), of.base, loop.inputs, loop.values)
    return of.base if digits else None


def _velocity(
    name: str, added: Expression, updates: Mapping[str, Expression], found: Recognitions
) -> str | None:
    """The running sum whose next value, or value, a register adds up."""
    for other, one in found.items():
        if other != name and one.role in {VariableRole.SUM, VariableRole.VELOCITY}:
            if added == Name(other):
                return other
            terms, offset = ex.terms_of(updates[name])
            rest = ex.add([pair for pair in terms if pair != (1, Name(name))], offset)
            if (1, Name(name)) in terms and rest == ex.add(*ex.terms_of(updates[other])):
                return other
    return None


def _extreme(role: VariableRole) -> Callable[[Variable], Match | None]:
    """The test for the largest, or for the smallest, that an expression was so far."""

    def test(variable: Variable) -> Match | None:
        match matching.extreme(variable.update, variable.name):
            case (which, of) if which is role:
                pass
            case _:
                return None
        start, text = variable.start, source(of, {})
        every = [of] == [*map(Name, variable.inputs)]
        from_start = not begins_below(role, of, start, variable.loop)
        begins = f" from {start}" if from_start else ""
        fields = {
            "begins": begins,
            "among": f"of {start} and {text}" if from_start else text,
            "full": f"{EXTREMES[role].title}{'' if every else f' of {text}'}{begins}",
        }
        return Match(fields, of=of)

    return test


def begins_below(role: VariableRole, of: Expression, start: int, loop: Loop) -> bool:
    """Whether where an extreme begins can never be more than what it is the extreme of."""
    first, values, read = loop.start, loop.values, sorted(ex.names(of))
    if len(read) == 1 and read[0] in values:
        given = values[read[0]]
        column = np.array([given[0], given[-1]], dtype=np.int64)
        if isinstance(of, Operation) and not _is_affine(of):
            if len(given) > MOST_TRIED:
                return False
            column = np.array(given, dtype=np.int64)
        lowest, highest = (int(end(ex.evaluate(of, {read[0]: column}))) for end in (min, max))
        return start <= lowest if role is VariableRole.MAXIMUM else start >= highest
    if any(name in values or name not in first for name in read):
        summed = [name for name in read if name in first]
        return len(summed) == 1 and first[summed[0]] == start  # a register and what is added to it
    columns = {name: np.array([first[name]], dtype=np.int64) for name in read}
    return bool(read) and int(ex.evaluate(of, columns)[0]) == start


def _is_affine(of: Operation) -> bool:
    """Whether an expression is a sum of multiples of names."""
    return all(isinstance(term, Name) for _, term in ex.terms_of(of)[0])


def _alternates(variable: Variable) -> Match | None:
    if variable.start not in {0, 1} or not matching.alternates(variable.update, variable.name):
        return None
    odd = variable.start == 0
    called, noun = ("odd", "parity") if odd else ("even", "evenness")
    return Match({"noun": noun, "called": called})


def _added(variable: Variable) -> Expression | None:
    """What is added to a variable at every step."""
    found = matching.linear(variable.update, variable.name)
    return None if found is None or found.factor != 1 else found.added


def _steps(variable: Variable) -> Match | None:
    added = _added(variable)
    return None if added != Constant(1) else Match(_begins(variable), of=added)


def _counts(variable: Variable) -> Match | None:
    """A number of steps at which something holds."""
    added = _added(variable)
    if added is None or not matching.is_condition(added):
        return None
    condition = condition_source(added, {})
    given = matching.inputs_that_are(added, variable.inputs)
    noun, full = "running count", f"number of steps with {condition}"
    if given is not None:
        noun = full = f"number of inputs that are {given}"
    return Match(
        {**_begins(variable), "condition": condition, "noun": noun, "full": full}, of=added
    )


def _sums(variable: Variable) -> Match | None:
    added = _added(variable)
    if added is None:
        return None
    every = added == ex.add([(1, Name(name)) for name in variable.inputs])
    text = source(added, {})
    full = "running sum" if every else f"running sum of {text}"
    return Match({**_begins(variable), "added": text, "full": full}, of=added)


def _begins(variable: Variable) -> dict[str, str | int]:
    """Where a sum begins, in a title and behind what it does."""
    start = variable.start
    return {"begins": beginning(start, comma=""), "told": beginning(start)}


def _power(variable: Variable) -> Match | None:
    found = matching.linear(variable.update, variable.name)
    if found is None or found.factor < 2 or found.added != Constant(0) or variable.start != 1:
        return None
    return Match({"factor": found.factor}, base=found.factor)


def _digits(variable: Variable) -> Match | None:
    """A number in a base, whose digits come in."""
    found = matching.linear(variable.update, variable.name)
    if found is None or found.factor < 2 or variable.start:
        return None
    added, values = found.added, variable.loop.values
    if not matching.reads_digits(added, found.factor, variable.inputs, values):
        return None
    return Match({"factor": found.factor}, base=found.factor, of=added)


UNBOUNDED: tuple[Recogniser[Variable], ...] = (
    *(
        Recogniser(
            role,
            _extreme(role),
            title=words.title + "{begins}",
            does=f"is the {words.most} {{among}} so far",
            why=words.why,
            full="{full}",
        )
        for role, words in EXTREMES.items()
    ),
    Recogniser(
        VariableRole.ALTERNATION,
        _alternates,
        title="{noun} of the number of steps",
        does="is 1 after an {called} number of steps, and else 0",
        why="the output depends on the number of the step alone.",
        name="{called}",
    ),
    Recogniser(
        VariableRole.STEPS, _steps, title="number of steps{begins}", does="counts the steps{told}"
    ),
    Recogniser(
        VariableRole.COUNT,
        _counts,
        title="{noun}{begins}",
        does="counts the steps with {condition}{told}",
        why=SUM_SO_FAR,
        full="{full}{begins}",
    ),
    Recogniser(
        VariableRole.SUM,
        _sums,
        title="running sum{begins}",
        does="adds up {added}{told}",
        why=SUM_SO_FAR,
        full="{full}{begins}",
    ),
    Recogniser(
        VariableRole.POWER,
        _power,
        title="power of {factor}",
        does="is {factor} to the number of steps",
    ),
    Recogniser(
        VariableRole.NUMBER,
        _digits,
        title="number",
        does="is what the inputs write as digits in base {factor}, the first of them first",
    ),
)
"""What a register can be; the first row whose test holds is taken."""
