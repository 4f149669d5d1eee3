"""What a network answers when its heads look where a program's selections say, and elsewhere.

Along structured texts of every length, every head of a selection is given what the program chooses
in place of its attention, and every other head its attention along another text, a position
further on (`attended.resampled`). Three things are seen: answers stay so; with the selections of
another text they become what the program says with these; and a head's own attention is where its
selection has it, at all positions and at those where another selection has it elsewhere. Of several
selections each has that of another text alone, too, while heads of the others look where they do
with that: what one of them does may hide that another does nothing that the program says.

Of selections of which counts are in what heads write, that is exchanged for what they write along
another text, one group of heads after another; even ones weigh what stands there for the query that
is here, as the program has it. Other heads of selections look where they do with
that, and answers are to become what the program says with the counts of that text. Of several
counts of a group so they are where each matters: where the program answers otherwise if all others
of them are exchanged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy import ndarray

from .along import Along, Attended, Head, Step
from .attended import (
    REPLACED_FORMED,
    REPLACED_SEED,
    compared,
    further_on,
    is_even,
    least_shared,
    parts_shared,
    texts_replaced,
)
from .kept import Counts
from .kind import CLEAR, Claims
from .selections import POSITIONS, TOKENS, reads_of
from .text_transformer import alike
from .texts import TextEvidence


def replaced(evidence: TextEvidence, selections: Sequence[Step]) -> Claims:
    """The rows that are derived of heads in which selections were found.

    Nothing is shared by heads of a selection of which one does nothing, nor where the program
    answers the same whatever that selection chooses: nothing reads it. And by none
    where answers stay as well with the selections of another text: a head that looks evenly at
    everything has whatever is chosen, if what is not chosen is said to weigh as much.
    """
    heads = _heads_of(evidence.shape, selections)
    counts = Counts(partial(alike, evidence.shape))
    shared = [np.zeros((len(each), 5)) for each in heads]
    matters = [dict.fromkeys(each, False) for each in heads]
    read = np.zeros(len(selections), dtype=bool)
    for rows in _texts(evidence):
        along = Along(evidence, selections, heads, rows)
        others = [place for place, step in enumerate(selections) if not step["exchanged"]]
        here = along.read, along.said
        counts.kept(*here, along.network({**along.nothing, **_joined(along.patterns)}))
        if others:
            every = {**along.nothing, **_joined(along.patterns)}
            every |= _joined([along.decoys[place] for place in others])
            counts.moved("elsewhere", *here, along.program(others), along.network(every))
        put = {head: it for head, it in along.nothing.items() if head not in along.selected}
        even = [place for place, step in enumerate(selections) if is_even(step)]
        put |= _joined([along.patterns[place] for place in even])
        for place in others if len(others) > 1 else ():
            alone = along.network({**put, **along.decoys[place]})
            counts.moved(f"{place} alone", *here, along.program([place]), alone)
        for group in along.groups:
            met = along.met[group[0]]
            there = along.exchanged({*along.patterns[group[0]]}, put, met)
            then = along.program_exchanged(group)
            counts.moved(str(group), *here, then, there)
            for place in group if len(group) > 1 else ():
                but_one = along.program_exchanged([it for it in group if it != place])
                before, said = (along.said, None) if but_one is None else (but_one, then)
                counts.moved(f"{place} of several", along.read, before, said, there)
        for place, each in enumerate(matters):
            for head in [head for head, seen in each.items() if not seen]:
                each[head] = _does_something(along, place, head)
        for place in np.flatnonzero(~read).tolist():
            ask = along.program_exchanged if selections[place]["exchanged"] else along.program
            otherwise = ask([place])
            read[place] = otherwise is None or bool((otherwise != along.program([])).any())
        for place, each in enumerate(along.patterns):
            for which, (head, it) in enumerate(each.items()):
                rival = along.rivals[place][head]
                own, those, others = (
                    each[:, along.before :] for each in (along.own[head], it, rival)
                )
                asked = compared(selections[place], along.chosen[place], along.others[place])
                shared[place][which] += parts_shared(own, those, others, asked)
    does = np.array([all(each.values()) for each in matters])
    used = does & read & (counts.stay - counts.astray >= CLEAR)
    parts = [
        [counted * both, positions, counted * apart, elsewhere, count]
        for each, counted in zip(shared, used.tolist(), strict=True)
        for both, positions, apart, elsewhere, count in each.tolist()
    ]
    everywhere, apart = least_shared(parts)
    return {
        "figures.replaced_accuracy": counts.stay,
        "figures.followed_accuracy": counts.followed,
        "figures.attention_shared": everywhere,
        "figures.attention_apart": apart[0],
    }


def alone(evidence: TextEvidence) -> Claims:
    """The rows that are derived where a program has no selections.

    Answers stay when every head has its attention along another text, a position further on; and
    with the tokens of another text they become what the program says to that. So do they with other
    positions, where the program reads these.
    """
    counts = Counts(partial(alike, evidence.shape))
    reads = reads_of(evidence.mechanism["steps"])
    for rows in _texts(evidence):
        along = Along(evidence, (), (), rows)
        here = along.read, along.said
        counts.kept(*here, along.network(along.nothing))
        if TOKENS in reads:
            other = np.roll(rows, 1, axis=0)
            said = Along(evidence, (), (), other).program(())
            counts.moved(TOKENS, *here, said, along.network(along.nothing, other))
        if POSITIONS in reads:
            at = further_on(rows)
            said = along.ran(along.body, {POSITIONS: list(at.T)})
            counts.moved(POSITIONS, *here, said, along.network(along.nothing, at=at))
    return {
        "figures.replaced_accuracy": counts.stay,
        "figures.followed_accuracy": counts.followed,
    }


def _does_something(along: Along, place: int, head: Head) -> bool:
    """Whether answers change where one of a selection's heads looks elsewhere, or where it alone
    does not: heads that do the same stand in for each other.

    All others look where they do with that: what a head writes may be what others look by. What is
    exchanged with what heads write is so here.
    """
    decoys = along.decoys[place]
    if along.selections[place]["exchanged"]:
        one, every = along.exchanged({head}), along.exchanged({*decoys})
        but_one = along.exchanged({*decoys} - {head})
    else:
        one, every = along.network({head: decoys[head]}), along.network(decoys)
        but_one = along.network({**decoys, head: along.own[head]})
    return not (along.alike(one, along.said).all() and along.alike(but_one, every).all())


def _heads_of(shape: Mapping[str, Any], selections: Sequence[Step]) -> list[list[Head]]:
    """The heads of every selection, all of them heads of the network. None has two selections, but
    where it is even: what it takes may tell several counts.
    """
    known = {(n, h) for n in range(shape["n_layers"]) for h in range(shape["n_heads"])}
    told = [[step["head"], *step["also"]] for step in selections]
    heads = [[head for one in each for head in known if [*head] == one] for each in told]
    if [*map(len, heads)] != [*map(len, told)] or any(len({*it}) < len(it) for it in heads):
        raise ValueError("a selection is said to be of a head that the network does not have")
    weights: dict[Head, tuple[bool, Any]] = {}
    for step, each in zip(selections, heads, strict=True):
        alike = [None] * len(each)
        both = zip(step["spread"] or alike, step["by_pair"] or alike, strict=True)
        for head, weighs in zip(each, both, strict=True):
            own = is_even(step), weighs
            if head in weights and not (own[0] and weights[head] == own):
                raise ValueError("a head is said to look as two selections do")
            weights[head] = own
    return heads


def _joined(each: Sequence[Attended]) -> dict[Head, ndarray]:
    return {head: it for some in each for head, it in some.items()}


def _texts(evidence: TextEvidence) -> list[ndarray]:
    """The texts along which heads are replaced."""
    if evidence.form is None:
        return texts_replaced(evidence.tokens, evidence.longest)
    draw = {"kind": "formed", "length": evidence.longest, "count": REPLACED_FORMED}
    rows = evidence.texts({**draw, "seed": REPLACED_SEED})
    return [some for some in rows if len(some) > 1]
