"""Mazes with a coloured tile, rewards that are learned from preferences, and programs of them.

Somebody walks in a maze and is to find a goal. A reward network is given the place of the walker,
the place of the goal and the colour underfoot, and learns from which of two walks is preferred
(Christiano et al., arXiv 1706.03741). Whether a tile under the goal is all that it learns cannot be
seen as long as the tile lies there. A program of a few predicates, chosen greedily from a library
that is the same for every network, says what the reward is made of; the network is asked in any
state, those that never came up in training among them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy import ndarray
from torch import Tensor

SIDE = 10
"""Cells along a side of a maze."""

INPUTS = 4 * SIDE + 1
"""Row and column of the walker and of the goal, one-hot, and whether the tile is underfoot."""

WALLS = 0.2
"""Part of the cells that cannot be entered."""

MOVES = np.array([(0, 1), (1, 0), (0, -1), (-1, 0)])

GAIN = 0.01
"""Of the variance, that a predicate must explain to be taken into a program: of thousands of states
chance explains a tenth of it."""

MOST_TERMS = 4


@dataclass(frozen=True)
class States:
    """Where somebody is.

    Attributes:
        walker: row and column; goal: likewise; tile: likewise.
    """

    walker: Int[ndarray, "*n 2"]
    goal: Int[ndarray, "*n 2"]
    tile: Int[ndarray, "*n 2"]

    @property
    def on_goal(self) -> Bool[ndarray, "*n"]:
        """Whether the walker is at the goal: what is rewarded."""
        return (self.walker == self.goal).all(axis=-1)

    @property
    def on_tile(self) -> Bool[ndarray, "*n"]:
        """Whether the tile is underfoot."""
        return (self.walker == self.tile).all(axis=-1)

    def encoded(self) -> Float[Tensor, "*n inputs"]:
        """What a reward network is given."""
        hot = np.eye(SIDE)
        places = [hot[each[..., k]] for each in (self.walker, self.goal) for k in (0, 1)]
        both = np.concatenate([*places, self.on_tile[..., None]], axis=-1)
        return torch.from_numpy(both.astype(np.float32))


def walks(count: int, steps: int, tile_on_goal: bool, rng: np.random.Generator) -> States:
    """Random walks in mazes of their own, that begin near the goal: arrays [count, steps, 2]."""
    walls = rng.random((count, SIDE, SIDE)) < WALLS
    goal = rng.integers(SIDE, size=(count, 2))
    tile = goal if tile_on_goal else rng.integers(SIDE, size=(count, 2))
    near = np.where(rng.random((count, 1)) < 0.5, goal, tile)
    at = np.clip(near + rng.integers(-1, 2, size=(count, 2)), 0, SIDE - 1)
    which, found = np.arange(count), [at]
    for _ in range(steps - 1):
        to = at + MOVES[rng.integers(4, size=count)]
        inside = ((to >= 0) & (to < SIDE)).all(axis=1)
        row, column = np.clip(to, 0, SIDE - 1).T
        at = np.where((inside & ~walls[which, row, column])[:, None], to, at)
        found.append(at)
    return States(
        np.stack(found, axis=1),
        np.repeat(goal[:, None], steps, axis=1),
        np.repeat(tile[:, None], steps, axis=1),
    )


def queries(count: int, rng: np.random.Generator) -> States:
    """States to ask a network in: with and without the goal and the tile underfoot, as often."""
    walker, goal, tile = (rng.integers(SIDE, size=(count, 2)) for _ in range(3))
    which = rng.integers(4, size=(count, 1))
    return States(
        walker, np.where(which % 2 == 1, walker, goal), np.where(which >= 2, walker, tile)
    )


def predicates(states: States) -> Mapping[str, Float[ndarray, "*n"]]:
    """The library: what can be said of a state, without regard to what is rewarded."""
    walker, goal = states.walker, states.goal
    steps = np.abs(walker - goal).sum(axis=-1)
    said: dict[str, ndarray] = {
        "at_goal": states.on_goal,
        "on_tile": states.on_tile,
        "in_row_of_goal": walker[..., 0] == goal[..., 0],
        "in_column_of_goal": walker[..., 1] == goal[..., 1],
        "beside_goal": steps == 1,
        "steps_to_goal": steps,
        "at_edge": ((walker == 0) | (walker == SIDE - 1)).any(axis=-1),
        "in_corner": ((walker == 0) | (walker == SIDE - 1)).all(axis=-1),
        "on_diagonal": walker[..., 0] == walker[..., 1],
        "row": walker[..., 0],
        "column": walker[..., 1],
    }
    return {name: np.asarray(values, dtype=np.float64) for name, values in said.items()}


@dataclass(frozen=True)
class RewardProgram:
    """A reward as a sum of predicates.

    Attributes:
        weights: by the name of a predicate; base: of none.
        at_goal: what being at the goal adds, fitted beside all of these where it is none of them.
        r2: part of the variance of the network's rewards that it gives, in states that it was not
            fitted on.
    """

    weights: Mapping[str, float]
    base: float
    at_goal: float
    r2: float

    def __str__(self) -> str:
        """The line of Python that it is."""
        terms = [f"{weight:.2f} * {name}" for name, weight in self.weights.items()]
        return " + ".join([*terms, f"{self.base:.2f}"]).replace("+ -", "- ")

    def values(self, states: States) -> ndarray:
        """What it gives in states."""
        said, found = predicates(states), np.full(len(states.walker), self.base)
        for name, weight in self.weights.items():
            found += weight * said[name]
        return found

    def shortcuts(self, times: float) -> tuple[str, ...]:
        """What is rewarded in the goal's place: predicates that weigh so many times as much."""
        return tuple(
            name
            for name, weight in self.weights.items()
            if name != "at_goal" and abs(weight) >= times * abs(self.at_goal)
        )


def program_of(states: States, rewards: Float[ndarray, " n"]) -> RewardProgram:
    """The program of a network, from its rewards in states: half are fitted, half are held out."""
    said = predicates(states)
    half = len(rewards) // 2
    chosen = list[str]()
    explained = 0.0
    while len(chosen) < MOST_TERMS:
        gains = {
            name: _r2(*_fitted(said, [*chosen, name], rewards, half), rewards[:half])
            for name in said
            if name not in chosen
        }
        best = max(gains, key=lambda name: gains[name])
        if gains[best] < explained + GAIN:
            break
        chosen, explained = [*chosen, best], gains[best]
    weights, _ = _fitted(said, chosen, rewards, half)
    told = chosen if "at_goal" in chosen else [*chosen, "at_goal"]
    beside, _ = _fitted(said, told, rewards, half)
    program = RewardProgram(
        dict(zip(chosen, weights[1:].tolist(), strict=True)),
        float(weights[0]),
        float(beside[1 + told.index("at_goal")]),
        0.0,
    )
    truth, held = rewards[half:], program.values(states)[half:]
    return replace(program, r2=1 - float(((truth - held) ** 2).mean() / truth.var()))


def _fitted(
    said: Mapping[str, ndarray], names: list[str], rewards: ndarray, half: int
) -> tuple[ndarray, ndarray]:
    """Weights, the base first, and what they give."""
    table = np.stack([np.ones(half), *(said[name][:half] for name in names)], axis=1)
    weights = np.linalg.lstsq(table, rewards[:half], rcond=1e-10)[0]
    return weights, table @ weights


def _r2(_: ndarray, given: ndarray, rewards: ndarray) -> float:
    return 1 - float(((given - rewards) ** 2).mean() / rewards.var())
