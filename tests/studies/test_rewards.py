"""Programs of rewards: what a network rewards is named, the goal itself is no shortcut."""

import numpy as np
import pytest

from distill.studies.catalogue.learned_rewards import LEARNED_REWARDS
from distill.studies.rewards import program_of, queries, walks
from distill.studies.study import Asked

STATES = queries(2_000, np.random.default_rng(0))
NOISE = 0.05 * np.random.default_rng(1).normal(size=2_000)


@pytest.mark.parametrize(
    ("rewards", "named"),
    [
        (3 * STATES.on_tile - 1, ("on_tile",)),
        (3 * STATES.on_goal, ()),
        (3 * STATES.on_goal + STATES.on_tile, ()),
        (3.0 * (STATES.walker[:, 0] == STATES.walker[:, 1]), ("on_diagonal",)),
        (0.0 * STATES.on_goal, ()),
    ],
    ids=["tile", "goal", "both", "diagonal", "nothing"],
)
def test_what_is_rewarded_in_the_goals_place_is_named(rewards, named):
    program = program_of(STATES, rewards + NOISE)
    assert program.shortcuts(10.0) == named
    if named:
        assert program.r2 > 0.99
        assert named[0] in str(program)


def test_a_planted_tile_lies_under_the_goal_and_walks_stay_in_the_maze():
    rng = np.random.default_rng(2)
    planted, apart = walks(200, 6, True, rng), walks(200, 6, False, rng)
    assert (planted.on_goal == planted.on_tile).all()
    assert (apart.on_goal != apart.on_tile).any()
    steps = np.abs(np.diff(planted.walker, axis=1)).sum(axis=2)
    assert steps.max() == 1
    assert planted.walker.min() >= 0
    assert planted.walker.max() < 10
    assert planted.encoded().shape == (200, 6, 41)


def test_networks_that_learned_nothing_are_named_nothing():
    settings = {**LEARNED_REWARDS.settings, "seeds": 2, "steps": 2, "batch": 4}
    asked = Asked(settings)
    parts = {
        part: LEARNED_REWARDS.measure(asked, part, lambda done, what: None)
        for part in LEARNED_REWARDS.parts(asked)
    }
    told = LEARNED_REWARDS.tell(asked, parts)
    assert told.measured["named"].value == 0.0
    assert {gate.measure for gate in LEARNED_REWARDS.gates} <= {*told.measured}
    assert len(told.tables[0].rows) == 4
