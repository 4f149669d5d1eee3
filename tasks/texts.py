"""Functions of whole lists, which small transformers learn: what their papers try them on.

Reverse, sort, histogram, double histogram, most frequent and Dyck prefixes are tasks of RASP and of
Transformer Programs (arXiv 2106.06981, 2306.01128); induction is that of arXiv 2209.11895, on
random text, where a token may have come several times before.
"""

from collections import Counter

import numpy as np

from distill import TextTask, task


@task
def reverse(size: int = 8, length: int = 8) -> TextTask:
    """The text from its end."""
    return TextTask({"x": range(size)}, range(size), lambda xs: xs[::-1], length)


@task
def sort(size: int = 8, length: int = 8) -> TextTask:
    """The tokens in their order, the smallest first."""
    return TextTask({"x": range(size)}, range(size), sorted, length, network={"n_heads": 1})


@task
def histogram(size: int = 8, length: int = 8) -> TextTask:
    """How often every token stands in the text."""
    return TextTask(
        {"x": range(size)},
        range(1, length + 1),
        lambda xs: [xs.count(x) for x in xs],
        length,
        network={"n_layers": 1, "n_heads": 1, "d_model": 64, "d_mlp": 64},
    )


@task
def double_histogram(size: int = 8, length: int = 8) -> TextTask:
    """How many different tokens stand in the text as often as this one."""

    def reference(xs: list[int]) -> list[int]:
        same = Counter(Counter(xs).values())
        return [same[xs.count(x)] for x in xs]

    most = max(1, min(size, length))
    return TextTask({"x": range(size)}, range(1, most + 1), reference, length)


@task
def most_frequent(size: int = 8, length: int = 8) -> TextTask:
    """The token that stands in the text most often; of several, the smallest."""
    return TextTask(
        {"x": range(size)},
        range(size),
        lambda xs: [max(range(size), key=xs.count)],
        length,
        reads="last",
        network={"n_layers": 1, "n_heads": 1, "d_model": 32, "d_mlp": 0},
    )


@task
def max_of_n(size: int = 16, length: int = 8) -> TextTask:
    """The largest token."""
    return TextTask(
        {"x": range(size)},
        range(size),
        lambda xs: [max(xs)],
        length,
        reads="last",
        network={"n_layers": 1, "n_heads": 1, "d_model": 32, "d_mlp": 0},
    )


@task
def copy(size: int = 8, length: int = 8) -> TextTask:
    """The text itself."""
    return TextTask(
        {"x": range(size)},
        range(size),
        list,
        length,
        network={"n_layers": 1, "n_heads": 1, "d_model": 32, "d_mlp": 0},
    )


@task
def previous_token(size: int = 8, length: int = 8) -> TextTask:
    """The token before, 0 at the start."""
    return TextTask(
        {"x": range(size)},
        range(size),
        lambda xs: [0, *xs[:-1]],
        length,
        causal=True,
        network={"n_layers": 1, "n_heads": 1, "d_model": 32, "d_mlp": 0},
    )


@task
def induction(size: int = 8, length: int = 16) -> TextTask:
    """What followed this token before: most often, of several the smallest; `size` where nothing.

    On random text, so that nothing but the token itself says what may follow.
    """

    def reference(xs: list[int]) -> list[int]:
        answers = []
        for t, x in enumerate(xs):
            after = Counter(xs[j + 1] for j in range(t) if xs[j] == x)
            answers.append(min(after, key=lambda y: (-after[y], y)) if after else size)
        return answers

    return TextTask(
        {"x": range(size)},
        range(size + 1),
        reference,
        length,
        causal=True,
        network={"n_heads": 1, "d_mlp": 0},
    )


def _brackets(kinds: int, length: int) -> TextTask:
    """Prefixes of balanced strings: 0 balanced, 1 may still become it, 2 never."""

    def reference(xs: list[int]) -> list[int]:
        open_, broken, answers = list[int](), False, list[int]()
        for x in xs:
            if x < kinds:
                open_.append(x)
            elif not open_ or open_.pop() != x - kinds:
                broken = True
            answers.append(2 if broken else int(bool(open_)))
        return answers

    def sampler(rng: np.random.Generator, count: int, length: int) -> np.ndarray:
        rows = np.zeros((count, length), dtype=np.int64)
        for row in rows:
            open_ = list[int]()
            for t in range(length):
                if open_ and rng.random() < 0.5:
                    row[t] = kinds + open_.pop()
                else:
                    open_.append(int(rng.integers(kinds)))
                    row[t] = open_[-1]
            if rng.random() < 0.3:
                row[rng.integers(length)] = rng.integers(2 * kinds)
        return rows

    return TextTask(
        {"x": range(2 * kinds)},
        range(3),
        reference,
        length,
        causal=True,
        sampler=sampler,
        network={"n_heads": 1} if kinds == 1 else {},
    )


@task
def dyck1(length: int = 10) -> TextTask:
    """Brackets ( and ) so far: 0 balanced, 1 may still become balanced, 2 never."""
    return _brackets(1, length)


@task
def dyck2(length: int = 8) -> TextTask:
    """Brackets ( [ and ) ] so far: 0 balanced, 1 may still become balanced, 2 never."""
    return _brackets(2, length)


@task
def addition(base: int = 10, length: int = 6) -> TextTask:
    """Digits of a sum, the least first: a token is base * a + b, of the two digits of a column."""

    def reference(xs: list[int]) -> list[int]:
        carry, answers = 0, []
        for x in xs:
            carry, digit = divmod(x // base + x % base + carry, base)
            answers.append(digit)
        return answers

    def sampler(rng: np.random.Generator, count: int, length: int) -> np.ndarray:
        first = rng.integers(base, size=(count, length))
        free = rng.integers(base, size=(count, length))
        nines = rng.random((count, length)) < 0.5  # columns that hand a carry on
        second = np.where(nines, base - 1 - first, free)
        return base * first + second

    return TextTask(
        {"x": range(base * base)},
        range(base),
        reference,
        length,
        causal=True,
        sampler=sampler,
        network={"n_layers": 1, "n_heads": 1},
    )
