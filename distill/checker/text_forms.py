"""Texts of a form: a prompt of a few parts, and what the network itself goes on with.

A network that was trained on texts of one kind answers anything about others, and almost no text
that is drawn evenly is of the kind. So its texts are drawn as they come: parts of so many tokens,
then, as far as the form says so, the tokens that the network chooses, or any of those that it
allows. Nothing is taken from a list, so anybody draws more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy import ndarray

from .text_draws import structured

GoesOn = Callable[[ndarray], ndarray]
"""From texts as values [n, length] to the tokens that may come next [n, tokens]."""

THEN = ("nothing", "chosen", "allowed")
"""What follows the parts: nothing; the tokens that the network answers, until it answers none; or
any of the set that it answers, evenly, up to a length that is drawn."""
APART = range(3)
"""Neighbours of a part that may not come twice: none, one token, or two in a row."""
FORMED, FORMED_STRESS = "formed", "formed_stress"
HABIT = 0.8
"""How often a text under stress goes on with its favourite among what is allowed."""

FORM: Mapping[str, Any] = {
    "parts": [
        {"tokens": [int], "fewest": range(1 << 10), "most": range(1, 1 << 10), "apart": APART}
    ],
    "then": THEN,
}
"""Its fields, as `read_as` wants them."""


def form_in_words(form: Mapping[str, Any]) -> str:
    """A form as one line: "[0 1]{1,50} 2 ..."; a part of which nothing comes twice ends in "!"."""
    parts = list[str]()
    for part in form["parts"]:
        own, fewest, most = part["tokens"], part["fewest"], part["most"]
        run = len(own) > 3 and list(own) == list(range(own[0], own[-1] + 1))
        shown = f"{own[0]}-{own[-1]}" if run else " ".join(map(str, own))
        amount = f"{fewest}" if fewest == most else f"{fewest},{most}"
        single = len(own) == fewest == most == 1
        parts.append(shown if single else f"[{shown}]{{{amount}}}{'!' * part['apart']}")
    return " ".join(parts + ([] if form["then"] == "nothing" else ["..."]))


def check_form(form: Mapping[str, Any], tokens: range, longest: int, readout: str) -> None:
    """Hold a form against what texts are made of, and what the network answers.

    Raises:
        ValueError: parts have other tokens, or more than a text may have; nothing is drawn.
    """
    for part in form["parts"]:
        own, most = part["tokens"], part["most"]
        if not own or len(set(own)) != len(own) or not set(own) <= set(tokens):
            raise ValueError(f"a part of the texts is of {own}: expected tokens of {tokens}")
        if part["fewest"] > most or (most > len(own) ** part["apart"] and part["apart"]):
            raise ValueError(f"a part of the texts has {part['fewest']} to {most} of {own}")
    if sum(part["most"] for part in form["parts"]) > longest:
        raise ValueError(f"the parts of a text have more than {longest} tokens together")
    if form["then"] == "nothing" and not sum(part["fewest"] for part in form["parts"]):
        raise ValueError("texts of that form may be empty")
    wanted = {"nothing": readout, "chosen": "choice", "allowed": "set"}[form["then"]]
    if wanted != readout:
        raise ValueError(f"texts go on with what is {form['then']}, and answers are a {readout}")


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
    form: Mapping[str, Any], draw: Mapping[str, Any], tokens: range, goes_on: GoesOn
) -> list[ndarray]:
    """Texts of a form, by their lengths: the shortest first.

    Args:
        form: as `FORM` says.
        draw: kind ("formed", or "formed_stress" for parts that are structured and for continuations
            that have a favourite), length of the longest, count and seed.
        tokens: the values of a token.
        goes_on: what the network says may come next.

    Raises:
        ValueError: the network goes on with nothing, and no text has a token.
    """
    count, longest, seed = (int(draw[name]) for name in ("count", "length", "seed"))
    stress, bits = draw["kind"] == FORMED_STRESS, np.random.PCG64(seed)
    rows: list[list[int]] = [[] for _ in range(count)]
    for place, part in enumerate(form["parts"]):
        lengths = part["fewest"] + _whole(bits, count, part["most"] - part["fewest"] + 1)
        filled = _filled(part, lengths, bits, seed + 1_000 * place if stress else None)
        for row, more in zip(rows, filled, strict=True):
            row.extend(more)
    if form["then"] != "nothing":
        ends = np.full(count, longest)
        if form["then"] == "allowed":
            begun = np.array([max(1, len(row)) for row in rows])
            ends = begun + _whole(bits, count, longest - begun + 1)
        _continue(rows, ends, tokens, goes_on, bits, stress)
    found = dict[int, list[list[int]]]()
    for row in rows:
        found.setdefault(len(row), []).append(row)
    found.pop(0, None)
    if not found:
        raise ValueError("the network begins with nothing: there is no text of that form")
    return [np.array(found[length]) for length in sorted(found)]


def following(readout: str, answers: ndarray, tokens: range, logits: ndarray) -> ndarray:
    """The tokens that logits [n, outputs] say may come next: the chosen one, or those of the set.

    A token's answer is its value, or two to the power of it where an answer is a set. [n, tokens]
    """
    if readout == "choice":
        return answers[logits.argmax(axis=1)][:, None] == np.array(tokens)
    shown = 2.0 ** np.array(tokens)
    return ((logits > 0)[:, :, None] & (answers[:, None] == shown)).any(axis=1)


def _continue(
    rows: list[list[int]],
    ends: ndarray,
    tokens: range,
    goes_on: GoesOn,
    bits: np.random.PCG64,
    stress: bool,
) -> None:
    """Append what the network goes on with, up to the ends; in place, all of one length at once."""
    count, longest = len(rows), int(ends.max())
    free, favour = _unit(bits, count, longest), np.zeros((count, longest), dtype=bool)
    liked = np.tile(np.arange(len(tokens)), (count, 1))
    if stress:
        liked = np.argsort(_unit(bits, count, len(tokens)), axis=1)
        favour = _unit(bits, count, longest) < HABIT
    done = set[int]()
    for length in range(longest):
        these = [
            place
            for place, row in enumerate(rows)
            if len(row) == length and length < ends[place] and place not in done
        ]
        if not these:
            continue
        texts = np.array([rows[place] for place in these], dtype=int).reshape(len(these), length)
        allowed = goes_on(texts)
        for place, may in zip(these, allowed, strict=True):
            order = [token for token in liked[place] if may[token]]
            if not order:
                done.add(place)
                continue
            which = 0 if favour[place, length] else int(free[place, length] * len(order))
            rows[place].append(tokens[int(order[which])])


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
    return [own[row[:length]].tolist() for row, length in zip(places, lengths, strict=True)]


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
