"""A vote between two tokens, told as a count of one of them.

Which of two tokens there are more of, up to a position, is whether one of them is at half of the
positions or more. A head that looks at everything alike has that number in what it writes: there is
no vote in where it looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from jaxtyping import Int
from numpy import ndarray

from distill.checker.selections import POSITIONS, TOKENS, element
from distill.kinds.attention.learned.parted import same_answers
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.programs.names import free_name

VOTES = ("vote", "vote_last", "vote_least")
UP_TO_HERE = "j <= i"


def tallied(
    mechanism: AttentionMechanism, batches: Sequence[Int[ndarray, "_ _"]]
) -> tuple[AttentionMechanism, str] | None:
    """The program that counts one of two tokens up to every position, in place of a vote among all
    that stands there, and the name of what it counts; null where there is no such vote, or answers
    would be others.

    Args:
        mechanism: without heads.
        batches: texts, of one length in each.
    """
    least, most = mechanism.tokens
    chosen = {step.name: step for step in mechanism.steps if step.op == "select"}
    for step in mechanism.steps if most - least == 1 else ():
        if step.op not in VOTES or step.keys != (TOKENS,) or step.by != "y":
            continue
        alone = sum(it.chosen == step.chosen for it in mechanism.steps) == 1
        if not alone or chosen[step.chosen].by != UP_TO_HERE:
            continue
        for at_least in ("i", "i + 1"):
            other, name = _counting(mechanism, chosen[step.chosen], step, at_least)
            if same_answers(mechanism, other, batches):
                return other, name
    return None


def _counting(
    mechanism: AttentionMechanism, everything: Step, vote: Step, at_least: str
) -> tuple[AttentionMechanism, str]:
    """The program that says which token there are more of by how many there are of the larger."""
    least, most = mechanism.tokens
    names = {step.name for step in mechanism.steps} - {everything.name}
    met = free_name("met", names)
    times = free_name("times", {*names, met})
    steps = list[Step]()
    for step in mechanism.steps:
        if step is everything:
            by = f"{UP_TO_HERE} and {element(TOKENS, key=True)} == {most}"
            steps.append(replace(step, name=met, keys=(POSITIONS, TOKENS), by=by))
        elif step is vote:
            more = f"{most} if 2 * {element(times)} > {at_least} else {least}"
            steps.append(Step(times, "width", chosen=met))
            steps.append(Step(step.name, "map", (times, POSITIONS), by=more))
        else:
            steps.append(step)
    return replace(mechanism, steps=tuple(steps)), met
