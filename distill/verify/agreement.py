"""Run the program and the network on every input, or on a sample with an exact bound."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from distill.domains.finite import Domain, choose
from distill.evidence.checked import Checked, Sample
from distill.networks.network import BATCH, HasLogits
from distill.records.counts import Agreement

ENUMERATION_LIMIT = 250_000_000
"""Logits beyond which a domain is sampled instead of being gone through."""

SAMPLE_SEED = 2
SAMPLE_COUNT = 20_000


def check_network(network: HasLogits, domain: Domain) -> Checked:
    """Run the network on every input of the domain, or on a sample of a large one."""
    sample = None
    if domain.size * len(domain.outputs) > ENUMERATION_LIMIT:
        sample = Sample(min(SAMPLE_COUNT, domain.size), SAMPLE_SEED)
        indices = np.flatnonzero(choose(domain.size, sample.count, sample.seed))
    else:
        indices = np.arange(domain.size)
    tokens = domain.tokens(indices)
    answers, leads, drift, single_agree = [], [], 0.0, 0
    for start in range(0, len(tokens), BATCH):
        batch = tokens[start : start + BATCH]
        logits = network.logits(batch)
        single = network.logits(batch, single=True)
        top_two = np.partition(logits, -2, axis=1)[:, -2:]
        answers.append(logits.argmax(axis=1))
        leads.append(top_two[:, 1] - top_two[:, 0])
        drift = max(drift, float(np.abs(logits - single).max()))
        single_agree += int((single.argmax(axis=1) == answers[-1]).sum())
    return Checked(
        sample, indices, tokens, np.concatenate(answers), np.concatenate(leads), single_agree, drift
    )


def agreement(first: Int[ndarray, " n"], second: Int[ndarray, " n"]) -> Agreement:
    """Count equal entries."""
    return Agreement(int((first == second).sum()), len(first))


def first_where(mask: Bool[ndarray, " n"]) -> int | None:
    """Position of the first true entry, or null."""
    return int(mask.argmax()) if mask.any() else None
