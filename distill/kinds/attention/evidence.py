"""Whether heads look where the program says, and the network answers so when that is all they do.

Every head that a selection was read from is given the selection itself in place of its attention:
the same weight on every position that is chosen, and on the token before the text where none is.
Every other head is given its attention along another text of the same length, a position further
on. A decoy chooses elsewhere (`distill.checker.attended.elsewhere`): where the program then answers
otherwise, the network must not answer as before, and must answer what the program does. Where it
does not, nothing is seen elsewhere. Heads of one selection for which no answer changes are read by
nothing: they share nothing with it. And neither do those of a selection that no answer of the
program hangs on (`0 * x` uses nothing), and no head does where answers stay as well with decoys.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict

import numpy as np
import torch
from jaxtyping import Bool, Int
from numpy import ndarray
from torch import Tensor

from distill.checker.attended import (
    REPLACED_FORMED,
    REPLACED_SEED,
    attention_of,
    elsewhere,
    resampled,
    texts_replaced,
)
from distill.checker.kind import CLEAR
from distill.evidence.figures import Measure, Measured
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.running import answered, selections_of
from distill.networks.text_network import TextNetwork
from distill.networks.trace import TextTrace

Patterns = dict[tuple[int, int], Tensor]
"""Attention by layer and head, [n, queries, keys]."""


def replaced(mechanism: AttentionMechanism, view: TextTrace) -> Measured:
    """Answers that stay when attention is what the program selects, and how far it is that.

    Nothing where a selection was found in no head.
    """
    selections = [step for step in mechanism.steps if step.op == "select"]
    if not selections or any(step.head is None for step in selections):
        return {}
    network, total, positions = view.network, 0, 0
    stays, moved, followed = 0, 0, [0, 0]
    shared: list[dict[tuple[int, tuple[int, int]], float]] = [
        defaultdict(float),
        defaultdict(float),
    ]
    matters, read = np.zeros((2, len(selections)), dtype=bool)
    for rows in replaced_texts(network):
        said, own = _as_it_is(network, rows)
        chosen = selections_of(mechanism, rows)
        decoys = {
            step.name: elsewhere(asdict(step), mechanism.data, chosen[step.name])
            for step in selections
        }
        for place, pairs in enumerate((chosen, decoys)):
            put = {step.name: _patterns(network, step, pairs[step.name]) for step in selections}
            every = {head: it for each in put.values() for head, it in each.items()}
            answers = _answered(network, rows, {**_resampled(network, own), **every})
            then = answered(mechanism, rows, decoys) if place else None
            if not place:
                stays += int(network.same(answers, said).sum())
            elif then is not None:
                changed = ~network.same(then, said)
                moved += int(changed.sum())
                for which, those in enumerate(
                    (network.same(then, answers), network.same(answers, said))
                ):
                    followed[which] += int((changed & those).sum())
            for which, step in enumerate(selections):
                for head, it in put[step.name].items():
                    both = torch.minimum(own[head], it).sum(dim=2)[:, network.shape.before :]
                    shared[place][which, head] += float(both.sum())
        for which in np.flatnonzero(~matters):
            step = selections[which]
            astray = _patterns(network, step, decoys[step.name])
            answers = _answered(network, rows, {**own, **astray})
            matters[which] = not network.same(answers, said).all()
        for which in np.flatnonzero(~read):
            name = selections[which].name
            other = answered(mechanism, rows, {name: decoys[name]})
            read[which] = other is None or (other != answered(mechanism, rows, {})).any()
        total, positions = total + said.size, positions + rows.size
    value, decoy = stays / total, followed[1] / moved if moved else 1.0
    used = matters & read & (value - decoy >= CLEAR)
    least, beside = (
        min(amount * bool(used[which]) for (which, _), amount in each.items()) / positions
        for each in shared
    )
    return {
        "replaced_accuracy": Measure(value, decoy),
        "followed_accuracy": Measure(followed[0] / max(1, moved), decoy),
        "attention_shared": Measure(least, beside),
    }


def replaced_texts(network: TextNetwork) -> list[Int[ndarray, "_ _"]]:
    """The texts along which heads are replaced; every one has another of its length before it."""
    if network.texts.form is None:
        return texts_replaced(network.texts.tokens, network.texts.longest)
    rows = network.formed(REPLACED_FORMED, REPLACED_SEED)
    return [some for some in rows if len(some) > 1]


def _as_it_is(network: TextNetwork, rows: Int[ndarray, "n length"]) -> tuple[ndarray, Patterns]:
    """Answers to texts, and the attention of every head along them."""
    own: Patterns = {}

    def keep(site: str, there: Tensor) -> Tensor:
        kind, layer = site.split()
        if kind == "attention":
            own.update({(int(layer), head): there[:, head] for head in range(there.shape[1])})
        return there

    return network.said(network.logits(rows, keep)), own


def _resampled(network: TextNetwork, own: Patterns) -> Patterns:
    """Attention along another text and a position further on, for every head."""
    before, causal = network.shape.before, network.shape.causal
    return {
        head: torch.from_numpy(resampled(attention.numpy(), before, causal))
        for head, attention in own.items()
    }


def _answered(network: TextNetwork, rows: Int[ndarray, "n length"], patterns: Patterns) -> ndarray:
    """Answers where every head's attention is what is given."""

    def edit(site: str, there: Tensor) -> Tensor:
        kind, layer = site.split()
        if kind != "attention":
            return there
        heads = range(there.shape[1])
        return torch.stack([patterns[int(layer), head] for head in heads], dim=1)

    return network.said(network.logits(rows, edit))


def _patterns(
    network: TextNetwork, step: Step, chosen: Bool[ndarray, "n length length"]
) -> Patterns:
    """A selection as the attention of each of its heads."""
    shape = network.shape
    given = attention_of(asdict(step), chosen, shape.before > 0, shape.causal)
    return {head: torch.from_numpy(it) for head, it in zip(step.heads, given, strict=True)}
