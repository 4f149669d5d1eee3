"""Texts that a network has not learned well: those whose right answers lead least.

A network that is right on all but one of a thousand texts sees too few of the rest: they are of a
kind that is seldom drawn (seven of eight tokens the same). They are looked for among many, and
among texts near those that were found: that kind of text with other tokens, or in another order.
They are trained on as often as on all others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from distill.networks.text_transformer import TextTransformer
from distill.tasks.texts import TextTask
from distill.train.text_recipes import Pool

LEAD = 1.0
"""In logits: right answers that lead by less at some position are not learned well."""
AT_ONCE = 256
"""Texts of which leads are computed at once: of more, time goes by with pages of memory."""
NEAR_TO, NEAR = 96, 12
"""The hardest of a length near which others are looked for, and how many near each."""


@dataclass(frozen=True)
class Hard:
    """The hardest of some texts.

    Attributes:
        pools: so many of every length.
        many: how many of all are not learned well.
    """

    pools: list[Pool]
    many: int


def hardest(
    shape: TextTransformer,
    parameters: Mapping[str, Tensor],
    pools: Sequence[Pool],
    most: int,
) -> Hard:
    """Those whose right answers lead least at some position.

    Args:
        shape: of the network.
        parameters: of it.
        pools: texts of a length in each.
        most: how many are kept of each.
    """
    found, many = list[Pool](), 0
    for pool in pools:
        leads = least_leads(shape, parameters, pool)
        many += int((leads < LEAD).sum())
        which = leads.argsort(stable=True)[:most]
        found.append(Pool(pool.texts[which], pool.answers[which]))
    return Hard(found, many)


def climbed(
    task: TextTask,
    shape: TextTransformer,
    parameters: Mapping[str, Tensor],
    pools: Sequence[Pool],
    rng: np.random.Generator,
    times: int,
) -> list[Pool]:
    """Texts near the hardest, and near the hardest of these and those, so many times.

    Args:
        task: that answers them.
        shape: of the network.
        parameters: of it.
        pools: texts of a length in each, the hardest first.
        rng: draws them.
        times: one or more; a search for texts on which a program fails goes on as long.
    """
    found = list[Sequence[Pool]]()
    while True:
        around = near(task, pools, rng)
        found.append(around)
        if len(found) == times:
            return together(*found)
        some = [Pool(it.texts[:NEAR_TO], it.answers[:NEAR_TO]) for it in pools]
        pools = hardest(shape, parameters, together(some, around), NEAR_TO).pools


def near(
    task: TextTask, pools: Sequence[Pool], rng: np.random.Generator, most: int = NEAR_TO
) -> list[Pool]:
    """Texts near those of pools: with one token another, in another order, or with others for all.

    Args:
        task: that answers them.
        pools: texts of a length in each, those first near which others are wanted.
        rng: draws them.
        most: near so many of each.
    """
    found = list[Pool]()
    for pool in pools:
        rows = np.repeat(pool.texts[:most].numpy(), NEAR, axis=0)
        moved = _moved(rows, len(task.tokens), rng)
        answers = task.labels(moved + task.tokens.start) - task.outputs.start
        found.append(Pool(torch.from_numpy(moved), torch.from_numpy(answers)))
    return found


def _moved(
    rows: Int[ndarray, "n length"], size: int, rng: np.random.Generator
) -> Int[ndarray, "n length"]:
    """Each in one of three ways, in turn."""
    count, length = rows.shape
    every, way = np.arange(count), np.arange(count) % 3
    changed = rows.copy()
    changed[every, rng.integers(length, size=count)] = rng.integers(size, size=count)
    turned = rng.permuted(rows, axis=1)
    names = rng.permuted(np.broadcast_to(np.arange(size), (count, size)), axis=1)
    renamed = np.take_along_axis(names, rows, axis=1)
    return np.stack([changed, turned, renamed])[way, every]


def pool_of(task: TextTask, texts: Int[ndarray, "n length"]) -> Pool:
    """Texts of one length with their answers."""
    answers = torch.from_numpy(task.labels(texts) - task.outputs.start)
    return Pool(torch.from_numpy(texts - task.tokens.start), answers)


def with_more(pools: Sequence[Pool], more: Sequence[Pool]) -> list[Pool]:
    """Pools of every length with others that are of one length each, put with theirs."""
    found = [*pools]
    for pool in more:
        (place,) = (n for n, it in enumerate(found) if it.texts.shape[1] == pool.texts.shape[1])
        (found[place],) = together([found[place]], [pool])
    return found


def together(*each: Sequence[Pool]) -> list[Pool]:
    """Pools of the same lengths as one of each length."""
    return [
        Pool(torch.cat([it.texts for it in some]), torch.cat([it.answers for it in some]))
        for some in zip(*each, strict=True)
    ]


def least_leads(
    shape: TextTransformer, parameters: Mapping[str, Tensor], pool: Pool
) -> Float[Tensor, " n"]:
    """How far the right answer is above all others, in logits, where it is least so in a text."""
    found = list[Tensor]()
    for texts, answers in zip(pool.texts.split(AT_ONCE), pool.answers.split(AT_ONCE), strict=True):
        with torch.no_grad():
            logits = shape.logits(parameters, texts)
        right = logits.gather(2, answers[..., None])[..., 0]
        others = logits.scatter(2, answers[..., None], -torch.inf).max(dim=2).values
        found.append((right - others).min(dim=1).values)
    return torch.cat(found)
