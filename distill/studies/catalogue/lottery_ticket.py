"""Lottery tickets: what is left of a network trains again only from its own start.

Frankle and Carbin (arXiv 1803.03635): a network is trained, its smallest weights are cut, and what
is left goes back to where it began. It learns what the whole did; the same connections from a fresh
start do not.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from distill.drawing.curves import Curve, curves
from distill.drawing.picture import picture
from distill.studies.gates import Gate, Measured
from distill.studies.layered import Layered
from distill.studies.study import Arrays, Asked, Progress, Source, Study, Table, Told
from distill.train.together import AdamW, Parameters, stacked, train_together

WIDTHS = (10, 40, 40, 1)
UNITS, READS = 4, 3
"""Units of the teacher, and inputs that each reads."""

CUT = ("W_0", "W_1")
"""Weights among which connections are cut; the last layer stays."""

WORKS = 0.1
"""Loss, of answers of spread 1, up to which a network is said to have learned."""

Masks = dict[str, Tensor]


def taught(points: int, seed: int) -> tuple[Tensor, Tensor]:
    """Inputs, and answers of spread 1 of a random network of few units."""
    generator = torch.Generator().manual_seed(seed)
    weights = torch.zeros(WIDTHS[0], UNITS)
    for unit in range(UNITS):
        read = torch.randperm(WIDTHS[0], generator=generator)[:READS]
        weights[read, unit] = torch.randn(READS, generator=generator)
    x = torch.randn(points, WIDTHS[0], generator=generator)
    y = torch.relu(x @ weights) @ torch.randn(UNITS, generator=generator)
    return x, (y - y.mean()) / y.std()


def measure(asked: Asked, part: str, progress: Progress) -> Arrays:
    """Training losses [rounds, seeds] of what is left, from several starts."""
    shape, steps, rounds = Layered(WIDTHS), asked.whole("steps"), asked.whole("rounds")
    drawn = [taught(asked.whole("points"), seed) for seed in asked.seeds]
    x, y = (torch.stack([one[n] for one in drawn]) for n in (0, 1))
    own = stacked(shape.initialise, asked.seeds)
    fresh = stacked(shape.initialise, [seed + 10_000 for seed in asked.seeds])
    generator = torch.Generator().manual_seed(asked.seed)
    masks = {name: torch.ones_like(own[name]) for name in CUT}

    def train(begun: Parameters, masks: Masks) -> tuple[Parameters, Tensor]:
        def apply(parameters: Parameters) -> None:
            for name, mask in masks.items():
                parameters[name].mul_(mask)

        start = {name: each.clone() for name, each in begun.items()}
        apply(start)
        many = len(start["b_0"]) // len(x)
        inputs, answers = x.repeat(many, 1, 1), y.repeat(many, 1)

        def losses(parameters: Parameters, _: int) -> Tensor:
            return (shape.outputs(parameters, inputs)[..., 0] - answers).square().mean(dim=1)

        rule = AdamW(asked.number("learning_rate"))
        ended = train_together(start, losses, rule, steps, after=apply)
        with torch.no_grad():
            return ended, losses(ended, 0)

    ended, whole = train(own, masks)
    left, found = [], []
    for place in range(rounds):
        masks = cut(ended, masks, asked.number("kept"))
        used = masks
        if asked.decoy:  # another subnetwork
            used = {name: shuffled(mask, generator) for name, mask in masks.items()}
        both = {name: torch.cat([own[name], fresh[name]]) for name in own}
        ended_both, off = train(both, {n: torch.cat([m, m]) for n, m in used.items()})
        ended = {name: each[: len(x)] for name, each in ended_both.items()}
        found.append(off.view(2, -1).numpy())
        left.append(float(masks["W_1"].mean()))
        progress((place + 1) / rounds, f"{left[-1]:.1%} left, loss {off[: len(x)].mean():.2g}")
    return {
        **{"own": np.array(found)[:, 0], "fresh": np.array(found)[:, 1]},
        **{"whole": whole.numpy(), "left": np.array(left)},
    }


def cut(trained: Parameters, masks: Masks, kept: float) -> Masks:
    """Masks of the connections that stay: the largest of those that are left, in every layer."""
    smaller = {}
    for name, mask in masks.items():
        sizes = (trained[name].abs() * mask).flatten(1)
        count = max(1, round(kept * float(mask[0].sum())))
        least = sizes.topk(count, dim=1).values[:, -1]
        smaller[name] = (sizes >= least[:, None]).to(mask).view_as(mask)
    return smaller


def shuffled(mask: Tensor, generator: torch.Generator) -> Tensor:
    """As many connections of every member, anywhere in the layer."""
    rows = [each.flatten()[torch.randperm(each.numel(), generator=generator)] for each in mask]
    return torch.stack(rows).view_as(mask)


def tell(asked: Asked, parts: Mapping[str, Arrays]) -> Told:
    """What a ticket reaches from its own start, beside a fresh one, where few connections are left.

    Judged at the fewest connections with which its own start still reaches a tenth of the spread.
    """
    seen = parts["all"]
    ratios = seen["fresh"] / np.maximum(seen["own"], 1e-12)
    works = np.median(seen["own"], axis=1) < WORKS
    at = int(np.flatnonzero(works)[-1]) if works.any() else 0
    measured = {
        "ratio": Measured(float(np.median(ratios[at])), tuple(ratios[at].tolist())),
        "works": Measured(float(np.median(seen["own"][at]))),
        "left": Measured(float(seen["left"][at])),
        "loss_of_the_whole": Measured(float(np.median(seen["whole"]))),
    }
    own, fresh = (np.median(seen[name], axis=1) for name in ("own", "fresh"))
    shown = picture(
        "ticket",
        "What is left, from its own start and from another",
        "Training loss of what is left of networks when their smallest weights are cut, trained "
        "again from where they began and from a fresh start; medians over seeds.",
        f"With {seen['left'][at]:.0%} of the connections left it is {own[at]:.2g} and "
        f"{fresh[at]:.2g}.",
        curves(
            [
                Curve(seen["left"], own, "its own start", 0, "o-"),
                Curve(seen["left"], fresh, "a fresh start", 1, "o-"),
            ],
            "part of the connections left",
            "loss",
            "xy",
        ),
    )
    table = Table.of("ticket", left=seen["left"], own=own, fresh=fresh)
    return Told(measured, (shown,), (table,))


LOTTERY_TICKET = Study(
    name="lottery_ticket",
    claim="What is left of a trained network when most connections are cut learns again from its "
    "own start, and far worse from a fresh one.",
    source=Source(
        "The lottery ticket hypothesis", "arXiv 1803.03635", "tickets of 10 to 20% of the weights"
    ),
    gates=(
        Gate(
            "ratio",
            "loss from a fresh start over that from its own, with the fewest connections that "
            "learn from their own; median over seeds",
            at_least=3.0,
        ),
        Gate(
            "works",
            "loss from its own start then, where answers have a spread of 1",
            at_most=WORKS,
        ),
    ),
    decoy="as many connections, at random",
    settings={
        **{"seeds": 9, "points": 512, "rounds": 10, "kept": 0.7, "steps": 800},
        "learning_rate": 0.01,
    },
    quick={"seeds": 3, "steps": 300, "rounds": 5},
    measure=measure,
    tell=tell,
    here="Regression on a random network of 4 units, by one of 40 units in each of two layers; "
    "connections are cut round by round. Tried beside it in pilots of 5 seeds: one hidden layer of "
    "60 and of 100 units, where the factor was between 1 and 4 and differed much by seed.",
    kind="learning",
)
