"""What an answer of the last inputs, or of the current one, is called, and why that is enough."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

import numpy as np

from distill.expressions import expression as ex
from distill.expressions.expression import Constant, Expression, Name, Operation
from distill.expressions.printing import condition_source
from distill.programs.description import Description
from distill.programs.kept_lists import Together, delays
from distill.programs.recognition.variable import Loop
from distill.programs.recognition.words import (
    COMPARED,
    OF_ALL,
    condition_words,
    values_asked,
)
from distill.programs.spoken import is_short

BITS = {0, 1}
EARLIER = ("previous", "previous2", "previous3")
"""What inputs before the current one are called in a title that is an expression."""

OTHER_INPUT = "function of the current input"
OPPOSITE = "opposite bit"
CHANGE = "change from the previous input"
MOST = 64
"""Values of an input up to which all pairs of them are compared."""

WITHOUT_VALUES = range(-3, 4)
"""Values at which a comparison of two variables alone is known, where those of inputs are not."""


def without_memory(loop: Loop) -> Description:
    """A loop that remembers nothing."""
    title = OTHER_INPUT
    if len(loop.answers) == 1:
        title = input_title(loop.answers[0], loop.inputs, loop.values.get(loop.inputs[0]))
        if title == OTHER_INPUT:
            title = _in_symbols(loop.answers[0], loop.inputs, "the current input") or title
    return Description(
        title,
        (
            "Every output depends on the input of its own step alone.",
            "Why it works: there is nothing to remember, so one expression says it all.",
        ),
    )


def is_window(loop: Loop) -> bool:
    """Whether nothing but earlier inputs is remembered."""
    kept = {name for _, chain in delays(loop.updates, loop.inputs) for name in chain}
    return kept == {*loop.updates}


def of_the_last(loop: Loop, together: Together) -> Description:
    """A loop that remembers earlier inputs, and nothing else.

    Args:
        loop: of which `is_window` holds.
        together: the variables that are written together.
    """
    chains = list(delays(loop.updates, loop.inputs))
    depth = max(len(names) for _, names in chains) + (not loop.after)
    title = f"function of the last {depth} inputs"
    if len(loop.inputs) == len(loop.answers) == 1:
        ((channel, names),) = chains
        # after the step the first of those that are kept is the input itself
        ages = names if loop.after else (channel, *names)
        title = window_title(loop.answers[0], ages, loop.values.get(channel))
        if title == f"function of the last {depth} inputs" and not together.lists:
            called = dict(zip(ages, (channel, *EARLIER), strict=False))
            answer = ex.renamed(loop.answers[0], called)
            read = [name for name in called.values() if name in ex.names(answer)]
            if read and len(called) == depth and read[-1] == [*called.values()][-1]:
                title = _in_symbols(answer, read, f"the last {depth} inputs") or title
    return Description(title, window_why(depth, together, {*loop.start.values()}))


def _in_symbols(answer: Expression, read: Sequence[str], of: str) -> str:
    """A short expression of what was read, as a title; empty where it is long, or lists values."""
    if ex.tables(answer) or not ex.names(answer) <= {*read}:
        return ""
    told = condition_source(answer)
    title = f"whether {told}, of {of}" if ex.is_truth(answer) else f"{told}, of {of}"
    return title if is_short(told) else ""


def window_title(answer: Expression, ages: Sequence[str], values: Collection[int] | None) -> str:
    """The name of a function of the last inputs.

    Args:
        answer: what is answered.
        ages: names of the input and of those before it, the latest first.
        values: that the inputs have, where that is known.
    """
    if len(ages) < 2:
        return input_title(answer, ages, values)
    count, reads = len(ages), ex.names(answer)
    every = reads == set(ages)
    last = f"the last {count} inputs"
    terms, offset = ex.terms_of(answer)
    factors = {term.name: factor for factor, term in terms if isinstance(term, Name)}
    plain = len(factors) == len(terms) == len(reads) and not offset
    match answer:
        case Name(name) if name in ages[1:]:
            age = ages.index(name)
            return f"input {age} steps before" if age > 1 else "previous input"
        case _ if plain and set(factors.values()) == {1}:
            if every:
                return f"sum of {last}"
            if reads == set(ages[1:]):
                return f"sum of the {count - 1} inputs before"
        case _ if plain and factors == {ages[0]: 1, ages[1]: -1}:
            return CHANGE
        case Operation("-", (one, other)) if (
            ex.replace(other, Name(ages[1]), Name(ages[0])) == one
            and input_title(one, ages[:1], values) != OTHER_INPUT
        ):
            return f"change in the {input_title(one, ages[:1], values)}"
        case Operation("abs", (inner,)) if window_title(inner, ages, values) == CHANGE:
            return "distance from the previous input"
        case Operation("^" | "&" | "|" | "max" | "min" as operator, operands) if every and all(
            isinstance(part, Name) for part in ex.conjuncts(operator, operands)
        ):
            bits = values is not None and set(values) <= BITS
            what = "parity" if operator == "^" and bits else OF_ALL[operator]
            return f"{what} of {last}"
        case Operation("==" | "!=" | "and"):
            bits = set(values or ()) == BITS
            told = (
                _compared(answer, ages, bits)
                or _given(answer, ages)
                or _ordered(answer, ages, values)
            )
            return told or f"function of {last}"
    return _ordered(answer, ages, values) or f"function of {last}"


def _ordered(answer: Expression, ages: Sequence[str], values: Collection[int] | None) -> str | None:
    """Where the answer says which of the input and an earlier one is larger, in whatever words."""
    earlier = ex.names(answer) - {ages[0]}
    if len(earlier) != 1 or len(ex.names(answer)) != 2 or not earlier <= {*ages}:
        return None
    if values is None:  # known for all numbers only if nothing but the two variables is compared
        match answer:
            case Operation("<" | "<=" | ">" | ">=", (Name(), Name())):
                values = WITHOUT_VALUES
            case _:
                return None
    if not 2 < len(values) <= MOST:
        return None
    (before,) = earlier
    pairs = np.array([(one, other) for one in values for other in values], dtype=np.int64)
    now, then = pairs.T
    answers = ex.evaluate(answer, {ages[0]: now, before: then})
    orders = {">": now > then, ">=": now >= then, "<": now < then, "<=": now <= then}
    age = ages.index(before)
    ago = "before" if age == 1 else f"{age} steps before"
    for operator, expected in orders.items():
        if np.array_equal(answers, expected):
            return f"whether the input is {COMPARED[operator]}the one {ago}"
    return None


def window_why(depth: int, together: Together, starts: set[int]) -> tuple[str, ...]:
    """How a program remembers inputs, and why that is enough."""
    if depth < 2:
        return (
            "The output depends on the input of its own step alone, which is kept until then.",
            "Why it works: nothing older than that can change an output.",
        )
    kept = "the one before it is" if depth == 2 else f"the {depth - 1} before it are"
    how = "kept."
    if together.lists:
        how = f"kept in `{together.lists[0].name}`, the latest first."
    elif together.shifts:
        how = "kept; each becomes older by one at every step."
    begin = f" Before the start they count as {starts.pop()}." if len(starts) == 1 else ""
    if depth == 2:
        begin = begin.replace("they count", "it counts")
    return (
        f"The output depends on the last {depth} inputs: beside the current one, {kept} {how}"
        + begin,
        "Why it works: nothing older than that can change an output, so these are all that there "
        "is to know.",
    )


def _compared(answer: Expression, ages: Sequence[str], bits: bool) -> str | None:
    """Where neighbours in time are compared, all in the same way."""
    parts = (answer,)
    if isinstance(answer, Operation) and answer.operator == "and":
        parts = ex.conjuncts("and", answer.operands)
    pairs, operators = set[frozenset[str]](), set[str]()
    for part in parts:
        match part:
            case Operation("==" | "!=" as operator, (Name(one), Name(other))):
                pairs.add(frozenset((one, other)))
                operators.add(operator)
            case _:
                return None
    if len(operators) > 1 or pairs != {frozenset(pair) for pair in pairwise(ages)}:
        return None
    if operators == {"!="}:
        if len(ages) > 2 and not bits:
            return f"whether neighbours of the last {len(ages)} inputs differ"
        return f"whether the last {len(ages)} inputs {'alternate' if len(ages) > 2 else 'differ'}"
    return f"whether the last {len(ages)} inputs are equal"


def _given(answer: Expression, ages: Sequence[str]) -> str | None:
    """Where the answer is whether the inputs are given numbers: these, as they were read."""
    held = values_asked(answer)
    if held is None or {*held} != {*ages}:
        return None
    numbers = [str(held[age]) for age in reversed(ages)]
    told = f"all {numbers[0]}" if len({*numbers}) == 1 else ", ".join(numbers)
    return f"whether the last {len(ages)} inputs are {told}"


def input_title(answer: Expression, inputs: Sequence[str], values: Collection[int] | None) -> str:
    """The name of a function of the current input alone."""
    read = "".join(ex.names(answer))
    told = _of_one(answer, values if read == inputs[0] else None)
    if told is not None:
        told = f"{told} of the input" if told == OPPOSITE and len(inputs) > 1 else told
        return told if len(inputs) == 1 else told.replace("the input", f"input {read}")
    match answer:
        case Name():
            return "current input" if len(inputs) == 1 else f"input {answer.name}"
        case Operation("&" | "|" | "^" | "max" | "min" as operator, operands) if {
            o.name for o in operands if isinstance(o, Name)
        } == set(inputs) and len(inputs) > 1:
            return f"{OF_ALL[operator]} of the inputs"
    held = values_asked(answer)
    if held is not None and len(held) > 1:
        return "whether " + " and ".join(f"input {one} is {held[one]}" for one in sorted(held))
    terms, offset = ex.terms_of(answer)
    if (
        len(inputs) > 1
        and not offset
        and sorted(terms, key=repr) == sorted(((1, Name(name)) for name in inputs), key=repr)
    ):
        return "sum of the inputs"
    return OTHER_INPUT


def _of_one(answer: Expression, values: Collection[int] | None) -> str | None:
    """The name of a function of one input, which is called the input."""
    match answer:
        case Operation("abs", (Name(),)):
            return "absolute value of the input"
        case Operation("-", (Constant(1), Name())) if set(values or ()) == BITS:
            return OPPOSITE
    condition = condition_words(answer)
    return None if condition is None else f"whether the input is {condition}"
