"""Whether heads look where the program says, and the network answers so when that is all they do.

Every head that a selection was read from is given the selection itself in place of its attention:
the same weight on every position that is chosen, and on the token before the text where none is.
Every other head is given its attention along another text of the same length, a position further
on. A decoy chooses elsewhere (`distill.checker.attended.elsewhere`): where the program then answers
otherwise, the network must not answer as before, and must answer what the program does. Where it
does not, nothing is seen elsewhere. Heads of a selection of which one does nothing, for no answer
changes with where it looks, share nothing with it. And neither do those of a selection that no
answer of the program hangs on (`0 * x` uses nothing), and no head does where answers stay as well
with decoys.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import torch
from jaxtyping import Int
from numpy import ndarray

from distill.checker.attended import (
    REPLACED_FORMED,
    REPLACED_SEED,
    elsewhere,
    texts_replaced,
)
from distill.checker.kind import CLEAR
from distill.evidence.figures import Measure, Measured
from distill.kinds.attention.interchange import (
    Patterns,
    all_resampled,
    answered_with,
    as_it_is,
    patterns_of,
)
from distill.kinds.attention.mechanism import AttentionMechanism
from distill.kinds.attention.running import answered, selections_of
from distill.networks.text_network import TextNetwork
from distill.networks.trace import TextTrace


def replaced(
    mechanism: AttentionMechanism,
    view: TextTrace,
    batches: Sequence[Int[ndarray, "_ _"]] | None = None,
) -> Measured:
    """Answers that stay when attention is what the program selects, and how far it is that.

    Nothing where a selection was found in no head. Of a program without selections, that answers
    stay where all heads have their attention along another text.

    Args:
        mechanism: of the program.
        view: the network.
        batches: texts, of one length in each; null for those of every report.
    """
    selections = [step for step in mechanism.steps if step.op == "select"]
    if not selections:
        return _alone(mechanism, view.network, batches)
    if any(step.head is None for step in selections):
        return {}
    network, total, positions = view.network, 0, 0
    stays, moved, followed = 0, 0, [0, 0]
    shared: list[dict[tuple[int, tuple[int, int]], float]] = [
        defaultdict(float),
        defaultdict(float),
    ]
    matters = [dict.fromkeys(step.heads, False) for step in selections]
    read = np.zeros(len(selections), dtype=bool)
    for rows in replaced_texts(network) if batches is None else batches:
        said, own = as_it_is(network, rows)
        asked = network.read_at(rows)
        chosen = selections_of(mechanism, rows)
        decoys = {
            step.name: elsewhere(asdict(step), mechanism.data, chosen[step.name])
            for step in selections
        }
        for place, pairs in enumerate((chosen, decoys)):
            put = {step.name: patterns_of(network, step, pairs[step.name]) for step in selections}
            every = {head: it for each in put.values() for head, it in each.items()}
            answers = answered_with(network, rows, {**all_resampled(network, own), **every})
            then = answered(mechanism, rows, decoys) if place else None
            if not place:
                stays += int((asked & network.same(answers, said)).sum())
            elif then is not None:
                changed = asked & ~network.same(then, said)
                moved += int(changed.sum())
                for which, those in enumerate(
                    (network.same(then, answers), network.same(answers, said))
                ):
                    followed[which] += int((changed & those).sum())
            for which, step in enumerate(selections):
                for head, it in put[step.name].items():
                    both = torch.minimum(own[head], it).sum(dim=2)[:, network.shape.before :]
                    shared[place][which, head] += float(both.sum())
        for step, each in zip(selections, matters, strict=True):
            astray = patterns_of(network, step, decoys[step.name])
            for head in [head for head, seen in each.items() if not seen]:
                each[head] = does_something(network, rows, own, astray, head)
        for which in np.flatnonzero(~read):
            name = selections[which].name
            other = answered(mechanism, rows, {name: decoys[name]})
            read[which] = other is None or (other != answered(mechanism, rows, {})).any()
        total, positions = total + int(asked.sum()), positions + rows.size
    value, decoy = stays / max(1, total), followed[1] / moved if moved else 1.0
    does = np.array([all(each.values()) for each in matters])
    used = does & read & (value - decoy >= CLEAR)
    least, beside = (
        min(amount * bool(used[which]) for (which, _), amount in each.items()) / positions
        for each in shared
    )
    return {
        "replaced_accuracy": Measure(value, decoy),
        "followed_accuracy": Measure(followed[0] / max(1, moved), decoy),
        "attention_shared": Measure(least, beside),
    }


def _alone(
    mechanism: AttentionMechanism,
    network: TextNetwork,
    batches: Sequence[Int[ndarray, "_ _"]] | None,
) -> Measured:
    """Answers that stay when every head has its attention along another text, a position further
    on; and those that become, with the tokens of another text, what the program says to that.
    """
    total = stays = moved = stayed = followed = 0
    for rows in replaced_texts(network) if batches is None else batches:
        said, own = as_it_is(network, rows)
        asked = network.read_at(rows)
        nothing, other = all_resampled(network, own), np.roll(rows, 1, axis=0)
        answers = answered_with(network, rows, nothing)
        stays += int((asked & network.same(answers, said)).sum())
        total += int(asked.sum())
        then = answered(mechanism, other, {})
        if then is not None:
            astray = answered_with(network, other, nothing)
            changed = asked & ~network.same(then, said)
            moved += int(changed.sum())
            followed += int((changed & network.same(then, astray)).sum())
            stayed += int((changed & network.same(astray, said)).sum())
    decoy = stayed / moved if moved else 1.0
    return {
        "replaced_accuracy": Measure(stays / max(1, total), decoy),
        "followed_accuracy": Measure(followed / max(1, moved), decoy),
    }


def does_something(
    network: TextNetwork,
    rows: Int[ndarray, "n length"],
    own: Patterns,
    astray: Patterns,
    head: tuple[int, int],
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
    """

    def answers(patterns: Patterns) -> ndarray:
        return answered_with(network, rows, patterns)

    if not network.same(answers({head: astray[head]}), answers({})).all():
        return True
    but_one = answers({**astray, head: own[head]})
    return not network.same(but_one, answers(astray)).all()


def replaced_texts(network: TextNetwork) -> list[Int[ndarray, "_ _"]]:
    """The texts along which heads are replaced; every one has another of its length before it."""
    if network.texts.form is None:
        return texts_replaced(network.texts.tokens, network.texts.longest)
    rows = network.formed(REPLACED_FORMED, REPLACED_SEED)
    return [some for some in rows if len(some) > 1]
