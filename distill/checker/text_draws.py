"""Texts that anybody draws again from a few numbers: evenly, and structured ones.

What is wrong in a program of selections shows where tokens repeat, are all alike or all different,
stand in an order, or are mirrored: uniform texts of many tokens almost never do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy import ndarray

from .draws import every, uniform

FAMILIES = 8
"""Kinds of structured texts, which come in turn."""


def drawn_texts(draw: Mapping[str, Any], tokens: range) -> ndarray:
    """The texts that a certificate's draw means. [n, length]

    Raises:
        ValueError: there is no such kind.
    """
    length = int(draw["length"])
    match draw["kind"]:
        case "every":
            return every((tokens,), length)[..., 0]
        case "uniform":
            return uniform((tokens,), int(draw["count"]), length, int(draw["seed"]))[..., 0]
        case "structured":
            return structured(tokens, int(draw["count"]), length, int(draw["seed"]))
    raise ValueError(f"texts of the kind {draw['kind']!r} are not known")


def check_text_draws(draws: Mapping[str, Any], longest: int, fewest: int) -> None:
    """Hold draws to what is said of them: every text up to a length, and beyond it as many at every
    length, drawn uniformly and under seeds in a row; there structured ones too.

    Then few disagreements are no likelier than if every length had the mean of their rates
    (Hoeffding 1956): the bound is on that, the rate among texts whose length is drawn evenly too.

    Raises:
        ValueError: they are others.
    """
    fresh, stress = draws["fresh"], draws["stress"]
    if [draw["length"] for draw in fresh] != list(range(1, longest + 1)):
        raise ValueError("the certificate does not draw texts of every length")
    drawn = [draw for draw in fresh if draw["kind"] != "every"]
    if drawn != fresh[longest - len(drawn) :]:
        raise ValueError("the certificate goes through all longer texts, and draws shorter ones")
    for kind, some in (("uniform", drawn), ("structured", stress)):
        first = some[0] if some else {}
        wanted = [
            {"kind": kind, "length": draw["length"], "count": first.get("count"), "seed": seed}
            for seed, draw in enumerate(drawn, first.get("seed", 0))
        ]
        if [*map(dict, some)] != wanted:
            raise ValueError(
                f"the certificate's {kind} texts: expected as many at every length that is not "
                "gone through, under seeds in a row"
            )
        total = sum(draw["count"] for draw in some)
        if drawn and total < fewest:
            raise ValueError(f"only {total} {kind} texts were drawn: expected at least {fewest}")


def structured(tokens: range, count: int, length: int, seed: int) -> ndarray:
    """Texts of eight kinds in turn.

    Of two or three tokens; rising; falling; mirrored, with a change in half of them; a beginning
    again and again; all different, as far as there are tokens; runs; one token, with a change.
    """
    bits = np.random.PCG64(seed)

    def unit(*shape: int) -> ndarray:
        raw = bits.random_raw(int(np.prod(shape)))
        return ((raw >> np.uint64(11)) * 2.0**-53).reshape(shape)

    size = len(tokens)
    free = np.floor(unit(count, length) * size).astype(np.int64)
    letters = np.floor(unit(count, 3) * size).astype(np.int64)
    some = 2 + np.arange(count) // FAMILIES % 2
    few = letters[
        np.arange(count)[:, None], np.floor(unit(count, length) * some[:, None]).astype(int)
    ]
    small = np.where(np.arange(count)[:, None] // FAMILIES % 2 == 0, free, few)
    rising = np.sort(small, axis=1)
    mirrored = np.where(np.arange(length) < (length + 1) // 2, small, small[:, ::-1])
    period = 1 + np.floor(unit(count) * max(1, length // 2)).astype(int)
    again = np.take_along_axis(small, np.arange(length)[None] % period[:, None], axis=1)
    order = np.argsort(unit(count, size), axis=1)
    apart = order[:, np.arange(length) % size]
    change = unit(count, length) < 0.3
    since = np.maximum.accumulate(np.where(change, np.arange(length), 0), axis=1)
    runs = np.take_along_axis(free, since, axis=1)
    one = np.broadcast_to(free[:, :1], free.shape)
    place = np.floor(unit(count) * length).astype(int)
    touched = (np.arange(length) == place[:, None]) & (unit(count, 1) < 0.5)
    kinds = [few, rising, rising[:, ::-1], np.where(touched, free, mirrored), again, apart, runs]
    kinds.append(np.where(touched, free, one))
    rows = np.arange(count)
    return np.stack(kinds)[rows % FAMILIES, rows] + tokens.start
