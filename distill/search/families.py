"""Structured inputs: a program that is right for almost every input is wrong where they are odd.

A row is a sequence of steps with channels, or the inputs of a finite domain as steps of one
channel. Systematic families go through all of something: beginnings (`prefixes`), blocks of a
small alphabet (`blocks`), every two values at every two places, and with them progressions
(`lines`), words of the constants of a program's text (`spelled`). Mixed rows combine

    values    a part of the range, every m-th value, few values, the ends, the text's constants
              and their neighbours; sorted; walks of few strides (ramps, zigzags); linear
              recurrences (doubling, Fibonacci); a given sum
    steps     as they are, a constant, runs, periods, mirrored (palindromes), one value again and
              again, turned around
    channels  each by itself, equal, of a constant sum (carries), one behind the other
    place     from the start or between any two steps, with anything around it; one value changed

All is made of PCG64's raw stream and exact arithmetic, so that it can be made again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy import ndarray

MOST = 64
"""Constants of a program that are combined: the rarest of its text."""


class Stream:
    """Integers from PCG64's raw stream, which is fixed by its definition."""

    def __init__(self, seed: int) -> None:
        self._bits = np.random.PCG64(seed)

    def below(self, count: int | ndarray, *shape: int) -> ndarray:
        """Integers from 0 to below `count`, which broadcasts against the shape."""
        raw = self._bits.random_raw(math.prod(shape)) >> np.uint64(11)
        return np.floor(raw.reshape(shape) * 2.0**-53 * count).astype(np.int64)


@dataclass(frozen=True)
class Space:
    """What rows are made of.

    Attributes:
        low: the smallest value of every step and channel, int64 [length, channels].
        size: how many there are from it on, int64 [length, channels].
        constants: the integers in a program's text, in its order, with repetitions.
    """

    low: ndarray
    size: ndarray
    constants: tuple[int, ...] = ()

    def folded(self, rows: ndarray) -> ndarray:
        """Values modulo their ranges. [n, length, channels]"""
        return self.low + (rows - self.low) % self.size

    def free(self, stream: Stream, count: int) -> ndarray:
        """Every value drawn by itself, evenly. [count, length, channels]"""
        return self.low + stream.below(self.size, count, *self.low.shape)

    def named(self, *others: int) -> ndarray:
        """Numbers, and the constants that can be reckoned with. [m]"""
        return np.array([*others, *(c for c in self.constants if abs(c) < 2**31)], dtype=np.int64)

    def pool(self) -> ndarray:
        """Constants that are values, those that the text has least often first. [m]"""
        values, counts = np.unique(self.named(), return_counts=True)
        values = values[np.argsort(counts, kind="stable")]
        return values[self.holds(values)][:MOST]

    def holds(self, values: ndarray) -> ndarray:
        """Whether numbers [m] are values of some step and channel."""
        places = values[:, None, None] - self.low
        return ((places >= 0) & (places < self.size)).max(axis=(1, 2))


def mixed(stream: Stream, space: Space, count: int) -> ndarray:
    """Rows that combine values, steps, channels and place; so many, or a few less."""
    kinds = [_parts, _parts, _sorted, _walks, _recurrences, _sums]
    kinds += [_named] * 3 if len(space.pool()) else []
    rows = np.concatenate([kind(stream, space, max(0, count) // len(kinds)) for kind in kinds])
    (n, length, channels), free = rows.shape, space.free(stream, len(rows))
    rows = np.take_along_axis(rows, _steps(stream, n, length)[..., None], axis=1)
    rows = _related(stream, space, rows)
    start = stream.below(length, n, 1) * stream.below(2, n, 1)
    stop = np.maximum(start + 2, length - stream.below(length, n, 1) * stream.below(2, n, 1))
    steps = np.arange(length)
    moved = np.take_along_axis(rows, ((steps - start) % length)[..., None], axis=1)
    rows = np.where(((start <= steps) & (steps < stop))[..., None], moved, free)
    touched = np.flatnonzero(stream.below(4, n) == 0)
    place = touched, stream.below(length, len(touched)), stream.below(channels, len(touched))
    rows[place] = free[place]
    return space.folded(rows)


def _parts(stream: Stream, space: Space, count: int) -> ndarray:
    """Of a window of the range, a narrow one, every m-th value, few values, the ends, all."""
    low, size = space.low[:1], space.size[:1]
    shape, one = (count, *low.shape), np.ones_like(size)
    window = 1 + stream.below(size, *shape)
    narrow = 1 + stream.below(window, *shape)
    stride = 2 + stream.below(np.minimum(9, size), *shape)
    apart = 1 + stream.below(size, *shape)
    few = 2 + stream.below(2, *shape)
    kind = stream.below(6, count, 1, 1)
    width = np.choose(kind, [window, narrow, -(-size // stride), few, 2 * one, size])
    by = np.choose(kind, [one, one, stride, apart, np.maximum(size - 1, 1), one])
    room = np.choose(kind, [size - window + 1, size - narrow + 1, stride, size, one, one])
    chosen = stream.below(width, count, *space.low.shape)
    return space.folded(low + stream.below(room, *shape) + by * chosen)


def _named(stream: Stream, space: Space, count: int) -> ndarray:
    """Of up to four of the program's constants, or of all; in a third some are one beside them."""
    length, channels = space.low.shape
    pool = space.pool()
    chosen = stream.below(len(pool), count, 4, channels)
    letters = stream.below(1 + stream.below(4, count, 1, 1), count, length, channels)
    some = stream.below(len(pool), count, length, channels)
    few = np.take_along_axis(chosen, letters, axis=1)
    beside = stream.below(3, count, length, channels) - 1
    values = pool[np.where(stream.below(4, count, 1, 1) == 0, some, few)]
    return values + beside * (stream.below(3, count, 1, 1) == 0)


def _sorted(stream: Stream, space: Space, count: int) -> ndarray:
    """Rising or falling, with or without equal values."""
    half = stream.below(2, count, 1, 1) == 0
    rows = np.sort(np.where(half, _parts(stream, space, count), space.free(stream, count)), axis=1)
    return np.where(stream.below(2, count, 1, 1) == 0, rows, rows[:, ::-1])


def _walks(stream: Stream, space: Space, count: int) -> ndarray:
    """Every value from the one before by one of three strides; inside the range if it fits."""
    length, channels = space.low.shape
    size = space.size.min(axis=0)
    reach = 1 + stream.below(np.maximum(1, 2 * size // length), count, 1, channels)
    strides = stream.below(2 * reach + 1, count, 3, channels) - reach
    named = space.named(1)[stream.below(len(space.named(1)), count, 1, channels)]
    strides = np.where(stream.below(3, count, 1, 1) == 0, named * np.sign(strides), strides)
    letters = stream.below(1 + stream.below(3, count, 1, 1), count, length, channels)
    letters = np.take_along_axis(letters, _steps(stream, count, length)[..., None], axis=1)
    walk = np.cumsum(np.take_along_axis(strides, letters, axis=1), axis=1)
    walk -= walk.min(axis=1, keepdims=True)
    room = np.maximum(1, size - walk.max(axis=1, keepdims=True))
    return space.low + walk + stream.below(room, count, 1, channels)


def _recurrences(stream: Stream, space: Space, count: int) -> ndarray:
    """x[t] = α x[t - 1] + β x[t - 2] + γ modulo the range: small α and β, γ of the text or 0."""
    factor = np.array([0, 1, -1, 2])[np.arange(count)[:, None] // [1, 4] % 4]
    named = space.named(1)[stream.below(len(space.named(1)), count, 1)]
    other = named * stream.below(2, count, 1)
    rows = _parts(stream, space, count)
    for t in range(2, len(space.low)):
        said = factor[:, :1] * rows[:, t - 1] + factor[:, 1:] * rows[:, t - 2] + other
        rows[:, t] = space.low[t] + (said - space.low[t]) % space.size[t]
    return rows


def _sums(stream: Stream, space: Space, count: int) -> ndarray:
    """Values of a given sum after some steps, of the text or any; then at rest, or free."""
    length, channels = space.low.shape
    before = np.arange(length)[:, None] < 1 + stream.below(length, count, 1, 1)
    weight = np.cumsum((1 + stream.below(1024, count, length, channels)) * before, axis=1)
    least = (space.low * before).sum(axis=1, keepdims=True)
    most = ((space.size - 1) * before).sum(axis=1, keepdims=True)
    target = space.named(0)[stream.below(len(space.named(0)), count, 1, channels)] - least
    fits = (target >= 0) & (target <= most) & (stream.below(4, count, 1, 1) > 0)
    target = np.where(fits, target, stream.below(most + 1, count, 1, channels))
    parts = np.diff(target * weight // weight[:, -1:], axis=1, prepend=0)
    for t in range(1, length):  # what is too much for a step is left to the next
        over = np.maximum(0, parts[:, t - 1] - space.size[t - 1] + 1)
        parts[:, t - 1 : t + 1] += np.stack([-over, over], axis=1)
    rest = np.where((space.low <= 0) & (-space.low < space.size), 0, space.low)
    after = np.where(stream.below(2, count, 1, 1) == 0, rest, space.free(stream, count))
    return np.where(before, space.low + parts, after)


def _steps(stream: Stream, count: int, length: int) -> ndarray:
    """Which step's value every step takes; its own for half of the rows. [count, length]"""
    steps = np.broadcast_to(np.arange(length), (count, length))
    period = 1 + stream.below(1 + stream.below(max(1, length // 2), count, 1), count, 1)
    end = 1 + stream.below(max(1, 2 * length - 2), count, 1)
    new = stream.below(1 + stream.below(6, count, 1), count, length) == 0
    rare = stream.below(10, count, length) > stream.below(9, count, 1)
    kinds = [
        steps,
        0 * steps,
        steps % period,
        np.where((steps > end // 2) & (steps <= end), end - steps, steps),
        np.maximum.accumulate(np.where(new, steps, 0), axis=1),
        np.where(rare, 0, steps),
        steps[:, ::-1],
    ]
    return np.choose(stream.below(len(kinds), count, 1) * stream.below(2, count, 1), kinds)


def _related(stream: Stream, space: Space, rows: ndarray) -> ndarray:
    """What every channel has to do with the first: nothing, for half of the rows."""
    n, first = len(rows), rows[..., :1]
    ends = 2 * space.low[:1, :1] + space.size[:1, :1] - 1
    total = space.named(0)[stream.below(len(space.named(0)), n, 1, 1)]
    total = np.where(stream.below(2, n, 1, 1) == 0, ends, total)
    behind = np.concatenate([first[:, :1], first[:, :-1]], axis=1)
    others = np.choose(stream.below(6, n, 1, 1), [rows, rows, rows, first, total - first, behind])
    return np.concatenate([first, others[..., 1:]], axis=2)


def lines(stream: Stream, space: Space, count: int) -> ndarray:
    """Progressions modulo the first prime p that holds every value: a + b·i at place i.

    All p² of them have every two values at every two places (an orthogonal array: Bush, Annals of
    Mathematical Statistics 23, 1952). Where that is more than the count, some are drawn.
    """
    places = np.arange(space.low.size).reshape(space.low.shape)
    p = max(int(space.size.max()), space.low.size)
    while any(p % d == 0 for d in range(2, math.isqrt(p) + 1)):
        p += 1
    some = np.arange(p * p) if p * p <= count else stream.below(p * p, count)
    a, b = np.divmod(some[:, None, None], p)
    return space.folded(space.low + (a + b * places) % p)


def prefixes(stream: Stream, space: Space, count: int) -> ndarray:
    """Every beginning, as long as there are at most so many; what follows is free."""
    sizes = space.size.reshape(-1)
    cells = int((np.cumprod(sizes.astype(float)) <= count).sum())
    total = math.prod(sizes[:cells].tolist())
    rows = space.free(stream, total).reshape(total, -1)
    if cells:
        begun = np.stack(np.unravel_index(np.arange(total), sizes[:cells]), axis=1)
        rows[:, :cells] = space.low.reshape(-1)[:cells] + begun
    return rows.reshape(total, *space.low.shape)


def blocks(stream: Stream, space: Space, count: int) -> ndarray:
    """Every block of symbols of a width at some step, as wide as the count allows."""
    sizes = space.size.max(axis=0).tolist()
    cycle = _cycle(math.prod(sizes), len(space.low), count)
    return space.folded(space.low + np.stack(np.unravel_index(cycle, sizes), axis=-1))


def spelled(stream: Stream, space: Space, count: int) -> ndarray:
    """The text's constants in its order; words of them, once or repeated; every short block."""
    length, channels = space.low.shape
    pool, cells = space.pool(), space.low.size
    told = space.named()[space.holds(space.named())].tolist()
    rare, odd = set(pool[: len(pool) // 2 + 1].tolist()), [c for c in told if abs(c) > 3]
    texts = [told, odd, [c for c in told if c in rare], told[::2], told[1::2]]
    words = [(a, b) for a in pool[:24].tolist() for b in pool[:24].tolist()]
    words += [tuple(t[i : i + w]) for t in texts for w in (3, 4, 6) for i in range(len(t) - w + 1)]
    bases = dict.fromkeys([*space.size[0].tolist(), 10, 16, 100, 256, 1000, *space.constants])
    codes = [c for c in dict.fromkeys(space.constants) if c > 0 and c not in told][:MOST]
    for code, base in [(c, b) for c in codes for b in [*bases][:MOST] if 1 < b < 2**31]:
        digits = [code // base**k % base for k in range(15, -1, -1)]
        words.append(tuple(digits[next((k for k, d in enumerate(digits) if d), 0) :]))
    words = list(dict.fromkeys(words + [word[::-1] for word in words]))
    words = words[:: max(1, -(-4 * len(words) // count))]
    rows = [np.repeat(space.free(stream, len(words)), 2, axis=0)]
    for number, row in enumerate(rows[0]):
        word = words[number // 2]
        start, channel = stream.below(np.array([length, channels + 1]), 2) * stream.below(2, 2)
        read = row[start:].reshape(-1) if channel == channels else row[start:, channel]
        end = len(read) if number % 2 else min(len(word), len(read))
        read[:end] = np.resize(word, end)
    for text in texts:
        if text:
            cut = _cut(np.array(text + text[::-1]), cells, min(6, cells // 2 + 1))
            rows.append(cut[:: -(-8 * len(cut) // count)].reshape(-1, length, channels))
    for letters in sorted({min(m, len(pool)) for m in (2, 3, 4, 6, 8, 12, 16, 32, MOST)}):
        if letters > 1:
            cycle = _cycle(letters**channels, length, count // 4)
            cycle = np.stack(np.unravel_index(cycle, (letters,) * channels), axis=-1)
            rows.append(pool[cycle])
    return space.folded(np.concatenate(rows))


def _cycle(letters: int, length: int, count: int) -> ndarray:
    """Every word over some letters, as wide as so many rows can hold, in one of them. [n, length]

    Rows are cut out of a de Bruijn cycle, which is the Lyndon words whose length divides the
    width, in order (Fredricksen and Maiorana, Discrete Mathematics 23, 1978).
    """
    fit = [w for w in range(1, length + 1) if letters**w <= count * (length - w + 1)]
    if not fit:
        return np.zeros((0, length), dtype=np.int64)
    width = fit[-1]
    words = np.arange(letters**width)
    turned = np.stack(
        [words % letters**k * letters ** (width - k) + words // letters**k for k in range(width)]
    )
    least = np.flatnonzero(turned.min(axis=0) == words)
    period = 1 + (turned[:, least][::-1] == least).argmax(axis=0)
    digits = least[:, None] // letters ** np.arange(width - 1, -1, -1) % letters
    return _cut(digits[np.arange(width) < period[:, None]], length, width)


def _cut(cycle: ndarray, length: int, width: int) -> ndarray:
    """Rows that hold every word of a width in a cycle. [n, length]"""
    starts = np.arange(0, len(cycle), length - width + 1)
    return cycle[(starts[:, None] + np.arange(length)) % len(cycle)]


def changed(stream: Stream, space: Space, parents: ndarray, count: int) -> ndarray:
    """Rows a little off others, of which the first are taken most. [count, length, channels]"""
    length, channels = space.low.shape
    rows = parents[stream.below(1 + stream.below(len(parents), count), count)]
    other, free = parents[stream.below(len(parents), count)], space.free(stream, count)
    every, steps = np.arange(count), np.arange(length)[:, None]
    one, two = stream.below(length, 2, count)
    channel = stream.below(channels, count)
    cell = (steps == one[:, None, None]) & (np.arange(channels) == channel[:, None, None])
    kinds = [
        np.where(cell, free, rows),
        rows + cell * (2 * stream.below(2, count, 1, 1) - 1),
        np.where(cell, rows[every, two, channel][:, None, None], rows),
        np.where(steps < one[:, None, None], rows, other),
        np.take_along_axis(rows, (steps + one[:, None, None]) % length, axis=1),
        np.take_along_axis(rows, _steps(stream, count, length)[..., None], axis=1),
    ]
    return space.folded(np.stack(kinds)[stream.below(len(kinds), count), every])


FAMILIES = ((prefixes, 2), (blocks, 2), (spelled, 4), (lines, 7))
"""The systematic families, and how many twentieths of a budget each may take."""
