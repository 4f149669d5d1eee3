"""Heads with a program's selections in place of their attention: what stays, and what does not."""

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
from .evaluate import Evaluator
from .functions import elements
from .kind import CLEAR
from .sandbox import program_of
from .selections import POSITIONS, TOKENS
from .text_transformer import Attention, alike, answers_of, through
from .texts import TextEvidence


def replaced(evidence: TextEvidence, selections: list[Mapping[str, Any]]) -> tuple[float, float]:
    """Answers that stay where heads have their selections in place of their attention, and all
    other heads their attention along the text before, a position further on; and the least that a
    head's own attention has in common with its selection. Of heads whose answers stay whatever they
    look at it is 0, and of selections whose program answers the same whatever they choose: nothing
    reads them. Where answers stay as well with the selections of another text, of those that the
    program gives otherwise then, it is 0: a head that looks evenly at everything has whatever is
    chosen, if what is not chosen is said to weigh as much.
    """
    shape, weights = evidence.shape, evidence.weights
    exact = {name: value.astype(np.float64) for name, value in weights.items()}
    known = {(n, h) for n in range(shape["n_layers"]) for h in range(shape["n_heads"])}
    told = [[step["head"], *step["also"]] for step in selections]
    heads = [[head for one in each for head in known if [*head] == one] for each in told]
    listed = [head for each in heads for head in each]
    if [*map(len, heads)] != [*map(len, told)] or len(set(listed)) < len(listed):
        raise ValueError("a selection is said to be of a head that the network does not have")
    stays, total, led_astray = [0, 0], 0, 0
    before = int(shape["bos"] is not None)
    shared, rows_seen = [np.zeros(len(each)) for each in heads], 0
    matters, read = np.zeros((2, len(selections)), dtype=bool)
    for rows in _texts(evidence):
        places = rows - evidence.tokens.start
        own = dict[tuple[int, int], ndarray]()
        chosen = list(zip(selections, _chosen(evidence, selections, rows), strict=True))
        patterns, decoys = (
            [attention_of(step, it, shape["bos"] is not None, shape["causal"]) for step, it in each]
            for each in (
                chosen,
                [(step, elsewhere(step, evidence.mechanism["steps"], it)) for step, it in chosen],
            )
        )

        otherwise = _otherwise(evidence, selections, rows, [it for _, it in chosen])

        def keep(layer: int, head: int, attention: ndarray, own: dict = own) -> ndarray:
            own[layer, head] = attention
            return attention

        said, _ = answers_of(shape, evidence.answers, through(shape, exact, places, keep))
        moved = {head: resampled(it, before, shape["causal"]) for head, it in own.items()}
        for which, those in enumerate((patterns, decoys)):
            put = {
                head: it
                for each in zip(heads, those, strict=True)
                for head, it in zip(*each, strict=True)
            }
            then, _ = answers_of(
                shape, evidence.answers, through(shape, exact, places, _instead({**moved, **put}))
            )
            counts = otherwise if which else True
            stays[which] += int((alike(shape, then, said) & counts).sum())
        total, led_astray = total + said.size, led_astray + int(otherwise.sum())
        for place in np.flatnonzero(~matters):
            put = _instead(dict(zip(heads[place], decoys[place], strict=True)))
            then, _ = answers_of(shape, evidence.answers, through(shape, exact, places, put))
            matters[place] = not alike(shape, then, said).all()
        for place in np.flatnonzero(~read):
            read[place] = _reads(evidence, selections[place], rows, chosen[place][1])
        for place, (each, those) in enumerate(zip(heads, patterns, strict=True)):
            for which, (head, pattern) in enumerate(zip(each, those, strict=True)):
                both = np.minimum(own[head], pattern).sum(axis=2)[:, before:].sum()
                shared[place][which] += both
        rows_seen += rows.size
    apart = led_astray and stays[0] / total - stays[1] / led_astray >= CLEAR
    used = matters & read & apart
    least = [float(it.min() * counts) for it, counts in zip(shared, used, strict=True)]
    return stays[0] / total, min(least) / rows_seen


def _instead(put: Mapping[tuple[int, int], ndarray]) -> Attention:
    """Attention that is what is given, of the heads that something is given for."""
    return lambda layer, head, attention: put.get((layer, head), attention)


def _otherwise(
    evidence: TextEvidence,
    selections: Sequence[Mapping[str, Any]],
    rows: ndarray,
    chosen: Sequence[ndarray],
) -> ndarray:
    """Which answers the program gives otherwise where selections are others. [n, answers]"""
    program = program_of(evidence.program)
    body, lanes = statements_of(program.functions[program.entry]), len(rows)
    evaluator, said = Evaluator(program), list[ndarray]()
    others = {
        step["name"]: _listed(elsewhere(step, evidence.mechanism["steps"], it))
        for step, it in zip(selections, chosen, strict=True)
    }
    for put in ({}, others):
        names: dict[str, Any] = {"xs": list(rows.T)}
        for node in body:
            told = [name for name in put if _binds(node, name)]
            made = {name: put[name] for name in told} or evaluator.run([node], names, lanes)
            names |= made
        answers = [np.broadcast_to(one, lanes) for one in elements(names["return"])]
        said.append(np.stack(answers, axis=1))
    return said[0] != said[1]


def _listed(pairs: ndarray) -> list[list[ndarray]]:
    """A selection [n, queries, keys] as a program has it, for many texts at once."""
    return [list(row.T) for row in pairs.transpose(1, 0, 2)]


def _reads(evidence: TextEvidence, step: Mapping[str, Any], rows: ndarray, chosen: ndarray) -> bool:
    """Whether the program answers some of these texts otherwise where a selection is another."""
    return bool(_otherwise(evidence, [step], rows, [chosen]).any())


def _binds(node: ast.stmt, name: str) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name


def _chosen(
    evidence: TextEvidence, selections: list[Mapping[str, Any]], rows: ndarray
) -> list[ndarray]:
    """What the program's selections choose along texts of one length. [n, queries, keys]"""
    program = program_of(evidence.program)
    evaluator = Evaluator(program)
    body = statements_of(program.functions[program.entry])[:-1]
    names = evaluator.run(body, {"xs": list(rows.T)}, len(rows))
    length, found = rows.shape[1], list[ndarray]()
    given = {TOKENS: list(rows.T), POSITIONS: list(range(length))}
    for step in selections:
        pairs = np.empty((len(rows), length, length), dtype=bool)
        for i, row in enumerate(names[step["name"]]):
            for j, value in enumerate(row):
                pairs[:, i, j] = value
        op, variable = taken_of(step, evidence.mechanism["steps"])
        if variable is not None:
            values = given.get(variable) or names[variable]
            pairs = narrowed(op, pairs, np.stack([0 * rows[:, 0] + it for it in values], axis=1))
        found.append(pairs)
    return found


def _texts(evidence: TextEvidence) -> list[ndarray]:
    """The texts along which heads are replaced."""
    if evidence.form is None:
        return texts_replaced(evidence.tokens, evidence.longest)
    draw = {"kind": "formed", "length": evidence.longest, "count": REPLACED_FORMED}
    rows = evidence.texts({**draw, "seed": REPLACED_SEED})
    return [some for some in rows if len(some) > 1]


def statements_of(function: ast.FunctionDef) -> list[ast.stmt]:
    """The statements of a function, without what it says of itself."""
    return function.body[1:] if ast.get_docstring(function) is not None else function.body
