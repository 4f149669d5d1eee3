"""Counts of agreements, and what they say of a rate."""

from __future__ import annotations

import math

import numpy as np
from numpy import ndarray

from .kind import Claims

CONFIDENCE = 0.99


def counted(name: str, answers: ndarray, others: ndarray | None) -> Claims:
    """How many rows are answered alike throughout; null where there is nothing to compare with."""
    if others is None:
        return {name: None}
    alike = (answers == others).reshape(len(answers), -1).all(axis=1)
    return {f"{name}.agree": int(alike.sum()), f"{name}.total": len(alike)}


def rates(agree: int, total: int, every: bool) -> Claims:
    """Whether all was gone through, and how often they can differ."""
    bound = differ_at_most(agree, total, every)
    return {"program_vs_model.exhaustive": every, "program_vs_model.upper_bound_99": bound}


def differ_at_most(agree: int, total: int, every: bool) -> float:
    """The rate of disagreement that they are below with 99%: 0 where all agree and `every` one was
    gone through.
    """
    return 0.0 if every and agree == total else upper_bound(total - agree, total)


def upper_bound(disagreements: int, total: int) -> float:
    """Exact (Clopper-Pearson) one-sided upper bound on a rate, at 99%.

    It is the rate at which so few disagreements, or fewer, have a chance of 1%.
    """
    if disagreements >= total:
        return 1.0
    if disagreements == 0:
        return 1 - (1 - CONFIDENCE) ** (1 / total)
    counts = np.arange(disagreements + 1)
    factorials = [[math.lgamma(n + 1) for n in (k, total - k)] for k in counts.tolist()]
    ways = math.lgamma(total + 1) - np.array(factorials).sum(axis=1)
    low, high = disagreements / total, 1.0
    for _ in range(200):
        rate = (low + high) / 2
        if rate in (low, high):
            break
        logs = ways + counts * math.log(rate) + (total - counts) * math.log1p(-rate)
        chance = float(np.exp(logs - logs.max()).sum()) * math.exp(logs.max())
        low, high = (rate, high) if chance > 1 - CONFIDENCE else (low, rate)
    return high
