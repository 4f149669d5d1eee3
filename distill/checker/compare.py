"""Every leaf of a report is derived and compared here, or listed as not derived.

There is no third way, whatever a report comes to hold.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from .kind import DECOY, FOLLOWS, ROOM, Claims
from .statements import at
from .verdict import is_number

COMPARED = {"name", "value", "needs", "at_least", "derived"}
"""Of a row whose value is derived."""
WHOLE = ("numbers", "meaning", "runner_up", "diverges_at")
"""Fields that are listed as one."""
TOLERANCE = 1e-9
"""Relative and absolute, for numbers that went through floating point."""
RELATIVE_ONLY = {
    *("proof.rounding", "deviation.tolerance", "deviation.spread"),
    *("deviation.at", "deviation.unbounded_at"),
}
"""Numbers that are themselves of the size of the tolerance."""
APART = ("deviation.", "proof.error", "proof.smallest_lead")
"""Begin the names of numbers that are as large as answers over a box are: they may be off by no
more than rounding is of these, however small or large they are."""

BOUND = "proof.error"
"""However little that is, a bound is not said to be less than half of what was derived."""


def overlaid(report: Mapping[str, Any], claims: Claims) -> dict[str, Any]:
    """The report with derived numbers in their places."""
    tree = deepcopy(dict(report))
    for name, value in claims.items():
        *way, last = name.split(".")
        if name in (FOLLOWS, ROOM):
            continue
        if way == ["figures"]:
            rows = [row for row in tree["figures"] if row.get("name") == last]
            for row in rows:
                row["value"] = value
            if not rows:
                tree["figures"].append({"name": last, "value": value, "decoy": None})
            continue
        place: Any = tree
        for part in way:
            if isinstance(place, list):
                place = place[int(part)]
                continue
            if not isinstance(place.get(part), dict | list):
                place[part] = {}
            place = place[part]
        place[last] = value
    return tree


def other_than_derived(report: Mapping[str, Any], claims: Claims) -> Iterator[tuple[str, str]]:
    """Fields that say something else than was derived, and both."""
    room = claims.get(ROOM)
    for name, value in claims.items():
        if name == ROOM:
            continue
        stated = at(report, name)
        absolute = 0.0 if name in RELATIVE_ONLY else TOLERANCE
        if room is not None and absolute and name.startswith(APART):
            absolute = room
        less = name == BOUND and is_number(stated) and is_number(value) and 2 * stated < value
        if less or not _same(absolute, stated, value):
            yield name, f"the report says {short(stated)}, derived {short(value)}"


def not_derived(report: Mapping[str, Any], claims: Claims) -> list[str]:
    """What a report says that no claim covers, by the name of its field or row."""
    found = list[str]()
    for row in report.get("figures", []):
        if f"figures.{row['name']}" not in claims and row.get("value") is not None:
            found.append(row["name"])
        else:
            rest = sorted(row.keys() - COMPARED)
            found += [f"the {part} of {row['name']}" for part in rest if row[part] is not None]
        alone = row.get("value") is not None and row.get("decoy") is None
        if alone and row.get("needs") is not None and not row["name"].startswith(DECOY):
            found.append(f"that no decoy stands beside {row['name']}")
    rest = {name: value for name, value in report.items() if name != "figures"}
    derived = {tuple(name.split(".")) for name in claims}
    for way, value in _leaves(rest):
        known = any(way[:depth] in derived for depth in range(1, len(way) + 1))
        if value not in (None, [], {}, "") and not known and way != ("format_version",):
            found.append(way[0] if way[0] in WHOLE else ".".join(way))
    return list(dict.fromkeys(found))


def _leaves(tree: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(tree, Mapping) and tree:
        for name, value in tree.items():
            yield from _leaves(value, (*way, name))
    elif isinstance(tree, list) and any(isinstance(part, Mapping) for part in tree):
        for place, value in enumerate(tree):
            yield from _leaves(value, (*way, str(place)))
    else:
        yield way, tree


def _same(absolute: float, stated: Any, derived: Any) -> bool:
    if isinstance(derived, float) and is_number(stated):
        return math.isclose(stated, derived, rel_tol=TOLERANCE, abs_tol=absolute)
    if isinstance(derived, list) and isinstance(stated, list):
        return len(stated) == len(derived) and all(
            _same(absolute, one, other) for one, other in zip(stated, derived, strict=True)
        )
    if isinstance(derived, dict) and isinstance(stated, dict):
        return stated.keys() == derived.keys() and all(
            _same(absolute, stated[key], derived[key]) for key in derived
        )
    return type(stated) is type(derived) and stated == derived


def short(value: Any) -> str:
    """A value in a line."""
    text = str(value)
    return text if len(text) <= 90 else text[:87] + "..."
