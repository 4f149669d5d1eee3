"""Loops with one fault: what every kind of planted fault is made of."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

Rng = np.random.Generator


@dataclass(frozen=True)
class Loop:
    """A program as text: what is set at first, and what is done with every step's `x` (and `y`).

    It is run on many sequences at once: `x` is a column, `h` the list of the columns so far (`g`
    of the second channel), `t` the number of the step. The answer is left in `said`.
    """

    start: str
    step: str

    @cached_property
    def constants(self) -> tuple[int, ...]:
        """The integers in the text, in its order, with repetitions."""
        tree = ast.parse(f"{self.start}\n{self.step}")
        found = dict[tuple[int, int], int]()
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and type(node.value) is int:
                found.setdefault((node.lineno, node.col_offset), node.value)
            if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant):
                found[node.operand.lineno, node.operand.col_offset] = ast.literal_eval(node)
        return tuple(value for _, value in sorted(found.items()))

    def run(self, rows: Int[ndarray, "n length channels"]) -> Int[ndarray, "n length"]:
        """The answers at every step."""
        names: dict[str, Any] = {"np": np, "h": [], "g": []}
        exec(self.start, names)
        step, said = compile(self.step, "step", "exec"), []
        for t in range(rows.shape[1]):
            names["t"], names["x"], names["y"] = t, rows[:, t, 0], rows[:, t, -1]
            names["h"].append(names["x"])
            names["g"].append(names["y"])
            exec(step, names)
            said.append(np.broadcast_to(names["said"], len(rows)))
        return np.stack(said, axis=1)


@dataclass(frozen=True)
class Planted:
    """A fault.

    Attributes:
        channels: the values of each; over a finite domain one for every input.
        length: of the sequences; null over a finite domain.
        right: what the network does.
        faulty: the program.
        lead: of the network, where it is not the same everywhere.
        named: whether the fault stands in the program's text.
    """

    channels: tuple[range, ...]
    length: int | None
    right: Loop
    faulty: Loop
    lead: Callable[[Int[ndarray, "n length channels"]], Float[ndarray, "n length"]] | None = None
    named: bool = True

    def differs(self, rows: Int[ndarray, "n length channels"]) -> Bool[ndarray, "n length"]:
        """Where program and network part."""
        return self.right.run(rows) != self.faulty.run(rows)


def planted(
    rng: Rng,
    channels: tuple[range, ...],
    length: int | None,
    condition: str,
    start: str = "",
    step: str = "",
) -> Planted:
    """A host with one more line of text, by which its answer is another where a condition holds."""
    read = "x" if len(channels) == 1 or length is None else "x + y"
    m = int(rng.integers(2, 12))
    hosts = [
        Loop("total = 0", f"total = total + {read}\nsaid = total"),
        Loop("total = 0", f"total = (total + {read}) % {m}\nsaid = total"),
        Loop("best = -1000", f"best = np.maximum(best, {read})\nsaid = best"),
        Loop("a = b = 0", f"said = {read} + a + b\na, b = {read}, a"),
        Loop("before = 0", f"said = 1 * ({read} > before)\nbefore = {read}"),
    ]
    right = hosts[int(rng.integers(len(hosts)))]
    faulty = Loop(
        f"{right.start}\n{start}",
        f"{right.step}\n{step}\nfault = {condition}\nsaid = said + 1 * fault",
    )
    return Planted(channels, length, right, faulty)


def drawn_range(rng: Rng, *sizes: int) -> range:
    """Values of an input: as many as one of these sizes, from 0, from 1 or around 0."""
    size = int(rng.choice(sizes))
    low = int(rng.choice([0, 0, 0, 1, -(size // 2)]))
    return range(low, low + size)


def drawn_value(rng: Rng, values: range) -> int:
    """One of the values of an input."""
    return int(rng.integers(values.start, values.stop))


def drawn_length(rng: Rng, *lengths: int) -> int:
    """One of these lengths."""
    return int(rng.choice(lengths))


def streak(condition: str, steps: int, name: str = "run") -> tuple[str, str, str]:
    """Condition, start and step: something holds for so many steps in a row."""
    return f"{name} == {steps}", f"{name} = 0", f"{name} = np.where({condition}, {name} + 1, 0)"
