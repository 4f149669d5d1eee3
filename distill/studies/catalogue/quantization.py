"""Quanta: parts that are learned one by one, the frequent first (Michaud et al., 2303.13506).

Steps as one over frequency are the law of plain gradient descent, whose step towards a task is as
large as the task is frequent. Adam divides a step by the size of the gradients that are left.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from scipy.stats import spearmanr
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from distill.drawing.curves import Curve, curves
from distill.drawing.picture import picture
from distill.instruments import adjusted_rand_index, gradients_by_input, quanta, similarity
from distill.studies.gates import Gate, Measured
from distill.studies.layered import Layered
from distill.studies.parities import Parities, by_task
from distill.studies.study import Arrays, Asked, Progress, Source, Study, Table, Told
from distill.train.together import SGD, Parameters, stacked, train_together

LEARNED = 0.9
PLANTED, OF_EACH = 8, 20
"""Quanta of the planted case, and inputs of each."""


def parts(asked: Asked) -> tuple[str, ...]:
    """Training, and finding quanta where they are known."""
    return "training", "planted"


def measure(asked: Asked, part: str, progress: Progress) -> Arrays:
    """One of the parts."""
    return (_training if part == "training" else _planted)(asked, progress)


def _training(asked: Asked, progress: Progress) -> Arrays:
    """Steps [seeds, tasks] until every task is right on 90% of fresh inputs."""
    tasks, bits, steps = asked.whole("tasks"), asked.whole("bits"), asked.whole("steps")
    exponent = asked.number("exponent")
    data = [Parities.drawn(tasks, bits, 3, exponent, seed) for seed in asked.seeds]
    every = torch.arange(tasks).repeat_interleave(100)
    fresh = [
        each.of(every, torch.Generator().manual_seed(seed + 1))
        for each, seed in zip(data, asked.seeds, strict=True)
    ]
    x, y = (torch.stack([one[n] for one in fresh]) for n in (0, 1))
    shape = Layered((tasks + bits, asked.whole("width"), 1))
    generators = [torch.Generator().manual_seed(seed) for seed in asked.seeds]
    learned = np.full((len(generators), tasks), np.nan)

    def losses(parameters: Parameters, _: int) -> Tensor:
        batch = asked.whole("batch")
        drawn = [one.draw(batch, each) for one, each in zip(data, generators, strict=True)]
        inputs, answers = (torch.stack([one[n] for one in drawn]) for n in (0, 1))
        logits = shape.outputs(parameters, inputs)[..., 0]
        return binary_cross_entropy_with_logits(logits, answers, reduction="none").mean(dim=1)

    def observe(step: int, parameters: Parameters, _: Tensor | None) -> bool:
        if step % 20:
            return False
        with torch.no_grad():
            right = (shape.outputs(parameters, x)[..., 0] > 0) == (y > 0.5)
        now = by_task(right.float().numpy(), every.numpy()) > LEARNED
        learned[now & np.isnan(learned)] = step
        progress(step / steps, f"step {step:,}, {(~np.isnan(learned)).mean():.0%} learned")
        return not np.isnan(learned).any()

    rule = SGD(asked.number("learning_rate"))
    train_together(stacked(shape.initialise, asked.seeds), losses, rule, steps, observe)
    frequencies = data[0].frequencies.numpy()
    if asked.decoy:  # the frequencies of other tasks
        frequencies = np.random.default_rng(asked.seed).permutation(frequencies)
    return {"learned": learned, "frequency": frequencies}


def _planted(asked: Asked, progress: Progress) -> Arrays:
    """Quanta of a network of separate parts by construction, found by clustering gradients."""
    found = []
    for seed in asked.seeds:
        generator = torch.Generator().manual_seed(seed)
        truth = torch.arange(PLANTED).repeat_interleave(OF_EACH)
        unit = torch.randn(PLANTED, 12, 10, generator=generator) / 12**0.5
        x = torch.randn(len(truth), 12, generator=generator)
        answers = (torch.randn(len(truth), generator=generator) > 0).float()

        def loss(
            parameters: Mapping[str, Tensor], pair: tuple[Tensor, Tensor], answer: Tensor
        ) -> Tensor:
            inputs, gate = pair
            hidden = torch.relu(torch.einsum("i,kio,k->o", inputs, parameters["W"], gate))
            logit = torch.einsum("o,ko,k->", hidden, parameters["a"], gate)
            return binary_cross_entropy_with_logits(logit, answer)

        parameters = {"W": unit, "a": torch.randn(PLANTED, 10, generator=generator)}
        gates = torch.nn.functional.one_hot(truth, PLANTED).float()
        slopes = gradients_by_input(loss, parameters, (x, gates), answers)
        alike = similarity(slopes)
        if asked.decoy:
            alike = similarity(slopes[:, torch.randperm(slopes.shape[1], generator=generator)])
            alike = np.random.default_rng(seed).permuted(alike, axis=1)
            alike = (alike + alike.T) / 2
        clusters = quanta(np.abs(alike), PLANTED, seed)
        found.append(adjusted_rand_index(clusters, truth.numpy()))
        progress(len(found) / len(asked.seeds), f"planted quanta, seed {seed}")
    return {"index": np.array(found)}


def tell(asked: Asked, parts: Mapping[str, Arrays]) -> Told:
    """Order and law of learning, and the quanta that were found."""
    learned, frequency = parts["training"]["learned"], parts["training"]["frequency"]
    ranks, slopes = [], []
    for row in learned:
        there = ~np.isnan(row)
        logs = np.log(frequency[there])
        ranks.append(float(np.asarray(spearmanr(-frequency[there], row[there]))[0]))
        slopes.append(float(np.polyfit(logs, np.log(row[there]), 1)[0]))
    measured = {
        "order": Measured.mean(ranks),
        "slope": Measured.mean(slopes),
        "discovery": Measured.mean(parts["planted"]["index"]),
        "part_learned": Measured.mean((~np.isnan(learned)).mean(axis=1)),
    }
    middle = np.exp(np.nanmean(np.log(learned * frequency)))
    shown = picture(
        "law",
        "The frequent is learned first",
        "Steps until a task is learned, by how often it comes: every point is a task of a network; "
        "the line is steps proportional to 1/frequency, through their middle.",
        f"On logarithmic axes the slope is {measured['slope'].value:.2f}; the most "
        f"frequent task is learned by step {np.nanmin(learned):.0f}.",
        curves(
            [
                Curve(np.tile(frequency, len(learned)), learned.flatten(), "tasks", 0, "o"),
                Curve(frequency, middle / frequency, "1/f", 1, ":"),
            ],
            "frequency of the task",
            "steps until it is learned",
            "xy",
        ),
    )
    rows = tuple(
        (seed, task, float(frequency[task]), float(steps))
        for seed, row in zip(asked.seeds, learned, strict=True)
        for task, steps in enumerate(row)
    )
    table = Table("steps", ("seed", "task", "frequency", "steps"), rows)
    return Told(measured, (shown,), (table,))


QUANTIZATION = Study(
    name="quantization",
    claim="Skills are quanta: each is learned at once, in the order of how often it is of use, "
    "after steps that go as one over its frequency.",
    source=Source(
        "The quantization model of neural scaling",
        "arXiv 2303.13506",
        "multitask sparse parity; each task is learned in turn",
    ),
    gates=(
        Gate(
            "order",
            "rank correlation of rarity and steps until a task is learned",
            at_least=0.9,
            published="in order",
        ),
        Gate(
            "slope",
            "slope of log steps on log frequency",
            at_least=-1.1,
            at_most=-0.9,
            published="-1",
        ),
        Gate(
            "discovery",
            "how far clusters of gradients are the planted quanta (adjusted Rand index)",
            at_least=0.8,
        ),
    ),
    decoy="frequencies of other tasks, and gradients whose similarities are shuffled",
    settings={
        "seeds": 5,
        "tasks": 12,
        "bits": 16,
        "exponent": 1.4,
        "width": 200,
        "batch": 500,
        "steps": 8000,
        "learning_rate": 1.0,
    },
    quick={"seeds": 2, "tasks": 8, "batch": 250, "steps": 2500, "bits": 12},
    measure=measure,
    tell=tell,
    parts=parts,
    here="12 tasks, parities of 3 of 16 bits, one layer of 200 units, trained by plain stochastic "
    "gradient descent. By Adam (learning rate 0.003), with which this study began, the slope is "
    "-0.88 over 6 draws of the tasks: the most frequent task takes half as long again as the law "
    "says. Its gate was -1.2 to -0.8 then. Quanta are looked for in networks of 8 separate parts "
    "by construction.",
    kind="learning",
)
