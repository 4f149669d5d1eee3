"""What a learned reward rewards: a program names a planted shortcut (arXiv 2012.05862)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from distill.drawing.curves import Curve, curves
from distill.drawing.picture import picture
from distill.studies.gates import Gate, Measured
from distill.studies.rewards import INPUTS, RewardProgram, States, program_of, queries, walks
from distill.studies.study import Arrays, Asked, Progress, Source, Study, Table, Told
from distill.train.together import AdamW, Parameters, stacked, train_together

TIMES = 10.0
"""How many times as much as the goal something else must weigh to be named as a shortcut."""

WIDTH, STEPS, QUERIES, TESTED = 64, 6, 4_000, 2_000
"""Hidden units of both layers, steps of a walk, states that a network is asked in, pairs of walks
that it is tested on."""

SURE = 3.0
"""What a visit of the goal adds to the logarithm of the odds that a walk is preferred."""


def initialise(generator: torch.Generator) -> dict[str, Tensor]:
    """Weights of a reward network: two layers of ReLU, and a number."""
    sizes = {"1": (INPUTS, WIDTH), "2": (WIDTH, WIDTH), "out": (WIDTH, 1)}
    made = {}
    for name, (before, after) in sizes.items():
        made[f"W_{name}"] = torch.randn(before, after, generator=generator) / before**0.5
        made[f"b_{name}"] = torch.zeros(after)
    return made


def rewards(parameters: Parameters, x: Float[Tensor, "m n inputs"]) -> Float[Tensor, "m n"]:
    """What every member rewards states with."""
    for name in ("1", "2"):
        x = torch.relu(x @ parameters[f"W_{name}"] + parameters[f"b_{name}"][:, None])
    return (x @ parameters["W_out"] + parameters["b_out"][:, None])[..., 0]


def returns(parameters: Parameters, walked: States) -> Float[Tensor, "m n"]:
    """Sums of rewards along walks, the same for all members."""
    x = walked.encoded()
    count, steps = x.shape[:2]
    flat = x.flatten(0, 1).expand(len(parameters["b_out"]), -1, -1)
    return rewards(parameters, flat).view(-1, count, steps).sum(dim=2)


def parts(asked: Asked) -> tuple[str, ...]:
    """Networks with a tile under the goal, and networks without."""
    return ("planted", "apart")


def measure(asked: Asked, part: str, progress: Progress) -> Arrays:
    """Learn rewards from preferences; then ask, and test where goal and tile are apart."""
    together = part == "planted" and not asked.decoy
    steps, batch = asked.whole("steps"), asked.whole("batch")
    rng = np.random.default_rng([asked.seed, int(together)])

    def losses(parameters: Parameters, step: int) -> Tensor:
        walked = walks(2 * batch, STEPS, together, rng)
        visits = torch.from_numpy(walked.on_goal.sum(axis=1).astype(np.float32))
        wanted = torch.sigmoid(SURE * (visits[:batch] - visits[batch:]))
        found = returns(parameters, walked)
        if step % 50 == 0:
            progress(step / steps, f"step {step:,}")
        odds = found[:, :batch] - found[:, batch:]
        return torch.nn.functional.binary_cross_entropy_with_logits(
            odds, wanted.expand_as(odds), reduction="none"
        ).mean(dim=1)

    rule = AdamW(asked.number("learning_rate"), asked.number("weight_decay"))
    ended = train_together(stacked(initialise, asked.seeds), losses, rule, steps)
    asks = queries(QUERIES, np.random.default_rng([asked.seed, 2]))
    tests, usual = _tests(asked, False, 3), _tests(asked, together, 4)
    with torch.no_grad():
        x = asks.encoded().expand(len(asked.seeds), -1, -1)
        return {
            "asked": rewards(ended, x).double().numpy(),
            "tested": returns(ended, tests).double().numpy(),
            "usual": returns(ended, usual).double().numpy(),
        }


def _tests(asked: Asked, tile_on_goal: bool, part: int) -> States:
    """Pairs of walks: the first half of them against the second."""
    return walks(2 * TESTED, STEPS, tile_on_goal, np.random.default_rng([asked.seed, part]))


def tell(asked: Asked, parts: Mapping[str, Arrays]) -> Told:
    """Which shortcuts are named, and whether the programs foretell which walks are preferred."""
    asks = queries(QUERIES, np.random.default_rng([asked.seed, 2]))
    tests = _tests(asked, False, 3)
    programs = {part: [program_of(asks, each) for each in parts[part]["asked"]] for part in parts}
    planted, apart = programs["planted"], programs["apart"]
    named = [each.shortcuts(TIMES) == ("on_tile",) for each in planted]
    falsely = [bool(each.shortcuts(TIMES)) for each in apart]
    signs = [
        _foretold(program, tests, found)
        for program, found in zip(planted, parts["planted"]["tested"], strict=True)
    ]
    rewarding = asks.on_goal | asks.on_tile
    on_these = [
        _r2(program.values(asks)[rewarding], found[rewarding])
        for part in parts
        for program, found in zip(programs[part], parts[part]["asked"], strict=True)
    ]
    usual = _tests(asked, not asked.decoy, 4)
    apart_wrong = [_wrong(tests, found) for found in parts["planted"]["tested"]]
    usual_wrong = [_wrong(usual, found) for found in parts["planted"]["usual"]]
    r2 = [each.r2 for part in parts for each in programs[part]]
    measured = {
        "named": Measured.part(named),
        "named_without_one": Measured.part(falsely),
        "r2": Measured(min(r2), tuple(r2)),
        "r2_where_rewarded": Measured(min(on_these), tuple(on_these)),
        "foretold": Measured(min(signs), tuple(signs)),
        "wrong_as_trained": Measured.mean(usual_wrong),
        "wrong_where_apart": Measured.mean(apart_wrong),
    }
    weights = {
        part: np.array(
            [[each.weights.get("on_tile", 0.0), each.at_goal] for each in programs[part]]
        )
        for part in programs
    }
    shown = picture(
        "rewards",
        "What rewards are made of",
        "What the tile and the goal add to the reward of every network, by its program: first of "
        "those that learned with the tile under the goal, then of those that had it apart.",
        f"The shortcut is named of {sum(named)} of {len(named)} networks, and of "
        f"{sum(falsely)} of {len(falsely)} that were given none.",
        curves(
            [
                Curve(
                    np.arange(2 * len(named)),
                    np.concatenate([*weights.values()])[:, k],
                    says,
                    k,
                    "o",
                )
                for k, says in enumerate(("on the tile", "at the goal"))
            ],
            "network",
            "adds to the reward",
        ),
    )
    table = Table(
        "programs",
        ("part", "seed", "program", "shortcut"),
        tuple(
            (part, seed, str(each), ", ".join(each.shortcuts(TIMES)) or "none")
            for part in programs
            for seed, each in zip(asked.seeds, programs[part], strict=True)
        ),
    )
    lines = [f"{part}, seed {seed}: {program}" for part, seed, program, _ in table.rows]
    return Told(measured, (shown,), (table,), ("Programs: " + "; ".join(lines) + ".",))


def _foretold(program: RewardProgram, tests: States, found: np.ndarray) -> float:
    """Part of the pairs of walks of which the program says which one the network prefers: of those
    of which the one visits the goal oftener, and the other the tile.
    """
    flat = States(*(each.reshape(-1, 2) for each in (tests.walker, tests.goal, tests.tile)))
    own = program.values(flat).reshape(tests.on_goal.shape).sum(axis=1)
    against = _sign(tests.on_goal.sum(axis=1)) * _sign(tests.on_tile.sum(axis=1)) < 0
    return float((_sign(own) == _sign(found))[against].mean())


def _wrong(walked: States, found: np.ndarray) -> float:
    """Part of the pairs that differ in visits of the goal of which a network prefers the worse."""
    better = _sign(walked.on_goal.sum(axis=1))
    return float((_sign(found) != better)[better != 0].mean())


def _sign(values: np.ndarray) -> np.ndarray:
    """Which walk of every pair has more."""
    return np.sign(values[:TESTED] - values[TESTED:].astype(float))


def _r2(given: np.ndarray, truth: np.ndarray) -> float:
    return 1 - float(((given - truth) ** 2).mean() / truth.var())


LEARNED_REWARDS = Study(
    name="learned_rewards",
    claim="A program of a reward that was learned from preferences names the shortcut that it "
    "rewards in the goal's place, and foretells what it prefers where the two are apart.",
    source=Source(
        "Understanding learned reward functions",
        "arXiv 2012.05862",
        "saliency and counterfactual inputs show what rewards in mazes rely on",
    ),
    gates=(
        Gate("named", "networks with a planted shortcut of which it is named", at_least=1.0),
        Gate("named_without_one", "networks without one of which any is named", at_most=0.0),
        Gate("r2", "variance of a network's rewards that its program gives, least", at_least=0.99),
        Gate("r2_where_rewarded", "the same, at the goal and on the tile alone", at_least=0.98),
        Gate(
            "foretold", "pairs of walks to the goal and to the tile foretold, least", at_least=0.9
        ),
    ),
    decoy="networks that are told to have a planted shortcut, and have none",
    settings={
        "seeds": 5,
        "steps": 2000,
        "batch": 256,
        "learning_rate": 0.003,
        "weight_decay": 0.1,
    },
    quick={"seeds": 2, "steps": 1200},
    measure=measure,
    tell=tell,
    parts=parts,
    here="The walker is given the place of the goal in numbers and the tile as a colour underfoot.",
    kind="learning",
)
