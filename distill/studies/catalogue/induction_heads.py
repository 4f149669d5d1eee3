"""Induction heads, and the sudden change with which they come (Olsson et al., arXiv 2209.11895)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from jaxtyping import Int
from torch import Tensor

from distill.drawing.curves import Curve, Mark, curves
from distill.drawing.picture import picture
from distill.instruments import in_context_score, prefix_matching_scores, previous_token_scores
from distill.studies.attention_only import AttentionOnly, next_losses
from distill.studies.gates import Gate, Measured
from distill.studies.study import Arrays, Asked, Progress, Source, Study, Table, Told
from distill.train.together import AdamW, Parameters, stacked, train_together

TOKENS, LENGTH = 32, 36
PERIODS = (8, 9, 10, 11, 12, 13, 14, 15, 16)
"""Texts repeat themselves after so many tokens: one layer would do for a fixed distance."""

EARLY, LATE = 4, 34
"""Places of the in-context score: before anything can have been repeated, and when all has."""

MATCHES = 0.3
"""Prefix matching from which on a head counts as one of induction."""

FRESH = 128


def drawn(
    count: int, generator: torch.Generator, shuffled: bool = False
) -> Int[Tensor, "count length"]:
    """Texts of random tokens that repeat themselves.

    Args:
        count: of texts.
        generator: draws periods and tokens.
        shuffled: whether each repetition is in an order of its own.
    """
    texts = torch.randint(TOKENS, (count, LENGTH), generator=generator)
    periods = torch.tensor(PERIODS)[torch.randint(len(PERIODS), (count,), generator=generator)]
    places = torch.arange(LENGTH)
    within = places % periods[:, None]
    if shuffled:
        within = (torch.rand(count, LENGTH, generator=generator) * periods[:, None]).long()
        within[places < periods[:, None]] = (places.expand(count, -1))[places < periods[:, None]]
    return texts.gather(1, within)


def parts(asked: Asked) -> tuple[str, ...]:
    """Networks of two layers, and of one."""
    return "two_layers", "one_layer"


def measure(asked: Asked, part: str, progress: Progress) -> Arrays:
    """Scores [times, seeds] of networks on fresh texts, and what is left without some heads."""
    layers, steps = 2 if part == "two_layers" else 1, asked.whole("steps")
    shape = AttentionOnly(TOKENS, LENGTH, layers)
    generators = [torch.Generator().manual_seed(seed + 1000) for seed in asked.seeds]
    fresh = torch.stack([drawn(FRESH, each, asked.decoy) for each in generators])
    seen = dict[str, list[np.ndarray]]()

    def losses(parameters: Parameters, _: int) -> Tensor:
        texts = torch.stack([drawn(asked.whole("batch"), each, asked.decoy) for each in generators])
        return next_losses(shape.logits(parameters, texts)[0], texts).mean(dim=(1, 2))

    def look(parameters: Parameters, without: Tensor | None = None) -> dict[str, np.ndarray]:
        with torch.no_grad():
            logits, attention = shape.logits(parameters, fresh, without)
        off = next_losses(logits, fresh)
        score = in_context_score(off, EARLY, LATE)
        previous = torch.stack([previous_token_scores(each) for each in attention], dim=1)
        matching = torch.stack([prefix_matching_scores(each, fresh) for each in attention], dim=1)
        return {
            **{"score": score.numpy(), "late_loss": off[..., LATE].mean(dim=1).numpy()},
            **{"previous": previous.numpy(), "matching": matching.numpy()},
        }

    def observe(step: int, parameters: Parameters, _: Tensor | None) -> None:
        if step % asked.whole("every") and step != steps:
            return
        found = look(parameters) | {"step": np.array(step)}
        for name, values in found.items():
            seen.setdefault(name, []).append(values)
        progress(step / steps, f"step {step:,}, in-context score {found['score'].mean():.2f}")

    rule = AdamW(asked.number("learning_rate"), 0.01, betas=(0.9, 0.98))
    ended = train_together(stacked(shape.initialise, asked.seeds), losses, rule, steps, observe)
    arrays = {name: np.array(values) for name, values in seen.items()}
    matching = torch.from_numpy(arrays["matching"][-1])  # [seeds, layers, heads]
    inducing = (matching > MATCHES).transpose(0, 1)
    arrays["score_without"] = look(ended, inducing)["score"]
    others = (matching == matching.flatten(1).amin(dim=1)[:, None, None]).transpose(0, 1)
    arrays["score_without_another"] = look(ended, others)["score"]
    return arrays


def sudden(steps: np.ndarray, matching: np.ndarray) -> float:
    """From a quarter to three quarters of the rise, as a part of the steps to nine tenths of it."""
    risen = (matching - matching[0]) / max(matching[-1] - matching[0], 1e-9)
    if matching[-1] < MATCHES:
        return 1.0
    first, last, there = (float(steps[int((risen >= part).argmax())]) for part in (0.25, 0.75, 0.9))
    return (last - first) / there


def tell(asked: Asked, parts: Mapping[str, Arrays]) -> Told:
    """Scores at the end, how fast they came, and what is left without the heads."""
    two, one = parts["two_layers"], parts["one_layer"]
    steps, score = two["step"], two["score"]
    kept = two["score_without"] / np.minimum(score[-1], -1e-9)
    seeds = range(len(asked.seeds))
    previous = two["previous"][:, :, 0].max(axis=-1)
    matching = two["matching"][:, :, 1].max(axis=-1)
    pace = [sudden(steps, matching[:, seed]) for seed in seeds]
    measured = {
        "score": Measured.mean(score[-1]),
        "control": Measured.mean(one["late_loss"][-1] - two["late_loss"][-1]),
        "kept": Measured.mean(kept),
        "sudden": Measured.mean(pace),
        "score_of_one_layer": Measured.mean(one["score"][-1]),
        "kept_without_another_head": Measured.mean(
            two["score_without_another"] / np.minimum(score[-1], -1e-9)
        ),
        "previous_token_score": Measured.mean(previous[-1]),
        "prefix_matching_score": Measured.mean(matching[-1]),
    }
    at = float(steps[int((score[:, 0] < score[-1, 0] / 2).argmax())])
    scores = picture(
        "scores",
        "In-context learning comes at once",
        f"Loss at token {LATE} of a text less that at token {EARLY}, on fresh texts, of networks "
        "of two layers and of one; every line is a network.",
        f"At the end {score[-1].mean():.2f} with two layers, {one['score'][-1].mean():.2f} with "
        "one.",
        curves(
            [Curve(steps, score[:, s], "" if s else "two layers", 0) for s in seeds]
            + [Curve(steps, one["score"][:, s], "" if s else "one layer", 1, "--") for s in seeds],
            "step",
            "in-context score",
            marks=[Mark(at, "half of it")],
        ),
    )
    heads = picture(
        "heads",
        "Two heads, one after the other",
        "Of the first network: the most that a head of the first layer looks at the token before, "
        "and that one of the second looks at what followed the same token before; and its score, "
        "as a part of that at the end.",
        f"At the end {previous[-1, 0]:.2f} and {matching[-1, 0]:.2f}.",
        curves(
            [
                Curve(steps, previous[:, 0], "token before", 0),
                Curve(steps, matching[:, 0], "what followed", 1),
                Curve(steps, score[:, 0] / score[-1, 0], "in-context score", 2, ":"),
            ],
            "step",
            "attention, or part",
        ),
    )
    table = Table.of(
        "scores",
        **{"step": steps, "two_layers": score.mean(1), "one_layer": one["score"].mean(1)},
        **{"previous_token": previous.mean(1), "prefix_matching": matching.mean(1)},
    )
    return Told(measured, (scores, heads), (table,))


INDUCTION_HEADS = Study(
    name="induction_heads",
    claim="Networks of two attention layers suddenly learn to continue what they have read before, "
    "by heads that look for what followed the same token; networks of one layer do not.",
    source=Source(
        "In-context learning and induction heads",
        "arXiv 2209.11895",
        "the score falls by 0.4 nats in language models, in a window of 2.5 to 5 of 10 billion "
        "tokens; never in those of one layer",
    ),
    gates=(
        Gate(
            "score",
            f"in-context score at the end: loss at token {LATE} less that at token {EARLY}, nats",
            at_most=-2.0,
            published="about -0.4, on language",
        ),
        Gate(
            "control",
            "how much greater the loss of networks of one layer is at that token, nats",
            at_least=1.0,
            published="they do not learn it",
        ),
        Gate(
            "kept",
            "part of the score that is left without the heads that match prefixes",
            at_most=0.25,
            published="most of it goes",
        ),
        Gate(
            "sudden",
            "part of the steps to nine tenths of prefix matching in which it goes from a "
            "quarter of "
            "its rise to three quarters; 0.56 for a line",
            at_most=0.25,
            published="0.5, for all of the change",
        ),
    ),
    decoy="texts whose repetitions are in random order",
    settings={"seeds": 3, "steps": 2000, "batch": 32, "every": 20, "learning_rate": 0.003},
    quick={"seeds": 1, "steps": 1000},
    measure=measure,
    tell=tell,
    parts=parts,
    here="Random tokens that repeat themselves after 8 to 16; heads of 16 dimensions, "
    "four a layer.",
    kind="learning",
)
