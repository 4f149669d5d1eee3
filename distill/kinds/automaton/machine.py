"""Finite-state machines as values: run them, minimise them, tell two of them apart.

A Mealy machine answers every symbol as it reads it. Its states are found elsewhere; here they are
numbers. Of all machines that behave alike there is one with the fewest states, and its states
have one numbering in the order in which a breadth-first walk meets them, so machines that behave
alike become equal values (`minimise`).

Minimisation starts with rounds of Moore's refinement, vectorised, which end it for most machines,
and goes on with Hopcroft's algorithm on the refinable partition of Valmari and Lehtinen
(doi 10.1016/j.ipl.2011.12.004), since a long chain would take Moore's as many rounds as states.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.errors import MachineError

MOORE_ROUNDS = 8
"""Vectorised rounds before Hopcroft's algorithm: random machines need about log log of states."""


@dataclass(frozen=True)
class Machine:
    """A Mealy machine: state q answers symbol i with outputs[q][i], and goes to transitions[q][i].

    It starts in state 0.

    Attributes:
        transitions: the next state, [states][symbols].
        outputs: the answer, [states][symbols].
        symbols: the values that a symbol stands for, [symbols][channels].

    Raises:
        MachineError: shapes do not agree, or a transition leads to no state.
    """

    transitions: tuple[tuple[int, ...], ...]
    outputs: tuple[tuple[int, ...], ...]
    symbols: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        states, symbols = len(self.transitions), len(self.symbols)
        if not states or not symbols:
            raise MachineError(f"a machine of {states} states and {symbols} symbols; at least 1")
        for name, rows in (("transitions", self.transitions), ("outputs", self.outputs)):
            if len(rows) != states or {len(row) for row in rows} != {symbols}:
                raise MachineError(f"{name} are not {states} states by {symbols} symbols")
        if len({len(values) for values in self.symbols}) != 1 or not self.symbols[0]:
            raise MachineError("symbols do not all have the same number of channels, 1 or more")
        if len(set(self.symbols)) != symbols:
            raise MachineError("two symbols stand for the same values")
        lowest, highest = int(self.delta.min()), int(self.delta.max())
        if lowest < 0 or highest >= states:
            wrong = lowest if lowest < 0 else highest
            raise MachineError(f"a transition leads to state {wrong}; there are {states}")

    @property
    def states(self) -> int:
        """How many states it has."""
        return len(self.transitions)

    @property
    def channels(self) -> int:
        """How many integers are read at every step."""
        return len(self.symbols[0])

    @cached_property
    def delta(self) -> Int[ndarray, "states symbols"]:
        """The transitions as an array."""
        return np.array(self.transitions, dtype=np.int64)

    @cached_property
    def answers(self) -> Int[ndarray, "states symbols"]:
        """The outputs as an array."""
        return np.array(self.outputs, dtype=np.int64)

    @cached_property
    def values(self) -> Int[ndarray, "symbols channels"]:
        """What the symbols stand for, as an array."""
        return np.array(self.symbols, dtype=np.int64)

    def run(self, sequences: Int[ndarray, "n length"]) -> Int[ndarray, "n length"]:
        """The outputs along sequences of symbol indices."""
        state = np.zeros(len(sequences), dtype=np.int64)
        outputs = np.empty(sequences.shape, dtype=np.int64)
        for step, symbol in enumerate(sequences.T):
            outputs[:, step] = self.answers[state, symbol]
            state = self.delta[state, symbol]
        return outputs

    def canonical(self) -> Machine:
        """The reachable part, numbered breadth-first from the start in the order of the symbols."""
        order, number = [0], {0: 0}
        for state in order:
            for target in self.transitions[state]:
                if target not in number:
                    number[target] = len(order)
                    order.append(target)
        return Machine(
            tuple(tuple(number[t] for t in self.transitions[state]) for state in order),
            tuple(self.outputs[state] for state in order),
            self.symbols,
        )

    def minimise(self) -> Machine:
        """The machine with the fewest states that behaves alike, canonically numbered.

        Near-linear in states times symbols. Two machines behave alike if and only if what this
        gives is equal.
        """
        reachable = self.canonical()
        block = _refine(reachable.delta, reachable.answers)
        _, first, place = np.unique(block, return_index=True, return_inverse=True)
        order = np.argsort(first)  # the block of the start comes first
        block, first = np.argsort(order)[place], first[order]
        quotient = Machine(
            tuple(map(tuple, block[reachable.delta[first]].tolist())),
            tuple(reachable.outputs[state] for state in first.tolist()),
            self.symbols,
        )
        return quotient.canonical()

    def access_words(self) -> tuple[tuple[int, ...], ...]:
        """For every state a shortest sequence of symbol indices that leads to it.

        Raises:
            MachineError: a state cannot be reached.
        """
        words: dict[int, tuple[int, ...]] = {0: ()}
        queue = deque([0])
        while queue:
            state = queue.popleft()
            for symbol, target in enumerate(self.transitions[state]):
                if target not in words:
                    words[target] = (*words[state], symbol)
                    queue.append(target)
        if len(words) < self.states:
            raise MachineError(f"{self.states - len(words)} states cannot be reached; minimise")
        return tuple(words[state] for state in range(self.states))


def distinguishing_sequence(one: Machine, other: Machine) -> tuple[int, ...] | None:
    """A shortest sequence of symbol indices on which two machines answer differently, or none.

    Breadth-first over pairs of states. A pair that follows from pairs already seen, by
    transitivity, is passed over: a sequence that told it apart would tell one of those apart, and
    no later. That leaves as many pairs as there are states (Hopcroft and Karp, 1971).

    Raises:
        MachineError: the machines do not read the same symbols in the same order.
    """
    if one.symbols != other.symbols:
        raise MachineError("the machines read different symbols, or in another order")
    parent = list(range(one.states + other.states))

    def find(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    # every pair seen, with the place of the pair before it and the symbol that led here
    seen = [(0, 0, -1, -1)]
    parent[one.states] = 0
    for place, (p, q, _, _) in enumerate(seen):  # the list grows while it is walked
        for symbol in range(len(one.symbols)):
            if one.outputs[p][symbol] != other.outputs[q][symbol]:
                word = [symbol]
                while place > 0:
                    _, _, place, before = seen[place]
                    word.append(before)
                return tuple(reversed(word))
        for symbol, pair in enumerate(zip(one.transitions[p], other.transitions[q], strict=True)):
            a, b = find(pair[0]), find(one.states + pair[1])
            if a != b:
                parent[b] = a
                seen.append((*pair, place, symbol))
    return None


def _refine(
    delta: Int[ndarray, "states symbols"], answers: Int[ndarray, "states symbols"]
) -> Int[ndarray, " states"]:
    """The block of every state in the coarsest partition that outputs and transitions respect."""
    block = _rows(answers)
    for _ in range(MOORE_ROUNDS):
        finer = _rows(np.column_stack([block, block[delta]]))
        if finer.max() == block.max():
            return finer
        block = finer
    return _hopcroft(delta, block)


def _rows(table: Int[ndarray, "rows columns"]) -> Int[ndarray, " rows"]:
    """A number for every distinct row."""
    return np.unique(table, axis=0, return_inverse=True)[1].reshape(-1)


def _hopcroft(
    delta: Int[ndarray, "states symbols"], start: Int[ndarray, " states"]
) -> Int[ndarray, " states"]:
    """Refine a partition until every block agrees on the block of every transition.

    The states of a block lie side by side in `elements`, those marked first; splitting a block
    moves a border. A block that is split has its smaller half put on the work list, so a state is
    looked at log(states) times.
    """
    states, symbols = delta.shape
    sources, borders = [], []  # of each symbol: the states by where they lead, and where those end
    for column in delta.T:
        sources.append(np.argsort(column, kind="stable").tolist())
        borders.append([0, *np.cumsum(np.bincount(column, minlength=states)).tolist()])
    elements = np.argsort(start, kind="stable").tolist()
    place = np.argsort(elements).tolist()
    block: list[int] = start.tolist()
    ends = np.cumsum(np.bincount(start)).tolist()
    begins = [0, *ends[:-1]]
    marked = [0] * len(ends)
    work = list(range(len(ends)))
    while work:
        splitter = work.pop()
        members = elements[begins[splitter] : ends[splitter]]
        for symbol in range(symbols):
            source, border = sources[symbol], borders[symbol]
            touched = []
            for member in members:
                for state in source[border[member] : border[member + 1]]:
                    home = block[state]
                    if not marked[home]:
                        touched.append(home)
                    here, there = place[state], begins[home] + marked[home]
                    elements[here], elements[there] = elements[there], state
                    place[elements[here]], place[state] = here, there
                    marked[home] += 1
            for home in touched:
                middle, marked[home] = begins[home] + marked[home], 0
                if middle == ends[home]:
                    continue
                fresh = len(ends)  # takes the smaller half, so that `home` may stay where it is
                if middle - begins[home] <= ends[home] - middle:
                    begins.append(begins[home])
                    ends.append(middle)
                    begins[home] = middle
                else:
                    begins.append(middle)
                    ends.append(ends[home])
                    ends[home] = middle
                marked.append(0)
                for state in elements[begins[fresh] : ends[fresh]]:
                    block[state] = fresh
                work.append(fresh)
    return np.array(block, dtype=np.int64)
