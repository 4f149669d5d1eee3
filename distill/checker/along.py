"""A network and its program along texts of one length: what both answer with other heads."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np
from numpy import ndarray

from .attended import (
    attention_of,
    elsewhere,
    is_even,
    narrowed,
    resampled,
    rivals_of,
    taken_of,
    together,
)
from .errors import ProgramError
from .evaluate import Evaluator
from .functions import elements
from .sandbox import program_of
from .selections import POSITIONS, THERE, TOKENS, line_of, list_of
from .text_transformer import alike, answers_of, read_at, through
from .texts import TextEvidence

Step = Mapping[str, Any]
Head = tuple[int, int]
Attended = Mapping[Head, ndarray]
"""Attention by layer and head, [n, positions, positions]."""


class Along:
    """Program and network along texts of one length.

    Attributes:
        said: what the network answers; `read` where that is an answer.
        own: the attention of every head; `nothing` that with which it carries nothing.
        chosen: what selections choose, [n, queries, keys]; `others` for which program and network
            are to answer otherwise.
        patterns: what is chosen as attention of the heads of each; `decoys` the others, of heads
            that are not even, and `rivals` what theirs is told from.
        selected: all heads of selections.
        groups: places of selections whose counts are exchanged together.
    """

    def __init__(
        self,
        evidence: TextEvidence,
        selections: Sequence[Step],
        heads: Sequence[Sequence[Head]],
        rows: ndarray,
    ) -> None:
        self.evidence, self.rows, self.selections = evidence, rows, selections
        shape = evidence.shape
        self.exact = {name: it.astype(np.float64) for name, it in evidence.weights.items()}
        self.before = int(shape["bos"] is not None)
        parsed = program_of(evidence.program)
        self.evaluator, self.body = Evaluator(parsed), statements(parsed.functions[parsed.entry])
        self.own: dict[Head, ndarray] = {}
        self.said = self.network({})
        self.read = read_at(shape, rows - evidence.tokens.start)
        self.nothing = {
            head: resampled(it, self.before, shape["causal"]) for head, it in self.own.items()
        }
        self.chosen, self.others = self._looked_at(selections)
        how = self.before > 0, shape["causal"], rows - evidence.tokens.start
        self.patterns, self.decoys = (
            [
                dict(zip(of, attention_of(step, it, *how), strict=True))
                for step, of, it in zip(selections, heads, those, strict=True)
            ]
            for those in (self.chosen, self.others)
        )
        there = *how[:2], np.roll(how[2], 1, axis=0), how[2]
        self.met = [
            dict(zip(of, attention_of(step, it, *there), strict=True)) if is_even(step) else {}
            for step, of, it in zip(selections, heads, self.chosen, strict=True)
        ]
        self.rivals = [
            dict(zip(of, rivals_of(step, a, b, *how), strict=True))
            for step, of, a, b in zip(selections, heads, self.chosen, self.others, strict=True)
        ]
        self.selected = {head for each in heads for head in each}
        self.groups = together(selections)

    def network(
        self,
        instead: Attended,
        rows: ndarray | None = None,
        writes: Callable[[int, int, ndarray], ndarray] = lambda layer, head, it: it,
        at: ndarray | None = None,
    ) -> ndarray:
        """What the network answers with other attention; to other texts, where they are given,
        or with other positions, or with something else that heads write. [n, answers]
        """
        evidence = self.evidence

        def attends(layer: int, head: int, attention: ndarray) -> ndarray:
            self.own.setdefault((layer, head), attention)
            return instead.get((layer, head), attention)

        places = (self.rows if rows is None else rows) - evidence.tokens.start
        logits = through(evidence.shape, self.exact, places, attends, writes, at)
        return answers_of(evidence.shape, evidence.answers, logits)[0]

    def exchanged(
        self,
        heads: AbstractSet[Head],
        instead: Attended | None = None,
        met: Attended | None = None,
    ) -> ndarray:
        """What the network answers where heads write what they do along another text.

        Args:
            heads: those whose writing is exchanged.
            instead: other attention, along both texts.
            met: other attention, along the other.
        """
        written: dict[Head, ndarray] = {}

        def keep(layer: int, head: int, there: ndarray) -> ndarray:
            written[layer, head] = there
            return there

        def put(layer: int, head: int, there: ndarray) -> ndarray:
            return written[layer, head] if (layer, head) in heads else there

        along = {**(instead or {}), **(met or {})}
        self.network(along, np.roll(self.rows, 1, axis=0), keep)
        return self.network(instead or {}, writes=put)

    def program(self, places: Sequence[int]) -> ndarray | None:
        """What the program answers where selections choose what they do along another text.

        Null where it fails on some of these texts: its tables may have no row for what comes of it.

        Args:
            places: of the selections.
        """
        length, given = self.rows.shape[1], dict[str, Any]()
        for place in places:
            pairs = self.others[place].transpose(1, 0, 2)
            lists = [[row[:, j] for j in range(length)] for row in pairs]
            given[self.selections[place]["name"]] = lists
        return self.ran(self.body, given)

    def program_exchanged(self, places: Sequence[int]) -> ndarray | None:
        """What the program answers with counts of another text: of selections of heads that are
        even, what stands in that text is held against the query of this one.

        Args:
            places: of the selections.
        """
        tokens, length = list(np.roll(self.rows, 1, axis=0).T), self.rows.shape[1]
        try:
            names = self.evaluator.run(self.body[:-1], {"xs": tokens}, len(self.rows))
        except ProgramError:
            return None
        names |= {POSITIONS: [*range(length)], list_of(TOKENS): tokens}
        given, lines = dict[str, Any](), dict[str, ast.stmt]()
        for place in places:
            step = self.selections[place]
            if not is_even(step):
                given[step["name"]] = names[step["name"]]
            for name in step["keys"] if is_even(step) else ():
                told = list_of(name)
                given[told + THERE] = names[told]
            lines[step["name"]] = ast.parse(line_of(step, THERE)).body[0]
        body = [lines[name] if (name := _bound(node)) in lines else node for node in self.body]
        return self.ran(body, given)

    def ran(self, body: Sequence[ast.stmt], given: Mapping[str, Any]) -> ndarray | None:
        """What statements answer, without those that bind what is given; null where they fail."""
        lanes, names = len(self.rows), {"xs": list(self.rows.T), **given}
        left = [node for node in body if _bound(node) not in names]
        try:
            answers = elements(self.evaluator.run(left, names, lanes)["return"])
        except ProgramError:
            return None
        wide = [np.broadcast_to(np.asarray(it, dtype=np.float64), lanes) for it in answers]
        return np.stack(wide, axis=1)

    def alike(self, one: ndarray, other: ndarray) -> ndarray:
        """Which answers count as the same."""
        return alike(self.evidence.shape, one, other)

    def _looked_at(self, selections: Sequence[Step]) -> tuple[list[ndarray], list[ndarray]]:
        """Where heads of selections look, and where those of others would. [n, queries, keys]"""
        steps = self.evidence.mechanism["steps"]
        names = self.evaluator.run(self.body[:-1], {"xs": list(self.rows.T)}, len(self.rows))
        length, chosen, others = self.rows.shape[1], list[ndarray](), list[ndarray]()
        given = {TOKENS: list(self.rows.T), POSITIONS: list(range(length))}
        for step in selections:
            pairs = np.empty((len(self.rows), length, length), dtype=bool)
            for i, row in enumerate(names[step["name"]]):
                for j, value in enumerate(row):
                    if np.asarray(value).dtype != bool:
                        raise ValueError(f"selection {step['name'][:40]!r} chooses by a number")
                    pairs[:, i, j] = value
            op, variable = taken_of(step, steps)
            if variable is None:
                chosen.append(pairs)
                others.append(elsewhere(step, steps, pairs))
                continue
            values = given.get(variable) or names[variable]
            wide = np.stack([0.0 * self.rows[:, 0] + it for it in values], axis=1)
            chosen.append(narrowed(op, pairs, wide))
            others.append(narrowed(op, elsewhere(step, steps, chosen[-1]), wide))
        return chosen, others


def _bound(node: ast.stmt) -> str | None:
    return ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else None


def statements(function: ast.FunctionDef) -> list[ast.stmt]:
    """The statements of a function, without what it says of itself."""
    return function.body[1:] if ast.get_docstring(function) is not None else function.body
