"""From a transformer over texts to a program of selections, or the reason why there is none.

A graph of finite functions is read from the weights, reduced to what answers depend on, and
written with the plainest names and expressions. Which combinations of values occur is seen in
sampled texts; where the program and the network part on others, those join the sample.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker.along import statements
from distill.checker.scope import many
from distill.checker.text_transformer import PART_OF_LEADS
from distill.kinds.attention.emit import emit_attention
from distill.kinds.attention.learned.found import read_learned
from distill.kinds.attention.mechanism import AttentionMechanism
from distill.kinds.attention.reading import Grain, Reader
from distill.kinds.attention.reduction import reduced
from distill.kinds.attention.sample import sampled
from distill.kinds.attention.variables import NotReadError
from distill.kinds.attention.writing import written
from distill.networks.text_network import TextNetwork, lead_of
from distill.networks.trace import TextTrace
from distill.records.refusal import Refusal

GRAINS = (
    Grain(),
    Grain(1e-3, 0.1, 4e-3, 1e-4),
    Grain(5e-3, 0.3, 2e-2, 3e-4),
    Grain(3e-2, 1.0, 8e-2, 3e-3),
)
"""Differences that count, the finest first: weights with noise need the coarser ones."""

LEAST = 0.9
"""Part of the texts that a program must answer as its network does."""
ROUNDS = 4
"""Times that texts on which program and network part join the sample."""
TRIED_SEED, TRIED = 7_001, 240
"""Of the texts of a length that a program is tried on before it is handed on."""
SURE_SEED, SURE = 7_901, 1_000
"""As many, for one that is to take the place of another."""
MANY = 50
"""Cells beyond which a coarser grain is tried as well."""
MOST_JOINED = 60
MOST_SHOWN = 240
"""Characters of a program that is shown in a refusal."""
FAILS = (ArithmeticError, LookupError, ValueError)


def extract_attention(view: TextTrace) -> AttentionMechanism | Refusal:
    """What the weights are, if they are that exactly; else the program that answers most alike.

    A network with norms is never made of finitely many values.
    """
    if (refused := _never_answers(view.network)) is not None:
        return refused
    exact = None if view.network.shape.layer_norm else _exact(view)
    if exact is not None and exact[0] == 1.0 and not isinstance(exact[1], Refusal):
        return exact[1]
    learned = read_learned(view.network)
    if exact is None or learned[0] > exact[0]:
        return learned[1]
    if isinstance(exact[1], Refusal) and isinstance(learned[1], Refusal):
        return Refusal((*exact[1].reasons, *learned[1].reasons), {})
    return exact[1]


def _exact(view: TextTrace) -> tuple[float, AttentionMechanism | Refusal]:
    """The first program that is not seen to part from its network, from the finest grain on.

    One of many cells may list what noise does: a coarser one that says it in fewer is taken, if it
    is not seen to part on more texts. With the part of texts on which a program does not part; 0
    for a refusal.
    """
    said = list[str]()
    best: tuple[float, AttentionMechanism] | None = None
    for grain in GRAINS:
        try:
            for agreement, mechanism in _improved(view.network, grain):
                better = best is None or agreement > best[0]
                if best is not None and best[0] == agreement == 1:
                    better = _plainer(view.network, mechanism, best[1])
                if better:
                    best = agreement, mechanism
        except NotReadError as error:
            said.append(str(error))
        if best is not None and best[0] == 1 and best[1].cells <= MANY:
            break
    if best is None:
        return 0.0, Refusal((f"selections: {said[0]}",), {})
    if best[0] < LEAST:
        reason = f"selections: the best program answers {best[0]:.1%} of texts as the network does"
        return 0.0, Refusal((f"{reason}, less than {LEAST:.0%}{_shown(best[1])}",), {})
    return best


def _shown(mechanism: AttentionMechanism) -> str:
    """The lines of a program that is refused, or how many they are."""
    body = ast.parse(emit_attention(mechanism).source).body
    *_, main = [each for each in body if isinstance(each, ast.FunctionDef)]
    lines = [line for each in statements(main) for line in ast.unparse(each).splitlines()]
    text = "; ".join(lines)
    return f": {text}" if len(text) <= MOST_SHOWN else f"; it has {many(len(lines), 'line')}"


def _plainer(network: TextNetwork, one: AttentionMechanism, other: AttentionMechanism) -> bool:
    """Whether a program lists fewer values than another, and parts on none of more texts."""
    return one.cells < other.cells and not _tried(network, one, SURE_SEED, SURE)[1]


def _never_answers(network: TextNetwork) -> Refusal | None:
    """That what counts as no answer is no small lead for this network, if so."""
    tie = network.shape.tie
    if network.shape.readout == "value" or len(network.answers) < 2 or not tie:
        return None
    leads = (lead_of(network.logits(rows)).max() for rows in sampled(network.texts))
    largest = float(max(leads))
    if tie <= PART_OF_LEADS * largest:
        return None
    said = (
        f"selections: no answer is a lead below {tie}, and the network's largest is {largest:.3g}: "
        f"expected at most {PART_OF_LEADS} of it (--layout tracr,tie=0 takes every lead)"
    )
    return Refusal((said,), {})


def _improved(network: TextNetwork, grain: Grain) -> Iterator[tuple[float, AttentionMechanism]]:
    """Mechanisms, each with the part of the tried texts that its program has as the network has."""
    joined: tuple[Int[ndarray, "_ _"], ...] = ()
    for place in range(ROUNDS):
        graph = reduced(Reader(network, sampled(network.texts, joined), grain).graph())
        mechanism = written(graph, network)
        agreement, parting = _tried(network, mechanism, TRIED_SEED + 100 * place)
        yield agreement, mechanism
        if not parting:
            return
        joined = (*joined, *parting)


def _tried(
    network: TextNetwork, mechanism: AttentionMechanism, seed: int, count: int = TRIED
) -> tuple[float, list[Int[ndarray, "_ _"]]]:
    """How often a program answers whole texts as the network does, and texts where it does not."""
    function = emit_attention(mechanism).function
    agree = total = 0
    parting = list[ndarray]()
    for rows in sampled(network.texts, seed=seed, count=count):
        said = network.run(rows)
        answers = np.full(said.shape, np.nan)
        for place, text in enumerate(rows.tolist()):
            with contextlib.suppress(*FAILS):  # on what its tables have no row for
                answers[place] = function(text)
        same = network.same(answers, said).all(axis=1)
        agree, total = agree + int(same.sum()), total + len(rows)
        if not same.all():
            parting.append(rows[~same][:MOST_JOINED])
    return agree / total, parting
