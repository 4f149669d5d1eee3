"""Texts that a network has not learned well: those whose right answers lead least.

A network that is right on all but one of a thousand texts sees too few of the rest: they are of a
kind that is seldom drawn (seven of eight tokens the same). They are looked for among many, and
trained on as often as on all others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from distill.networks.text_transformer import TextTransformer
from distill.train.text_recipes import Pool

LEAD = 1.0
"""In logits: right answers that lead by less at some position are not learned well."""


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


def least_leads(
    shape: TextTransformer, parameters: Mapping[str, Tensor], pool: Pool
) -> Float[Tensor, " n"]:
    """How far the right answer is above all others, in logits, where it is least so in a text."""
    with torch.no_grad():
        logits = shape.logits(parameters, pool.texts)
    right = logits.gather(2, pool.answers[..., None])[..., 0]
    others = logits.scatter(2, pool.answers[..., None], -torch.inf).max(dim=2).values
    return (right - others).min(dim=1).values
