"""What a loop is called and why it works, read off its expressions and never known beforehand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from distill.expressions import expression as ex
from distill.expressions.expression import Constant, Member, Name, Operation
from distill.expressions.printing import source
from distill.kinds.automaton.loop import table_names
from distill.kinds.automaton.rows import Rows, rows_of
from distill.kinds.automaton.variables import STAGE, Kind, group_of, kind_of
from distill.programs.kept_lists import delays, written_together
from distill.programs.role import Role
from distill.programs.window_prose import OTHER_INPUT, input_title, window_title, window_why

if TYPE_CHECKING:
    from distill.kinds.automaton.loop import Plan


def role_of(plan: Plan) -> Role:
    """Recognise what a plan does; what it lists is said beside it."""
    role = _role(plan)
    listed = _listed(plan, role.name.startswith("table of "))
    return replace(role, why=(role.why[0], listed, *role.why[1:])) if listed else role


def _listed(plan: Plan, transitions_told: bool) -> str:
    """What is listed for want of an expression, and how much."""
    cells = list[str]()
    for part, name in table_names(plan).items():
        if part in plan.listed and not (transitions_told and part in plan.updates):
            cells.append(f"{name} ({len(part.rows):,} cells)")
    for part in dict.fromkeys(plan.listed):
        if isinstance(part, Member):
            cells.append(f"{len(part.values):,} values for which a condition holds")
    if not cells:
        return ""
    what = "the answers" if transitions_told else "a part of it"
    return f"For {what} no expression was found; listed: {', '.join(cells)}."


def _role(plan: Plan) -> Role:
    rows = rows_of(plan)
    names = plan.labelling.names
    if not names:
        values = plan.domains[plan.inputs[0]]
        return Role(
            input_title(plan.output, plan.inputs, values),
            (
                "Every output depends on the input of its own step alone.",
                "Why it works: there is nothing to remember, so one expression says it all.",
            ),
            {},
        )
    if set(names) == {
        name for _, chain in delays(plan.named_updates, plan.inputs) for name in chain
    }:
        return _window(plan)
    if plan.divides and len(names) == 1 and (role := _division(plan)) is not None:
        return role
    kinds = {name: kind_of(plan, rows, name) for name in names}
    if len(names) == 1:
        (kind,) = kinds.values()
        better = {names[0]: kind.name} if names == ("state",) and kind.name else {}
        return Role(kind.alone or kind.title, (kind.what, f"Why it works: {kind.why}"), better)
    if "flag" in names and kinds["flag"].title == "latch" and (role := _flagged(plan, kinds)):
        return role
    if plan.listed:
        return Role(f"table over {len(names)} variables", RULES, {})
    if names[0] == "phase" and (role := _phases(plan, rows)) is not None:
        return role
    if names[0] in {"a", "p"} and (role := _arrangement(plan, rows)) is not None:
        return role
    others = {n: ex.names(update) & set(names) - {n} for n, update in plan.named_updates.items()}
    if not any(others.values()):
        return _beside(plan, rows, kinds)
    if names == ("state", "state2") and not others["state"]:
        return _blocks(plan, rows, kinds)
    return Role(
        f"machine in {len(names)} variables",
        RULES,
        {"state": "count"} if "previous" in names else {},
    )


RULES = (
    "The variables are the state. Each has a rule for its next value.",
    "Why it works: the rules give the right next values and output for all values that can be "
    "reached and every input.",
)
"""What is said of variables of no known role."""


def plain_role(plan: Plan) -> Role:
    """What is true of every machine."""
    count = len(plan.labelling.names)
    if not count:
        return Role(OTHER_INPUT, _role(plan).why, {})
    return Role(f"machine in {count} variable{'s' if count > 1 else ''}", RULES, {})


def _flagged(plan: Plan, kinds: dict[str, Kind]) -> Role | None:
    """A window, and a bit that changes once something was seen in it."""
    window = {n for _, chain in delays(plan.named_updates, plan.inputs) for n in chain}
    if window != {*plan.labelling.names} - {"flag"}:
        return None
    kind = kinds["flag"]
    length = 1 + (len(plan.labelling.names) - 1) // len(plan.inputs)
    if kind.name == "valid":
        what = f"`valid` is 1 until {length} inputs in a row are what must not occur, then 0."
        title = f"validity by windows of {length} inputs"
    else:
        what = f"`seen` is 0 until {length} inputs in a row are what is looked for, then 1."
        title = f"search in windows of {length} inputs"
    return Role(
        title,
        (
            f"Keeps the latest inputs; {what}",
            "Why it works: one such window decides it for ever, wherever it stands, and to see "
            f"windows it is enough to keep {length - 1} of the inputs before this one.",
        ),
        {"flag": kind.name or "flag"},
    )


def _phases(plan: Plan, rows: Rows) -> Role | None:
    """A number that never falls, and another that is remembered while it stays."""
    if (rows.moves("phase") < 0).any():
        return None
    count = len(plan.domains["phase"])
    bit = plan.domains["state"] == {0, 1}
    free = [row[0] or 0 for row in plan.labelling.values if row[1] is None]
    leaves = (rows.moves("phase") != 0) & ~np.isin(rows.after["phase"], free)
    entered = np.column_stack([rows.after["phase"][leaves], rows.after["state"][leaves]])
    why = "the phase and the other variable together say all that matters of the past."
    if len(np.unique(entered, axis=0)) == len(np.unique(entered[:, 0])):
        why = "what was read in earlier phases matters only in that they are over."
    if free:
        why += " In a last phase that nothing leaves, the other variable no longer matters."
    return Role(
        f"machine in {count} phases",
        (
            f"Goes through up to {count} phases, none of which comes back, and remembers "
            f"{'one bit' if bit else 'a number'} within a phase.",
            f"Why it works: {why}",
        ),
        {"state": "odd" if bit else "count"},
    )


def _arrangement(plan: Plan, rows: Rows) -> Role | None:
    """Variables whose values every symbol moves from place to place."""
    names = plan.labelling.names
    before, after = (np.column_stack([of[n] for n in names]) for of in (rows.before, rows.after))
    if (np.sort(before, axis=1) != np.arange(len(names))).any():
        return None
    for read in rows.by_symbol():
        came_from = (before[read][0] == after[read][0][:, None]).argmax(axis=1)
        if (before[read][:, came_from] != after[read]).any():
            return None
    group = group_of(plan.labelling.machine)
    return Role(
        f"arrangements of {len(names)} things",
        (
            f"Keeps {len(names)} things in an order; every input moves them from place to place"
            + (f" ({group})." if group else "."),
            "Why it works: shuffling what lies in the places multiplies permutations, the latest "
            "input last, and the arrangement is the product so far.",
        ),
        {},
    )


def _beside(plan: Plan, rows: Rows, kinds: dict[str, Kind]) -> Role:
    """Variables that go on side by side, each under the name of its role."""
    better: dict[str, str] = {}
    lines = list[str]()
    for name, kind in kinds.items():
        called = kind.name or name
        if called == "parity" and plan.inputs == ("x",) and plan.domains["x"] == {0, 1}:
            counted = _odd(rows, name)
            called = f"odd_{counted}" if counted else called
        if called in better.values():
            called += "2"
        better[name] = called
        what = kind.what
        if kind.name == STAGE:  # the sentence has the name
            what = what.replace(STAGE, called)
        lines.append(f"`{called}`: {what}")
    return Role(
        _together(rows, {name: kind.title for name, kind in kinds.items()}),
        (
            "The variables go on side by side, and the output is made of them together.",
            *lines,
            "Why it works: no variable needs another to know its next value.",
        ),
        better,
    )


def _odd(rows: Rows, name: str) -> str:
    """Whether a bit says that the ones so far, or the zeros, are odd in number."""
    changed = rows.after[name] != rows.before[name]
    if rows.start[name] == 0:
        for value, called in ((1, "ones"), (0, "zeros")):
            if (changed == (rows.given["x"] == value)).all():
                return called
    return ""


NO_NUMBERS = "latch", "rules over", "stages"
"""Titles of variables that nobody would add up."""


def _together(rows: Rows, titles: dict[str, str]) -> str:
    """What is answered, where it is a sum, a difference or a product of two variables."""
    if len(titles) == 2 and not any(title.startswith(NO_NUMBERS) for title in titles.values()):
        one, other = titles
        a, b = rows.after[one], rows.after[other]
        for value, title in (
            (a - b, f"{titles[one]} minus {titles[other]}"),
            (b - a, f"{titles[other]} minus {titles[one]}"),
            (a + b, f"sum of {titles[one]} and {titles[other]}"),
            (a * b, f"product of {titles[one]} and {titles[other]}"),
        ):
            if (rows.answers == value).all():
                return title
    return " and ".join(titles.values())


def _blocks(plan: Plan, rows: Rows, kinds: dict[str, Kind]) -> Role:
    """A variable that goes on alone, and another that it steers."""
    machine = plan.labelling.machine
    group = group_of(machine) or ""
    sides = machine.states // 2
    if group == f"dihedral group of order {machine.states}" and _are_symmetries(rows, sides):
        return Role(
            f"word in the {group}",
            (
                f"Multiplies symmetries of a regular polygon of {sides} sides: `rotation` says how "
                "far it is turned, and `reflected` whether it lies on its other side.",
                "Why it works: a reflection turns the sense of rotations that come after it round, "
                "so the two numbers say which symmetry the product is.",
            ),
            {"state": "reflected", "state2": "rotation"},
        )
    return Role(
        f"{kinds['state'].title} that steers another variable",
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
    return bool(inside.all()) and all(
        len(np.unique(flips[read])) == len(np.unique(turns[read])) == 1 for read in rows.by_symbol()
    )


def _window(plan: Plan) -> Role:
    together = written_together(plan.named_updates, plan.inputs, (plan.output,), ordered=False)
    chains = list(delays(plan.named_updates, plan.inputs))
    depth = max(len(names) for _, names in chains) + (not plan.after)
    name = f"function of the last {depth} inputs"
    if len(plan.inputs) == 1:
        ((channel, names),) = chains
        ages = names if plan.after else (channel, *names)
        name = window_title(plan.output, ages, plan.domains[channel])
    starts = {value or 0 for value in plan.labelling.values[0]}
    better = {"state": "previous"} if plan.labelling.names == ("state",) else {}
    return Role(name, window_why(depth, together, starts), better)


def _division(plan: Plan) -> Role | None:
    """A sum of which one part of a quotient and remainder is given out, and the other kept."""
    (update,) = plan.updates
    assert isinstance(update, Operation), "the next value is a quotient or a remainder"
    assert isinstance(update.operands[1], Constant), "by a constant"
    divisor = update.operands[1].value
    (state,) = plan.labelling.names
    terms, offset = ex.terms_of(plan.shared[1] if plan.shared else update.operands[0])
    names = table_names(plan)
    factor = {term: size for size, term in terms}
    own = factor.pop(Name(state), 0)
    plain = set(factor.values()) == {1} and {*factor} <= {*map(Name, plan.inputs)} and not offset
    plain = plain and len(factor) == len(plan.inputs)
    read = {value for name in plan.inputs for value in plan.domains[name]}
    begins = plan.labelling.values[0] == (0,)
    if update.operator == "%":
        if own > 1 and plain and begins and len(plan.inputs) == 1 and read <= {*range(own)}:
            return _long_division(plan.inputs[0], state, own, divisor)
        if own != 1 or not begins or any(state in ex.names(term) for term in factor):
            return None
        added = source(ex.add([(size, term) for term, size in factor.items()], offset), names)
        comes, came = ("what comes in", "what came in") if plain else (added, added)
        return Role(
            f"division by {divisor} that carries the remainder",
            (
                f"Divides {comes} by {divisor}, gives out the quotient, and adds the remainder to "
                f"{comes} at the next step.",
                f"Why it works: {divisor} times all that was given out, and the remainder, always "
                f"make up the sum of {came}.",
            ),
            {state: "remainder"},
            "quotient",
        )
    if own != 1 or not read <= {*range(divisor)}:
        return None
    kind = "addition" if plain and len(plan.inputs) > 1 else "arithmetic"
    (first,) = plan.labelling.values[0]
    return Role(
        f"{kind} with carry, base {divisor}" + (f", from a carry of {first}" if first else ""),
        (
            f"Works through the digits in base {divisor}, the least significant first, as on "
            "paper." + (f" The first carry is {first}." if first else ""),
            f"Why it works: divided by {divisor}, a step's total leaves its last digit, which is "
            f"the output; the quotient counts for the next place, {divisor} times as much, and is "
            "carried there.",
        ),
        {state: "carry"},
        "digit",
    )


def _long_division(digit: str, state: str, base: int, divisor: int) -> Role:
    called = "bit" if base == 2 else "digit"
    return Role(
        f"long division by {divisor} in base {base}",
        (
            f"Reads a number digit by digit in base {base}, the most significant first, and writes "
            f"the digits of its quotient by {divisor}.",
            "Why it works: this is long division. The remainder so far, followed by the next "
            f"digit, is {base} * remainder + {called}. How often {divisor} goes into that is the "
            "next digit of the quotient, and what is left over is the next remainder.",
        ),
        {state: "remainder", digit: called},
        "quotient",
    )
