"""What a program of selections computes, in a line, where that can be said in one.

Read from its last step backwards: what is taken, and from which positions. Where a selection looks
at what was computed otherwise than by counting or from the next position, or what is taken was, a
sentence would be longer than the lines that it is of, and there is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from distill.checker.selections import LAST, POSITIONS, TOKENS, element
from distill.kinds.attention.at_the_end import at_the_end
from distill.kinds.attention.fitting import reads
from distill.kinds.attention.where import EVERYWHERE, Before, Data, place_of, turned, where_of

LONGEST = 84
"""Characters of what is said in a line."""

FIRST = "j == 0"
"""Of which position a place of 0 is."""

SAME = r"\b(y == x|x == y)\b"
"""Where what is taken is the token itself."""

TAKEN = {
    "copy": "at the last of the {}",
    "copy_first": "at the first of the {}",
    **dict.fromkeys(("least", "greatest", "vote", "vote_last", "vote_least"), "at {}"),
}
WHICH = {
    **{"least": "the smallest {}", "greatest": "the largest {}"},
    **dict.fromkeys(("vote", "vote_last", "vote_least"), "the most frequent {}"),
}
MET = {
    **{"vote": ", of several the first met", "vote_last": ", of several the last met"},
    "vote_least": ", of several the smallest",
}


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
    known = Before(before, tokens)
    return _short(_aggregated(last, known) if last["op"] != "map" else _mapped(last, known))


def _short(found: str | None) -> str | None:
    return found if found is not None and len(found) <= LONGEST else None


def _mapped(step: Data, before: Before) -> str | None:
    """A map of what stands at a position."""
    if step["by"] == element(TOKENS):
        return "the token itself"
    if (told := _taken_or_else(step, before)) is not None:
        return told
    if (told := _whether(step, before)) is not None:
        return told
    names, length = _read_by(step, before)
    parts = list[str]()
    for name in names:
        if name in (TOKENS, POSITIONS):
            parts.append("the token" if name == TOKENS else "the position")
            continue
        made = before.made(name)
        part = None if made is None else _aggregated(made, before, False)
        if part is None:
            return None
        parts.append(re.sub(r", of several the .*", "", part))
    if length:
        parts.append("the length")
    if not parts:
        return None
    told = f"a function of {_listed(parts)}"
    return told if len(told) <= LONGEST or length else _compared(names, before)


def _read_by(step: Data, before: Before) -> tuple[list[str], bool]:
    """What a map is a function of, maps that it reads taken apart; whether the length is."""
    names, length = dict[str, None](), "xs" in reads(step["by"])
    for name in step["of"]:
        made = before.made(name)
        inner, more = ([name], False)
        if made is not None and made["op"] == "map":
            inner, more = _read_by(made, before)
        names |= dict.fromkeys(inner)
        length = length or more
    return list(names), length


def _listed(parts: Sequence[str]) -> str:
    *first, end = parts
    return f"{', '.join(first)}{' and ' if first else ''}{end}"


def _compared(names: Sequence[str], before: Before) -> str | None:
    """Where all that is counted is whether single tokens are larger or smaller than the one that is
    answered for, and there at all: the tokens.
    """
    places = dict[str, bool]()
    for name in names:
        made = before.made(name)
        chosen = None if made is None or made["op"] != "width" else before.made(made["chosen"])
        where = None if chosen is None else where_of(chosen, before)
        if where is None or not where.single or (where.asked and "this one" not in where.asked):
            return None
        places[where.words] = places.get(where.words, False) or bool(where.asked)
    if not all(places.values()):
        return None
    compare = "compares" if len(places) == 1 else "compare"
    return f"a function of how {_listed(list(places))} {compare} with this one"


def _whether(step: Data, before: Before) -> str | None:
    """What a map of one truth says: of what was counted at one position that there always is, or of
    that position itself, which is the first, or -1.
    """
    made = before.made(step["of"][0]) if len(step["of"]) == 1 else None
    chosen = None if made is None else before.made(made.get("chosen", ""))
    by = "" if chosen is None else chosen["by"]
    where = None if chosen is None else where_of(chosen, before)
    if made is None or where is None or not where.asked:
        return None
    if not any(place.sure for part in by.split(" and ") if (place := place_of(part)) is not None):
        return None
    held = element(made["name"])
    if made["op"] == "width":
        ways = {"not": (f"1 - {held}", f"int({held} == 0)")}
    elif made["op"] in ("copy", "copy_first") and FIRST in by.split(" and "):
        if (made["by"], made["otherwise"]) != (element(POSITIONS, key=True), -1):
            return None
        ways = {
            "": (f"{held} + 1", f"int({held} == 0)"),
            "not": (f"-{held}", f"int({held} == -1)", f"int({held} != 0)"),
        }
    else:
        return None
    for way, forms in ways.items():
        if step["by"] in forms:
            return f"whether {where.words} is {turned(where.asked) if way else where.asked}"
    return None


def _taken_or_else(step: Data, before: Before) -> str | None:
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


def _aggregated(step: Data, before: Before, whole: bool = True) -> str | None:
    """What is taken from positions; with what it is where there are none, if that is `whole`."""
    chosen = before.made(step["chosen"])
    where = None if chosen is None else where_of(chosen, before)
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
