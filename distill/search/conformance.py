"""Sequences on which a program that is wrong anywhere is most likely to be caught.

Of a machine they walk all of it: to every state, from there by every symbol, and on by sequences
that tell any two states apart (the W-method: Chow, IEEE Transactions on Software Engineering 4,
1978). A network with as many states as the machine and one transition that is different cannot
pass them. Of a linear network they are its responses to one input and to two. (`search` looks for
others, of any program.)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy import ndarray

MAX_WALKS = 50_000
"""Walks at most; evenly chosen where there would be more."""

MAX_PAIRS = 2_000
"""Sequences with two impulses at most; evenly chosen where there would be more."""

Word = tuple[int, ...]


def telling_apart(transitions: ndarray, answers: ndarray) -> tuple[Word, ...]:
    """Sequences of symbols such that any two states answer at least one of them differently.

    Where two states behave alike, none tells them apart.
    """
    rounds = _refinements(transitions, answers)
    final, words = rounds[-1], list[Word]()
    block = np.zeros(len(transitions), dtype=np.int64)
    while True:
        pair = _merged(block, final)
        if pair is None:
            return tuple(words)
        word = _separating(rounds, transitions, answers, *pair)
        words.append(word)
        state, said = np.arange(len(transitions)), [block]
        for symbol in word:
            said.append(answers[state, symbol])
            state = transitions[state, symbol]
        block = _numbered(np.stack(said, axis=1))


def walks(transitions: ndarray, answers: ndarray) -> list[Word]:
    """The walks: a way to a state, a symbol, and what tells apart."""
    access: dict[int, Word] = {0: ()}
    queue = deque([0])
    while queue:
        state = queue.popleft()
        for symbol, target in enumerate(transitions[state].tolist()):
            if target not in access:
                access[target] = (*access[state], symbol)
                queue.append(target)
    endings = telling_apart(transitions, answers) or ((),)
    total = len(access) * transitions.shape[1] * len(endings)
    stride = max(1, -(-total // MAX_WALKS))
    found, place = [], 0
    for way in access.values():
        for symbol in range(transitions.shape[1]):
            for ending in endings:
                if place % stride == 0:
                    found.append((*way, symbol, *ending))
                place += 1
    return found


def impulses(channels: Sequence[range], length: int) -> ndarray:
    """Sequences at rest but for one step, and all but for two: every place, every end of a range.

    At rest is 0, or the smallest value where 0 is none. A linear network is known by these.
    """
    rest = [0 if 0 in values else values.start for values in channels]
    singles = [
        (t, place, value)
        for t in range(length)
        for place, values in enumerate(channels)
        for value in sorted({values.start, values.stop - 1, *(v for v in (1, -1) if v in values)})
    ]
    pairs = [(one, other) for one in singles for other in singles if one[0] < other[0]]
    stride = max(1, -(-len(pairs) // MAX_PAIRS))
    rows = [(single,) for single in singles] + pairs[::stride]
    found = np.tile(np.array(rest, dtype=np.int64), (len(rows), length, 1))
    for row, changes in enumerate(rows):
        for t, place, value in changes:
            found[row, t, place] = value
    return found


def padded(words: list[Word], symbols: int, seed: int) -> list[ndarray]:
    """Words as arrays of a few lengths, each filled up with random symbols behind its end.

    A program must be right behind the end of a word too, so that nothing is lost by it.
    """
    bits = np.random.PCG64(seed)
    by_length: dict[int, list[Word]] = {}
    for word in words:
        by_length.setdefault(-(-len(word) // 5) * 5, []).append(word)
    arrays = []
    for length, group in sorted(by_length.items()):
        filled = (bits.random_raw(len(group) * length) >> np.uint64(11)) * 2.0**-53 * symbols
        array = np.floor(filled).astype(np.int64).reshape(len(group), length)
        for row, word in enumerate(group):
            array[row, : len(word)] = word
        arrays.append(array)
    return arrays


def _refinements(transitions: ndarray, answers: ndarray) -> list[ndarray]:
    """Partitions of the states after 1, 2, ... symbols (Moore), the last of them stable."""
    rounds = [_numbered(answers)]
    while True:
        finer = _numbered(np.column_stack([rounds[-1], rounds[-1][transitions]]))
        if finer.max() == rounds[-1].max():
            return rounds
        rounds.append(finer)


def _separating(
    rounds: list[ndarray],
    transitions: ndarray,
    answers: ndarray,
    one: int,
    other: int,
) -> Word:
    """A shortest sequence that two states answer differently."""
    word = list[int]()
    while True:
        level = next(k for k, blocks in enumerate(rounds) if blocks[one] != blocks[other])
        if level == 0:
            return (*word, int((answers[one] != answers[other]).argmax()))
        before = rounds[level - 1]
        apart = before[transitions[one]] != before[transitions[other]]
        word.append(int(apart.argmax()))
        one, other = int(transitions[one, word[-1]]), int(transitions[other, word[-1]])


def _merged(block: ndarray, final: ndarray) -> Word | None:
    """Two states of one block that behave differently, or none."""
    order = np.lexsort((final, block))
    together = (block[order][1:] == block[order][:-1]) & (final[order][1:] != final[order][:-1])
    if not together.any():
        return None
    place = int(together.argmax())
    return int(order[place]), int(order[place + 1])


def _numbered(table: ndarray) -> ndarray:
    """A number for every distinct row."""
    return np.unique(table, axis=0, return_inverse=True)[1].reshape(-1)
