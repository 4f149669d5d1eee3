"""Titles of recurrences as answers along sequences, read from their words alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import product

import numpy as np

from distill.kinds.recurrence.title_nouns import Along, Series, nouns, unspecific_nouns


def meanings(title: str, along: Along) -> Iterator[Series]:
    """What a title may mean as the answers at every step, [n][length]."""
    for ending in (" before the step", " before"):
        if title.endswith(ending):
            yield from (one[:, :-1] for one in _phrases(title.removesuffix(ending), along))
            break
    yield from (one[:, 1:] for one in _phrases(title, along))


def _phrases(title: str, along: Along) -> Iterator[Series]:
    """What a phrase may mean: a noun, two that are combined, or conditions."""
    yield from nouns(title, along)
    for (begin, between), combine, noun in COMBINED:
        if title.startswith(begin):
            for one, other in splits(title.removeprefix(begin), between):
                pairs = product(noun(one, along), [*noun(other, along)])
                yield from (combine(a, b) for a, b in pairs)
    for word, join in ((" and ", np.ma.logical_and), (" or ", np.ma.logical_or)):
        for one, other in splits(title, word):
            others = [other, SUBJECT + other] if one.startswith(SUBJECT) else [other]
            late = [phrase for each in others for phrase in _phrases(each, along)]
            yield from (join(a, b) for a, b in product(_phrases(one, along), late))
    for pattern, shifted in SHIFTED.items():
        found = re.fullmatch(pattern, title)
        if found is not None and int(found["by"]):
            yield from (shifted(one, int(found["by"])) for one in nouns(found["of"], along))
    for pattern, condition in CONDITIONS:
        found = re.fullmatch(pattern, title)
        if found is not None:
            yield from condition(along, *found.groups())


def splits(title: str, between: str) -> Iterator[tuple[str, str]]:
    """Every way to take a title for two with a word between them."""
    for found in re.finditer(between, title):
        yield title[: found.start()], title[found.end() :]


SUBJECT = "running sum is "
"""What the first of several conditions says for all."""

COMBINED: tuple[tuple[tuple[str, str], Callable[..., Series], Callable[..., Iterator[Series]]], ...]
COMBINED = (
    (("sum of ", " and "), np.ma.add, nouns),
    (("product of ", " and "), np.ma.multiply, nouns),
    (("", " minus "), np.ma.subtract, nouns),
    (("", " equals "), np.ma.equal, unspecific_nouns),
)
"""The words before and between two nouns, what is made of the two, and how they are read."""

COMPARED: dict[str, Callable[..., Series]] = {
    "not ": np.ma.not_equal,
    "above ": np.ma.greater,
    "at least ": np.ma.greater_equal,
    "below ": np.ma.less,
    "at most ": np.ma.less_equal,
    "": np.ma.equal,
}
"""Comparisons with a number, and the words for them."""


def _compared(along: Along, noun: str, how: str, value: str) -> Iterator[Series]:
    yield from (COMPARED[how](one, int(value)) for one in unspecific_nouns(noun, along))


def _never(along: Along, noun: str, side: str, value: str) -> Iterator[Series]:
    """Whether every number so far is on one side of a value."""
    worst, how = (np.minimum, "at least ") if side == "below" else (np.maximum, "at most ")
    for one in unspecific_nouns(noun, along):
        so_far = worst.accumulate(one.filled(int(value)), axis=1)
        yield COMPARED[how](np.ma.masked_array(so_far), int(value))


SHIFTED: dict[str, Callable[..., Series]] = {
    r"(?P<of>.*) plus (?P<by>\d+)": lambda one, by: one + by,
    r"(?P<of>.*) minus (?P<by>\d+)": lambda one, by: one - by,
    r"(?P<by>-?\d+) minus the (?P<of>.*)": lambda one, by: by - one,
    r"(?P<by>-?\d+) times the (?P<of>.*)": lambda one, by: by * one,
    r"remainder of the (?P<of>.*) by (?P<by>\d+)": lambda one, by: one % by,
    r"quotient of the (?P<of>.*) by (?P<by>\d+)": lambda one, by: one // by,
}
"""A noun and a number together, and what is made of the two."""

CONDITIONS: tuple[tuple[str, Callable[..., Iterator[Series]]], ...] = (
    (r"(.*) is (not |above |at least |below |at most |)(-?\d+)", _compared),
    (r"(.*) is never (below|above) (-?\d+)", _never),
)
"""Conditions on a noun, and what they may mean."""
