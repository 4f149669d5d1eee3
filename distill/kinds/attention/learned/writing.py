"""The mechanism of what a search found."""

from __future__ import annotations

import re
from dataclasses import replace

from distill.checker.selections import ANSWERS, element
from distill.kinds.attention.fitting import reads
from distill.kinds.attention.learned.lines import Lines
from distill.kinds.attention.learned.terms import GIVEN
from distill.kinds.attention.learned.trying import Tried
from distill.kinds.attention.mechanism import AttentionMechanism, Step, at_the_end
from distill.networks.text_network import TextNetwork
from distill.programs.names import free_name

BEGUN = "begun"
"""Whether answers are read at a position, of a network that answers from a token on."""


def written(found: Tried, network: TextNetwork) -> AttentionMechanism:
    """Its lines, with no heads yet."""
    lines = Lines()
    if found.answer is None:
        names = {f"v{k}": element(lines.variable(it)) for k, it in enumerate(found.reads)}
        assert found.table is not None, "an answer, or a table of others"
        text = re.sub(r"\bv\d+\b", lambda met: names[met.group()], found.table.text)
        lines.answers(found.reads, text, found.table)
    elif found.answer.op == "map" and found.answer not in GIVEN:
        lines.answers(found.answer.reads, lines.text(found.answer))
    else:
        name = lines.variable(found.answer)
        lines.answers((found.answer,), element(name))
    steps = lines.steps
    if found.latch is not None:
        steps = _that_stays(steps, found.latch)
    if network.shape.reads == "after":
        steps = _from_a_token_on(steps, network)
    if network.shape.reads == "last":
        steps = at_the_end(steps)
    texts, shape = network.texts, network.shape
    return AttentionMechanism(
        (texts.tokens.start, texts.tokens.stop - 1),
        texts.longest,
        tuple(steps),
        tuple(lines.tables),
        shape.none if shape.tie > 0 else None,
    )


def _that_stays(steps: list[Step], value: int) -> list[Step]:
    """The same, with an answer that stays once it is given."""
    *before, last = steps
    names = {step.name for step in before}
    here, met, times = (free_name(name, names) for name in ("here", "met", "times"))
    key = element(here, key=True)
    return [
        *before,
        replace(last, name=here),
        Step(met, "select", ("at",), ("at", here), f"j <= i and {key} == {value}"),
        Step(times, "width", chosen=met),
        Step(
            *(ANSWERS, "map", (here, times)),
            by=f"{value} if {element(times)} else {element(here)}",
        ),
    ]


def _from_a_token_on(steps: list[Step], network: TextNetwork) -> list[Step]:
    """The same where answers are read, and `none` before."""
    shape, tokens = network.shape, network.texts.tokens
    token = tokens[shape.tokens.index(shape.read_from)] if shape.read_from is not None else None
    begun = Step(BEGUN, "map", ("at",), by=f"{token} in xs[: i + 1]")
    *before, last = steps
    if last.op == "map":
        inner = f"({last.by})" if " if " in last.by else last.by
        given = last.of
    else:
        before.append(replace(last, name="found"))
        inner, given = element("found"), ("found",)
    by = f"{inner} if {element(BEGUN)} else {shape.none}"
    of = tuple(name for name in (*given, BEGUN) if element(name) in reads(by))
    return [*before, begun, Step(ANSWERS, "map", of, by=by)]
