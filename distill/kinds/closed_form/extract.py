"""Whether what a network answers is a short integer expression of its inputs.

Only answers are looked at, so that a network with any readout can be read: one whose logits are
one-hot, saturated or labels computes `(a + b) % p` as much as one that adds cosines. In exchange
nothing is said of how the network does it. An expression is proposed by one half of the inputs and
must hold on the other, which is what a table that is written as an expression fails.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from distill.checker.scope import many
from distill.expressions.expression import Expression, cost, evaluate, names, tables
from distill.expressions.forms import GOOD_COST as PLAIN
from distill.expressions.portfolio import TRICK
from distill.expressions.printing import source
from distill.expressions.reading import read_expression
from distill.expressions.table import Table
from distill.expressions.tidy import tidied
from distill.kinds.closed_form.built import built
from distill.kinds.closed_form.forms import candidates, searched
from distill.kinds.closed_form.mechanism import ClosedFormMechanism
from distill.kinds.closed_form.nearest import nearest_sum
from distill.networks.trace import Trace
from distill.records.refusal import Refusal

MOST_EXCEPTIONS = 0.01
"""Part of a domain that may be listed as exceptions (design: at most 1%)."""

MOST_ROWS = 20_000
"""Inputs that expressions are proposed by."""

FEWEST = 64
"""Inputs from which half of them propose, and the other half decides."""

DEAREST = 16.0, 14.0
"""The most that an expression may cost, and the most for every input that it has: what is longer
is a table in disguise."""

BITS = 3.5
"""Bits that a unit of cost stands for, about: an operator is one of 24, a name one of few."""

EVIDENCE = 24.0
"""Bits of answers that were not proposed by and came out right, from which an expression is no
accident: of some hundred that are proposed, one in 10^5 would be."""

DRAWS, DRAWN = 6, (48, 160)
"""How often, and how many, inputs are drawn where an expression that holds for most is looked for:
it is found if all those drawn are regular ones."""

BUILT_DRAWS = 2
"""Of these drawings, for how many expressions are put together: that takes about a second."""

SEED = 7


def extract_closed_form(trace: Trace) -> ClosedFormMechanism | Refusal:
    """The plainest expression that the answers agree with, or how far off the best is."""
    domain = trace.domain
    values, answers = domain.values(trace.tokens), trace.outputs + domain.outputs.start
    table = Table(dict(zip(domain.names, values.T, strict=True)), answers)
    room = int(MOST_EXCEPTIONS * domain.size) if trace.whole else 0
    best, right = None, 0
    for proposed, most in _proposed(table, trace.fitted, room, domain.outputs):
        if len(answers) - right <= most:
            break
        for expression in sorted(proposed(), key=cost):
            agrees = int(_agrees(expression, table).sum())
            if agrees > right:
                best, right = expression, agrees
    missed = len(answers) - right
    if best is None or missed > room:
        return _none(best, right, table)
    doubt = _table_in_disguise(best, table, missed)
    if doubt is not None:
        return doubt
    wrong = ~_agrees(best, table)
    listed = np.column_stack([values, answers])[wrong]
    return ClosedFormMechanism(
        source(best),
        tuple((each[0], each[-1]) for each in domain.inputs),
        tuple(tuple(row) for row in listed.tolist()),
    )


def _proposed(
    table: Table, fitted: Bool[ndarray, " rows"], room: int, outputs: range
) -> Iterator[tuple[Callable[[], list[Expression]], int]]:
    """Expressions that hold on the inputs that propose them, all of these or a few at random.

    Each with the most exceptions with which an expression that is known already is taken, and these
    are not looked for. An expression without any is preferred to one that has some, unless it would
    write them as cases.
    """
    first = outputs.start
    rows = np.flatnonzero(fitted) if len(table.target) >= FEWEST else np.arange(len(fitted))
    rng = np.random.default_rng(SEED)
    # at random: of every second one no two would differ in the last input alone
    part = table.where(np.sort(rng.permutation(rows)[:MOST_ROWS]))
    yield partial(_plain_or_built, part, first), -1
    if room:
        parts = [
            table.where(np.sort(rng.permutation(rows)[:size]))
            for size in DRAWN
            for _ in range(DRAWS)
        ]
        for drawn in parts:
            yield partial(_held, drawn, candidates(drawn, first)), room
        for drawn in parts[:BUILT_DRAWS]:
            yield partial(_held, drawn, built(drawn)), room
    # last, as a search would write exceptions as cases
    yield partial(_held, part, searched(part)), room
    yield partial(_nearest, part, outputs), room


def _nearest(part: Table, outputs: range) -> list[Expression]:
    """The sum that fits most answers of some rows, which need not be all of them."""
    found = nearest_sum(part, outputs)
    return [] if found is None else [found]


def _plain_or_built(part: Table, first: int) -> list[Expression]:
    """What has a plain form; what is put together only where it is much shorter."""
    plain = _held(part, candidates(part, first))
    price = min(map(cost, plain), default=math.inf)
    if price <= PLAIN[0] + PLAIN[1] * len(part.varying):
        return plain
    return plain + [each for each in _held(part, built(part)) if cost(each) < price - TRICK]


def _held(part: Table, proposed: Iterable[Expression]) -> list[Expression]:
    """Of some expressions those that list nothing, are short enough, and hold on their part."""
    base, each = DEAREST
    return [
        expression
        for expression in proposed
        if not tables(expression)
        and cost(expression) <= base + each * len(names(expression))
        and _agrees(expression, part).all()
    ]


def _agrees(expression: Expression, table: Table) -> Bool[ndarray, " rows"]:
    """Where it gives the target; nowhere if it cannot be evaluated on every row."""
    try:
        with np.errstate(divide="raise"):
            return evaluate(expression, table.columns) == table.target
    except (ValueError, FloatingPointError):
        return np.zeros(len(table.target), dtype=bool)


def _table_in_disguise(best: Expression, table: Table, missed: int) -> Refusal | None:
    """Why an expression says no more than the list of its answers; null if it does say more."""
    counts, total = np.unique(table.target, return_counts=True)[1], len(table.target)
    listing = float(-(counts * np.log2(counts / total)).sum())
    entry = math.log2(total) + math.log2(max(len(counts), 2))
    if len(counts) == 1:
        return None
    if total >= FEWEST and listing / 2 - missed * entry >= EVIDENCE:
        return None
    written = BITS * cost(best) + missed * entry
    if written <= listing:
        return None
    said = (
        f"{source(best)} gives all answers but {missed}, and takes about {written:.0f} bits to "
        f"write, where the list of all {many(total, 'answer')} takes {listing:.0f}: too few "
        "answers to tell a rule from a table"
    )
    return Refusal((said,), {"bits": round(written), "bits of the list": round(listing)})


def _none(best: Expression | None, right: int, table: Table) -> Refusal:
    total = len(table.target)
    if best is None or right < total / 2:
        said = "no short integer expression was found for what the network answers"
        return Refusal((said,), {"inputs": total})
    found = f"{source(tidied(best))}, the best integer expression found"
    said = f"{found}, gives {right:,} of {total:,} answers"
    return Refusal((said,), {"agree": right, "inputs": total})


def value_of(mechanism: ClosedFormMechanism, columns: dict[str, Int[ndarray, " n"]]) -> ndarray:
    """What a stored expression gives, without its exceptions."""
    return evaluate(read_expression(mechanism.expression), columns)
