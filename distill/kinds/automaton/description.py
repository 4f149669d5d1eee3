"""What a loop is called and why it works, read off its expressions and never known beforehand.

`WAYS` are tried in their order, from what says most of a loop to what says least.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from distill.checker.scope import many
from distill.expressions import expression as ex
from distill.expressions.expression import Member
from distill.kinds.automaton.asked import asked_of
from distill.kinds.automaton.division import describe_division
from distill.kinds.automaton.group import group_of
from distill.kinds.automaton.loop import Plan, table_names
from distill.kinds.automaton.rows import rows_of
from distill.kinds.automaton.throughout import throughout
from distill.kinds.automaton.variables import loop_of, recognise_variable, transition_table
from distill.programs.description import Description
from distill.programs.kept_lists import delays, written_together
from distill.programs.recognition.rows import Rows
from distill.programs.recognition.variable import Loop, Recognition, VariableRole
from distill.programs.recognition.windows import (
    OTHER_INPUT,
    is_window,
    of_the_last,
    without_memory,
)
from distill.programs.recognition.words import STAGE, combination

RULES = (
    "The variables are the state. Each has a rule for its next value.",
    "Why it works: the rules give the right next values and output for all values that can be "
    "reached and every input.",
)
"""What is said of variables of no known role."""

NO_NUMBERS = {VariableRole.LATCH, VariableRole.RULES, VariableRole.STAGE}
"""Variables that nobody would add up."""


@dataclass(frozen=True)
class Subject:
    """A plan as it is described.

    Attributes:
        plan: what the program does at every step.
    """

    plan: Plan

    @property
    def names(self) -> tuple[str, ...]:
        """Of the variables."""
        return self.plan.labelling.names

    @cached_property
    def loop(self) -> Loop:
        """The plan as a loop."""
        return loop_of(self.plan)

    @cached_property
    def rows(self) -> Rows:
        """Every step that it can take."""
        return rows_of(self.plan)

    @cached_property
    def variables(self) -> Mapping[str, Recognition]:
        """What every variable is."""
        return {name: recognise_variable(self.plan, self.rows, name) for name in self.names}


def describe(plan: Plan) -> Description:
    """What a plan does; what it lists is said beside it."""
    description = _described(Subject(plan))
    listed = _listed(plan, transition_table(plan) is not None)
    if not listed:
        return description
    return replace(description, why=(description.why[0], listed, *description.why[1:]))


def describe_plainly(plan: Plan) -> Description:
    """What is true of every machine."""
    subject, count = Subject(plan), len(plan.labelling.names)
    if not count:
        return replace(without_memory(subject.loop), title=OTHER_INPUT)
    return Description(f"machine in {count} variable{'s' if count > 1 else ''}", RULES)


def _listed(plan: Plan, transitions_told: bool) -> str:
    """What is listed for want of an expression, and how much."""
    cells = list[str]()
    for part, name in table_names(plan).items():
        if part in plan.listed and not (transitions_told and part in plan.updates):
            cells.append(f"{name} ({many(len(part.rows), 'cell')})")
    for part in dict.fromkeys(plan.listed):
        if isinstance(part, Member):
            cells.append(f"{many(len(part.values), 'value')} for which a condition holds")
    if not cells:
        return ""
    what = "the answers" if transitions_told else "a part of it"
    return f"For {what} no expression was found; listed: {', '.join(cells)}."


def _described(subject: Subject) -> Description:
    ways = (way(subject) for way in WAYS)
    found = next((description for description in ways if description is not None), None)
    if found is not None:
        return found
    better = {"state": "count"} if "previous" in subject.names else {}
    return Description(f"machine in {len(subject.names)} variables", RULES, better)


def _current(subject: Subject) -> Description | None:
    """Nothing is remembered."""
    return None if subject.names else without_memory(subject.loop)


def _window(subject: Subject) -> Description | None:
    """Only the last inputs are remembered."""
    loop = subject.loop
    if not is_window(loop):
        return None
    together = written_together(loop.updates, loop.inputs, loop.answers, ordered=False)
    described = of_the_last(loop, together)
    better = {"state": "previous"} if subject.names == ("state",) else {}
    return replace(described, names=better)


def _divides(subject: Subject) -> Description | None:
    return describe_division(subject.plan, subject.loop)


def _alone(subject: Subject) -> Description | None:
    """One variable, which is what it is recognised as."""
    if len(subject.names) > 1:
        return None
    ((name, one),) = subject.variables.items()
    better = {name: one.name} if name == "state" and one.name else {}
    return Description(
        asked_of(subject.plan, subject.rows, one), (one.does, f"Why it works: {one.why}"), better
    )


def _flagged(subject: Subject) -> Description | None:
    """A window, and a bit that changes once something was seen in it."""
    loop = subject.loop
    if "flag" not in subject.names or subject.variables["flag"].role is not VariableRole.LATCH:
        return None
    window = {name for _, chain in delays(loop.updates, loop.inputs) for name in chain}
    if window != {*subject.names} - {"flag"}:
        return None
    called = subject.variables["flag"].name
    length = 1 + (len(subject.names) - 1) // len(loop.inputs)
    if called == "valid":
        what = (
            f"`valid` is 1 until {many(length, 'input')} in a row are what must not occur, then 0."
        )
        title = f"validity by windows of {length} inputs"
    else:
        what = f"`seen` is 0 until {many(length, 'input')} in a row are what is looked for, then 1."
        title = f"search in windows of {length} inputs"
    return Description(
        throughout(subject.loop, subject.rows, "flag") or title,
        (
            f"Keeps the latest inputs; {what}",
            "Why it works: one such window decides it for ever, wherever it stands, and to see "
            f"windows it is enough to keep {length - 1} of the inputs before this one.",
        ),
        {"flag": called},
    )


def _variables_with_tables(subject: Subject) -> Description | None:
    if not subject.plan.listed:
        return None
    return Description(f"table over {len(subject.names)} variables", RULES)


def _phases(subject: Subject) -> Description | None:
    """A number that never falls, and another that is remembered while it stays."""
    rows, values = subject.rows, subject.loop.values
    if subject.names[0] != "phase" or (rows.moves("phase") < 0).any():
        return None
    count, bit = len(values["phase"]), values["state"] == [0, 1]
    free = [row[0] or 0 for row in subject.plan.labelling.values if row[1] is None]
    leaves = (rows.moves("phase") != 0) & ~np.isin(rows.after["phase"], free)
    entered = np.column_stack([rows.after["phase"][leaves], rows.after["state"][leaves]])
    why = "the phase and the other variable together say all that matters of the past."
    if len(np.unique(entered, axis=0)) == len(np.unique(entered[:, 0])):
        why = "what was read in earlier phases matters only in that they are over."
    if free:
        why += " In a last phase that nothing leaves, the other variable no longer matters."
    return Description(
        f"machine in {count} phases",
        (
            f"Goes through up to {count} phases, none of which comes back, and remembers "
            f"{'one bit' if bit else 'a number'} within a phase.",
            f"Why it works: {why}",
        ),
        {"state": "odd" if bit else "count"},
    )


def _arrangement(subject: Subject) -> Description | None:
    """Variables whose values every symbol moves from place to place."""
    names, rows = subject.names, subject.rows
    if names[0] not in {"a", "p"}:
        return None
    before, after = (np.column_stack([of[n] for n in names]) for of in (rows.before, rows.after))
    if (np.sort(before, axis=1) != np.arange(len(names))).any():
        return None
    for read in rows.by_symbol():
        came_from = (before[read][0] == after[read][0][:, None]).argmax(axis=1)
        if (before[read][:, came_from] != after[read]).any():
            return None
    group = group_of(subject.plan.labelling.machine)
    return Description(
        f"arrangements of {len(names)} things",
        (
            f"Keeps {len(names)} things in an order; every input moves them from place to place"
            + (f" ({group})." if group else "."),
            "Why it works: shuffling what lies in the places multiplies permutations, the latest "
            "input last, and the arrangement is the product so far.",
        ),
    )


def _needs(subject: Subject, name: str) -> set[str]:
    """The other variables that a variable's next value depends on."""
    return ex.names(subject.loop.updates[name]) & {*subject.names} - {name}


def _beside(subject: Subject) -> Description | None:
    """Variables that go on side by side, each under the name of its role."""
    if any(_needs(subject, name) for name in subject.names):
        return None
    better: dict[str, str] = {}
    lines = list[str]()
    for name, one in subject.variables.items():
        called = _parity_of(subject, name) or one.name or name
        if called in better.values():
            called += "2"
        better[name] = called
        does = one.does
        if one.role is VariableRole.STAGE:  # the sentence has the name
            does = does.replace(STAGE, called)
        lines.append(f"`{called}`: {does}")
    return Description(
        _together(subject),
        (
            "The variables go on side by side, and the output is made of them together.",
            *lines,
            "Why it works: no variable needs another to know its next value.",
        ),
        better,
    )


def _parity_of(subject: Subject, name: str) -> str:
    """The name of a bit that says whether the ones so far, or the zeros, are odd in number."""
    rows, one = subject.rows, subject.variables[name]
    of_bits = subject.loop.inputs == ("x",) and subject.loop.values["x"] == [0, 1]
    if one.role is VariableRole.PARITY and of_bits and rows.start[name] == 0:
        changed = rows.after[name] != rows.before[name]
        for value, called in ((1, "odd_ones"), (0, "odd_zeros")):
            if (changed == (rows.given["x"] == value)).all():
                return called
    return ""


def _together(subject: Subject) -> str:
    """What is answered, where it is a sum, a difference or a product of two variables."""
    rows, titles = subject.rows, [one.title for one in subject.variables.values()]
    numbers = all(one.role not in NO_NUMBERS for one in subject.variables.values())
    if len(titles) == 2 and numbers:
        (one, other), (a, b) = titles, (rows.after[name] for name in subject.names)
        for value, title in (
            (a - b, combination("-", one, other)),
            (b - a, combination("-", other, one)),
            (a + b, combination("+", one, other)),
            (a * b, combination("*", one, other)),
        ):
            if (rows.answers == value).all():
                return title
    return " and ".join(titles)


def _blocks(subject: Subject) -> Description | None:
    """A variable that goes on alone, and another that it steers."""
    if subject.names != ("state", "state2") or _needs(subject, "state"):
        return None
    machine = subject.plan.labelling.machine
    group, sides = group_of(machine) or "", machine.states // 2
    if group == f"dihedral group of order {machine.states}" and _are_symmetries(
        subject.rows, sides
    ):
        return Description(
            f"word in the {group}",
            (
                f"Multiplies symmetries of a regular polygon of {sides} sides: `rotation` says how "
                "far it is turned, and `reflected` whether it lies on its other side.",
                "Why it works: a reflection turns the sense of rotations that come after it round, "
                "so the two numbers say which symmetry the product is.",
            ),
            {"state": "reflected", "state2": "rotation"},
        )
    return Description(
        f"{subject.variables['state'].title} that steers another variable",
        (
            "One variable goes on by itself, and says how the other moves.",
            "Why it works: the two together tell all states apart, and their rules give the right "
            "next state for every input.",
        ),
        {"state": "block", "state2": "place"},
    )


def _are_symmetries(rows: Rows, sides: int) -> bool:
    """Whether every symbol multiplies by a symmetry: (s, a) by (r, t) is (s + r, a + (-1)^s t)."""
    if {*np.unique(rows.before["state"]).tolist()} != {0, 1}:
        return False
    flips = rows.after["state"] ^ rows.before["state"]
    sense = 1 - 2 * rows.before["state"]
    turns = (sense * rows.moves("state2")) % sides
    inside = (rows.before["state2"] >= 0) & (rows.before["state2"] < sides)
    return bool(inside.all()) and rows.is_of_symbol(flips) and rows.is_of_symbol(turns)


WAYS: tuple[Callable[[Subject], Description | None], ...] = (
    _current,
    _window,
    _divides,
    _alone,
    _flagged,
    _variables_with_tables,
    _phases,
    _arrangement,
    _beside,
    _blocks,
)
"""How loops are described, from what says most to what says least."""
