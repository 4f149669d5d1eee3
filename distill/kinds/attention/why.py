"""Why a program over texts works: what each of a network's heads does for it, and what shows that.

Programs of other kinds say so in their own words, above their code. Of one over texts it is a
matter of the network: nothing is said here but what its mechanism holds and its report has
measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from distill.checker.selections import LAST, POSITIONS, TOKENS
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.where import chosen_words
from distill.records.figures import ELSEWHERE
from distill.records.report import Report

TAKES: Mapping[str, str] = {
    "width": "{name} is how many these are",
    "mean": "{name} is the mean of {what} there",
    "copy": "{name} is {what} there{last}",
    "copy_first": "{name} is {what} there{first}",
    "least": "{name} is the smallest {noun} there",
    "greatest": "{name} is the largest {noun} there",
    **dict.fromkeys(
        ("vote", "vote_last", "vote_least"), "{name} is the most frequent {noun} there"
    ),
}
"""What is taken from positions that are chosen."""

REPLACED, FOLLOWED, SHARED = "replaced_accuracy", "followed_accuracy", "attention_shared"
"""The rows of selections in place of attention, of others in place of these, and of how much of
heads' attention is where their selections are."""


def why_it_works(mechanism: AttentionMechanism, report: Report) -> list[str]:
    """What each head does and what is made of it, then what was done to show it, in sentences."""
    said, brought = list[str](), dict[str, str]()
    for step in mechanism.steps:
        if step.op == "select":
            said.append(_selection(mechanism, step, brought))
        elif step.op not in ("map", LAST):
            by = next(it for it in mechanism.steps if it.name == step.chosen)
            brought[step.name] = _heads(by) or "no head that was found"
    *_, answer = (step for step in mechanism.steps if step.op != LAST)
    if answer.op == "map":
        read = [name for name in answer.of if name not in (TOKENS, POSITIONS)]
        of = f" of {_listed(read)}" if read else ""
        said.append(
            f"The answer is the function {answer.by}{of}, computed at every position alone; where "
            "in the network that is done was not looked for."
        )
    return [*said, *_measured(mechanism, report)]


def _selection(mechanism: AttentionMechanism, step: Step, brought: Mapping[str, str]) -> str:
    """What a selection chooses, in which heads, from what, and what is taken from there."""
    words = chosen_words(vars(step)) or f"the positions j with {step.by}"
    heads = _heads(step)
    many = len(step.heads) > 1
    if not heads:
        said = f"{step.name} chooses, for every position i, {words}, in no head that was found"
    elif step.exchanged:
        said = f"What {heads} write{'' if many else 's'} depends, at every position i, on {words}"
    else:
        said = f"{heads[0].upper()}{heads[1:]} look{'' if many else 's'}, from i, at {words}"
    before = [name for name in (*step.of, *step.keys) if name in brought]
    if before:
        told = [f"{name} is there from {brought[name]}" for name in dict.fromkeys(before)]
        said += f" ({_listed(told)})"
    several = words.startswith("the positions") or not words.startswith("the ")
    taken = [_taken(it, several) for it in mechanism.steps if it.chosen == step.name]
    return f"{said}: {'; '.join(taken)}." if taken else f"{said}."


def _taken(step: Step, several: bool) -> str:
    """What an aggregation takes from positions, of which there may be several."""
    what, noun = ("the token", "token") if step.by == "y" else (step.by, f"value of {step.by}")
    last, first = (f", the {which} of several" if several else "" for which in ("last", "first"))
    return TAKES[step.op].format(name=step.name, what=what, noun=noun, last=last, first=first)


def _measured(mechanism: AttentionMechanism, report: Report) -> Iterator[str]:
    """What was exchanged, and what the answers did."""
    replaced, followed = report.figure(REPLACED), report.figure(FOLLOWED)
    if replaced is None or replaced.value is None:
        yield "That the network's heads do this was not shown: none was exchanged for it."
        return
    written = any(step.exchanged for step in mechanism.steps)
    given = "these selections (their counts, in what heads write) in place of what the heads do"
    given = given if written else "these selections in place of the heads' attention"
    given = given if mechanism.remembered else "no selection"
    yield (
        f"With {given}, and all other heads given {ELSEWHERE}, {replaced.value:.1%} of the "
        "network's answers stay."
    )
    if followed is not None and followed.value is not None:
        stay = "" if followed.decoy is None else f"; {followed.decoy:.1%} stay as they were"
        yield (
            f"{FROM_ANOTHER[mechanism.remembered != ()]}, of the answers that the program changes "
            f"with these {followed.value:.1%} become what it says{stay}."
        )
    if not report.located:
        yield (
            "Not every test that this needs was passed: what stands here of heads is where the "
            "program was found, and not shown of the network."
        )
    shared = report.value(SHARED)
    if shared is not None and not written:
        yield (
            f"Left alone, the heads have at least {shared:.0%} of their attention in common with "
            "their selections."
        )


FROM_ANOTHER = {
    True: "With the selections of another text in their place",
    False: "With the tokens of another text in their place",
}


def _heads(step: Step) -> str:
    """Of a selection, as in "head 0 of layer 1 and head 2 of layer 1"; empty without any."""
    return _listed([f"head {head} of layer {layer}" for layer, head in step.heads])


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))
