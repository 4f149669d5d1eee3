"""What a network answers when its heads look where a program's selections say, and elsewhere.

Along structured texts of every length, every head of a selection is given what the program chooses
in place of its attention, and every other head its attention along another text, a position
further on (`attended.resampled`). Three things are seen: answers stay so; with the selections of
another text they become what the program says with these; and a head's own attention is where its
selection has it.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from .attended import (
    REPLACED_FORMED,
    REPLACED_SEED,
    attention_of,
    elsewhere,
    narrowed,
    resampled,
    taken_of,
    texts_replaced,
)
from .errors import ProgramError
from .evaluate import Evaluator
from .functions import elements
from .kind import CLEAR, Claims
from .sandbox import program_of
from .selections import POSITIONS, TOKENS
from .text_transformer import alike, answers_of, read_at, through
from .texts import TextEvidence

Step = Mapping[str, Any]
Head = tuple[int, int]
Attended = Mapping[Head, ndarray]
"""Attention by layer and head, [n, positions, positions]."""


def replaced(evidence: TextEvidence, selections: Sequence[Step]) -> Claims:
    """The rows that are derived of heads in which selections were found.

    Nothing is shared by heads of a selection of which one does nothing, nor where the program
    answers the same whatever that selection chooses: nothing reads it. And by none
    where answers stay as well with the selections of another text: a head that looks evenly at
    everything has whatever is chosen, if what is not chosen is said to weigh as much.
    """
    heads = _heads_of(evidence.shape, selections)
    counts = dict.fromkeys(("total", "stay", "astray", "moved", "followed", "positions"), 0)
    shared = [np.zeros(len(each)) for each in heads]
    matters = [dict.fromkeys(each, False) for each in heads]
    read = np.zeros(len(selections), dtype=bool)
    for rows in _texts(evidence):
        along = Along(evidence, selections, heads, rows)
        then = along.network({**along.nothing, **_joined(along.patterns)})
        astray = along.network({**along.nothing, **_joined(along.decoys)})
        counts["total"] += int(along.read.sum())
        counts["stay"] += int((along.read & along.alike(then, along.said)).sum())
        program = along.program(range(len(selections)))
        if program is not None:
            moved = along.read & ~along.alike(program, along.said)
            counts["moved"] += int(moved.sum())
            counts["astray"] += int((moved & along.alike(astray, along.said)).sum())
            counts["followed"] += int((moved & along.alike(program, astray)).sum())
        for place, each in enumerate(matters):
            for head in [head for head, seen in each.items() if not seen]:
                each[head] = _does_something(along, along.decoys[place], head)
        for place in np.flatnonzero(~read).tolist():
            otherwise = along.program([place])
            read[place] = otherwise is None or bool((otherwise != along.program([])).any())
        for place, each in enumerate(along.patterns):
            both = [np.minimum(along.own[head], it) for head, it in each.items()]
            shared[place] += [it.sum(axis=2)[:, along.before :].sum() for it in both]
        counts["positions"] += rows.size
    stay = counts["stay"] / max(1, counts["total"])
    apart = stay - (counts["astray"] / counts["moved"] if counts["moved"] else 1) >= CLEAR
    does = np.array([all(each.values()) for each in matters])
    used = does & read & apart
    least = [float(it.min() * counted) for it, counted in zip(shared, used, strict=True)]
    return {
        "figures.replaced_accuracy": stay,
        "figures.followed_accuracy": counts["followed"] / max(1, counts["moved"]),
        "figures.attention_shared": min(least) / counts["positions"],
    }


def alone(evidence: TextEvidence) -> Claims:
    """The rows that are derived where a program has no selections.

    Answers stay when every head has its attention along another text, a position further on; and
    with the tokens of another text they become what the program says to that.
    """
    counts = dict.fromkeys(("total", "stay", "moved", "followed"), 0)
    for rows in _texts(evidence):
        along = Along(evidence, (), (), rows)
        then = along.network(along.nothing)
        other = np.roll(rows, 1, axis=0)
        program = Along(evidence, (), (), other).program(())
        counts["total"] += int(along.read.sum())
        counts["stay"] += int((along.read & along.alike(then, along.said)).sum())
        if program is not None:
            astray = along.network(along.nothing, other)
            moved = along.read & ~along.alike(program, along.said)
            counts["moved"] += int(moved.sum())
            counts["followed"] += int((moved & along.alike(program, astray)).sum())
    return {
        "figures.replaced_accuracy": counts["stay"] / max(1, counts["total"]),
        "figures.followed_accuracy": counts["followed"] / max(1, counts["moved"]),
    }


def _does_something(along: Along, decoys: Attended, head: Head) -> bool:
    """Whether answers change where one of a selection's heads looks elsewhere, or where it alone
    does not: heads that do the same stand in for each other.

    All others look where they do with that: what a head writes may be what others look by.
    """
    alone = along.network({head: decoys[head]})
    if not along.alike(alone, along.said).all():
        return True
    but_one = along.network({**decoys, head: along.own[head]})
    return not along.alike(but_one, along.network(decoys)).all()


def _heads_of(shape: Mapping[str, Any], selections: Sequence[Step]) -> list[list[Head]]:
    """The heads of every selection; none is named twice, or is none of the network."""
    known = {(n, h) for n in range(shape["n_layers"]) for h in range(shape["n_heads"])}
    told = [[step["head"], *step["also"]] for step in selections]
    heads = [[head for one in each for head in known if [*head] == one] for each in told]
    listed = [head for each in heads for head in each]
    if [*map(len, heads)] != [*map(len, told)] or len(set(listed)) < len(listed):
        raise ValueError("a selection is said to be of a head that the network does not have")
    return heads


class Along:
    """Program and network along texts of one length.

    Attributes:
        said: what the network answers; `read` where that is an answer.
        own: the attention of every head; `nothing` that with which it carries nothing.
        chosen: what selections choose, [n, queries, keys]; `others` for which program and network
            are to answer otherwise.
        patterns: what is chosen as attention of the heads of each; `decoys` the others.
    """

    def __init__(
        self,
        evidence: TextEvidence,
        selections: Sequence[Step],
        heads: Sequence[Sequence[Head]],
        rows: ndarray,
    ) -> None:
        self.evidence, self.rows, self.selections = evidence, rows, selections
        shape, steps = evidence.shape, evidence.mechanism["steps"]
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
        self.chosen = self._chosen(selections)
        pairs = zip(selections, self.chosen, strict=True)
        self.others = [elsewhere(step, steps, it) for step, it in pairs]
        self.patterns, self.decoys = (
            [
                dict(zip(of, attention_of(step, it, self.before > 0, shape["causal"]), strict=True))
                for step, of, it in zip(selections, heads, those, strict=True)
            ]
            for those in (self.chosen, self.others)
        )

    def network(self, instead: Attended, rows: ndarray | None = None) -> ndarray:
        """What the network answers with other attention; to other texts, where they are given.
        [n, answers]
        """
        evidence = self.evidence

        def attends(layer: int, head: int, attention: ndarray) -> ndarray:
            self.own.setdefault((layer, head), attention)
            return instead.get((layer, head), attention)

        places = (self.rows if rows is None else rows) - evidence.tokens.start
        logits = through(evidence.shape, self.exact, places, attends)
        return answers_of(evidence.shape, evidence.answers, logits)[0]

    def program(self, places: Sequence[int]) -> ndarray | None:
        """What the program answers where selections choose what they do along another text.

        Null where it fails on some of these texts: its tables may have no row for what comes of it.

        Args:
            places: of the selections.
        """
        length, lanes = self.rows.shape[1], len(self.rows)
        given: dict[str, Any] = {"xs": list(self.rows.T)}
        for place in places:
            pairs = self.others[place].transpose(1, 0, 2)
            lists = [[row[:, j] for j in range(length)] for row in pairs]
            given[self.selections[place]["name"]] = lists
        body = [node for node in self.body if not any(_binds(node, name) for name in given)]
        try:
            answers = elements(self.evaluator.run(body, given, lanes)["return"])
        except ProgramError:
            return None
        wide = [np.broadcast_to(np.asarray(it, dtype=np.float64), lanes) for it in answers]
        return np.stack(wide, axis=1)

    def alike(self, one: ndarray, other: ndarray) -> ndarray:
        """Which answers count as the same."""
        return alike(self.evidence.shape, one, other)

    def _chosen(self, selections: Sequence[Step]) -> list[ndarray]:
        names = self.evaluator.run(self.body[:-1], {"xs": list(self.rows.T)}, len(self.rows))
        length, found = self.rows.shape[1], list[ndarray]()
        given = {TOKENS: list(self.rows.T), POSITIONS: list(range(length))}
        for step in selections:
            pairs = np.empty((len(self.rows), length, length), dtype=bool)
            for i, row in enumerate(names[step["name"]]):
                for j, value in enumerate(row):
                    pairs[:, i, j] = value
            op, variable = taken_of(step, self.evidence.mechanism["steps"])
            if variable is not None:
                values = given.get(variable) or names[variable]
                wide = np.stack([0 * self.rows[:, 0] + it for it in values], axis=1)
                pairs = narrowed(op, pairs, wide)
            found.append(pairs)
        return found


def _joined(each: Sequence[Attended]) -> dict[Head, ndarray]:
    return {head: it for some in each for head, it in some.items()}


def _texts(evidence: TextEvidence) -> list[ndarray]:
    """The texts along which heads are replaced."""
    if evidence.form is None:
        return texts_replaced(evidence.tokens, evidence.longest)
    draw = {"kind": "formed", "length": evidence.longest, "count": REPLACED_FORMED}
    rows = evidence.texts({**draw, "seed": REPLACED_SEED})
    return [some for some in rows if len(some) > 1]


def _binds(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name


def statements(function: ast.FunctionDef) -> list[ast.stmt]:
    """The statements of a function, without what it says of itself."""
    return function.body[1:] if ast.get_docstring(function) is not None else function.body
