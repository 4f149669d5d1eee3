"""Names for the states of a machine, and few groups of many: what its pictures speak of."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from distill.kinds.automaton.mechanism import AutomatonMechanism

SHORT = {2: 12, 8: 6}
"""Characters up to which a name says the variable, and not its value alone, by states at most."""


@dataclass(frozen=True)
class Group:
    """States that a picture shows as one.

    Attributes:
        states: in ascending order.
        meaning: what groups are made by; nothing where every state is one.
    """

    name: str
    states: tuple[int, ...]
    meaning: str = ""


def state_names(mechanism: AutomatonMechanism) -> tuple[str, ...]:
    """The values of the program's variables in every state.

    They are q0, q1, ... where there are none, or not enough to tell all states apart.
    """
    variables = mechanism.variables
    rows = list(zip(*(variable.values for variable in variables), strict=True))
    numbered = tuple(f"q{state}" for state in range(mechanism.states))
    if not rows or len(set(rows)) < mechanism.states:
        return numbered
    values = [["*" if value is None else str(value) for value in row] for row in rows]
    between = "" if all(len(value) == 1 for row in values for value in row) else ","
    words = [between.join(row) for row in values]
    short = max((chars for most, chars in SHORT.items() if mechanism.states <= most), default=0)
    if len(variables) == 1 and len(variables[0].name) <= short:
        return tuple(f"{variables[0].name}={word}" for word in words)
    return tuple(words)


def state_order(mechanism: AutomatonMechanism) -> tuple[int, ...]:
    """States by the values of the program's variables, or as they are numbered."""
    rows = [
        tuple(-1 if value is None else value for value in row)
        for row in zip(*(variable.values for variable in mechanism.variables), strict=True)
    ]
    numbered = range(mechanism.states)
    return tuple(sorted(numbered, key=lambda state: (rows[state] if rows else (), state)))


def what_names_mean(mechanism: AutomatonMechanism) -> str:
    """A sentence about what `state_names` gives."""
    names = state_names(mechanism)
    if names[0] == "q0":
        return "States are numbered in the order in which they are reached."
    several = "; * is where it has several, which no answer tells apart"
    open_ = several if any("*" in name for name in names) else ""
    if "=" in names[0]:
        value = "the value of the program's variable" if open_ else "the program's variable"
        return f"A state is named by {value}{open_}."
    held = ", ".join(variable.name for variable in mechanism.variables)
    count = "value" if len(mechanism.variables) == 1 else "values"
    return f"A state is named by the {count} of the program's {held}{open_}."


def state_groups(mechanism: AutomatonMechanism, most: int) -> tuple[Group, ...]:
    """Every state by itself; where there are more than `most`, groups of them, at most as many.

    States are grouped by the program's variable that has the most values among those with one
    value in every state, and without such a variable by their distance from the start; values
    that follow one another go together where there are too many.
    """
    if mechanism.states <= most:
        names = state_names(mechanism)
        return tuple(Group(names[state], (state,)) for state in state_order(mechanism))
    usable = [v for v in mechanism.variables if None not in v.values and len(set(v.values)) > 1]
    if usable:
        chosen = max(usable, key=lambda variable: len(set(variable.values)))
        keys = [value for value in chosen.values if value is not None]
        meaning = f"the value of the program's {chosen.name}"
    else:
        keys = [len(word) for word in mechanism.access]
        meaning = "how many steps it takes to reach them"
    members = defaultdict[int, list[int]](list)
    for state, key in enumerate(keys):
        members[key].append(state)
    values = sorted(members)
    count = min(most, len(values))
    groups = []
    for place in range(count):
        part = values[place * len(values) // count : (place + 1) * len(values) // count]
        states = sorted(state for value in part for state in members[value])
        span = str(part[0]) if len(part) == 1 else f"{part[0]}–{part[-1]}"
        groups.append(Group(span, tuple(states), meaning))
    return tuple(groups)
