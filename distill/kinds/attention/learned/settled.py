"""What is answered where texts never lead: asked of the network with its heads looking elsewhere.

The last line of a program is a function of what its selections give. Some of its values no text
has, and there the plainest expression says anything. A network says something there too, when its
heads are sent to other positions; where that is told apart, the line is written anew with it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from jaxtyping import Int
from numpy import ndarray

from distill.checker.selections import POSITIONS, TOKENS, element
from distill.kinds.attention.fitting import fit, reads
from distill.kinds.attention.interchange import attended_elsewhere
from distill.kinds.attention.mechanism import AttentionMechanism, Number, Table
from distill.kinds.attention.running import answered, looked_at, variables_of
from distill.networks.text_network import TextNetwork

MOST_ROWS = 24
"""Combinations of values that a last line is written anew for."""
GAIN = 0.05
"""Part of the answers with heads elsewhere that another last line must have more."""
FAILS = (ArithmeticError, LookupError, ValueError)
Row = tuple[Number, ...]


def settled(
    mechanism: AttentionMechanism, network: TextNetwork, batches: Sequence[Int[ndarray, "_ _"]]
) -> AttentionMechanism | None:
    """The program with another last line; null where it would follow its heads no more often.

    Args:
        mechanism: whose selections have heads.
        network: what it was found in.
        batches: texts, of one length in each.
    """
    *before, last = mechanism.steps
    selections = [step for step in before if step.op == "select"]
    if last.op != "map" or not selections or any(step.head is None for step in selections):
        return None
    given, asked = dict[Row, float](), defaultdict[Row, Counter[float]](Counter)
    follows = 0
    for rows in batches:
        others = looked_at(mechanism, rows)[1]
        own = answered(mechanism, rows, {})
        said = attended_elsewhere(mechanism, network, rows, others)
        then = answered(mechanism, rows, others)
        follows += 0 if then is None else int(network.same(then, said).sum())
        if own is None:
            return None
        for place, text in enumerate(rows.tolist()):
            instead = {name: each[place].tolist() for name, each in others.items()}
            given.update(zip(_read(mechanism, text, {}), own[place].tolist(), strict=False))
            for row, answer in zip(_read(mechanism, text, instead), said[place], strict=False):
                asked[row][float(answer)] += 1
        if len({*given, *asked}) > MOST_ROWS:
            return None
    new = {row: each.most_common(1)[0][0] for row, each in asked.items() if row not in given}
    whole = given | new
    would = sum(each[whole[row]] for row, each in asked.items())
    if would - follows < GAIN * sum(each.total() for each in asked.values()):
        return None
    return _written(mechanism, {row: _whole(answer) for row, answer in whole.items()})


def _read(
    mechanism: AttentionMechanism, text: list[int], instead: Mapping[str, list[list[bool]]]
) -> list[Row]:
    """What the last line reads along a text; nothing where a line before it fails."""
    names = mechanism.steps[-1].of
    lines = replace(mechanism, steps=mechanism.steps[:-1])
    try:
        space = variables_of(lines, text, instead)
    except FAILS:
        return []
    space |= {TOKENS: text, POSITIONS: list(range(len(text)))}
    return [*zip(*(space[name] for name in names), strict=True)]


def _written(mechanism: AttentionMechanism, rows: Mapping[Row, Number]) -> AttentionMechanism:
    """A program with a last line that gives these."""
    last = mechanism.steps[-1]
    columns = {element(name): [row[place] for row in rows] for place, name in enumerate(last.of)}
    found = fit(columns, [*rows.values()])
    text, tables = found.text, ()
    if found.table is not None:
        keys, values = (tuple(each) for each in zip(*found.table, strict=True))
        text, tables = text.format(table="TABLE"), (Table("TABLE", keys, values),)  # pyright: ignore
    of = tuple(name for name in last.of if element(name) in reads(text))
    step = replace(last, of=of, by=text)
    return replace(mechanism, steps=(*mechanism.steps[:-1], step), tables=tables)


def _whole(answer: float) -> Number:
    """A whole number as one."""
    return int(answer) if answer == int(answer) else answer
