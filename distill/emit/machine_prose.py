"""What a loop is called and why it works, read off its expressions and never known beforehand."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from distill.emit.kept_lists import delays, written_together
from distill.emit.loop_text import WIDTH
from distill.emit.machine_kinds import Kind, group_of, kind_of
from distill.emit.window_prose import input_title, window_title, window_why
from distill.synthesis import expression as ex
from distill.synthesis.expression import Constant, Expression, Name, Operation

if TYPE_CHECKING:
    from distill.emit.machine_loop import Plan


@dataclass(frozen=True)
class Role:
    """What a program is.

    Attributes:
        name: in words, such as "counter mod 113".
        why: what the algorithm is and why it works, in paragraphs.
        names: better names for variables and inputs, by the names that they have.
        answer: a name for the answer, where a line before it sets it.
    """

    name: str
    why: tuple[str, ...]
    names: dict[str, str]
    answer: str = "answer"

    @property
    def function(self) -> str:
        """The name as a function's."""
        said = self.name.lower().removeprefix("whether the ").removeprefix("whether ")
        words = re.sub(r"-(?=\d)", "minus ", said)
        return re.sub(r"[^a-z0-9]+", "_", words).strip("_")

    @property
    def docstring(self) -> str:
        """Of the module."""
        title = self.name[0].upper() + self.name[1:] + "."
        paragraphs = [textwrap.fill(text, WIDTH, break_long_words=False) for text in self.why]
        return "\n\n".join([title, *paragraphs])


def role_of(plan: Plan) -> Role:
    """Recognise what a plan does."""
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
    if plan.divides:
        return _division(plan)
    kinds = {n: kind_of(plan, n, update) for n, update in plan.named_updates.items()}
    if len(names) == 1:
        (kind,) = kinds.values()
        better = {names[0]: kind.name} if names == ("state",) and kind.name else {}
        return Role(kind.alone or kind.title, (kind.what, f"Why it works: {kind.why}"), better)
    if plan.tables:
        return Role(
            f"table over {len(names)} variables",
            (
                "The variables are the state. For some of what is computed no expression was "
                "found: it is listed.",
                "Why it works: the lists have all values that occur.",
            ),
            {},
        )
    if "flag" in names and kinds["flag"].title == "latch":
        return _flagged(plan, kinds["flag"])
    if names[0] == "phase":
        return _phases(plan)
    if names[0] in {"a", "p"} and all(map(_moves, plan.updates)):
        return _arrangement(plan)
    others = {n: ex.names(update) & set(names) - {n} for n, update in plan.named_updates.items()}
    if not any(others.values()):
        return _product(plan, kinds)
    if names == ("state", "state2") and not others["state"]:
        return _blocks(plan, kinds)
    return Role(
        f"machine in {len(names)} variables",
        (
            "The variables are the state. Each has a rule for its next value.",
            "Why it works: the rules give the right next values and output for all values that can "
            "be reached and every input.",
        ),
        {"state": "count"} if "previous" in names else {},
    )


def _flagged(plan: Plan, kind: Kind) -> Role:
    """A window, and a bit that changes once something was seen in it."""
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


def _phases(plan: Plan) -> Role:
    count = len(plan.domains["phase"])
    bit = plan.domains["state"] == {0, 1}
    return Role(
        f"machine in {count} phases",
        (
            f"Goes through up to {count} phases, none of which comes back, and remembers "
            f"{'one bit' if bit else 'a number'} within a phase.",
            "Why it works: what was read in earlier phases matters only in that they are over. In "
            "a last phase that nothing leaves, the other variable no longer matters.",
        ),
        {"state": "odd" if bit else "count"},
    )


def _moves(update: Expression) -> bool:
    """Whether a value is only taken over from one variable or another."""
    match update:
        case Operation("if", (_, yes, no)):
            return _moves(yes) and _moves(no)
    return isinstance(update, Name)


def _arrangement(plan: Plan) -> Role:
    names = plan.labelling.names
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


def _product(plan: Plan, kinds: dict[str, Kind]) -> Role:
    """Variables that go on side by side, each under the name of its role."""
    better: dict[str, str] = {}
    for name, kind in kinds.items():
        called = kind.name or name
        update = plan.named_updates[name]
        if called == "parity" and plan.inputs == ("x",) and plan.domains["x"] == {0, 1}:
            zeros = Operation("==", (Name("x"), Constant(0)))
            called = "odd_zeros" if zeros in ex.subexpressions(update) else "odd_ones"
        if called in better.values():
            called += "2"
        better[name] = called
    lines = [f"`{better[name]}`: {kind.what}" for name, kind in kinds.items()]
    return Role(
        f"product of {' and '.join(kind.title for kind in kinds.values())}",
        (
            "The variables go on side by side, and the output is made of them together.",
            *lines,
            "Why it works: no variable needs another to know its next value.",
        ),
        better,
    )


def _blocks(plan: Plan, kinds: dict[str, Kind]) -> Role:
    """A variable that goes on alone, and another that it steers."""
    machine = plan.labelling.machine
    group = group_of(machine) or ""
    if group == f"dihedral group of order {machine.states}" and plan.domains["state"] == {0, 1}:
        sides = machine.states // 2
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


def _window(plan: Plan) -> Role:
    together = written_together(plan.named_updates, plan.inputs, (plan.output,), ordered=False)
    chains = list(delays(plan.named_updates, plan.inputs))
    depth = 1 + max(len(names) for _, names in chains)
    name = f"function of the last {depth} inputs"
    if len(plan.inputs) == 1:
        ((channel, names),) = chains
        ages = names if plan.after else (channel, *names)
        name = window_title(plan.output, ages, plan.domains[channel])
    starts = {value or 0 for value in plan.labelling.values[0]}
    better = {"state": "previous"} if plan.labelling.names == ("state",) else {}
    return Role(name, window_why(depth, together, starts), better)


def _division(plan: Plan) -> Role:
    """A sum of which one part of a quotient and remainder is given out, and the other kept."""
    (update,) = plan.updates
    assert isinstance(update, Operation), "the next value is a quotient or a remainder"
    assert isinstance(update.operands[1], Constant), "by a constant"
    divisor = update.operands[1].value
    terms, offset = ex.terms_of(plan.shared[1] if plan.shared else update.operands[0])
    factor = {term: size for size, term in terms}
    own = factor.get(Name(plan.labelling.names[0]), 0)
    others = [size for term, size in factor.items() if term != Name(plan.labelling.names[0])]
    (state,) = plan.labelling.names
    if update.operator == "%":
        if own > 1 and others == [1] and not offset and len(plan.inputs) == 1:
            (digit,) = plan.inputs
            called = "bit" if own == 2 else "digit"
            return Role(
                f"long division by {divisor} in base {own}",
                (
                    f"Reads a number digit by digit in base {own}, the most significant first, and "
                    f"writes the digits of its quotient by {divisor}.",
                    "Why it works: this is long division. The remainder so far, followed by the "
                    f"next digit, is {own} * remainder + {called}. How often {divisor} goes into "
                    "that is the next digit of the quotient, and what is left over is the next "
                    "remainder.",
                ),
                {state: "remainder", digit: called},
                "quotient",
            )
        return Role(
            f"division by {divisor} that carries the remainder",
            (
                f"Divides what comes in by {divisor}, gives out the quotient, and adds the "
                "remainder to what comes in at the next step.",
                f"Why it works: {divisor} times all that was given out, and the remainder, always "
                "make up the sum of what came in.",
            ),
            {state: "remainder"},
            "quotient",
        )
    plain = own == 1 and set(others) == {1} and not offset and len(others) == len(plan.inputs)
    kind = "addition" if plain and len(plan.inputs) > 1 else "arithmetic"
    return Role(
        f"{kind} with carry, base {divisor}",
        (
            f"Works through the digits in base {divisor}, the least significant first, as on "
            "paper.",
            f"Why it works: divided by {divisor}, a step's total leaves its last digit, which is "
            f"the output; the quotient counts for the next place, {divisor} times as much, and is "
            "carried there.",
        ),
        {state: "carry"},
        "digit",
    )
