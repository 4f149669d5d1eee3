"""An independent way to a network's machine: active learning, by AALpy, where it is installed.

The learner (Kearns and Vazirani, 1994) asks the network words and knows nothing of hidden states.
What it arrives at must behave as the machine that was read from hidden space. It can miss a state
that random words do not reach, which shows as fewer states; it is a cross-check and no proof.
"""

from __future__ import annotations

import importlib.util
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Int
from numpy import ndarray

WORDS = 2_000
"""Words at random on which the learner's machine is held against the network."""

SEED = 6

MAX_STATES = 300
"""States of the claimed machine up to which the learner is asked."""


def is_here() -> bool:
    """Whether AALpy is installed."""
    return importlib.util.find_spec("aalpy") is not None


def learned_machine(
    ask: Callable[[Int[ndarray, "n length"]], Int[ndarray, "n length"]], symbols: int, length: int
) -> tuple[Int[ndarray, "states symbols"], Int[ndarray, "states symbols"]]:
    """The Mealy machine that the learner finds: transitions and answers, from state 0.

    Args:
        ask: the network's answers along words of symbol numbers.
        symbols: how many there are.
        length: of the words that are drawn at random.
    """
    from aalpy.base import SUL, Oracle
    from aalpy.learning_algs import run_KV

    words = _words(symbols, length)
    said = ask(words)

    class Asked(SUL):
        """The network, asked a whole word at a time."""

        def query(self, word: tuple[int, ...]) -> list[int]:
            self.num_queries += 1
            if not word:
                return []
            return ask(np.array([word]))[0].tolist()

        def pre(self) -> None:
            self.read: list[int] = []

        def post(self) -> None:
            pass

        def step(self, letter: int | None) -> int | None:
            if letter is None:
                return None
            self.read.append(letter)
            return int(ask(np.array([self.read]))[0, -1])

    class Drawn(Oracle):
        """The first of the drawn words on which a hypothesis answers differently."""

        def find_cex(self, hypothesis: Any) -> tuple[int, ...] | None:
            transitions, outputs = _tables(hypothesis, symbols)
            state = np.zeros(len(words), dtype=np.int64)
            ends = np.full(len(words), length + 1)
            for t, read in enumerate(words.T):
                wrong = (outputs[state, read] != said[:, t]) & (ends > length)
                ends[wrong] = t + 1
                state = transitions[state, read]
            if ends.min() > length:
                return None
            row = int(ends.argmin())
            return tuple(words[row, : ends[row]].tolist())

    asked = Asked()
    alphabet = list(range(symbols))
    found = run_KV(alphabet, asked, Drawn(alphabet, asked), automaton_type="mealy", print_level=0)
    return _tables(found, symbols)


def cross_check(
    ask: Callable[[Int[ndarray, "n length"]], Int[ndarray, "n length"]],
    claimed: tuple[Int[ndarray, "states symbols"], Int[ndarray, "states symbols"]],
    length: int,
) -> tuple[bool, str] | None:
    """What the learner finds beside a machine that was read, if one is installed.

    Args:
        ask: the network's answers along words of symbol numbers.
        claimed: the machine's transitions and answers, from state 0.
        length: of the words that are drawn at random.

    Returns:
        Whether the network is with the machine wherever the learner's is another, and a line;
        null where the learner is not installed or the machine is too large for it.
    """
    if not is_here() or len(claimed[0]) > MAX_STATES:
        return None
    found = learned_machine(ask, claimed[0].shape[1], length)
    states = f"{len(found[0])} state{'s' if len(found[0]) > 1 else ''}"
    word = apart(found, claimed)
    if word is None:
        return True, f"AALpy learned the same machine, of {states}, by asking the network"
    state, said = 0, list[int]()
    for symbol in word:
        said.append(int(claimed[1][state, symbol]))
        state = int(claimed[0][state, symbol])
    ok = ask(np.array([word]))[0].tolist() == said
    with_whom = "the machine" if ok else "the learner"
    return (
        ok,
        f"AALpy stopped at {states}; on {word}, where they part, the network is {with_whom}'s",
    )


def apart(
    one: tuple[Int[ndarray, "p symbols"], Int[ndarray, "p symbols"]],
    other: tuple[Int[ndarray, "q symbols"], Int[ndarray, "q symbols"]],
) -> tuple[int, ...] | None:
    """A shortest word that two machines, as transitions and answers, answer differently."""
    ways: dict[tuple[int, int], tuple[int, ...]] = {(0, 0): ()}
    queue = deque(ways)
    while queue:
        p, q = pair = queue.popleft()
        differ = np.flatnonzero(one[1][p] != other[1][q])
        if len(differ):
            return (*ways[pair], int(differ[0]))
        for symbol, target in enumerate(zip(one[0][p].tolist(), other[0][q].tolist(), strict=True)):
            if target not in ways:
                ways[target] = (*ways[pair], symbol)
                queue.append(target)
    return None


def _words(symbols: int, length: int) -> Int[ndarray, "n length"]:
    """Half uniform; half with one symbol for most of the time."""
    unit = (np.random.PCG64(SEED).random_raw(WORDS * (2 * length + 2)) >> np.uint64(11)) * 2.0**-53
    unit = unit.reshape(WORDS, -1)
    uniform = np.floor(unit[:, :length] * symbols).astype(np.int64)
    most = np.floor(unit[:, -1:] * symbols).astype(np.int64)
    often = unit[:, length : 2 * length] > unit[:, -2:-1] / 2
    often[: WORDS // 2] = False
    return np.where(often, most, uniform)


def _tables(
    machine: Any, symbols: int
) -> tuple[Int[ndarray, "states symbols"], Int[ndarray, "states symbols"]]:
    """A learner's machine as tables, its first state as number 0."""
    order = [machine.initial_state]
    numbers = {id(machine.initial_state): 0}
    transitions, answers = [], []
    for state in order:
        row = []
        for symbol in range(symbols):
            target = state.transitions[symbol]
            if id(target) not in numbers:
                numbers[id(target)] = len(order)
                order.append(target)
            row.append(numbers[id(target)])
        transitions.append(row)
        answers.append([state.output_fun[symbol] for symbol in range(symbols)])
    return np.array(transitions), np.array(answers)
