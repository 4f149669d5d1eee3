"""Whether networks of different seeds learn the parts of a task in one order (working notes)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from scipy.stats import rankdata
from torch import Tensor
from torch.nn.functional import one_hot

from distill.drawing.curves import Curve, curves
from distill.drawing.picture import picture
from distill.studies.gates import Gate, Measured
from distill.studies.layered import Layered
from distill.studies.study import Arrays, Asked, Progress, Source, Study, Table, Told
from distill.train.together import AdamW, Parameters, stacked, train_together

DIGITS = 3
"""Of every number; the sum has one more."""

NAMES = ("ones", "tens", "hundreds", "thousands")
LEARNED = 0.9
FRESH = 2000


def drawn(count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """One-hot digits of two numbers [count, 60], and the digits of their sum, ones first."""
    numbers = torch.randint(10**DIGITS, (count, 2), generator=generator)
    powers = 10 ** torch.arange(DIGITS + 1)
    digits = numbers[:, :, None] // powers[:DIGITS] % 10
    inputs = one_hot(digits.flatten(1), 10).flatten(1).float()
    return inputs, numbers.sum(dim=1, keepdim=True) // powers % 10


def losses(
    logits: Float[Tensor, "members n outputs"], answers: Int[Tensor, "members n digits"]
) -> Float[Tensor, "members digits"]:
    """Mean cross-entropy of every digit."""
    by_digit = logits.unflatten(2, (DIGITS + 1, 10))
    right = by_digit.gather(-1, answers[..., None])[..., 0]
    return (by_digit.logsumexp(dim=-1) - right).mean(dim=1)


def measure(asked: Asked, part: str, progress: Progress) -> Arrays:
    """Accuracies [times, seeds, digits] on inputs that are not trained on."""
    shape = Layered((20 * DIGITS, asked.whole("width"), 10 * (DIGITS + 1)))
    steps, batch = asked.whole("steps"), asked.whole("batch")
    generators = [torch.Generator().manual_seed(seed + 100) for seed in asked.seeds]
    x, y = drawn(FRESH, torch.Generator().manual_seed(asked.seed + 99))
    seen, at = [], []

    def loss(parameters: Parameters, _: int) -> Tensor:
        batches = [drawn(batch, each) for each in generators]
        inputs, answers = (torch.stack([one[n] for one in batches]) for n in (0, 1))
        return losses(shape.outputs(parameters, inputs), answers).sum(dim=1)

    def observe(step: int, parameters: Parameters, _: Tensor | None) -> bool:
        if step % asked.whole("every"):
            return False
        with torch.no_grad():
            told = shape.outputs(parameters, x).unflatten(2, (DIGITS + 1, 10)).argmax(dim=-1)
        seen.append((told == y).float().mean(dim=1).numpy())
        at.append(step)
        progress(step / steps, f"step {step:,}, right on {seen[-1].mean():.0%}")
        return bool((seen[-1] >= LEARNED).all())

    rule = AdamW(asked.number("learning_rate"))
    train_together(stacked(shape.initialise, asked.seeds), loss, rule, steps, observe)
    return {"step": np.array(at), "right": np.array(seen)}


def when(seen: Arrays) -> Float[ndarray, "seeds digits"]:
    """The first step at which every digit is learned; infinite where it never is."""
    learned = seen["right"] >= LEARNED
    return np.where(learned.any(axis=0), seen["step"][learned.argmax(axis=0)], np.inf)


def agreement(times: Float[ndarray, "seeds digits"]) -> float:
    """Mean rank correlation of two seeds."""
    ranks = np.array([rankdata(row) for row in times])
    between = np.corrcoef(ranks)
    return float(between[np.triu_indices(len(ranks), 1)].mean()) if len(ranks) > 1 else 1.0


def tell(asked: Asked, parts: Mapping[str, Arrays]) -> Told:
    """In which order every network learned, and how far these orders are one."""
    seen = parts["all"]
    times, steps = when(seen), seen["step"]
    if asked.decoy:
        rng = np.random.default_rng([asked.seed, 5])
        times = rng.permuted(times, axis=1)
    orders = [tuple(int(n) for n in row.argsort(kind="stable")) for row in times]
    usual, _ = Counter(orders).most_common(1)[0]
    first = [order[:2] == usual[:2] for order in orders]
    measured = {
        "learned": Measured.part([bool(np.isfinite(row).all()) for row in times]),
        "same_order": Measured.part([order == usual for order in orders]),
        "agreement": Measured(agreement(times)),
        "first_two_the_same": Measured.part(first),
        "orders": Measured(float(len(set(orders)))),
    }
    in_words = ", ".join(NAMES[n] for n in usual)
    mean = seen["right"].mean(axis=1)
    shown = picture(
        "digits",
        "Digit after digit",
        "Accuracy of every digit of the sum on fresh numbers: thick the mean over networks that "
        "differ by seed, faint every network.",
        f"The most frequent order is {in_words}: in {measured['same_order'].value:.0%} of them.",
        curves(
            [
                Curve(steps, one[:, n], series=None)
                for one in seen["right"].transpose(1, 0, 2)
                for n in range(DIGITS + 1)
            ]
            + [Curve(steps, mean[:, n], name, n) for n, name in enumerate(NAMES)],
            "step",
            "accuracy",
        ),
    )
    remark = (
        f"The most frequent order is {in_words}; there are {len(set(orders))} among "
        f"{len(orders)} networks."
    )
    columns = dict(zip(NAMES, times.T, strict=True))
    table = Table.of("learned", seed=asked.seeds, **columns)
    return Told(measured, (shown,), (table,), (remark,))


PATH_CONSISTENCY = Study(
    name="path_consistency",
    claim="Networks of different seeds learn the parts of a task in the same order.",
    source=Source("200 concrete open problems in mechanistic interpretability: training dynamics"),
    gates=(
        Gate("learned", "part of the networks that learn every digit", at_least=1.0),
        Gate(
            "same_order",
            "part of the networks that learn the digits of a sum in the most frequent order",
            at_least=0.8,
        ),
        Gate(
            "agreement",
            "mean rank correlation, between two networks, of the steps at which digits are learned",
            at_least=0.8,
        ),
    ),
    decoy="the digits of every network in random order",
    settings={
        **{"seeds": 10, "width": 128, "steps": 6000, "batch": 128, "every": 25},
        "learning_rate": 0.003,
    },
    quick={"seeds": 4},
    measure=measure,
    tell=tell,
    here="Sums of two numbers of 3 digits, one-hot, in one hidden layer; data is always "
    "fresh. That "
    "parts which were formed early are of no use at the end was not tested.",
    kind="learning",
)
