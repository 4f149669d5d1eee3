"""Networks of one task end at the same loss as a law of large numbers has it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from distill.drawing.curves import Curve, curves
from distill.drawing.picture import picture
from distill.studies.gates import Gate, Measured
from distill.studies.layered import Layered
from distill.studies.study import Arrays, Asked, Progress, Source, Study, Table, Told
from distill.train.together import AdamW, Parameters, stacked, train_together

BITS, K, UNITS, BATCH = 4, 3, 16, 64
"""Bits of every part, of which K count; hidden units for each part; inputs of a batch."""

EVERY, FRESH = 10, 1000
SUBSETS = 200
"""Random subsets of the parts, of every size."""


TRIED = (
    "The law asks for parts that are independent. With parts that read the same bits, one of which "
    "an input was of, losses went together (a correlation of 0.174, and a slope of -0.308, with 40 "
    "seeds): here every part has bits and an output of its own, in one network."
)
"""What did not hold, and why."""


def drawn(count: int, parts: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Inputs [count, parts · bits] of ±1, and the parity [count, parts] of K bits of every part."""
    bits = torch.randint(2, (count, parts, BITS), generator=generator)
    return 2.0 * bits.flatten(1) - 1, (bits[:, :, :K].sum(dim=2) % 2).float()


def measure(asked: Asked, part: str, progress: Progress) -> Arrays:
    """Losses [times, seeds, parts] on fresh inputs, until three quarters of it is gone."""
    count, steps = asked.whole("parts"), asked.whole("steps")
    shape = Layered((count * BITS, UNITS * count, count))
    x, y = drawn(FRESH, count, torch.Generator().manual_seed(asked.seed + 1))
    generators = [torch.Generator().manual_seed(seed) for seed in asked.seeds]
    seen = []

    def losses(parameters: Parameters, _: int) -> Tensor:
        batches = [drawn(BATCH, count, each) for each in generators]
        inputs, answers = (torch.stack([one[n] for one in batches]) for n in (0, 1))
        logits = shape.outputs(parameters, inputs)
        off = binary_cross_entropy_with_logits(logits, answers, reduction="none")
        return off.mean(dim=1).sum(dim=1)

    def observe(step: int, parameters: Parameters, _: Tensor | None) -> bool:
        if step % EVERY:
            return False
        with torch.no_grad():
            logits = shape.outputs(parameters, x)
            off = binary_cross_entropy_with_logits(logits, y.expand_as(logits), reduction="none")
        seen.append(off.mean(dim=1).numpy())
        progress(step / steps, f"step {step:,}, loss {seen[-1].mean():.2f}")
        return bool(seen[-1].mean() < 0.4 * seen[0].mean())

    rule = AdamW(asked.number("learning_rate"))
    train_together(stacked(shape.initialise, asked.seeds), losses, rule, steps, observe)
    return {"losses": np.array(seen)}


def tell(asked: Asked, parts: Mapping[str, Arrays]) -> Told:
    """Spread of the loss over seeds by the number of parts, when half of it is gone."""
    losses, rng = parts["all"]["losses"], np.random.default_rng([asked.seed, 3])
    means = losses.mean(axis=(1, 2))
    at = int(np.abs(means - means[0] / 2).argmin())
    now = losses[at].astype(float)  # [seeds, parts]
    count = now.shape[1]
    if asked.decoy:  # one part's loss stands for all
        now = np.repeat(now[:, :1], count, axis=1)
    sizes = [size for size in (1, 2, 3, 4, 6, 8, 12, 16) if size <= count]
    spreads = []
    for size in sizes:
        chosen = [rng.permutation(count)[:size] for _ in range(SUBSETS)]
        spreads.append(np.sqrt(np.mean([now[:, some].mean(1).var(ddof=1) for some in chosen])))
    slope = float(np.polyfit(np.log(sizes), np.log(spreads), 1)[0])
    pairs = np.corrcoef(now.T)[np.triu_indices(count, 1)]
    learned = now < 0.2
    kinds = len({tuple(row) for row in learned.tolist()})
    measured = {
        "slope": Measured(slope),
        "together": Measured(float(np.nanmean(pairs))),
        "different_sets_of_learned_parts": Measured(float(kinds)),
        "step": Measured(float(at * EVERY)),
    }
    shown = picture(
        "spread",
        "The more parts, the more alike the losses",
        "Standard deviation over networks that differ by seed of the mean loss of so many of their "
        "parts, when half of the loss is gone; the dotted line is 1/√parts.",
        f"On logarithmic axes the spread falls with a slope of {slope:.2f}, from {spreads[0]:.3f} "
        f"for one part to {spreads[-1]:.3f} for {sizes[-1]}.",
        curves(
            [
                Curve(sizes, spreads, "measured", 0, "o-"),
                Curve(sizes, spreads[0] * np.array(sizes) ** -0.5, "1/√parts", 1, ":"),
            ],
            "parts",
            "spread of the loss",
            "xy",
        ),
    )
    remark = f"{len(now)} networks have learned {kinds} different sets of parts by then."
    table = Table.of("spread", parts=sizes, spread=spreads)
    return Told(measured, (shown,), (table,), (remark, TRIED))


EQUAL_LOSSES = Study(
    name="equal_losses",
    claim="That networks of different seeds have nearly the same loss is a law of large numbers: "
    "each has learned other parts, and there are many.",
    source=Source("Hyperparameters for a better learning theory (working notes)"),
    gates=(
        Gate(
            "slope",
            "slope of the log of the loss's spread over seeds on the log of the number of parts",
            at_least=-0.65,
            at_most=-0.35,
            published="-0.5",
        ),
        Gate(
            "together",
            "mean correlation, over seeds, between the losses of two parts",
            at_least=-0.1,
            at_most=0.1,
            published="independent",
        ),
    ),
    decoy="the loss of one part in place of every other",
    settings={"seeds": 40, "parts": 12, "steps": 800, "learning_rate": 0.01},
    quick={"seeds": 12, "parts": 6},
    measure=measure,
    tell=tell,
    here="Parities of 3 of 4 bits that each part has for itself, in one layer of 16 units "
    "for each.",
    kind="learning",
)
