"""What a title claims of variables, tested on every step that their loop can take.

"counter mod 5" says that every symbol moves the variable by one number modulo 5, "latch" that it
changes once. A title of several variables has that of each, in their order. The claims are read
from the words alone, and know nothing of the tests by which `recognition` chose them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import permutations

import numpy as np

from distill.errors import MachineError
from distill.expressions import expression as ex
from distill.expressions.bits import is_linear
from distill.expressions.reading import read_expression
from distill.programs.claims import KINDS, is_kind
from distill.programs.modular_claims import (
    affine,
    affine_by_symbol,
    counter,
    counter_of_kind,
    product_of_inputs,
)
from distill.programs.recognition.rows import Rows
from distill.programs.reset_claims import INT, VERB, WHERE, Claim, Column, reset, sampled, switch

EXTREMES = {"maximum": np.maximum, "minimum": np.minimum}
BITWISE = {"xor": np.bitwise_xor, "and": np.bitwise_and, "or": np.bitwise_or}


def _extreme(which: str, channel: str | None, start: str | None) -> Claim:
    def so(rows: Rows, name: str) -> bool:
        (read,) = [rows.given[channel]] if channel else rows.given.values()
        best = EXTREMES[which]
        begun = rows.start[name]
        begins = begun == int(start) if start else (best(begun, read) == read).all()
        return bool(begins and (rows.after[name] == best(rows.before[name], read)).all())

    return so


def _bitwise(which: str, start: str | None) -> Claim:
    def so(rows: Rows, name: str) -> bool:
        column, begun = rows.before[name], rows.start[name]
        for read in rows.given.values():
            column = BITWISE[which](column, read)
        read = np.concatenate([*rows.given.values()])
        begins = begun == int(start) if start else (BITWISE[which](begun, read) == read).all()
        return bool(begins and (rows.after[name] == column).all())

    return so


def _latest(kind: str, start: str | None) -> Claim:
    def so(rows: Rows, name: str) -> bool:
        (read,) = rows.given.values()
        values = {value: is_kind(kind, value) for value in np.unique(read).tolist()}
        of_kind = np.array([values[value] for value in read.tolist()], dtype=bool)
        due = np.where(of_kind, read, rows.before[name])
        return rows.start[name] == int(start or 0) and bool((rows.after[name] == due).all())

    return so


def _latch(rows: Rows, name: str) -> bool:
    changed = rows.before[name] != rows.start[name]
    return len(_values(rows, name)) == 2 and not rows.moves(name)[changed].any()


def _run_of(called: str, top: str) -> Claim:
    """A run of zeros or of ones, which begins anew or, once it has reached its end, stays."""

    def so(rows: Rows, name: str) -> bool:
        (read,), before = rows.given.values(), rows.before[name]
        holds = read == {"zeros": 0, "ones": 1}[called]
        run = np.where(holds, np.minimum(before + 1, int(top)), 0)
        stays = np.where(before == int(top), before, run)
        return any((rows.after[name] == due).all() for due in (run, stays))

    return so


def _run(rows: Rows, name: str) -> bool:
    """Every symbol either makes the run longer by one, up to the longest, or ends it."""
    before, after, top = rows.before[name], rows.after[name], _values(rows, name)[-1]
    longer = after == np.minimum(before + 1, top)
    ended = (after == 0) | ((before == top) & (after == top))
    return all(longer[read].all() or ended[read].all() for read in rows.by_symbol())


def _walk(low: str, high: str) -> Claim:
    """Every value between the bounds goes up or down for some symbol, and no other does."""

    def so(rows: Rows, name: str) -> bool:
        before, moves = rows.before[name], rows.moves(name)
        both_ways = (moves > 0).any() and (moves < 0).any()
        moved = {*np.unique(before[moves != 0]).tolist()}
        inside = {value for value in _values(rows, name) if int(low) <= value <= int(high)}
        return bool(both_ways) and moved == inside

    return so


def _stages(low: str, high: str) -> Claim:
    def so(rows: Rows, name: str) -> bool:
        ends = _values(rows, name)
        steps = {*np.unique(rows.moves(name)).tolist()} <= {0, 1}
        return steps and rows.start[name] == ends[0] and ends == [*range(int(low), int(high) + 1)]

    return so


def _saturating(low: str, high: str) -> Claim:
    """Every symbol adds one number, and what would leave the bounds stays at them."""
    bounds = [int(low), int(high)]

    def so(rows: Rows, name: str) -> bool:
        found = _values(rows, name)
        return [found[0], found[-1]] == bounds and _clips(rows, name, *bounds)

    return so


def _clips(rows: Rows, name: str, low: int, high: int) -> bool:
    """Whether every symbol adds one number, and what would leave the bounds stays at them."""
    before, after = rows.before[name], rows.after[name]
    return all(
        any(
            (np.clip(before[read] + step, low, high) == after[read]).all()
            for step in range(low - high, high - low + 1)
        )
        for read in rows.by_symbol()
    )


def _rules(count: str | None, states: str | None) -> Claim:
    return lambda rows, name: len(_values(rows, name)) == int(count or states or 0)


def _linear_over_bits(count: str) -> Claim:
    def so(rows: Rows, name: str) -> bool:
        widest = int(rows.before[name].max()).bit_length()
        columns = {**rows.given, name: rows.before[name]}
        return widest == int(count) and is_linear(columns, rows.after[name])

    return so


def _iteration(text: str) -> Claim:
    """Whether an expression of the variable before a step, and of inputs, is what it is after."""

    def so(rows: Rows, name: str) -> bool:
        try:
            value = ex.evaluate(read_expression(text), {**rows.given, name: rows.before[name]})
        except (MachineError, KeyError):
            return False
        return bool((rows.after[name] == value).all())

    return so


def _values(rows: Rows, name: str) -> list[int]:
    """All values of a variable, in order."""
    return np.unique(rows.before[name]).tolist()


def _stays_at(low: str, high: str, ends: str) -> Claim:
    """Every symbol adds one number between the bounds; nothing moves what has come to an end."""
    held = [int(end) for end in ends.split(" and ")]

    def so(rows: Rows, name: str) -> bool:
        stays = np.isin(rows.before[name], held)
        found = _values(rows, name)
        if rows.moves(name)[stays].any() or not {*held} <= {found[0], found[-1]}:
            return False
        bounds = [found[0], found[-1]] == [int(low), int(high)]
        return bounds and _clips(rows.where(~stays), name, int(low), int(high))

    return so


def _leaves_out(low: str, high: str) -> Claim:
    """Every symbol adds one number wherever that leads to no more and no less than the bounds."""
    lowest, highest = int(low), int(high)

    def moved(before: Column, step: int) -> Column:
        after = before + step
        return np.where((after < lowest) | (after > highest), before, after)

    def so(rows: Rows, name: str) -> bool:
        before, after, found = rows.before[name], rows.after[name], _values(rows, name)
        steps = range(lowest - highest, highest - lowest + 1)
        return [found[0], found[-1]] == [lowest, highest] and all(
            any((moved(before[read], step) == after[read]).all() for step in steps)
            for read in rows.by_symbol()
        )

    return so


def _follows(most: str) -> Claim:
    """Towards the input, by so much a step at most."""

    def so(rows: Rows, name: str) -> bool:
        (read,), before = rows.given.values(), rows.before[name]
        due = before + np.clip(read - before, -int(most), int(most))
        return bool((rows.after[name] == due).all())

    return so


VARIABLES: Mapping[str, Callable[..., Claim]] = {
    rf"counter mod (\d+) of the inputs that are ({KINDS})": counter_of_kind,
    r"counter mod (\d+)": counter,
    r"affine map mod (\d+) chosen by the input": affine_by_symbol,
    r"affine map mod (\d+)": affine,
    r"product mod (\d+)": product_of_inputs,
    rf"running (maximum|minimum)(?: of ([a-z]))?(?:, from ({INT}))?": _extreme,
    rf"running bitwise (xor|and|or)(?:, from ({INT}))?": _bitwise,
    rf"latest input that is ({KINDS})(?:, from ({INT}))?": _latest,
    rf"latest input ([a-z]) where (input [a-z] is (?:{KINDS}))(?:, from ({INT}))?": sampled,
    r"latch": lambda: _latch,
    r"run of (zeros|ones) up to (\d+)": _run_of,
    r"run length": lambda: _run,
    rf"walk between ({INT}) and ({INT})": _walk,
    rf"stages ({INT}) to ({INT})": _stages,
    rf"stage \(({INT}) to ({INT})\)": _stages,
    rf"saturating counter ({INT}) to ({INT}) that stays at ({INT}(?: and {INT})?)": _stays_at,
    rf"saturating counter ({INT}) to ({INT})": _saturating,
    rf"counter ({INT}) to ({INT}) that leaves out steps beyond": _leaves_out,
    r"input followed by at most (\d+) a step": _follows,
    rf"bit ({VERB} where {WHERE}(?:(?:, | and ){VERB} where {WHERE})+)": switch,
    r"(?:variable of (\d+) values|state (?:of a )?machine with (\d+) states)": _rules,
    r"linear map of (\d+) bits, by exclusive or": _linear_over_bits,
    r"iteration of (.+)": _iteration,
}
"""Titles of one variable, and what they say."""


def _claim_at(title: str) -> tuple[Claim, str] | None:
    """The claim that a title begins with, and what is left of the title."""
    for pattern, made in VARIABLES.items():
        found = re.match(pattern, title)
        if found is not None:
            claim, rest = made(*found.groups()), title[found.end() :]
            sets = re.match(rf", set to ({INT}) where ({WHERE})", rest)
            if sets is not None:
                return reset(claim, sets[1], sets[2]), rest[sets.end() :]
            return claim, rest
    return None


def _claims(title: str, between: str) -> list[Claim]:
    """The claims of titles with a word between them; none where it is not all such."""
    claims, rest = list[Claim](), title
    while (found := _claim_at(rest)) is not None:
        claims.append(found[0])
        if not found[1]:
            return claims
        if not found[1].startswith(between):
            break
        rest = found[1].removeprefix(between)
    return []


def _are(claims: Sequence[Claim], rows: Rows, answer: Callable[..., Column] | None = None) -> bool:
    """Whether the variables are what is claimed of each, in some order, and answered so."""
    for names in permutations(rows.before):
        if len(names) != len(claims):
            return False
        if all(claim(rows, name) for claim, name in zip(claims, names, strict=True)):
            due = rows.answers if answer is None else answer(*(rows.after[n] for n in names))
            if (rows.answers == due).all():
                return True
    return False


def _steers(claims: Sequence[Claim], rows: Rows) -> bool:
    """Whether the first of two variables is what is claimed, and needs nothing of the other."""
    first, *others = rows.before
    known = np.column_stack([rows.before[first], *rows.given.values()])
    told = np.column_stack([known, rows.after[first]])
    alone = len(np.unique(known, axis=0)) == len(np.unique(told, axis=0))
    return len(others) == 1 and alone and claims[0](rows, first)


def _other_group(found: re.Match[str]) -> str:
    """What a title says beside the title of the variable."""
    (said,) = (text for name, text in found.groupdict().items() if name != "of")
    return said


def true_of_variables(title: str, rows: Rows) -> bool | None:
    """Whether what a title says of the variables of a loop is so; null where it says nothing."""
    for pattern, answered in ASKED:
        found = re.fullmatch(pattern, title)
        claims = _claims(found["of"], "") if found is not None else []
        if found is not None and len(claims) == 1:
            return _are(claims, rows, partial(answered, _other_group(found)))
    for pattern, count, between, so in FORMS:
        found = re.fullmatch(pattern, title)
        claims = _claims(found[1], between) if found is not None else []
        if claims and count in {0, len(claims)}:
            return so(claims, rows)
    return None


ASKED: tuple[tuple[str, Callable[[str, Column], Column]], ...] = (
    (
        rf"whether the (?P<of>.*) is (?P<kind>{KINDS})",
        lambda kind, held: np.array([is_kind(kind, value) for value in held.tolist()]),
    ),
    (r"remainder of the (?P<of>.*) by (?P<by>\d+)", lambda by, held: held % int(by)),
    (rf"(?P<first>{INT}) minus the (?P<of>.*)", lambda first, held: int(first) - held),
)
"""Titles of what is answered of one variable after the step: the title of it, and the answer."""

FORMS: tuple[tuple[str, int, str, Callable[[Sequence[Claim], Rows], bool]], ...] = (
    (
        "(.*) before the step",
        1,
        "",
        lambda claims, rows: (
            _are(claims, rows) and bool((rows.answers == next(iter(rows.before.values()))).all())
        ),
    ),
    ("function of the (.*)", 1, "", _are),
    ("(.*) that steers another variable", 1, "", _steers),
    ("sum of (.*)", 2, " and ", lambda claims, rows: _are(claims, rows, np.add)),
    ("product of (.*)", 2, " and ", lambda claims, rows: _are(claims, rows, np.multiply)),
    ("(.*)", 2, " minus ", lambda claims, rows: _are(claims, rows, np.subtract)),
    ("(.*)", 0, " and ", _are),
)
"""Titles made of those of variables: a pattern, how many (0: any), the word between, the claim."""
