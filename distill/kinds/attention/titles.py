"""What a program of selections computes, in a line, where that can be said in one.

Read from its last step backwards: what is taken, and from which positions. Where a selection looks
at what was computed otherwise than by counting or from the next position, or what is taken was, a
sentence would be longer than the lines that it is of, and there is none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from distill.checker.selections import LAST, POSITIONS, TOKENS, element
from distill.kinds.attention.at_the_end import at_the_end
from distill.kinds.attention.fitting import reads

LONGEST = 84
"""Characters of what is said in a line."""

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

SAME = r"\b(y == x|x == y)\b"
"""Where what is taken is the token itself."""

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

TAKEN = {
    "copy": "at the last of the {}",
    "copy_first": "at the first of the {}",
    **dict.fromkeys(("least", "greatest", "vote", "vote_last", "vote_least"), "at {}"),
}
WHICH = {
    **{"least": "the smallest {}", "greatest": "the largest {}"},
    **dict.fromkeys(("vote", "vote_last", "vote_least"), "the most frequent {}"),
}
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

MET = {
    **{"vote": ", of several the first met", "vote_last": ", of several the last met"},
    "vote_least": ", of several the smallest",
}


@dataclass(frozen=True)
class _Before:
    """The steps before one, and what a token can be."""

    steps: Sequence[Data]
    tokens: range

    def made(self, name: str) -> Data | None:
        """The step of a name."""
        return next((it for it in self.steps if it["name"] == name), None)


def said(steps: Sequence[Data], tokens: range) -> str | None:
    """What the last of these steps gives, in words; null where no line says it.

    Args:
        steps: as `distill.checker.selections` takes them.
        tokens: the values of a token.
    """
    *before, last = steps
    if last["op"] == LAST:
        told = said(before, tokens)
        return None if told is None else _short(at_the_end(told))
    known = _Before(before, tokens)
    return _short(_aggregated(last, known) if last["op"] != "map" else _mapped(last, known))


def _short(found: str | None) -> str | None:
    return found if found is not None and len(found) <= LONGEST else None


def _mapped(step: Data, before: _Before) -> str | None:
    """A map of what stands at a position."""
    if step["by"] == element(TOKENS):
        return "the token itself"
    if (told := _taken_or_else(step, before)) is not None:
        return told
    parts = list[str]()
    for name in step["of"]:
        if name in (TOKENS, POSITIONS):
            parts.append("the token" if name == TOKENS else "the position")
            continue
        made = before.made(name)
        part = None if made is None or made["op"] == "map" else _aggregated(made, before, False)
        if part is None:
            return None
        parts.append(re.sub(r", of several the .*", "", part))
    if "xs" in reads(step["by"]):
        parts.append("the length")
    if not parts:
        return None
    *first, end = parts
    return f"a function of {', '.join(first)}{' and ' if first else ''}{end}"


def _taken_or_else(step: Data, before: _Before) -> str | None:
    """What is taken from a position, and what is said where there is none to take it from."""
    for made in before.steps:
        if made["op"] in TAKEN:
            held = re.escape(element(made["name"]))
            found = re.fullmatch(
                rf"(x|i|-?\d+) if {held} == {made['otherwise']} else {held}", step["by"]
            )
            part = None if found is None else _aggregated(made, before, False)
            if found is not None and part is not None:
                instead = {"x": "the token itself", "i": "the position"}.get(found[1], found[1])
                return f"{part}, where there is none {instead}"
    return None


def _aggregated(step: Data, before: _Before, whole: bool = True) -> str | None:
    """What is taken from positions; with what it is where there are none, if that is `whole`."""
    chosen = before.made(step["chosen"])
    where = None if chosen is None else _where(chosen, before)
    if where is None:
        return None
    op, keys = step["op"], list(step["keys"])
    if op == "width" and where.asked:
        return f"whether {where.words} is {where.asked}"
    if op == "width" and where.single:
        return None if where.sure else f"whether there is {where.words.replace('the ', 'a ', 1)}"
    if op == "width":
        return f"the number of {where.words}"
    what = {TOKENS: "token", POSITIONS: "place"}.get(keys[0]) if len(keys) == 1 else None
    if op not in TAKEN or what is None or step["by"] != element(keys[0], key=True):
        return None
    if where.single:
        told = where.words if what == "token" else None
        if told is not None and where.asked:
            told = f"{told} if it is {where.asked}"
    elif what == "token" and chosen is not None and re.search(SAME, chosen["by"]):
        told = f"the token itself, from {where.words}"
    else:
        told = f"{WHICH.get(op, 'the {}').format(what)} {TAKEN[op].format(where.words)}"
        told = told.replace(f"at {EVERYWHERE}", "of the text")
        told = re.sub(r" at positions (with (?:at|fewer|exactly|more) )", r" \1", told)
        told += MET.get(op, "")
    if told is None or where.sure or not whole:
        return told
    return f"{told}, {step['otherwise']} where {'it is not' if where.asked else 'there is none'}"


def chosen_words(selection: Data) -> str | None:
    """The positions that a selection chooses, in words; null where no words are known for them."""
    where = _where(selection)
    if where is None:
        return None
    return f"{where.words} if it is {where.asked}" if where.asked else where.words


def _where(selection: Data, before: _Before | None = None) -> Where | None:
    """The positions that a selection chooses; null where no words are known for them."""
    by = selection["by"]
    if (alone := _place(by)) is not None:
        return alone
    for part in by.split(" and ") if by.count(" and ") == 1 else ():
        place, told = _place(part), _held(_rest(by, part))[0]
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


def _computed(part: str, before: _Before) -> tuple[str | None, bool]:
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
        place = None if chosen is None else _place(chosen["by"])
        if place is not None and made["otherwise"] not in before.tokens:
            return BESIDE.get(place.words), False
    return None, False


def _place(by: str) -> Where | None:
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
