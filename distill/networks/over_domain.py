"""A network in memory over a finite domain, as it will be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from distill.domains.finite import Domain
from distill.errors import DistillError
from distill.networks.answering import as_logits
from distill.networks.black_box import BlackBox
from distill.networks.modules import read_coefficients, read_module
from distill.networks.network import HasLogits
from distill.networks.rows import Unreadable
from distill.networks.stored import reads_tokens
from distill.networks.trace import Trace


@dataclass(frozen=True)
class OverDomain:
    """A network over a finite domain.

    Attributes:
        remarks: what it was read as, and what was taken for granted.
    """

    network: HasLogits
    remarks: tuple[str, ...] = ()


def over_domain(network: Any, domain: Domain) -> OverDomain:
    """A stored network as it is, a module by its layers where they are known, or a black box.

    Args:
        network: a `Model`, a module, a callable, or an estimator in the manner of scikit-learn.
        domain: its inputs and outputs.

    Raises:
        DistillError: it fails on the domain's inputs, or answers with something else.
    """
    if reads_tokens(network):
        return OverDomain(network)
    if hasattr(network, "coefs_") and hasattr(network, "out_activation_"):
        reading = read_coefficients(network, domain)
        return OverDomain(reading.model, ("read by its coefficients", *reading.remarks))
    remarks = list[str]()
    if isinstance(network, torch.nn.Module):
        try:
            reading = read_module(network, domain)
        except Unreadable as error:
            remarks.append(f"the network is a black box: its module has {error}")
        else:
            if reading.model.architecture.n_outputs == len(domain.outputs):
                layers = ", ".join(reading.model.architecture.layers) or "none"
                return OverDomain(
                    reading.model,
                    (f"the module was read by its layers ({layers})", *reading.remarks),
                )
    function, how = as_logits(network, domain)
    if how:
        remarks.append(how)
    return OverDomain(BlackBox.over(function, domain), tuple(remarks))


AGAIN, AGAIN_ANSWERS, APART = 256, 3_072, 1e-3
"""Inputs that are asked again at the end, at most; how many answers of these are held against the
first, which is each of them twelve times or more often: what is otherwise once in 500 answers is
seen in all of 400 runs but one. And how far centred logits may be off, in parts of the largest:
other batches round otherwise."""


def hold_to(network: Any, before: Trace) -> None:
    """Ask a network again what it was asked at the beginning, and read it again if it is read.

    What counts its calls, and changes after some, has no program. One that changes after the last
    question cannot be told.

    Raises:
        DistillError: it answers otherwise than it did.
    """
    # few inputs are asked over and over: one that draws at random is seldom caught by one answer
    which = np.arange(AGAIN_ANSWERS) % min(AGAIN, len(before.tokens))
    raw = over_domain(network, before.domain).network.logits(before.tokens[which])
    off = np.abs(raw - raw.mean(axis=1, keepdims=True) - before.logits[which]).max(axis=1)
    room = APART * max(float(np.abs(before.logits).max()), 1e-9)
    wrong = ~(off <= room)
    if wrong.any():
        changed, asked = len(np.unique(which[wrong])), len(np.unique(which))
        raise DistillError(
            f"the network answers otherwise than at the beginning, to {changed:,} of {asked:,} "
            f"inputs (in {int(wrong.sum()):,} of {len(which):,} answers): expected a function of "
            "its inputs, and it draws at random, or keeps something between calls"
        )
