"""Scaling of machines: minimisation of random machines and of long chains, and their programs.

    .venv/bin/python benchmarks/machines.py

A chain is a counter that speaks at its last state alone, the worst case for refinement in rounds.
Every machine is given with each state twice. Memory is the peak of what Python allocates.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable

import numpy as np

from distill.kinds.automaton.emit import emit_machine
from distill.kinds.automaton.machine import Machine

SIZES = (10, 100, 1_000, 10_000)
SYMBOLS = 2


def chain(states: int) -> Machine:
    """A counter modulo `states` that answers 1 as it starts again; every state twice."""
    place = np.arange(2 * states)
    delta = np.column_stack([place, (place + 1) % (2 * states)])
    answers = np.column_stack([0 * place, place % states == states - 1])
    return machine(delta, answers)


def random(states: int) -> Machine:
    """Random transitions and bits; every state twice."""
    rng = np.random.default_rng(states)
    delta = np.tile(rng.integers(0, states, (states, SYMBOLS)), (2, 1))
    delta[:, 0] += states * rng.integers(0, 2, 2 * states)
    return machine(delta, np.tile(rng.integers(0, 2, (states, SYMBOLS)), (2, 1)))


def machine(delta: np.ndarray, answers: np.ndarray) -> Machine:
    """A machine from arrays, over the symbols 0 and 1."""
    return Machine(
        tuple(map(tuple, delta.tolist())),
        tuple(map(tuple, answers.astype(int).tolist())),
        tuple((symbol,) for symbol in range(SYMBOLS)),
    )


def measured(work: Callable[[], object]) -> tuple[object, float, float]:
    """A result, seconds without tracing, and MiB at the peak."""
    start = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - start
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return result, seconds, peak / 2**20


def main() -> None:
    """Print the table, a row as soon as it is known."""
    print("| machine | states | minimal | minimise s | peak MiB | emit s | program |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, make in (("chain", chain), ("random", random)):
        for size in SIZES:
            given = make(size)
            minimal, seconds, peak = measured(given.minimise)
            assert isinstance(minimal, Machine)
            start = time.perf_counter()
            program = emit_machine(minimal).name
            spent = time.perf_counter() - start
            print(
                f"| {name} | {given.states:,} | {minimal.states:,} | {seconds:.4f} | {peak:.1f} "
                f"| {spent:.2f} | {program} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
