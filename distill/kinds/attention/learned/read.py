"""A network whose attention is soft, read as a program: searched for by what it answers.

Heads say where to look first. Candidates are held against the network's own answers to texts that
were not searched with; where the best of them parts from the network, those texts join the search.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.kinds.attention.learned.answers import candidates
from distill.kinds.attention.learned.asked import Asked, ask
from distill.kinds.attention.learned.classes import classes_of
from distill.kinds.attention.learned.enumeration import Enumeration
from distill.kinds.attention.learned.hints import Hints, attention_along, that_matter
from distill.kinds.attention.learned.latch import latch_of, up_to
from distill.kinds.attention.learned.terms import Variable
from distill.kinds.attention.learned.trying import Tried, chosen, try_all, worth
from distill.kinds.attention.learned.values import Values
from distill.kinds.attention.sample import sampled
from distill.networks.text_network import TextNetwork
from distill.waits import part, tell

SEARCH_SEED, TRIED_SEED = 211, 307
FEWEST_TEXTS, MOST_TEXTS, MOST_SQUARES = 24, 72, 120_000
"""Texts of a search at least and at most, and pairs of positions in them."""
OF_A_LENGTH, TRIED, OF_A_FORM = 40, 120, 400
"""Texts of a length that are searched with and tried on; and those of a form."""
ROUNDS, MOST_JOINED, MOST_TRIED, MOST_OTHERS = 4, 24, 12, 8
FAR = 0.8
"""Part of the texts that a program has to answer as its network after a whole round for another to
begin. Of 57 networks that were looked at, all 51 that came to a program had 0.90 or more after
the first round; of the 6 others 5 had 0.75 or less, and none of these came to 0.9 in all that
followed, which took up to three times as long again."""
LEVELS = 3
MOST_LEVELS = 7
"""Of all rounds together. A level goes through so many selections and no more, so that the work is
bounded without a clock, and the same network gives the same program."""
ENOUGH = 0.99
"""Part of the texts with which no longer program is looked for."""
FEW_NAMED = 5
"""Tokens that may be named from the first. Of more, selections that name one are so many that
others do not come up: programs that name none are searched for before."""
PLAIN = 26.0
"""What there is to read at most in a program that never parts, where no plainer one is looked for
that does not say that an answer stays."""


def texts_of(network: TextNetwork, seed: int, count: int) -> list[Int[ndarray, "_ _"]]:
    """Texts as a network's are, evenly drawn and structured ones."""
    if network.texts.form is None:
        return sampled(network.texts, seed=seed, count=count)
    return [rows for stress in (False, True) for rows in network.formed(OF_A_FORM, seed, stress)]


def search(network: TextNetwork) -> list[Tried]:
    """The program that is worth most, and others that answer as much alike and look elsewhere.

    Nothing where answers are no integers.
    """
    batches = texts_of(network, SEARCH_SEED, OF_A_LENGTH)
    source = ask(network, batches)
    tried = ask(network, texts_of(network, TRIED_SEED, TRIED))
    if not np.array_equal(tried.answers, np.rint(tried.answers)):
        return []
    heads = that_matter(network, batches)
    return searched(
        source,
        tried,
        network.shape.causal,
        constants_of(network),
        lambda asked: hints_of(network, asked, heads),
        classes_of(network),
    )


def searched(
    source: Asked,
    tried: Asked,
    causal: bool,
    constants: Sequence[int],
    hints: Callable[[Asked], Hints | None],
    classes: Sequence[Variable] = (),
) -> list[Tried]:
    """Search with some texts, and try what is found on others; what parts there joins the search.

    Where an answer stays once it is given, what gives it first is searched for, behind the plainest
    programs of all and before all others.

    Args:
        source: texts of the search.
        tried: others.
        causal: whether no position sees a later one.
        constants: tokens that may be named.
        hints: what attention says of texts; null where nothing is known of it.
        classes: maps of tokens that tell no others apart than the network does.
    """
    around = (causal, constants, hints, classes)
    found, latch = list[Tried](), latch_of(source) if causal else None
    # of at most so many searches
    few, first = len(constants) > FEW_NAMED, 0 if latch is None else 2
    most, place = first + few + 1, iter(range(4))
    if latch is not None:
        for some, stays, levels in ((source, None, 1), (up_to(source, latch), latch, LEVELS)):
            with _one_of(next(place), most):
                found = _ranked([*found, *_searched(some, tried, *around, stays, levels)])
            if found and found[0].agree.all() and found[0].cost <= PLAIN:
                return found
    plain = list[Tried]()
    if few:
        with _one_of(next(place), most):
            plain = _searched(source, tried, causal, (), hints, classes, None)
    if not plain or plain[0].part < ENOUGH:
        with _one_of(next(place), most):
            plain = _ranked([*plain, *_searched(source, tried, *around, None)])
    return _ranked([*found, *plain])


def _one_of(place: int, most: int) -> AbstractContextManager[None]:
    """What is told of one of several searches, the first of which is 0."""
    return part(place / most, (place + 1) / most)


def _tell(left: int, best: Tried | None) -> None:
    """How far a search is: so many levels are left of it at most."""
    level, known = MOST_LEVELS - left, ""
    if best is not None:
        known = f"; the best program so far answers {best.part:.1%} of texts as the network does"
    tell(
        level / MOST_LEVELS, f"level {min(level + 1, MOST_LEVELS)} of at most {MOST_LEVELS}{known}"
    )


def _ranked(tried: Sequence[Tried]) -> list[Tried]:
    """The one that is worth most, and others that answer as many texts alike and look elsewhere."""
    if not tried:
        return []
    found = [best := chosen(tried)]
    for each in sorted(tried, key=worth, reverse=True):
        more = any(each.selections >= it.selections for it in found)
        if not more and each.agree.sum() >= best.agree.sum() and len(found) < MOST_OTHERS:
            found.append(each)
    return found


def _searched(
    source: Asked,
    tried: Asked,
    causal: bool,
    constants: Sequence[int],
    hints: Callable[[Asked], Hints | None],
    classes: Sequence[Variable],
    latch: int | None,
    levels: int = LEVELS,
) -> list[Tried]:
    """One such search; with a latch, the source ends where it is given."""
    left = MOST_LEVELS
    length = source.tokens.shape[1]
    count = int(min(MOST_TEXTS, max(FEWEST_TEXTS, MOST_SQUARES // (length * length))))
    asked = source.some(_spread(source, count))
    best: Tried | None = None
    on, every = Values(tried), list[Tried]()
    for place in range(ROUNDS):
        found: Tried | None = None
        around = (causal, constants, hints(asked), min(place, 1), classes)
        enumeration = Enumeration(Values(asked), *around)
        _tell(left, best)
        for _ in enumeration.levels(min(levels, left)):
            left -= 1
            made = candidates(enumeration.pool)
            each = try_all(on, made[:MOST_TRIED], latch, found)
            found = chosen([*each, *([] if found is None else [found])])
            every += each
            if found.agree.all():
                every += try_all(on, made[MOST_TRIED:], latch, found)
            if found.part >= ENOUGH:
                break
            _tell(left, found)
        if found is None or (best is not None and found.worth <= best.worth):
            break
        best = found
        if found.agree.all() or not left:
            break
        if levels > 1 and best.part < FAR:
            break
        parting = np.flatnonzero(~found.agree)
        parting = parting[:: max(1, len(parting) // MOST_JOINED)][:MOST_JOINED]
        more = tried.some(parting)
        asked = _joined(asked, more if latch is None else up_to(more, latch))
    return _ranked(every)


def constants_of(network: TextNetwork) -> list[int]:
    """Tokens that selections may name: all of few, else those that stand for parts of a text."""
    tokens, form = network.texts.tokens, network.texts.form
    if len(tokens) <= FEW_TOKENS:
        return list(tokens)
    parts = () if form is None else form.parts
    return [part.tokens[0] for part in parts if len(part.tokens) == 1]


FEW_TOKENS = 8


def hints_of(network: TextNetwork, asked: Asked, heads: Sequence[tuple[int, int]]) -> Hints | None:
    """The attention of heads along the texts of a search."""
    if not heads:
        return None
    count, length = asked.tokens.shape
    attention = np.zeros((len(heads), count, length, length))
    lengths, before = asked.there.sum(axis=1), network.shape.before
    for n in np.unique(lengths).tolist():
        rows = np.flatnonzero(lengths == n)
        every = attention_along(network, asked.tokens[rows, :n])
        for place, (layer, head) in enumerate(heads):
            seen = every[layer * network.shape.n_heads + head]
            attention[place, rows, :n, :n] = seen[:, before:, before:]
    allowed = asked.there[:, None, :] & asked.there[:, :, None]
    if network.shape.causal:
        allowed = allowed & np.tril(np.ones((length, length), dtype=bool))
    return Hints(attention, allowed)


def _spread(asked: Asked, count: int) -> Int[ndarray, " k"]:
    """Texts of all lengths, more of the long ones."""
    lengths = asked.there.sum(axis=1)
    order = np.random.default_rng(SEARCH_SEED).permutation(len(asked))
    weight = lengths[order] / lengths.max() + 0.3
    draws = np.random.default_rng(SEARCH_SEED + 1).random(len(order)) ** (1 / weight)
    return np.sort(order[np.argsort(-draws)[:count]])


def _joined(one: Asked, other: Asked) -> Asked:
    """Texts of two searches together."""
    width = max(one.tokens.shape[1], other.tokens.shape[1])

    def wide(array: ndarray) -> ndarray:
        return np.pad(array, ((0, 0), (0, width - array.shape[1])))

    parts = ("tokens", "there", "answers", "wanted")
    return Asked(*(np.concatenate([wide(getattr(it, n)) for it in (one, other)]) for n in parts))
