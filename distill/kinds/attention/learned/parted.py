"""Two things that are taken from where one selection chooses, as two selections.

Of programs that answer alike the plainest takes all that it can from one selection: what is there
most often, and whether the last of it is the separator. A network may have heads for each. So what
is asked of one value alone gets a selection of that value alone, wherever more answers stay with
heads for both. Where what is chosen has to have something in common with the query, a network may
look first, and compare behind: what they have in common is copied, and held against the query's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from jaxtyping import Int
from numpy import ndarray

from distill.checker.selections import TOKENS, element
from distill.kinds.attention.fitting import reads
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.running import answered
from distill.programs.names import free_name

COPIES = ("copy", "copy_first", "least", "greatest", "vote", "vote_last", "vote_least")
LEFT_OUT = 0.002
"""Part of the answers that may be others."""
MET = "met"


def parted(
    mechanism: AttentionMechanism, batches: Sequence[Int[ndarray, "_ _"]]
) -> Iterator[AttentionMechanism]:
    """Programs that answer texts as one does, each with one selection more.

    Args:
        mechanism: without heads.
        batches: texts, of one length in each.
    """
    for step in mechanism.steps:
        shared = [it for it in mechanism.steps if it.chosen and it.chosen == step.chosen]
        value = _asked_for(mechanism, step)
        if len(shared) < 2 or step.op not in COPIES or step.keys != (TOKENS,) or value is None:
            continue
        own = _with_its_own(mechanism, step, value)
        for other in (own, *_compared_behind(own, step, value)):
            if same_answers(mechanism, other, batches):
                yield other


def same_answers(
    one: AttentionMechanism, other: AttentionMechanism, batches: Sequence[Int[ndarray, "_ _"]]
) -> bool:
    """Whether two programs answer texts alike, but for a few answers."""
    pairs = [(answered(one, rows, {}), answered(other, rows, {})) for rows in batches]
    if any(first is None or second is None for first, second in pairs):
        return False
    parts = sum(int((first != second).sum()) for first, second in pairs)
    return parts <= LEFT_OUT * sum(first.size for first, _ in pairs if first is not None)


def _asked_for(mechanism: AttentionMechanism, step: Step) -> int | None:
    """The value that later lines ask a variable for; null where they ask for more than one."""
    name = re.escape(element(step.name))
    found = set[int]()
    for later in mechanism.steps:
        if step.name in later.keys:
            return None
        if step.name in later.of:
            asked = re.findall(rf"\b{name}\b(?: == (\d+)\b)?", later.by)
            if not all(asked):
                return None
            found |= {*map(int, asked)}
    return found.pop() if len(found) == 1 else None


def _with_its_own(mechanism: AttentionMechanism, step: Step, value: int) -> AttentionMechanism:
    """The program in which a variable is copied from a selection of a value alone."""
    (chosen,) = (it for it in mechanism.steps if it.name == step.chosen)
    by = f"({chosen.by})" if " or " in chosen.by else chosen.by
    own = replace(
        chosen,
        name=free_name(MET, {it.name for it in mechanism.steps}),
        keys=tuple(dict.fromkeys((*chosen.keys, TOKENS))),
        by=f"{by} and {element(TOKENS, key=True)} == {value}",
    )
    steps = list[Step]()
    for each in mechanism.steps:
        steps += [own, replace(step, op="copy", chosen=own.name)] if each is step else [each]
    return replace(mechanism, steps=tuple(steps))


def _compared_behind(
    mechanism: AttentionMechanism, step: Step, value: int
) -> Iterator[AttentionMechanism]:
    """The programs in which what a selection's key and query have in common is copied from there,
    and compared at the query.

    Args:
        mechanism: with a selection of one value alone.
        step: what was copied from it.
        value: what later lines ask it for.
    """
    (copied,) = (it for it in mechanism.steps if it.name == step.name)
    (chosen,) = (it for it in mechanism.steps if it.name == copied.chosen)
    parts = chosen.by.split(" and ")
    for name in chosen.keys:
        here, there = element(name), element(name, key=True)
        same = {f"{there} == {here}", f"{here} == {there}"} & {*parts}
        if name == TOKENS or len(same) != 1:
            continue
        left = " and ".join(part for part in parts if part not in same)
        used = reads(left)
        wider = replace(
            chosen,
            by=left,
            of=tuple(it for it in chosen.of if element(it) in used),
            keys=tuple(it for it in chosen.keys if element(it, key=True) in used),
        )
        asked = f"{element(copied.name)} == {value}"
        steps = list[Step]()
        for each in mechanism.steps:
            if each is chosen:
                steps.append(wider)
            elif each is copied:
                steps.append(replace(copied, keys=(name,), by=there, otherwise=-1))
            elif copied.name in each.of:
                by = each.by.replace(asked, f"{element(copied.name)} == {here}")
                steps.append(replace(each, by=by, of=tuple(dict.fromkeys((*each.of, name)))))
            else:
                steps.append(each)
        yield replace(mechanism, steps=tuple(steps))
