"""A network whose heads look where they are told: what it answers then.

What is put in place of the attention of a head is along all texts at once; heads that nothing is
said of look where they do with that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from torch import Tensor

from distill.checker.attended import attention_of, is_even, resampled, rivals_of, together
from distill.kinds.attention.mechanism import AttentionMechanism, Step
from distill.kinds.attention.running import answered, answered_of
from distill.networks.text_network import TextNetwork

Patterns = dict[tuple[int, int], Tensor]
"""Attention by layer and head, [n, queries, keys]."""

Moved = tuple[ndarray | None, ndarray, ndarray | None]
"""What a program answers with something else, null where it fails; what its network does; and what
the program's answers are to differ from, null where that is what the network answers as it is."""


def as_it_is(network: TextNetwork, rows: Int[ndarray, "n length"]) -> tuple[ndarray, Patterns]:
    """Answers to texts, and the attention of every head along them."""
    own: Patterns = {}

    def keep(site: str, there: Tensor) -> Tensor:
        kind, layer = site.split()
        if kind == "attention":
            own.update({(int(layer), head): there[:, head] for head in range(there.shape[1])})
        return there

    return network.said(network.logits(rows, keep)), own


def all_resampled(network: TextNetwork, own: Patterns) -> Patterns:
    """Attention along another text and a position further on, for every head."""
    before, causal = network.shape.before, network.shape.causal
    return {
        head: torch.from_numpy(resampled(attention.numpy(), before, causal))
        for head, attention in own.items()
    }


def answered_with(
    network: TextNetwork,
    rows: Int[ndarray, "n length"],
    patterns: Patterns,
    at: Int[ndarray, "n length"] | None = None,
) -> ndarray:
    """Answers where attention is what is given, and that of other heads what it is with that.

    Args:
        network: whose heads they are.
        rows: texts.
        patterns: attention of some heads.
        at: other positions of the tokens, in their texts.
    """

    def edit(site: str, there: Tensor) -> Tensor:
        return _attending(site, there, patterns)

    return network.said(network.logits(rows, edit, at))


def _attending(site: str, there: Tensor, patterns: Patterns) -> Tensor:
    kind, layer = site.split()
    if kind != "attention":
        return there
    put = [patterns.get((int(layer), head), it) for head, it in enumerate(there.unbind(1))]
    return torch.stack(put, dim=1)


def exchanged(
    network: TextNetwork,
    rows: Int[ndarray, "n length"],
    patterns: Patterns,
    heads: AbstractSet[tuple[int, int]],
    met: Patterns | None = None,
) -> ndarray:
    """Answers where heads write what they do along another text.

    Args:
        network: whose heads they are.
        rows: texts.
        patterns: attention of some heads, along both.
        heads: those whose writing is exchanged.
        met: attention of some along the other.
    """
    written: dict[int, Tensor] = {}
    there = {**patterns, **(met or {})}

    def keep(site: str, it: Tensor) -> Tensor:
        kind, layer = site.split()
        if kind == "heads":
            written[int(layer)] = it
        return _attending(site, it, there)

    def put(site: str, it: Tensor) -> Tensor:
        kind, layer = site.split()
        if kind == "heads":
            it = it.clone()
            for head in [head for at, head in heads if at == int(layer)]:
                it[:, head] = written[int(layer)][:, head]
        return _attending(site, it, patterns)

    network.logits(np.roll(rows, 1, axis=0), keep)
    return network.said(network.logits(rows, put))


def sent_elsewhere(
    mechanism: AttentionMechanism,
    network: TextNetwork,
    rows: Int[ndarray, "n length"],
    own: Patterns,
    chosen: Mapping[str, Bool[ndarray, "n length length"]],
    others: Mapping[str, Bool[ndarray, "n length length"]],
) -> dict[str, Moved]:
    """What a program answers, and its network, where heads have others' selections: all of them,
    and of several those of each alone, where other heads of selections look where they do with
    that. And where those of which counts are exchanged write what they do along another text, group
    by group. Of several in a group each is held, where it matters, against what the program says
    with the counts of all others exchanged. Heads of no selection carry nothing.

    Args:
        mechanism: of the program, whose selections have heads.
        network: what it was found in.
        rows: texts.
        own: the attention of every head along them.
        chosen: what selections choose, by their names.
        others: what they are to choose.
    """
    found = dict[str, Moved]()
    selections = [step for step in mechanism.steps if step.op == "select"]
    nothing = all_resampled(network, own)
    along = {step.name: patterns_of(network, step, chosen[step.name], rows) for step in selections}
    moved = {it.name: others[it.name] for it in selections if not it.exchanged}
    if moved:
        every = nothing | _joined(along.values())
        every |= _joined(
            patterns_of(network, it, moved[it.name], rows) for it in selections if not it.exchanged
        )
        program = answered(mechanism, rows, moved)
        found["elsewhere"] = program, answered_with(network, rows, every), None
    selected = {head for step in selections for head in step.heads}
    put = {head: it for head, it in nothing.items() if head not in selected}
    put |= _joined(along[step.name] for step in selections if is_even(asdict(step)))
    for step in selections if len(moved) > 1 else ():
        if step.name in moved:
            program = answered(mechanism, rows, {step.name: moved[step.name]})
            alone = put | patterns_of(network, step, moved[step.name], rows)
            found[f"{step.name} alone"] = program, answered_with(network, rows, alone), None
    for group in together([asdict(step) for step in selections]):
        names = [selections[place].name for place in group]
        program = answered_of(mechanism, rows, names)
        first = selections[group[0]]
        met = patterns_of(network, first, chosen[first.name], rows, elsewhere=True)
        met = met if is_even(asdict(first)) else {}
        there = exchanged(network, rows, put, {*first.heads}, met)
        found[", ".join(names)] = program, there, None
        for name in names if len(names) > 1 else ():
            but_one = answered_of(mechanism, rows, [it for it in names if it != name])
            found[f"{name} of several"] = None if but_one is None else program, there, but_one
    return found


def patterns_of(
    network: TextNetwork,
    step: Step,
    chosen: Bool[ndarray, "n length length"],
    rows: Int[ndarray, "n length"],
    elsewhere: bool = False,
) -> Patterns:
    """A selection along texts as the attention of each of its heads; of even ones also among what
    stands in another text.
    """
    shape, places = network.shape, rows - network.texts.tokens.start
    keys = np.roll(places, 1, axis=0) if elsewhere else places
    given = attention_of(asdict(step), chosen, shape.before > 0, shape.causal, keys, places)
    return {head: torch.from_numpy(it) for head, it in zip(step.heads, given, strict=True)}


def _joined(each: Iterable[Patterns]) -> Patterns:
    return {head: it for some in each for head, it in some.items()}


def rivals_along(
    network: TextNetwork,
    step: Step,
    chosen: Bool[ndarray, "n length length"],
    others: Bool[ndarray, "n length length"],
    rows: Int[ndarray, "n length"],
) -> Patterns:
    """What attention of a selection's heads is told from (`distill.checker.attended.rivals_of`)."""
    shape, places = network.shape, rows - network.texts.tokens.start
    given = rivals_of(asdict(step), chosen, others, shape.before > 0, shape.causal, places)
    return {head: torch.from_numpy(it) for head, it in zip(step.heads, given, strict=True)}


def attended_elsewhere(
    mechanism: AttentionMechanism,
    network: TextNetwork,
    rows: Int[ndarray, "n length"],
    chosen: Mapping[str, Bool[ndarray, "n length length"]],
) -> Float[ndarray, "n answers"]:
    """What a network answers when the heads of selections look where it is said, by their names,
    and every other head along another text, a position further on.
    """
    put: Patterns = {}
    for step in mechanism.steps:
        if step.name in chosen:
            put.update(patterns_of(network, step, chosen[step.name], rows))
    _, own = as_it_is(network, rows)
    return answered_with(network, rows, {**all_resampled(network, own), **put})
