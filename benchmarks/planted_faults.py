"""Faults planted in programs: which of them does the search find?

    .venv/bin/python benchmarks/planted_faults.py              # 16 of each kind
    .venv/bin/python benchmarks/planted_faults.py --each 4

A fault is a condition in the text of a program that is right otherwise; program and network part
where it holds, and nowhere else. The search is given what the checker gives it: answers to what it
asks, and the integers that stand in the program's text; and it is made a second time without
these. A fault's rarity is its share of sequences drawn uniformly, of 20,000 of them.

Kinds that were held out were written down after the families and their shares of the budget. A
fault of the network stands in no text; there the network's lead is smaller close by.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import click
import numpy as np
from fault_kinds import TUNED
from held_out_faults import HELD_OUT
from jaxtyping import Int
from numpy import ndarray
from planted_loops import Planted

from distill.checker.draws import uniform
from distill.search.search import Asked, search_inputs, search_sequences

DRAWN = 20_000
SEED = 12
RARE = ((1e-2, 1.1), (1e-3, 1e-2), (1e-9, 1e-3))


class FoundError(Exception):
    """The search came to a disagreement: it need not go on."""


def rows_needed(planted: Planted, hinted: bool = True) -> int | None:
    """Rows that the search asks until the first disagreement; null where it finds none.

    Args:
        planted: the fault.
        hinted: whether the constants of the program's text are given.
    """
    asked = 0

    def ask(rows: Int[ndarray, "n length channels"]) -> Asked:
        nonlocal asked
        differs = planted.differs(rows)
        wrong = differs.any(axis=1) if planted.length else differs[:, -1]
        if wrong.any():
            raise FoundError(asked + int(wrong.argmax()) + 1)
        asked += len(rows)
        lead = np.ones(differs.shape) if planted.lead is None else planted.lead(rows)
        return Asked(differs, lead)

    def ask_inputs(rows: Int[ndarray, "n k"]) -> Asked:
        seen = ask(rows[..., None])
        return Asked(seen.differs[:, -1], seen.lead[:, -1])

    constants = planted.faulty.constants if hinted else ()
    try:
        if planted.length is None:
            shape = tuple(len(values) for values in planted.channels)
            search_inputs(ask_inputs, shape, constants)
        else:
            search_sequences(ask, planted.channels, planted.length, constants)
    except FoundError as found:
        return int(found.args[0])
    return None


def rarity(planted: Planted) -> float:
    """The share of uniform rows with a disagreement."""
    if planted.length is None:
        rows = uniform(planted.channels, DRAWN, 1, SEED).reshape(DRAWN, -1, 1)
        return float(planted.differs(rows)[:, -1].mean())
    rows = uniform(planted.channels, DRAWN, planted.length, SEED)
    return float(planted.differs(rows).any(axis=1).mean())


def planted_faults(make: Callable[[np.random.Generator], Planted], count: int) -> list[Planted]:
    """So many faults of a kind."""
    name = make.__name__.encode()
    return [make(np.random.default_rng([SEED, number, *name])) for number in range(count)]


@dataclass(frozen=True)
class Row:
    """A fault and what came of it; rows asked until it was found, or null."""

    kind: str
    named: bool
    rarity: float
    hinted: int | None
    unhinted: int | None


def line(name: str, rows: list[Row]) -> str:
    """A line of the table; nothing where there are no faults."""
    if not rows:
        return f"{name:28} {'-':>8}"
    found = [row.hinted for row in rows if row.hinted is not None]
    needed = f"{np.median(found):>8,.0f}" if found else f"{'-':>8}"
    without = sum(row.unhinted is not None for row in rows)
    rare = np.median([row.rarity for row in rows])
    shown = f"{rare:.0e}" if rare else f"<{1 / DRAWN:.0e}"
    return f"{name:28} {shown:>8} {len(found):>4}/{len(rows):<4} {needed} {without:>6}/{len(rows)}"


@click.command()
@click.option("--each", default=16, help="Faults of each kind.")
@click.option("--kind", "only", multiple=True, help="Only these kinds.")
def main(each: int, only: tuple[str, ...]) -> None:
    """Print the table."""
    start, rows = time.perf_counter(), dict[bool, list[Row]]()
    for held_out, kinds in ((False, TUNED), (True, HELD_OUT)):
        print("\nheld-out kinds" if held_out else "kinds that the families were chosen with")
        print(f"{'kind':28} {'rarity':>8} {'found':>9} {'rows':>8} {'no constants':>12}")
        rows[held_out] = []
        for make in kinds:
            name = make.__name__.replace("_", " ")
            if only and name not in only:
                continue
            some = [
                Row(name, one.named, rarity(one), rows_needed(one), rows_needed(one, False))
                for one in planted_faults(make, each)
            ]
            rows[held_out] += some
            print(line(name, some), flush=True)
    print()
    every = rows[False] + rows[True]
    for least, most in RARE:
        print(line(f"rarity {least:g} to {most:g}", [r for r in every if least <= r.rarity < most]))
    print(line("none of the uniform rows", [row for row in every if not row.rarity]))
    print(line("chosen with", rows[False]))
    print(line("held out", rows[True]))
    print(line("all that the text names", [row for row in every if row.named]))
    print(line("all", every))
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
