"""The positions that a selection chooses, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Where:
    """Positions that are chosen.

    Attributes:
        words: "earlier positions with the same token"; of one that is alone, its token: "the token
            before".
        single: whether there is never more than one.
        sure: whether there always is one.
        asked: of one that is chosen only on a condition, what its token has to be: "the same as
            this one".
    """

    words: str
    single: bool = False
    sure: bool = False
    asked: str = ""


PLACES: tuple[tuple[str, str, bool], ...] = (
    (r"j == i - 1|i == j \+ 1|i - j == 1", "the token before", False),
    (r"j == i \+ 1|i == j - 1|j - i == 1", "the token after", False),
    (r"j == i - (\d+)|i == j \+ (\d+)|i - j == (\d+)", "the token {} positions before", False),
    (r"j == i \+ (\d+)|i == j - (\d+)|j - i == (\d+)", "the token {} positions after", False),
    (r"j == i|i == j", "the token itself", True),
    (r"j == 0", "the first token", True),
    (r"j == len\(xs\) - 1", "the last token", True),
    (r"j == len\(xs\) - 1 - i", "the token at the same place from the end", True),
)
"""Conditions that choose one position: what its token is called; whether there always is one."""

SIDES = {
    **dict.fromkeys(("j < i", "i > j"), ("earlier {}", False)),
    **dict.fromkeys(("j > i", "i < j"), ("later {}", False)),
    **dict.fromkeys(("j <= i", "i >= j"), ("{} up to here", True)),
    **dict.fromkeys(("j >= i", "i <= j"), ("{} from here on", True)),
}
"""On which side of a position others are, and whether it is among them."""

HELD = (
    (r"y == x|x == y", "with the same token", True),
    (r"y <= x|x >= y", "with no larger token", True),
    (r"y >= x|x <= y", "with no smaller token", True),
    (r"y != x|x != y", "with another token", False),
    (r"y < x|x > y", "with a smaller token", False),
    (r"y > x|x < y", "with a larger token", False),
    (r"y == (-?\d+)", "with token {}", False),
    (r"y != (-?\d+)", "with another token than {}", False),
)
"""What stands at them, and whether a position itself has that."""

ASKED = (
    (r"with the same token", "the same as this one"),
    (r"with no larger token", "no larger than this one"),
    (r"with no smaller token", "no smaller than this one"),
    (r"with another token", "other than this one"),
    (r"with a smaller token", "smaller than this one"),
    (r"with a larger token", "larger than this one"),
    (r"with token (-?\d+)", "{}"),
    (r"with another token than (-?\d+)", "not {}"),
)
"""What the token at one position has to be, by what it would be among several: "this one" is the
token that is answered for.
"""

OPPOSITE = (
    ("the same as this one", "other than this one"),
    ("no larger than this one", "larger than this one"),
    ("no smaller than this one", "smaller than this one"),
)
"""Of two of these a token is always one; of others it is what is asked, or not."""

EVERYWHERE = "positions of the text"
AMOUNT = {"<=": "at most", "<": "fewer than", "==": "exactly", ">=": "at least", ">": "more than"}
"""How a count is held against a number."""

ONES = {
    "a smaller token": "smaller ones",
    "a larger token": "larger ones",
    "no smaller token": "that are no smaller",
    "no larger token": "that are no larger",
    "the same token": "of the same",
    "another token": "other ones",
}
"""What is counted at positions, by what stands there."""

BESIDE = {"the token before": "after the same token", "the token after": "before the same token"}
"""Where a position is whose neighbour has the token of another."""


@dataclass(frozen=True)
class Before:
    """The steps before one, and what a token can be."""

    steps: Sequence[Data]
    tokens: range

    def made(self, name: str) -> Data | None:
        """The step of a name."""
        return next((it for it in self.steps if it["name"] == name), None)


def chosen_words(selection: Data) -> str | None:
    """The positions that a selection chooses, in words; null where no words are known for them."""
    where = where_of(selection)
    if where is None:
        return None
    return f"{where.words} if it is {where.asked}" if where.asked else where.words


def where_of(selection: Data, before: Before | None = None) -> Where | None:
    """The positions that a selection chooses; null where no words are known for them."""
    by = selection["by"]
    if (alone := place_of(by)) is not None:
        return alone
    for part in by.split(" and ") if by.count(" and ") == 1 else ():
        place, told = place_of(part), _held(_rest(by, part))[0]
        asked = None if told is None else _asked(told)
        if place is not None and asked is not None:
            return Where(place.words, single=True, asked=asked)
    if by == "True":
        return Where(EVERYWHERE, sure=True)
    side, held, sure = "{}", "", True
    for part in by.split(" and "):
        words, itself = _held(part)
        if words is None and before is not None:
            words, some = _computed(part, before)
            itself = some and part == by
        if part in SIDES and side == "{}":
            side, itself = SIDES[part]
        elif words is not None and not held:
            held = f" {words}"
        else:
            return None
        sure = sure and itself
    return Where(f"{side.format('positions')}{held}", sure=sure)


def _computed(part: str, before: Before) -> tuple[str | None, bool]:
    """What a condition on what was computed at a position says of it, in words, and whether there
    always is one that has it: something is smallest, and nothing is smaller.
    """
    found = re.fullmatch(r"(\w+)_j (<=|<|==|>=|>) (i|\d+)", part)
    made = None if found is None else before.made(found[1])
    if found is not None and made is not None and made["op"] == "width":
        counted = before.made(made["chosen"])
        kind, _ = (None, False) if counted is None else _held(counted["by"])
        ones = None if kind is None else ONES.get(kind.removeprefix("with "))
        if ones is None:
            return None, False
        amount, number = found[2], found[3]
        fits = number == "0" if amount == "==" else number not in ("i", "0")
        fits = amount == "<=" or (amount in ("<", "==") and fits)
        words = f"with {AMOUNT[amount]} {number} {ones}"
        return words, fits and ones in ("smaller ones", "larger ones")
    found = re.fullmatch(r"x == (\w+)_j|(\w+)_j == x", part)
    made = None if found is None else before.made(found[1] or found[2])
    if made is not None and made["op"] in ("copy", "copy_first") and made["by"] == "y":
        chosen = before.made(made["chosen"])
        place = None if chosen is None else place_of(chosen["by"])
        if place is not None and made["otherwise"] not in before.tokens:
            return BESIDE.get(place.words), False
    return None, False


def place_of(by: str) -> Where | None:
    """The one position that a condition chooses."""
    for pattern, words, sure in PLACES:
        found = re.fullmatch(pattern, by)
        if found is not None:
            return Where(words.format(*filter(None, found.groups())), single=True, sure=sure)
    return None


def _rest(by: str, part: str) -> str:
    """The other of two conditions that are joined."""
    one, other = by.split(" and ")
    return other if part == one else one


def _asked(words: str) -> str | None:
    for pattern, asked in ASKED:
        found = re.fullmatch(pattern, words)
        if found is not None:
            return asked.format(*found.groups())
    return None


def _held(part: str) -> tuple[str | None, bool]:
    """What stands at positions, in words, and whether a position itself has it."""
    for pattern, words, itself in HELD:
        found = re.fullmatch(pattern, part)
        if found is not None:
            return words.format(*found.groups()), itself
    return None, False


def turned(asked: str) -> str:
    """What a token is that is not what it was asked for."""
    for one, other in OPPOSITE:
        if asked in (one, other):
            return other if asked == one else one
    return asked.removeprefix("not ") if asked.startswith("not ") else f"not {asked}"
