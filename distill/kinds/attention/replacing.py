"""What a network answers along some texts when its heads look where a program says, and elsewhere.

Every head that a selection was read from is given the selection itself in place of its attention:
the same weight on every position that is chosen, and on the token before the text where none is.
Every other head is given its attention along another text of the same length, a position further
on. A decoy chooses elsewhere (`distill.checker.attended.elsewhere`): where the program then answers
otherwise, the network must not answer as before, and must answer what the program does. Where it
does not, nothing is seen elsewhere. Heads of a selection of which one does nothing, for no answer
changes with where it looks, share nothing with it. And neither do those of a selection that no
answer of the program hangs on (`0 * x` uses nothing), and no head does where answers stay as well
with decoys.

A count may be in what heads write (`distill.checker.attended`). What these write is exchanged for
what they write along another text then, and no head is sent elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker.attended import (
    REPLACED_FORMED,
    compared,
    further_on,
    least_shared,
    parts_shared,
    texts_replaced,
)
from distill.checker.kept import Counts
from distill.checker.kind import CLEAR
from distill.checker.selections import POSITIONS, TOKENS, reads_of
from distill.evidence.figures import Measure, Measured
from distill.kinds.attention.interchange import (
    Patterns,
    all_resampled,
    answered_with,
    as_it_is,
    exchanged,
    patterns_of,
    rivals_along,
    sent_elsewhere,
)
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.running import answered, answered_of, looked_at
from distill.networks.text_network import TextNetwork


def replaced_along(
    mechanism: AttentionMechanism, network: TextNetwork, batches: Sequence[Int[ndarray, "_ _"]]
) -> Measured:
    """Answers that stay when attention is what the program selects, and how far it is that.

    Nothing where a selection was found in no head. Of a program without selections, that answers
    stay where all heads have their attention along another text.

    Args:
        mechanism: of the program.
        network: what it was found in.
        batches: texts, of one length in each.
    """
    selections = [step for step in mechanism.steps if step.op == "select"]
    if not selections:
        return _alone(mechanism, network, batches)
    if any(step.head is None for step in selections):
        return {}
    counts = Counts(network.same)
    shared = {(step.name, head): np.zeros(5) for step in selections for head in step.heads}
    matters = [dict.fromkeys(step.heads, False) for step in selections]
    read = np.zeros(len(selections), dtype=bool)
    for rows in batches:
        said, own = as_it_is(network, rows)
        asked = network.read_at(rows)
        chosen, decoys = looked_at(mechanism, rows)
        put = {
            step.name: patterns_of(network, step, chosen[step.name], rows) for step in selections
        }
        every = {head: it for each in put.values() for head, it in each.items()}
        answers = answered_with(network, rows, {**all_resampled(network, own), **every})
        counts.kept(asked, said, answers)
        for name, (then, there, before) in sent_elsewhere(
            mechanism, network, rows, own, chosen, decoys
        ).items():
            counts.moved(name, asked, said if before is None else before, then, there)
        for step in selections:
            both = chosen[step.name], decoys[step.name]
            rivals, at = rivals_along(network, step, *both, rows), compared(asdict(step), *both)
            for head, it in put[step.name].items():
                three = (own[head], it, rivals[head])
                looks, those, others = (it[:, network.shape.before :].numpy() for it in three)
                shared[step.name, head] += parts_shared(looks, those, others, at)
        for step, each in zip(selections, matters, strict=True):
            astray = patterns_of(network, step, decoys[step.name], rows)
            for head in [head for head, seen in each.items() if not seen]:
                each[head] = does_something(network, rows, own, astray, head, step.exchanged)
        for which in np.flatnonzero(~read):
            step = selections[which]
            if step.exchanged:
                other = answered_of(mechanism, rows, [step.name])
            else:
                other = answered(mechanism, rows, {step.name: decoys[step.name]})
            read[which] = other is None or (other != answered(mechanism, rows, {})).any()
    does = np.array([all(each.values()) for each in matters])
    used = does & read & (counts.stay - counts.astray >= CLEAR)
    counted = dict(zip((step.name for step in selections), used.tolist(), strict=True))
    parts = [
        (counted[name] * both, positions, counted[name] * apart, elsewhere, count)
        for (name, _), (both, positions, apart, elsewhere, count) in shared.items()
    ]
    everywhere, apart = least_shared(parts)
    return {
        "replaced_accuracy": Measure(counts.stay, counts.astray),
        "followed_accuracy": Measure(counts.followed, counts.astray, _exchanged_said(selections)),
        "attention_shared": Measure(everywhere),
        "attention_apart": Measure(*apart),
    }


def _exchanged_said(selections: Sequence[Step]) -> str | None:
    """What was exchanged for what of another text; null for selections alone."""
    names = [step.name for step in selections if step.exchanged]
    if not names:
        return None
    counts = f"the counts of {', '.join(names)} were exchanged, with what heads write, for those"
    if len(names) == len(selections):
        return f"{counts} of another text"
    return f"heads were given selections of another text, and {counts} there"


def _alone(
    mechanism: AttentionMechanism,
    network: TextNetwork,
    batches: Sequence[Int[ndarray, "_ _"]],
) -> Measured:
    """Answers that stay when every head has its attention along another text, a position further
    on; and those that become, with the tokens of another text, what the program says to that. So
    with other positions, where the program reads these.
    """
    counts, reads = Counts(network.same), reads_of(mechanism.data)
    said = None
    if POSITIONS in reads:
        tokens = "tokens of another text, and " if TOKENS in reads else ""
        said = f"the network was given {tokens}other positions"
    for rows in batches:
        as_before, own = as_it_is(network, rows)
        asked, nothing = network.read_at(rows), all_resampled(network, own)
        counts.kept(asked, as_before, answered_with(network, rows, nothing))
        if TOKENS in reads:
            other = np.roll(rows, 1, axis=0)
            then = answered(mechanism, other, {})
            there = answered_with(network, other, nothing)
            counts.moved(TOKENS, asked, as_before, then, there)
        if POSITIONS in reads:
            at = further_on(rows)
            then = answered(mechanism, rows, {POSITIONS: at})
            there = answered_with(network, rows, nothing, at)
            counts.moved(POSITIONS, asked, as_before, then, there)
    return {
        "replaced_accuracy": Measure(counts.stay, counts.astray),
        "followed_accuracy": Measure(counts.followed, counts.astray, said),
    }


def does_something(
    network: TextNetwork,
    rows: Int[ndarray, "n length"],
    own: Patterns,
    astray: Patterns,
    head: tuple[int, int],
    writes: bool = False,
) -> bool:
    """Whether answers change where one of a selection's heads looks elsewhere, or where it alone
    does not: heads that do the same stand in for each other.

    All others look where they do with that: what a head writes may be what others look by.

    Args:
        network: whose heads they are.
        rows: texts.
        own: the attention of every head along them.
        astray: another of all heads of the selection.
        head: one of these.
        writes: whether what they write is exchanged, in place of where they look.
    """
    if writes:
        one, but_one, every = (
            exchanged(network, rows, {}, heads) for heads in ({head}, {*astray} - {head}, {*astray})
        )
        said = answered_with(network, rows, {})
        return not (network.same(one, said).all() and network.same(but_one, every).all())

    def answers(patterns: Patterns) -> ndarray:
        return answered_with(network, rows, patterns)

    if not network.same(answers({head: astray[head]}), answers({})).all():
        return True
    but_one = answers({**astray, head: own[head]})
    return not network.same(but_one, answers(astray)).all()


def replaced_texts(network: TextNetwork, seed: int) -> list[Int[ndarray, "_ _"]]:
    """Texts along which heads are replaced; every one has another of its length before it."""
    if network.texts.form is None:
        return texts_replaced(network.texts.tokens, network.texts.longest, seed)
    rows = network.formed(REPLACED_FORMED, seed)
    return [some for some in rows if len(some) > 1]
