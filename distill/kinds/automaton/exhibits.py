"""What a machine's pictures show: the network's hidden states, and what exchanges do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker import draws
from distill.drawing.hidden_view import HiddenView, hidden_view
from distill.evidence.continued import answers_follow
from distill.kinds.automaton.hidden import Visits, answers_from, visits
from distill.kinds.automaton.machine import Machine
from distill.kinds.automaton.mechanism import AutomatonMechanism
from distill.kinds.automaton.states import state_groups
from distill.networks.network import HasSteps
from distill.networks.sequence_network import SequenceNetwork

FORMAT_VERSION = 1
SEED = 7
SEQUENCES = 600
"""Uniform ones, and as many of the stress kinds, which reach states that others do not."""

MOST_GROUPS = 24
"""States, or groups of them, of which every two are exchanged."""

EXCHANGES = 40
"""Of every two."""


@dataclass(frozen=True)
class Interchange:
    """The network goes on from a hidden state that another prefix left.

    Attributes:
        names: of the states, or of groups of them, that were met where sequences were cut.
        step: after which they were.
        accuracy: part of continuations right, [names][names]: a prefix in state j, whose hidden
            state is replaced by that of a prefix in state i. On the diagonal it is one of another
            prefix in the very same state; null where there was none.
        alike: part of the continuations off the diagonal that the machine itself answers from
            state i as it does from state j; null where there are none.
        left_out: how many states were not met.
        grouped: what groups are made by; nothing where names are of states.
    """

    names: tuple[str, ...]
    step: int
    accuracy: tuple[tuple[float | None, ...], ...]
    alike: float | None
    left_out: int
    grouped: str = ""


@dataclass(frozen=True)
class MachineExhibits:
    """Of a network that computes with states.

    Attributes:
        length: of the training sequences.
        hidden: the hidden states; their groups are the machine's states.
        interchange: null where sequences are too short to be cut.
    """

    length: int
    hidden: HiddenView
    interchange: Interchange | None
    kind: Literal["automaton"] = "automaton"
    format_version: int = FORMAT_VERSION


def machine_exhibits(
    mechanism: AutomatonMechanism, network: SequenceNetwork, length: int
) -> MachineExhibits:
    """Take them from a network along sequences drawn at random."""
    channels, model = network.channels.inputs, network.over_symbols()
    drawn = [make(channels, SEQUENCES, length, SEED) for make in (draws.uniform, draws.stress)]
    numbered = draws.numbers(np.concatenate(drawn), channels)
    seen = visits(model, mechanism.machine, numbered)
    flat = seen.hidden.reshape(-1, seen.hidden.shape[2])
    view = hidden_view(flat, seen.states.reshape(-1), network.start)
    return MachineExhibits(length, view, _interchange(mechanism, model, seen))


def _interchange(
    mechanism: AutomatonMechanism, model: HasSteps, seen: Visits
) -> Interchange | None:
    """As `distill.kinds.automaton.hidden.interchanged`, for every two states, or groups of them."""
    cut, rng = max(1, seen.symbols.shape[1] // 2), np.random.default_rng(SEED)
    states, rest = seen.states[:, cut - 1], seen.symbols[:, cut:]
    if not rest.shape[1]:
        return None
    met = np.unique(states)
    all_groups = state_groups(mechanism, MOST_GROUPS)
    groups = [
        (group.name, rows)
        for group in all_groups
        if len(rows := np.flatnonzero(np.isin(states, group.states)))
    ]
    pairs, donors, receivers = [], [], []
    for i, (_, from_rows) in enumerate(groups):
        for j, (_, to_rows) in enumerate(groups):
            to = rng.choice(to_rows, EXCHANGES)
            by = rng.choice(from_rows, EXCHANGES)
            if i == j:
                by, to = _same_state(states, to, rng)
            donors.append(by)
            receivers.append(to)
            pairs.append(np.full(len(to), i * len(groups) + j))
    by, to, pair = np.concatenate(donors), np.concatenate(receivers), np.concatenate(pairs)
    accuracy, alike = _outcome(mechanism.machine, model, seen, cut, by, to)
    k = len(groups)
    count = np.bincount(pair, minlength=k * k)
    right = np.bincount(pair, weights=accuracy, minlength=k * k)
    table = [
        tuple(
            round(float(right[i * k + j] / count[i * k + j]), 3) if count[i * k + j] else None
            for j in range(k)
        )
        for i in range(k)
    ]
    apart = pair // k != pair % k
    return Interchange(
        tuple(name for name, _ in groups),
        cut,
        tuple(table),
        round(float(alike[apart].mean()), 3) if apart.any() else None,
        mechanism.states - len(met),
        all_groups[0].meaning,
    )


def _same_state(
    states: Int[ndarray, " n"], receivers: Int[ndarray, " m"], rng: np.random.Generator
) -> tuple[Int[ndarray, " k"], Int[ndarray, " k"]]:
    """For every row another one in the same state; rows without one are left out."""
    by, to = [], []
    for row in receivers.tolist():
        others = np.flatnonzero(states == states[row])
        others = others[others != row]
        if len(others):
            by.append(int(rng.choice(others)))
            to.append(row)
    return np.array(by, dtype=np.int64), np.array(to, dtype=np.int64)


def _outcome(
    machine: Machine,
    model: HasSteps,
    seen: Visits,
    cut: int,
    by: Int[ndarray, " n"],
    to: Int[ndarray, " n"],
) -> tuple[ndarray, ndarray]:
    """Whether every exchange went on right, and whether the machine's two states answer alike."""
    states, rest = seen.states[:, cut - 1], seen.symbols[to, cut:]
    expected = answers_from(machine, states[to], rest)
    right = answers_follow(model, seen.hidden[by, cut - 1], rest, expected)
    alike = (answers_from(machine, states[by], rest) == expected).all(axis=1)
    return right, alike
