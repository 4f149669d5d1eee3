"""How the texts of a network look: as somebody writes it, or as examples in a file have it.

`--texts '[0 1]{1,50} <sep> ...{3}'` reads: one to fifty of 0 and 1, a separator, then what the
network itself answers, up to 3 tokens. `[*]` are all letters; `{3,48,3}` are lengths in
steps of 3; `!` behind a part says that no token comes twice in it, `!!` no two in a row, `^` that
one token is there more often than any other, and `^3` that this is so of each of three texts, of
every third token.

`--texts samples.npz:train` reads prompts from the arrays `train...ids`, `train...labels` (the
token that is to stand there, -1 where none is asked for) and `train...positions`, as far as they
are there. What is taken from them is their form alone (`Form`), which is printed: parts between
tokens that stand in every prompt alike, with the tokens and lengths that were seen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import gcd
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker.scope import many
from distill.domains.texts import Form, Part
from distill.importing.npz import read_npz
from distill.importing.values import LayoutError
from distill.importing.vocabulary import Example, Numbered

APART: Mapping[str, Literal[0, 1, 2]] = {"": 0, "!": 1, "!!": 2}
PART = re.compile(r"\[([^\]]*)\]\{(\d+)(?:,(\d+)(?:,(\d+))?)?\}(!{0,2})(?:(\^)(\d?))?")
GOES_ON = re.compile(r"\.\.\.\{(\d+)\}")
HOW = (
    "expected parts in a row, such as '[0 1]{1,50} <sep> ...{3}', or FILE.npz:NAME with arrays "
    "NAME...ids and, where there are any, NAME...labels and NAME...positions"
)
MOST_INTERLEAVED = 4
SEEN_TIED = 20
"""Texts that would have had no most frequent token by chance before a part is said to have one."""
SEEN_APART = 50
"""Pairs that could have been alike before a part is said to have none."""


def written_form(text: str, tokens: Numbered, readout: str) -> Example:
    """A form as somebody wrote it.

    Raises:
        LayoutError: it is none, or has words that the network does not read.
    """
    value_of = {tokens.words[row]: value for row, value in tokens.value_of.items()}

    def values(words: Sequence[str]) -> tuple[int, ...]:
        if odd := [word for word in words if word not in value_of]:
            raise LayoutError(
                f"--texts '{text}' has '{odd[0]}', which is no token of a text: expected "
                f"{', '.join(list(value_of)[:12])}"
            )
        return tuple(value_of[word] for word in words)

    parts, more, rest = list[Part](), 0, text.strip()
    while rest:
        if more:
            raise LayoutError(f"--texts '{text}': what the network answers stands last; {HOW}")
        if found := PART.match(rest):
            inner, fewest, most, step, apart, clear, period = found.groups()
            words = list(value_of)[: tokens.letters] if inner.strip() == "*" else inner.split()
            most = int(most or fewest)
            amount = int(fewest), most, int(step or 1)
            parts.append(Part(values(words), *amount, APART[apart], int(period or bool(clear))))
        elif found := GOES_ON.match(rest):
            more = int(found[1])
        elif (found := re.match(r"\S+", rest)) and "{" not in found[0]:
            parts.append(Part(values([found[0]]), 1, 1))
        else:
            raise LayoutError(f"--texts '{text}' cannot be read from '{rest[:20]}' on: {HOW}")
        rest = rest[found.end() :].strip()
    then = "nothing" if not more else "allowed" if readout == "set" else "chosen"
    form = Form(tuple(parts), then, more)
    return Example(form, sum(part.most for part in parts) + more, 1, "by --texts")


def form_of_file(
    path: Path, name: str, tokens: Numbered, bos: int | None, ends: set[int], readout: str
) -> Example:
    """The form of the texts that a file has examples of.

    Args:
        path: of an archive of arrays.
        name: how the names of its arrays begin.
        tokens: that stand in texts.
        bos: the row before every text.
        ends: the rows behind a text, from which on nothing is read.
        readout: of the network.

    Raises:
        LayoutError: there are no such arrays, or texts of other tokens in them.
    """
    ids, labels, positions = (_array(path, name, last) for last in ("ids", "labels", "positions"))
    if ids is None:
        raise LayoutError(f"'{path}' has no array '{name}...ids': {HOW}")
    texts = [_text(row, tokens, bos, ends, path) for row in ids]
    starts, said = 1, f"by the {many(len(texts), 'text')} '{name}' of '{path.name}'"
    if positions is not None:
        starts = int(positions[:, 0].max()) + 1
    if readout == "set":
        longest = max(map(len, texts))
        return Example(Form((), "allowed", longest), longest, starts, said)
    prompts, more = texts, 0
    if labels is not None:
        if labels.shape != ids.shape or not (labels != -1).any(axis=1).all():
            raise LayoutError(
                f"'{path}': '{name}...labels' should be -1 where no answer is asked for, and "
                "something else somewhere in every text"
            )
        before = 0 if bos is None else 1
        first = (labels != -1).argmax(axis=1) - before
        prompts = [text[:at] for text, at in zip(texts, first, strict=True)]
        more = int((labels != -1).sum(axis=1).max()) - 1  # the last one is only answered
    parts, together = tuple(_parts(prompts)), max(map(len, prompts))
    limit = together if together < sum(part.most for part in parts) else None
    form = Form(parts, "chosen" if more else "nothing", more, limit)
    return Example(form, together + more, starts, said)


def listed_texts(
    path: Path, name: str, tokens: Numbered, bos: int | None, ends: set[int]
) -> list[Int[ndarray, "_ _"]]:
    """The texts that a file has examples of, by their lengths; those without a token are left out.

    Where it says which answers are asked for, a text ends where the last one is due.

    Raises:
        LayoutError: there are no such arrays, or texts of other tokens in them.
    """
    ids, labels = (_array(path, name, last) for last in ("ids", "labels"))
    if ids is None:
        raise LayoutError(f"'{path}' has no array '{name}...ids': {HOW}")
    found = dict[int, list[tuple[int, ...]]]()
    for place, row in enumerate(ids):
        text = _text(row, tokens, bos, ends, path)
        if labels is not None and labels.shape == ids.shape:
            text = text[: int(np.flatnonzero(labels[place] != -1)[-1]) - (bos is not None)]
        found.setdefault(len(text), []).append(text)
    return [np.array(found[length]) for length in sorted(found) if length]


def _array(path: Path, name: str, last: str) -> ndarray | None:
    try:
        found = [
            (key, value.numpy())
            for key, value in read_npz(path)
            if key.startswith(name) and key.endswith(last)
        ]
    except Exception as error:  # whatever a damaged file makes of its readers
        raise LayoutError(f"--texts '{path}' cannot be read ({error}): {HOW}") from error
    if len(found) > 1:
        names = ", ".join(key for key, _ in found)
        raise LayoutError(f"'{path}' has {names}: say which with --texts FILE:NAME")
    return found[0][1] if found else None


def _text(
    row: ndarray, tokens: Numbered, bos: int | None, ends: set[int], path: Path
) -> tuple[int, ...]:
    """The values of the tokens of one example."""
    listed = [int(it) for it in row]
    if bos is not None:
        if listed[0] != bos:
            raise LayoutError(f"a text of '{path}' begins with row {listed[0]}: expected {bos}")
        listed = listed[1:]
    end = next((at for at, it in enumerate(listed) if it in ends), len(listed))
    value_of, text = tokens.value_of, listed[:end]
    if odd := [it for it in text if it not in value_of]:
        raise LayoutError(
            f"a text of '{path}' has the token of row {odd[0]}, which is none of a text: expected "
            f"{', '.join(map(str, list(value_of)[:12]))}"
        )
    return tuple(value_of[it] for it in text)


def _parts(prompts: list[tuple[int, ...]]) -> list[Part]:
    """Tokens that all prompts have alike, in one order, and stretches between them."""
    counts = [{token: prompt.count(token) for token in prompt} for prompt in prompts]
    fixed = {
        token for token in counts[0] if all(it.get(token) == counts[0][token] for it in counts)
    }
    marks = {tuple(token for token in prompt if token in fixed) for prompt in prompts}
    if len(marks) > 1:  # letters that happen to be as many everywhere; the last one is a mark
        fixed = {prompts[0][-1]} if len({prompt[-1] for prompt in prompts}) == 1 else set()
        fixed = {it for it in fixed if all(prompt.count(it) == 1 for prompt in prompts)}
    split = [_split(prompt, fixed) for prompt in prompts]
    parts = list[Part]()
    for place in range(max(map(len, split))):
        runs = [each[place] for each in split]
        if place % 2:
            parts.append(Part(runs[0], 1, 1))
        elif any(runs):
            parts += _stretch(runs)
    return parts


def _split(prompt: tuple[int, ...], fixed: set[int]) -> list[tuple[int, ...]]:
    """Stretches, with the marks between them at odd places."""
    found: list[tuple[int, ...]] = [()]
    for token in prompt:
        if token in fixed:
            found += [(token,), ()]
        else:
            found[-1] = (*found[-1], token)
    return found


def _stretch(runs: list[tuple[int, ...]]) -> list[Part]:
    """One part, or two where the first token is never of some."""
    seen = tuple(sorted({token for run in runs for token in run}))
    fewest, most = min(map(len, runs)), max(map(len, runs))
    first = tuple(sorted({run[0] for run in runs if run}))
    step = max(1, gcd(*(len(run) - fewest for run in runs)))
    apart = 0
    for size in (1, 2):
        pieces = [run if size == 1 else tuple(pairwise(run)) for run in runs]
        tried = sum(len(it) * (len(it) - 1) // 2 for it in pieces)
        if not apart and tried > SEEN_APART * len(seen) ** size:
            apart = size if all(len(set(it)) == len(it) for it in pieces) else 0
    narrow = len(first) < len(seen) and len(runs) > SEEN_APART * len(seen) and fewest > 0
    if narrow and not apart:
        found = [Part(first, 1, 1)]
        return found + ([Part(seen, fewest - 1, most - 1, step)] if most > 1 else [])
    return [Part(seen, fewest, most, step, APART["!" * apart], 0 if apart else _clear(runs))]


def _clear(runs: list[tuple[int, ...]]) -> int:
    """Of how many interleaved texts the runs are that have a most frequent token each, which is not
    so by chance; the fewest, 0 for none.
    """
    seen = sorted({token for run in runs for token in run})
    rng = np.random.default_rng(0)
    drawn = [tuple(rng.choice(seen, len(run)).tolist()) for run in runs]
    for period in range(1, MOST_INTERLEAVED + 1):
        tied, by_chance = (
            sum(_tied(run[place::period]) for run in some for place in range(period))
            for some in (runs, drawn)
        )
        if not tied and by_chance >= SEEN_TIED:
            return period
    return 0


def _tied(run: tuple[int, ...]) -> bool:
    counts = sorted(run.count(token) for token in {*run})
    return len(counts) > 1 and counts[-1] == counts[-2]
