"""Whether a network holds the weighted sum that a comparison compares.

Agreement says which side of the line an input is on. A network that looked its answers up would
agree as well, but it would not be surer of an input the further that is from the line, and it
would have no use for a direction in which its embedding grows with the value. Both are tested.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from distill.evidence.checked import Checked
from distill.evidence.figures import Measure, Measured
from distill.kinds.comparison.graded import graded
from distill.kinds.comparison.mechanism import ComparisonMechanism
from distill.networks.architecture import TokenArchitecture
from distill.networks.stored import Model, reads_tokens
from distill.networks.trace import Trace

SEED = 5
"""Of the orders that decoys put values in."""

DRAWN = 20
"""Orders of which one is taken that is least like the right one."""

ALIKE = 0.5
"""R² from which a wrong sum is too much like the right one to be a decoy."""


def margin(trace: Trace, mechanism: ComparisonMechanism) -> Float[ndarray, " n"]:
    """By how much the logit of `then` is above that of `otherwise`, for every traced input."""
    first = trace.domain.outputs.start
    logits = trace.logits
    return logits[:, mechanism.then - first] - logits[:, mechanism.otherwise - first]


def margin_evidence(trace: Trace, mechanism: ComparisonMechanism) -> Measured:
    """The part of the margin's variance *among inputs of one answer* that grows with the sum.

    A monotone function of the weighted sum is fitted on one half of the inputs, and scored on the
    other. What the answer alone says of the margin counts for nothing. Decoys are sums with other
    weights, and of values in another order; the best of them stands beside.
    """
    values = trace.domain.values(trace.tokens)
    form, margins = mechanism.form(values), margin(trace, mechanism)
    high = form >= mechanism.threshold
    value = graded(form, margins, high, trace.fitted)
    wrong = [
        graded(other, margins, high, trace.fitted)
        for other in _other_sums(mechanism, trace.tokens, values)
        if _alike(form, other, high) < ALIKE
    ]
    decoys = [score for score in wrong if score is not None]
    return {"margin_r2": Measure(value, max(decoys, default=None))}


def _other_sums(
    mechanism: ComparisonMechanism, tokens: Int[ndarray, "n k"], values: Int[ndarray, "n k"]
) -> Iterator[Int[ndarray, " n"]]:
    """Every input alone; other signs; values in another order. Each in both directions."""
    weights, rng = np.array(mechanism.weights), np.random.default_rng(SEED)
    one = np.eye(len(weights), dtype=np.int64)
    used = [place for place in range(len(weights)) if weights[place]]
    for vector in (*one, *(weights * (1 - 2 * one[place]) for place in used)):
        yield values @ vector
        yield -(values @ vector)
    shuffled = np.zeros(len(values), dtype=np.int64)
    for place, weight in enumerate(weights):
        order = rng.permutation(int(tokens[:, place].max()) + 1)
        shuffled += weight * order[tokens[:, place]]
    yield shuffled
    yield -shuffled


def _alike(one: Int[ndarray, " n"], other: Int[ndarray, " n"], high: Bool[ndarray, " n"]) -> float:
    """R² between two sums among inputs of one answer: the larger of the two answers'."""
    found = [0.0]
    for side in (high, ~high):
        if np.ptp(one[side]) and np.ptp(other[side]):
            found.append(float(np.corrcoef(one[side], other[side])[0, 1] ** 2))
    return max(found)


def line_evidence(trace: Trace, mechanism: ComparisonMechanism, sample: Checked) -> Measured:
    """What answers become with every value embedded on a straight line, and without that line.

    Of either answer the part that stays counts half, so that one answer for all inputs is 0.5.
    Kept beside it: a line on which the values stand in another order.
    """
    network = trace.network
    blocks = _blocks(network, trace) if reads_tokens(network) else ()
    if not reads_tokens(network) or not blocks:
        return dict.fromkeys(("line_kept_accuracy", "line_removed_accuracy"), Measure(None))
    rng = np.random.default_rng(SEED)
    kept, removed, other = {}, {}, {}
    for name, start, count in blocks:
        rows = network.parameters[name].detach().double().numpy()[start : start + count]
        centred = rows - rows.mean(axis=0)
        for into, order in ((kept, np.arange(count)), (other, _unlike(count, rng))):
            along = order - order.mean()
            part = np.outer(along, along @ centred) / (along @ along)
            into.setdefault(name, []).append((start, rows.mean(axis=0) + part))
            if into is kept:
                removed.setdefault(name, []).append((start, rows - part))
    kept_score, decoy, removed_score = (
        _both_answers(_embedded(network, changed).logits(sample.tokens).argmax(axis=1), sample)
        for changed in (kept, other, removed)
    )
    return {
        "line_kept_accuracy": Measure(kept_score, decoy),
        "line_removed_accuracy": Measure(removed_score),
    }


def _unlike(count: int, rng: np.random.Generator) -> Int[ndarray, " count"]:
    """An order of so many values that says as little of their own as one of many at random does."""
    drawn = (rng.permutation(count) for _ in range(DRAWN))
    return min(drawn, key=lambda order: abs(float(np.corrcoef(order, np.arange(count))[0, 1])))


def _blocks(network: Model[TokenArchitecture], trace: Trace) -> tuple[tuple[str, int, int], ...]:
    """Parameter, first row and count of rows of every vocabulary; none where these overlap."""
    counts: dict[tuple[str, int], int] = {}
    for place, count in enumerate(trace.domain.shape):
        where = network.architecture.embedded(place)
        counts[where] = max(count, counts.get(where, 0))
    blocks = tuple((name, start, count) for (name, start), count in sorted(counts.items()))
    rows = [(name, row) for name, start, count in blocks for row in range(start, start + count)]
    return blocks if len(set(rows)) == len(rows) else ()


def _embedded(
    network: Model[TokenArchitecture],
    changed: dict[str, list[tuple[int, Float[ndarray, "rows d"]]]],
) -> Model[TokenArchitecture]:
    """The network with some rows of its embedding replaced."""
    parameters = {}
    for name, blocks in changed.items():
        parameters[name] = network.parameters[name].detach().double().clone()
        for start, rows in blocks:
            parameters[name][start : start + len(rows)] = torch.from_numpy(rows)
    return network.with_parameters(**parameters)


def _both_answers(answers: Int[ndarray, " n"], sample: Checked) -> float:
    """The part of the answers that are the network's, the mean of both of its answers."""
    shown = np.unique(sample.answers)
    return float(np.mean([(answers[sample.answers == each] == each).mean() for each in shown]))
