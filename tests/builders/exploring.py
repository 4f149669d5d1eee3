"""Machines from their definitions: a step function is explored from its start; or at random."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np
from planted_machine import random_minimal

from distill.kinds.automaton.machine import Machine
from distill.programs.recognition.rows import Rows


def explore(step: Callable[..., tuple[Any, int]], start: Any, *channels: Iterable[int]) -> Machine:
    """The machine of step(state, *inputs) -> (next state, output) over all inputs."""
    symbols = tuple(product(*channels))
    order, number = [start], {start: 0}
    transitions, outputs = [], []
    for state in order:
        row = [step(state, *symbol) for symbol in symbols]
        for following, _ in row:
            if following not in number:
                number[following] = len(order)
                order.append(following)
        transitions.append(tuple(number[following] for following, _ in row))
        outputs.append(tuple(int(output) for _, output in row))
    return Machine(tuple(transitions), tuple(outputs), symbols)


def said(update: Callable[..., int], start: int, *channels: Iterable[int]) -> Machine:
    """The machine that answers with its next state."""
    return explore(lambda s, *x: (update(s, *x), update(s, *x)), start, *channels)


def window(function: Callable[..., int], length: int, values: Iterable[int] = (0, 1)) -> Machine:
    """The machine that answers with a function of the latest inputs, newest first; 0 before."""
    return explore(lambda w, x: ((x, *w)[:-1], function(x, *w)), (0,) * (length - 1), values)


def drawn(seed: int, states: int, symbols: int) -> Machine:
    """A minimal machine, drawn at random."""
    return random_minimal(np.random.default_rng(seed), states, symbols)


def one_wrong(machine: Machine, seed: int) -> Machine:
    """The machine with one transition, drawn at random, that leads elsewhere."""
    rng = np.random.default_rng(seed)
    state, symbol = rng.integers(machine.states), rng.integers(len(machine.symbols))
    targets = [list(row) for row in machine.transitions]
    targets[state][symbol] = int(targets[state][symbol] + rng.integers(1, machine.states)) % (
        machine.states
    )
    return dataclasses.replace(machine, transitions=tuple(map(tuple, targets)))


def loop_of_program(source: str, symbols: Sequence[tuple[int, ...]]) -> tuple[Machine, Rows]:
    """A program's loop, run as Python: its machine, with a state for all values of its variables.

    Of every state the variables are written down as they are behind the shortest list that leads
    there; the places of a list are variables, too.
    """
    tree = ast.parse(source)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    (function,) = [node for node in functions if node.name != "check"]  # of the domain
    noted = ast.parse("note(dict(locals()))").body[0]
    for loop in [node for node in function.body if isinstance(node, ast.For)]:
        loop.body.append(noted)
        function.body.insert(function.body.index(loop), noted)
    bound = {
        name.id
        for node in function.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        for name in ast.walk(target)
        if isinstance(name, ast.Name)
    } - {"outputs"}
    notes = list[dict[str, Any]]()
    scope: dict[str, Any] = {"note": notes.append, "__name__": "program"}
    exec(compile(ast.fix_missing_locations(tree), "program", "exec"), scope)

    def run(word: list[tuple[int, ...]]) -> tuple[dict[str, int], int | None]:
        notes.clear()
        outputs = scope[function.name]([s[0] if len(s) == 1 else s for s in word])
        held = dict[str, int]()
        for name in [name for name in (notes[-1] if notes else {}) if name in bound]:
            value = notes[-1][name]
            listed = value if isinstance(value, list) else [value]
            held |= {
                name if value is not listed else f"{name}[{n}]": v for n, v in enumerate(listed)
            }
        return held, outputs[-1] if outputs else None

    start, _ = run([])
    words = {tuple(start.values()): list[tuple[int, ...]]()}

    def step(state: tuple[int, ...], *symbol: int) -> tuple[tuple[int, ...], int]:
        word = [*words[state], symbol]
        after, answer = run(word)
        assert answer is not None
        words.setdefault(tuple(after.values()), word)
        return tuple(after.values()), answer

    machine = explore(
        step, tuple(start.values()), *map(sorted, map(set, zip(*symbols, strict=True)))
    )
    states = np.array([*words], dtype=np.int64).reshape(machine.states, len(start))
    before = np.repeat(states, len(machine.symbols), axis=0)
    after = states[machine.delta.reshape(-1)]
    given = np.tile(machine.values, (machine.states, 1))
    inputs = ["x"] if machine.channels == 1 else [*"abcdefghijkl"[: machine.channels]]
    rows = Rows(
        start,
        dict(zip(start, before.T, strict=True)),
        dict(zip(inputs, given.T, strict=True)),
        dict(zip(start, after.T, strict=True)),
        machine.answers.reshape(-1),
    )
    return machine, rows


def agree(emitted, machine, seed=0, count=20, length=50):
    """Whether the program answers as the machine on random sequences."""
    words = np.random.default_rng(seed).integers(0, len(machine.symbols), (count, length))
    for word, outputs in zip(words, machine.run(words).tolist(), strict=True):
        steps = [
            machine.symbols[s] if machine.channels > 1 else machine.symbols[s][0] for s in word
        ]
        if emitted.program(steps) != outputs:
            return False
    return True
