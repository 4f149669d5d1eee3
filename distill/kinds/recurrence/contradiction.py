"""Whether a recurrence answers otherwise than its title says, along drawn sequences.

A title is read from its words alone (`title_series`), as what is named, along every sequence. Where
words leave a choice ("number" has no base, "running sum" does not say of what), one of the series
that they may mean has to be what is answered. A title that cannot be read says nothing, and is
contradicted too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import permutations

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.kinds.recurrence.recurrence import Recurrence
from distill.kinds.recurrence.title_nouns import Along, nouns
from distill.kinds.recurrence.title_series import meanings, splits
from distill.programs.claims import Claim, claim_of

TRIED, STEPS = 200, 24
"""Sequences along which a recurrence is held against its title, and their length."""

REACH = range(-9, 10)
"""What is read where the values of a channel are not known."""


def contradicted(title: str, recurrence: Recurrence, ranges: Sequence[range]) -> bool:
    """Whether a recurrence is not what its title says, or the title says nothing.

    Args:
        title: of a program.
        recurrence: that it is.
        ranges: the values that every channel has; none where that is not known.
    """
    sequences = drawn([*ranges] or [REACH] * len(recurrence.inputs))
    with np.errstate(all="ignore"):  # of what is read where ranges are not known
        return not _is_so(title, recurrence, sequences)


def _is_so(
    title: str, recurrence: Recurrence, sequences: Int[ndarray, "n length channels"]
) -> bool:
    """Whether a recurrence is what its title says, along sequences."""
    claim = claim_of(title) if len(recurrence.outputs) == 1 else None
    if claim is not None:
        return _answers(claim, sequences, recurrence.run(sequences)[..., 0])
    for pattern, so in RECURRENCES:
        found = re.fullmatch(pattern, title)
        if found is not None:
            return so(recurrence, sequences, *found.groups())
    along = along_of(recurrence, sequences)
    return _answered(title, along, [*np.moveaxis(recurrence.run(sequences), -1, 0)])


def along_of(recurrence: Recurrence, sequences: Int[ndarray, "n length channels"]) -> Along:
    """What a recurrence reads and holds along sequences."""
    held = np.moveaxis(recurrence.along(sequences)[0], -1, 0)
    start = [np.full((len(sequences), 1), value, dtype=np.int64) for value in recurrence.start]
    columns = [np.hstack(pair) for pair in zip(start, held, strict=True)]
    given = np.moveaxis(sequences, -1, 0)
    return Along(
        dict(zip(recurrence.inputs, given, strict=True)),
        dict(zip(recurrence.registers, columns, strict=True)),
    )


def drawn(ranges: Sequence[range]) -> Int[ndarray, "n length channels"]:
    """Sequences of a fixed seed: at random, and each value of a channel again and again."""
    rng = np.random.Generator(np.random.PCG64(0))
    channels = [
        rng.integers(values.start, values.stop, (TRIED, STEPS), dtype=np.int64) for values in ranges
    ]
    sequences = np.stack(channels, axis=-1)
    sequences[::4] = sequences[::4, :1]
    return sequences


def _answers(
    claim: Claim, sequences: Int[ndarray, "n length channels"], answers: Int[ndarray, "n length"]
) -> bool:
    """Whether every answer is what a title says."""
    for steps, said in zip(sequences.tolist(), answers.tolist(), strict=True):
        held = claim.start
        for symbol, answer in zip(steps, said, strict=True):
            held, due = claim.step(held, tuple(symbol))
            if due is not None and due != answer:
                return False
    return True


def _answered(title: str, along: Along, answers: Sequence[Int[ndarray, "n length"]]) -> bool:
    """Whether answers are what their titles say, which "and" joins."""
    if len(answers) == 1:
        return any(bool((due == answers[0]).all()) for due in meanings(title, along))
    return any(
        _answered(first, along, answers[:1]) and _answered(rest, along, answers[1:])
        for first, rest in splits(title, " and ")
    )


def _function_of(
    recurrence: Recurrence, sequences: Int[ndarray, "n length channels"], titles: str
) -> bool:
    """Whether each thing that a title lists is what a register of its own holds."""
    along = along_of(recurrence, sequences)
    held = [
        {
            name
            for name, column in along.registers.items()
            if any(bool((due == column).all()) for due in nouns(noun, along))
        }
        for noun in titles.split(" and the ")
    ]
    return any(
        all(name in names for name, names in zip(chosen, held, strict=True))
        for chosen in permutations(along.registers, len(held))
    )


def _moves(recurrence: Recurrence, sequences: Int[ndarray, "n length channels"], of: str) -> bool:
    """Whether half of the registers, or more, add up others, and perhaps are what is answered."""
    along = along_of(recurrence, sequences)
    pairs = [
        (one, other)
        for one, other in permutations(along.registers, 2)
        if along.adds_up(along.registers[one], along.registers[other])
    ]
    in_pairs = {name for pair in pairs for name in pair} == {*recurrence.registers}
    answers = np.moveaxis(recurrence.run(sequences), -1, 0)
    held = [along.registers[name] for name in recurrence.registers]
    late = slice(1, None) if recurrence.after else slice(None, -1)
    shown = all(any((one[:, late] == a).all() for one in held) for a in answers)
    return in_pairs and (shown or bool(of))


def _frequent(
    recurrence: Recurrence, sequences: Int[ndarray, "n length channels"], which: str
) -> bool:
    """Whether the answer is the value that came in most, or least, often: the first of several."""
    values = np.unique(sequences)
    came = (sequences[..., 0, None] == values).cumsum(axis=1)
    best = values[(came if which == "most" else -came).argmax(axis=2)]
    return bool((recurrence.run(sequences)[..., 0] == best).all())


def _of_the_last(
    recurrence: Recurrence, sequences: Int[ndarray, "n length channels"], count: str
) -> bool:
    """Whether the answer stays the same where all but the last inputs are others."""
    others = sequences[::-1].copy()
    others[:, -int(count) :] = sequences[:, -int(count) :]
    return bool((recurrence.run(sequences)[:, -1] == recurrence.run(others)[:, -1]).all())


def _iterates(
    recurrence: Recurrence, sequences: Int[ndarray, "n length channels"], text: str
) -> bool:
    """Whether its one register, which is answered, becomes what an expression says."""
    if len(recurrence.registers) != 1:
        return False
    along = along_of(recurrence, sequences)
    (held,) = along.registers.values()
    answers = recurrence.run(sequences)[..., 0]
    told = any(bool((one == held[:, 1:]).all()) for one in along.values(text))
    return told and bool((answers == held[:, 1:]).all())


def _answers_in(
    recurrence: Recurrence, sequences: Int[ndarray, "n length channels"], text: str, count: str
) -> bool:
    """Whether an expression of its registers is what it answers."""
    along = along_of(recurrence, sequences)
    answers = recurrence.run(sequences)[..., 0]
    told = any(bool((one == answers).all()) for one in along.values(text))
    return told and len(recurrence.registers) == int(count)


RECURRENCES: tuple[tuple[str, Callable[..., bool]], ...] = (
    ("recurrence of one integer", lambda recurrence, _: len(recurrence.registers) == 1),
    ("iteration of (.*)", _iterates),
    (r"value of (.*) in a recurrence of (\d+) integers", _answers_in),
    (r"recurrence of (\d+) integers", lambda recurrence, _, n: len(recurrence.registers) == int(n)),
    ("function of the current input", lambda r, sequences: _of_the_last(r, sequences, "1")),
    (r"function of the last (\d+) inputs", _of_the_last),
    ("(most|least) frequent input", _frequent),
    ("(function of |)(?:velocity and position|velocities and positions)", _moves),
    ("function of the (.*)", _function_of),
)
"""Titles that say what the recurrence is, and what that is."""
