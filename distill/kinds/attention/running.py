"""The variables and selections of a program along texts, by running its own lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache, partial
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from distill.checker.attended import elsewhere, is_even, narrowed, taken_of
from distill.checker.selections import (
    ANSWERS,
    POSITIONS,
    PRIMITIVES,
    THERE,
    TOKENS,
    line_of,
    lines_of,
    list_of,
)
from distill.kinds.attention.mechanism import AttentionMechanism


def variables_of(
    mechanism: AttentionMechanism,
    text: list[int],
    instead: Mapping[str, Any] | None = None,
    otherwise: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The lists that the lines of a program bind for one text, by name.

    Args:
        mechanism: of the program.
        text: the tokens.
        instead: variables that are given, in place of what their lines would bind.
        otherwise: other lines, by the names that they bind.
    """
    import math

    space: dict[str, Any] = {name: getattr(math, name) for name in dir(math) if name[0] != "_"}
    for table in mechanism.tables:
        space[table.name] = dict(zip(table.keys, table.values, strict=True))
    instead, otherwise = instead or {}, otherwise or {}
    lines = [line.replace("return ", f"{ANSWERS} = ", 1) for line in lines_of(mechanism.data)]
    lines = [line for line in lines if line.partition(" = ")[0] not in instead]
    lines = [otherwise.get(line.partition(" = ")[0], line) for line in lines]
    source = "\n".join((*PRIMITIVES.values(), *lines))
    space |= {"xs": text, **instead}
    exec(_compiled(source), space)
    return space


_compiled = lru_cache(maxsize=256)(partial(compile, filename="steps", mode="exec"))


Pairs = dict[str, Bool[ndarray, "n length length"]]
"""Where heads of every selection look, by its name."""


def selections_of(mechanism: AttentionMechanism, texts: Int[ndarray, "n length"]) -> Pairs:
    """Where heads of every selection look along texts of one length, by its name.

    That is what is chosen, or of it what is taken (`distill.checker.attended`).
    """
    return looked_at(mechanism, texts)[0]


def looked_at(
    mechanism: AttentionMechanism, texts: Int[ndarray, "n length"]
) -> tuple[Pairs, Pairs]:
    """Where heads of every selection look along texts of one length, and where those of another
    would, for which the program answers otherwise.
    """
    steps = [(asdict(step), step.name) for step in mechanism.steps if step.op == "select"]
    found = {name: np.zeros((*texts.shape, texts.shape[1]), dtype=bool) for _, name in steps}
    taken = {name: taken_of(step, mechanism.data) for step, name in steps}
    values = {name: np.zeros(texts.shape) for name in found}
    for place, text in enumerate(texts.tolist()):
        space = variables_of(mechanism, text)
        given = {TOKENS: text, POSITIONS: range(len(text))}
        for name, (_, variable) in taken.items():
            found[name][place] = np.array(space[name], dtype=bool)
            if variable is not None:
                values[name][place] = given.get(variable) or space[variable]
    chosen, others = Pairs(), Pairs()
    for step, name in steps:
        op, variable = taken[name]
        pairs = found[name]
        chosen[name] = pairs if variable is None else narrowed(op, pairs, values[name])
        other = elsewhere(step, mechanism.data, chosen[name])
        others[name] = other if variable is None else narrowed(op, other, values[name])
    return chosen, others


def answered(
    mechanism: AttentionMechanism,
    texts: Int[ndarray, "n length"],
    instead: Mapping[str, Bool[ndarray, "n length length"]] | Mapping[str, ndarray],
) -> Float[ndarray, "n answers"] | None:
    """What the program answers where selections are others, by their names, or positions are.

    Null where it fails on some of these texts: its tables may have no row for what comes of it.
    """
    said = list[list[float]]()
    for place, text in enumerate(texts.tolist()):
        given = {name: each[place].tolist() for name, each in instead.items()}
        try:
            said.append(variables_of(mechanism, text, given)[ANSWERS])
        except (ArithmeticError, LookupError, ValueError):
            return None
    return np.array(said, dtype=np.float64)


def answered_of(
    mechanism: AttentionMechanism, texts: Int[ndarray, "n length"], names: Sequence[str]
) -> Float[ndarray, "n answers"] | None:
    """What the program answers with counts of other texts: of selections of heads that are even,
    what stands there is held against the query of the text itself.

    Null where it fails on some of these, as in `answered`.

    Args:
        mechanism: of the program.
        texts: of one length; each has the counts of the one before.
        names: of the selections.
    """
    steps = [asdict(step) for step in mechanism.steps if step.name in names]
    lines = {step["name"]: line_of(step, THERE) for step in steps if is_even(step)}
    keys = {list_of(name) for it in steps if is_even(it) for name in it["keys"]}
    said = list[list[float]]()
    for text, other in zip(texts.tolist(), np.roll(texts, 1, axis=0).tolist(), strict=True):
        try:
            there = variables_of(mechanism, other)
            there |= {list_of(TOKENS): other, POSITIONS: [*range(len(other))]}
            given = {name + THERE: there[name] for name in keys}
            given |= {name: there[name] for name in names if name not in lines}
            said.append(variables_of(mechanism, text, given, lines)[ANSWERS])
        except (ArithmeticError, LookupError, ValueError):
            return None
    return np.array(said, dtype=np.float64)
