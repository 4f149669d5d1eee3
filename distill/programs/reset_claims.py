"""What a title claims of variables that some inputs set, clear, turn round or sample.

As `variable_claims`, the claims are read from the words alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.programs.claims import KINDS, is_kind
from distill.programs.recognition.rows import Rows

Column = Int[ndarray, " _"]
Claim = Callable[[Rows, str], bool]

INT = r"-?\d+"
WHERE = rf"(?:the input|input [a-z]) is (?:{KINDS})"
VERB = "(?:set|cleared|turned round)"


def switch(told: str) -> Claim:
    """A bit that inputs of some kinds set, clear or turn round, and others leave."""

    def so(rows: Rows, name: str) -> bool:
        due = before = rows.before[name]
        for verb, where in re.findall(rf"({VERB}) where ({WHERE})", told):
            to = {"set": np.ones_like(before), "cleared": np.zeros_like(before)}
            due = np.where(_is_where(where, rows), to.get(verb, 1 - before), due)
        return np.unique(rows.before[name]).tolist() == [0, 1] and bool(
            (rows.after[name] == due).all()
        )

    return so


def _is_where(words: str, rows: Rows) -> ndarray:
    """Where "the input is above 3", or "input b is 1"."""
    found = re.fullmatch(rf"(?:the input|input ([a-z])) is ({KINDS})", words)
    assert found is not None, "what is said of an input has these words"
    (read,) = [rows.given[found[1]]] if found[1] else rows.given.values()
    return np.array([is_kind(found[2], value) for value in read.tolist()], dtype=bool)


def sampled(channel: str, words: str, start: str | None) -> Claim:
    """What was read on one channel where another last was of a kind."""

    def so(rows: Rows, name: str) -> bool:
        due = np.where(_is_where(words, rows), rows.given[channel], rows.before[name])
        return rows.start[name] == int(start or 0) and bool((rows.after[name] == due).all())

    return so


def reset(inner: Claim, to: str, words: str) -> Claim:
    """What is claimed of a variable wherever it is not set to a number, as it else is."""

    def so(rows: Rows, name: str) -> bool:
        sets = _is_where(words, rows)
        is_set = bool((rows.after[name][sets] == int(to)).all())
        return bool(sets.any()) and is_set and inner(rows.where(~sets), name)

    return so
