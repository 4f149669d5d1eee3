"""Texts of a form: a prompt of a few parts, and what the network itself goes on with.

A network that was trained on texts of one kind answers anything about others, and almost no text
that is drawn evenly is of the kind. So its texts are drawn as they come: parts of so many tokens,
then, as far as the form says so, the tokens that the network chooses, or any of those that it
allows. Nothing is taken from a list, so anybody draws more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy import ndarray

from .text_draws import structured


class Steps(Protocol):
    """Texts that grow together, and what may come next of each (`text_steps`)."""

    def add(self, tokens: ndarray) -> None:
        """The next token of every one; of one that has ended, any."""
        ...

    def follow(self) -> ndarray:
        """The tokens that may come next. [n, tokens]"""
        ...

    def keep(self, which: ndarray) -> None:
        """Go on with some of them alone."""
        ...


@dataclass(frozen=True)
class Grows:
    """What begins so many texts, and how many may be begun together."""

    begun: Callable[[int], Steps]
    at_once: int


THEN = ("nothing", "chosen", "allowed")
"""What follows the parts: nothing; the tokens that the network answers, until it answers none; or
any of the set that it answers, evenly, up to a length that is drawn."""
CLEAR = range(9)
"""Interleaved texts of which a part is, in each of which one token is most frequent."""
APART = range(3)
"""Neighbours of a part that may not come twice: none, one token, or two in a row."""
FORMED, FORMED_STRESS = "formed", "formed_stress"
HABIT = 0.8
"""How often a text under stress goes on with its favourite among what is allowed."""

WORTH = 0.75
"""Part of the texts that go on, below which the others are left behind."""

FORM: Mapping[str, Any] = {
    "parts": [
        {
            **{"tokens": [int], "fewest": range(1 << 10), "most": range(1, 1 << 10)},
            **{"step": range(1, 1 << 10), "apart": APART, "clear": CLEAR},
        }
    ],
    "then": THEN,
    "more": range(1 << 10),
    "together": (None, range(1, 1 << 10)),
}
"""Its fields, as `read_as` wants them."""


def form_in_words(form: Mapping[str, Any]) -> str:
    """A form as one line: "[0 1]{1,50} 2 ..."; a part of which nothing comes twice ends in "!", one
    with a token that is most frequent in "^", and one of three such interleaved in "^3".
    """
    parts = list[str]()
    for part in form["parts"]:
        own, fewest, most = part["tokens"], part["fewest"], part["most"]
        run = len(own) > 3 and list(own) == list(range(own[0], own[-1] + 1))
        shown = f"{own[0]}-{own[-1]}" if run else " ".join(map(str, own))
        amount = f"{fewest}" if fewest == most else f"{fewest},{most}"
        amount += "" if part["step"] == 1 else f",{part['step']}"
        single = len(own) == fewest == most == 1
        clear = "^" * bool(part["clear"]) + (str(part["clear"]) if part["clear"] > 1 else "")
        parts.append(shown if single else f"[{shown}]{{{amount}}}{'!' * part['apart']}{clear}")
    if form["together"] is not None:
        parts.append(f"({form['together']} together at most)")
    return " ".join(parts + ([] if form["then"] == "nothing" else [f"...{{{form['more']}}}"]))


def check_form(form: Mapping[str, Any], tokens: range, longest: int, readout: str) -> None:
    """Hold a form against what texts are made of, and what the network answers.

    Raises:
        ValueError: parts have other tokens, or more than a text may have; nothing is drawn.
    """
    for part in form["parts"]:
        own, most = part["tokens"], part["most"]
        if not own or len(set(own)) != len(own) or not set(own) <= set(tokens):
            raise ValueError(f"a part of the texts is of {own}: expected tokens of {tokens}")
        if part["clear"] and part["apart"]:
            raise ValueError(f"a part of {own} has a token more often than others, and none twice")
        if part["fewest"] > most or (most > len(own) ** part["apart"] and part["apart"]):
            raise ValueError(f"a part of the texts has {part['fewest']} to {most} of {own}")
    if prompt_of(form) + form["more"] > longest:
        raise ValueError(f"texts of that form may have more than {longest} tokens")
    if bool(form["more"]) == (form["then"] == "nothing"):
        raise ValueError(f"{form['more']} tokens follow the parts, and they are {form['then']}")
    if prompt_of(form) < sum(part["fewest"] for part in form["parts"]):
        raise ValueError(f"parts of {form['together']} tokens together have more at least")
    if form["then"] == "nothing" and not sum(part["fewest"] for part in form["parts"]):
        raise ValueError("texts of that form may be empty")
    wanted = {"nothing": readout, "chosen": "choice", "allowed": "set"}[form["then"]]
    if wanted != readout:
        raise ValueError(f"texts go on with what is {form['then']}, and answers are a {readout}")


def prompt_of(form: Mapping[str, Any]) -> int:
    """Tokens of the longest prompt."""
    most = sum(part["most"] for part in form["parts"])
    return most if form["together"] is None else min(most, form["together"])


def check_formed(draws: Mapping[str, Any], longest: int, fewest: int) -> None:
    """Hold draws to what is said of them: texts of the form, and such under stress.

    Raises:
        ValueError: they are others, or too few.
    """
    for name, kind in (("fresh", FORMED), ("stress", FORMED_STRESS)):
        some = draws[name]
        if [(draw["kind"], draw["length"]) for draw in some] != [(kind, longest)]:
            raise ValueError(f"the certificate's {name} texts: expected one draw of kind {kind!r}")
        if some[0]["count"] < fewest:
            raise ValueError(
                f"only {some[0]['count']} {kind} texts were drawn: expected at least {fewest}"
            )


def formed(
    form: Mapping[str, Any], draw: Mapping[str, Any], tokens: range, grows: Grows
) -> list[ndarray]:
    """Texts of a form, by their lengths: the shortest first.

    Args:
        form: as `FORM` says.
        draw: kind ("formed", or "formed_stress" for parts that are structured and for continuations
            that have a favourite), length of the longest, count and seed.
        tokens: the values of a token.
        grows: what the network says may come next.

    Raises:
        ValueError: the network goes on with nothing, and no text has a token.
    """
    count, seed = int(draw["count"]), int(draw["seed"])
    stress, bits = draw["kind"] == FORMED_STRESS, np.random.PCG64(seed)
    rows: list[list[int]] = [[] for _ in range(count)]
    parts, left = form["parts"], np.full(count, prompt_of(form))
    left = left - sum(part["fewest"] for part in parts)
    for place, part in enumerate(parts):
        more = np.minimum(part["most"] - part["fewest"], left) // part["step"]
        extra = part["step"] * _whole(bits, count, more + 1)
        left, lengths = left - extra, part["fewest"] + extra
        filled = _filled(part, lengths, bits, seed + 1_000 * place if stress else None)
        for row, tail in zip(rows, filled, strict=True):
            row.extend(tail)
    if form["then"] != "nothing":
        ends = np.array([len(row) + form["more"] for row in rows])
        if form["then"] == "allowed":
            begun = np.array([max(1, len(row)) for row in rows])
            ends = begun + _whole(bits, count, ends - begun + 1)
        _continue(rows, ends, tokens, grows, bits, stress)
    found = dict[int, list[list[int]]]()
    for row in rows:
        found.setdefault(len(row), []).append(row)
    found.pop(0, None)
    if not found:
        raise ValueError("the network begins with nothing: there is no text of that form")
    return [np.array(found[length]) for length in sorted(found)]


def _continue(
    rows: list[list[int]],
    ends: ndarray,
    tokens: range,
    grows: Grows,
    bits: np.random.PCG64,
    stress: bool,
) -> None:
    """Append what the network goes on with, up to the ends; in place, a token of all at a time."""
    count, longest = len(rows), int(ends.max())
    free, favour = _unit(bits, count, longest), np.zeros((count, longest), dtype=bool)
    liked = np.tile(np.arange(len(tokens)), (count, 1))
    if stress:
        liked = np.argsort(_unit(bits, count, len(tokens)), axis=1)
        favour = _unit(bits, count, longest) < HABIT
    for first in range(0, count, grows.at_once):
        steps, some = grows.begun(min(grows.at_once, count - first)), rows[first:][: grows.at_once]
        alive = np.arange(len(some))
        for length in range(longest):
            allowed = steps.follow()
            for place, may in zip(alive.tolist(), allowed, strict=True):
                row, which = some[place], first + place
                if len(row) != length or length >= ends[which]:
                    continue
                order = [token for token in liked[which] if may[token]]
                if order:
                    at = 0 if favour[which, length] else int(free[which, length] * len(order))
                    row.append(tokens[int(order[at])])
            going = np.array([len(some[it]) > length for it in alive])
            if not going.any():
                break
            if going.mean() < WORTH:
                steps.keep(np.flatnonzero(going))
                alive = alive[going]
            rest = [some[it][length : length + 1] or [tokens[0]] for it in alive]
            steps.add(np.array(rest)[:, 0])


def _filled(
    part: Mapping[str, Any], lengths: ndarray, bits: np.random.PCG64, seed: int | None
) -> list[list[int]]:
    """So many tokens of a part for every text; structured ones with a seed."""
    own, count, most = np.array(part["tokens"]), len(lengths), part["most"]
    if part["apart"] == 1:
        places = np.argsort(_unit(bits, count, len(own)), axis=1)[:, :most]
    elif part["apart"] == 2:
        free = _unit(bits, count, most)
        return [
            own[_no_pair_twice(row[:length], len(own))].tolist()
            for row, length in zip(free, lengths, strict=True)
        ]
    else:
        places = (_unit(bits, count, most) * len(own)).astype(int)
        if seed is not None and len(own) > 1:
            for length in range(1, most + 1):
                these = np.flatnonzero(lengths == length)
                drawn = structured(range(len(own)), len(these), length, seed + length)
                places[these, :length] = drawn
    found = [own[row[:length]].tolist() for row, length in zip(places, lengths, strict=True)]
    if not part["clear"]:
        return found
    period = part["clear"]
    for place in range(period):
        for row, share in zip(found, _unit(bits, count), strict=True):
            row[place::period] = _cleared(row[place::period], share)
    return found


def _cleared(row: list[int], share: float) -> list[int]:
    """The row; where several tokens are most frequent, with one of them in place of another."""
    counts = {token: row.count(token) for token in sorted({*row})}
    tied = [token for token, times in counts.items() if times == max(counts.values())]
    if len(tied) < 2:
        return row
    more = tied[int(share * len(tied))]
    last = max(place for place, token in enumerate(row) if token != more)
    return [*row[:last], more, *row[last + 1 :]]


def _no_pair_twice(free: ndarray, size: int) -> list[int]:
    """Places drawn one by one, none of which makes a pair of neighbours that was there."""
    found, seen = list[int](), set[tuple[int, int]]()
    for share in free.tolist():
        last = found[-1] if found else -1
        open_ = [place for place in range(size) if (last, place) not in seen]
        if not open_:
            break
        found.append(open_[int(share * len(open_))])
        seen.add((last, found[-1]))
    return found


def _whole(bits: np.random.PCG64, count: int, below: int | ndarray) -> ndarray:
    return (_unit(bits, count) * below).astype(int)


def _unit(bits: np.random.PCG64, *shape: int) -> ndarray:
    """Numbers from 0 to below 1 of the upper 53 bits of raw ones."""
    raw = bits.random_raw(int(np.prod(shape)))
    return ((raw >> np.uint64(11)) * 2.0**-53).reshape(shape)
