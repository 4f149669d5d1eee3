"""The texts that programs of selections and aggregations are made of: one line for every step.

A mechanism is a list of steps as data; its program is one line for each, over lists that have an
entry for every position, and the primitives that these lines call. What a text means stands
nowhere but in Python: a mechanism follows if the lines are those that are written here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

TOKENS, POSITIONS = "tokens", "at"
"""The two variables that nothing is computed for."""

ANSWERS = "answers"
"""The name of the last step, which is what the program gives."""

LAST = "last"
"""Of a variable its value at the end of the text alone, where a network answers there."""

PRIMITIVES: Mapping[str, str] = {
    "width": '''def width(chosen: list[list[bool]]) -> list[int]:
    """How many positions are chosen, from every position."""
    return [sum(row) for row in chosen]
''',
    "mean": '''def mean(chosen: list[list[bool]], values: list[float]) -> list[float]:
    """The mean of the values that are chosen, from every position; 0 where none is."""
    return [
        sum(c * value for c, value in zip(row, values)) / max(1, sum(row))
        for row in chosen
    ]
''',
    "copy": '''def copy(chosen: list[list[bool]], values: list[int], otherwise: int) -> list[int]:
    """The value that is chosen, from every position; the last of several."""
    copied = []
    for row in chosen:
        found = otherwise
        for c, value in zip(row, values):
            found = value if c else found
        copied.append(found)
    return copied
''',
    "copy_first": '''def copy_first(
    chosen: list[list[bool]], values: list[int], otherwise: int
) -> list[int]:
    """The value that is chosen, from every position; the first of several."""
    copied = []
    for row in chosen:
        found = otherwise
        for c, value in zip(row[::-1], values[::-1]):
            found = value if c else found
        copied.append(found)
    return copied
''',
    "least": '''def least(chosen: list[list[bool]], values: list[int], otherwise: int) -> list[int]:
    """The smallest value that is chosen, from every position."""
    top = max(values)
    found = [min([v if c else top for c, v in zip(row, values)]) for row in chosen]
    return [v if any(row) else otherwise for v, row in zip(found, chosen)]
''',
    "greatest": '''def greatest(
    chosen: list[list[bool]], values: list[int], otherwise: int
) -> list[int]:
    """The largest value that is chosen, from every position."""
    low = min(values)
    found = [max([v if c else low for c, v in zip(row, values)]) for row in chosen]
    return [v if any(row) else otherwise for v, row in zip(found, chosen)]
''',
    "vote": '''def vote(chosen: list[list[bool]], values: list[int], otherwise: int) -> list[int]:
    """The value that is chosen most often, from every position; of several the one met first."""
    won = []
    for row in chosen:
        best, most = otherwise, 0
        for c, value in zip(row, values):
            times = c * sum([d * (value == other) for d, other in zip(row, values)])
            best, most = (value if times > most else best), max(most, times)
        won.append(best)
    return won
''',
    "vote_last": '''def vote_last(
    chosen: list[list[bool]], values: list[int], otherwise: int
) -> list[int]:
    """The value that is chosen most often, from every position; of several the one met last."""
    won = []
    for row in chosen:
        best, most = otherwise, 1
        for c, value in zip(row, values):
            times = c * sum([d * (value == other) for d, other in zip(row, values)])
            best, most = (value if times >= most else best), max(most, times)
        won.append(best)
    return won
''',
    "vote_least": '''def vote_least(
    chosen: list[list[bool]], values: list[int], otherwise: int
) -> list[int]:
    """The value that is chosen most often, from every position; of several the smallest."""
    won = []
    for row in chosen:
        best, most = otherwise, 0
        for c, value in zip(row, values):
            times = c * sum([d * (value == other) for d, other in zip(row, values)])
            ahead = times > most or 0 < times == most and value < best
            best, most = (value if ahead else best), max(most, times)
        won.append(best)
    return won
''',
}
"""What a step may call, by its name."""


TAKEN_NAMES = frozenset((TOKENS, POSITIONS, "xs", "x", "y", "i", "j", "check", *PRIMITIVES))
"""What no step is called: lines of a program mean something else by it."""


def check_steps(steps: Sequence[Mapping[str, Any]]) -> None:
    """Hold steps to what their lines mean wherever they stand.

    Raises:
        ValueError: two have one name, or one that lines use for something else; or the value at the
            end is taken before the end.
    """
    names = [step["name"] for step in steps]
    for place, step in enumerate(steps):
        name = step["name"]
        if name in names[:place] or name in TAKEN_NAMES or not name.isidentifier():
            raise ValueError(f"a step is called {name[:40]!r}: expected a name of its own")
        if step["op"] == LAST and place + 1 < len(steps):
            raise ValueError(f"step {name[:40]!r} takes the value at the end before the last step")
        earlier = {TOKENS, POSITIONS, *names[:place]}
        used = {*step["of"], *step["keys"], *([step["chosen"]] if step["chosen"] else [])}
        if used - earlier:
            raise ValueError(f"step {name[:40]!r} uses what no step before it gives")


def element(variable: str, key: bool = False) -> str:
    """What an entry of a variable is called: at the position itself, or at one looked at."""
    if variable == TOKENS:
        return "y" if key else "x"
    if variable == POSITIONS:
        return "j" if key else "i"
    return f"{variable}_{'j' if key else 'i'}"


THERE = "_there"
"""Ends the names of the lists of keys of another text."""


def line_of(step: Mapping[str, Any], there: str = "") -> str:
    """The line of a step.

    A step has a `name`, an `op`, variables `of` its own position and `keys` of those looked at,
    an expression `by` of their entries, the selection `chosen`, and what is `otherwise`.

    Args:
        step: as data.
        there: ends the names of the lists that a selection has its keys of.
    """
    op, by = step["op"], step["by"]
    if op == "select":
        rows = f"[{by} for {_over(step['keys'], key=True, there=there)}]"
        said = f"[{rows} for {_over(step['of'])}]"
    elif op == "map":
        said = f"[{by} for {_over(step['of'])}]"
    elif op == LAST:
        said = f"{list_of(step['of'][0])}[-1:]"
    else:
        given = [step["chosen"]]
        if op != "width":
            given.append(_values(step))
        if op not in ("width", "mean"):
            given.append(repr(step["otherwise"]))
        said = f"{op}({', '.join(given)})"
    return f"return {said}" if step["name"] == ANSWERS else f"{step['name']} = {said}"


def lines_of(steps: Sequence[Mapping[str, Any]]) -> list[str]:
    """The lines of all steps, behind the one that names the positions where they read these."""
    read = {name for step in steps for name in (*step["of"], *step["keys"])}
    bare = any(step["op"] in ("select", "map") and not step["of"] for step in steps)
    bare = bare or any(step["op"] == "select" and not step["keys"] for step in steps)
    head = ["at = list(range(len(xs)))"] if POSITIONS in read or bare else []
    return [*head, *map(line_of, steps)]


def reads_of(steps: Sequence[Mapping[str, Any]]) -> set[str]:
    """Which of tokens and positions a program reads."""
    found = {name for step in steps for name in (*step["of"], *step["keys"])}
    if any(re.search(r"\bxs\b", step["by"]) for step in steps):
        found.add(TOKENS)
    return found & {TOKENS, POSITIONS}


def called(steps: Sequence[Mapping[str, Any]]) -> list[str]:
    """The primitives that steps call, in the order in which they stand in a program."""
    used = {step["op"] for step in steps}
    return [name for name in PRIMITIVES if name in used]


def _over(variables: Sequence[str], key: bool = False, there: str = "") -> str:
    """What a comprehension goes through: all positions at least."""
    names = list(variables) or [POSITIONS]
    entries = ", ".join(element(name, key) for name in names)
    lists = [list_of(name) + there for name in names]
    together = ", ".join(lists)
    return f"{entries} in {together if len(lists) == 1 else f'zip({together})'}"


def list_of(variable: str) -> str:
    """What the list of a variable is called."""
    return "xs" if variable == TOKENS else variable


def _values(step: Mapping[str, Any]) -> str:
    """What an aggregation takes from the positions that are chosen."""
    keys, by = step["keys"], step["by"]
    if len(keys) == 1 and by == element(keys[0], key=True):
        return list_of(keys[0])
    return f"[{by} for {_over(keys, key=True)}]"
