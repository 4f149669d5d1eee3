"""Recurrences side by side: which are provably the same, and a sequence on which others differ.

Registers are numbered in the order in which a walk from the answers meets them; that leaves their
names and their order aside. Two linear recurrences of n and m registers answer alike for ever if
they do so for n + m + 1 steps: what sets them apart is an output of one linear system of dimension
n + m, which by Cayley and Hamilton is 0 throughout if it begins with so many zeros.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy import ndarray

from distill.checker.linear_bound import IntegerSystem
from distill.expressions import expression as ex
from distill.expressions.expression import Expression, Name
from distill.kinds.difference import Compared, Difference, NotComparable, Why
from distill.kinds.recurrence.mechanism import RecurrenceMechanism
from distill.kinds.recurrence.recurrence import Recurrence


def unnamed(mechanism: RecurrenceMechanism) -> Recurrence:
    """A recurrence whose registers have numbers for names: r0, r1, ... as a walk meets them.

    Registers that no answer depends on are left out.

    Raises:
        MachineError: an expression is none that this version reads.
    """
    recurrence = mechanism.recurrence
    of_register = zip(recurrence.start, recurrence.updates, strict=True)
    registers = dict(zip(recurrence.registers, of_register, strict=True))
    met: list[str] = []

    def meet(expression: Expression) -> None:
        for part in ex.subexpressions(expression):
            if isinstance(part, Name) and part.name in registers and part.name not in met:
                met.append(part.name)

    for output in recurrence.outputs:
        meet(output)
    for name in met:  # it grows: what an update mentions is met in turn
        meet(registers[name][1])
    channels = {name: f"x{place}" for place, name in enumerate(recurrence.inputs)}
    names = channels | {name: f"r{place}" for place, name in enumerate(met)}
    return Recurrence(
        tuple(channels.values()),
        tuple(names[name] for name in met),
        tuple(registers[name][0] for name in met),
        tuple(ex.renamed(registers[name][1], names) for name in met),
        tuple(ex.renamed(output, names) for output in recurrence.outputs),
        recurrence.after,
    )


def systems_equal(one: IntegerSystem, other: IntegerSystem) -> bool:
    """Whether two linear recurrences answer alike along every sequence: exact, in integers."""
    return _first_step(one, other) is None


def _first_step(one: IntegerSystem, other: IntegerSystem) -> int | None:
    """The first step at which some input sets two linear recurrences apart."""
    steps = len(one.A) + len(other.A) + 1
    apart = (one.markov(steps) != other.markov(steps)).any(axis=(1, 2))
    apart |= (one.drift(steps) != other.drift(steps)).any(axis=1)
    return int(np.flatnonzero(apart)[0]) if apart.any() else None


def system_difference(
    one: IntegerSystem, other: IntegerSystem, ranges: Sequence[range]
) -> Difference | None:
    """A shortest sequence on which two linear recurrences differ; null where they are equal.

    At the first step where what they answer differs as a function of the inputs, it is an affine
    function of them that is not 0 throughout: not 0 where all inputs rest, or not 0 where one of
    them is moved by 1 from there.
    """
    step = _first_step(one, other)
    if step is None:
        return None
    resting = [0 if 0 in values else values.start for values in ranges]
    tried = np.array([resting] * (step + 1), dtype=object)
    moves: list[tuple[int, int] | None] = [None, *np.ndindex(step + 1, len(ranges))]
    for move in moves:
        inputs = tried.copy()
        if move is not None:
            inputs[move] += 1 if inputs[move] + 1 in ranges[move[1]] else -1
        said = [_answer(system, inputs) for system in (one, other)]
        if said[0] != said[1]:
            values = tuple(tuple(int(value) for value in row) for row in inputs)
            return Difference(values, said[0], said[1], True)
    raise AssertionError("an affine function that is 0 in n + 1 points in general position is 0")


def _answer(system: IntegerSystem, inputs: ndarray) -> tuple[int, ...]:
    """The last answer along a sequence, in Python integers."""
    steps = len(inputs)
    weights = system.markov(steps)[::-1]  # of the oldest input first
    total = system.drift(steps)[-1] + (weights * inputs[:, None, :]).sum(axis=(0, 2))
    return tuple(int(value) for value in total)


class RecurrenceCompared(Compared[RecurrenceMechanism]):
    """Recurrences side by side."""

    name = "recurrence"
    noun = ("recurrence", "recurrences")
    mechanism = RecurrenceMechanism

    def same(self, one: RecurrenceMechanism, other: RecurrenceMechanism) -> Why | None:
        """Names and order of registers aside; linear ones by what they answer."""
        if unnamed(one) == unnamed(other):
            return "names"
        if one.system and other.system and systems_equal(one.system, other.system):
            return "answers"
        return None

    def difference(
        self, one: RecurrenceMechanism, other: RecurrenceMechanism, inputs: tuple[range, ...]
    ) -> Difference | None:
        """A shortest sequence on which linear ones differ."""
        if not one.system or not other.system:
            raise NotComparable
        return system_difference(one.system, other.system, inputs)

    def sizes(self, mechanism: RecurrenceMechanism) -> Mapping[str, int]:
        """Its registers."""
        return {"registers": len(mechanism.registers)}
