"""When data force a line: parallelograms and the critical fraction (arXiv 2205.10343)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from jaxtyping import Int
from numpy import ndarray
from torch import Tensor

from distill.drawing.curves import Curve, Mark, curves
from distill.drawing.picture import picture
from distill.instruments import (
    nullity,
    parallelograms,
    right_by_parallelograms,
    right_by_place,
)
from distill.studies.gates import Gate, Measured
from distill.studies.layered import Layered
from distill.studies.study import Arrays, Asked, Progress, Source, Study, Table, Told
from distill.train.together import AdamW, Parameters, train_together

FRACTIONS = tuple(round(0.2 + 0.025 * place, 3) for place in range(17))
LABELS = 30
"""Dimensions of the random vectors that stand for the answers."""


TRIED = (
    "What is predicted is what the paper predicts: which pairs the embedding that a network has "
    "learned puts where a trained pair of the same answer is. What the training set alone implies, "
    "before any training, foretells less: networks here learn most pairs by heart, and the "
    "correlation of accuracies over all pairs was 0.863. Over all pairs the learned "
    "embedding gives "
    "0.99, of which much is the size of the training set, so that the gate is over held-out pairs. "
    "A diagram of the four phases was tried with decoders of three learning rates and five weight "
    "decays over 10,000 steps: only memorisation and confusion were in it."
)
"""What was tried."""


CLOSE = 0.1
"""How near two sums of embeddings of unit spread are to count as one; numbers are about 0.35 apart.
"""


def parts(asked: Asked) -> tuple[str, ...]:
    """Counting sets of equations, and training networks from every seed."""
    return "equations", *(f"networks{seed}" for seed in asked.seeds)


def all_pairs(p: int) -> Int[ndarray, "n 2"]:
    """Unordered pairs of numbers below p."""
    return np.array([(a, b) for a in range(p) for b in range(a, p)])


def answers_of(asked: Asked, inputs: Int[ndarray, "n 2"], seed: int) -> Int[ndarray, " n"]:
    """Sums; for the decoy the same numbers in random order."""
    sums = inputs.sum(axis=1)
    return np.random.default_rng([seed, 9]).permutation(sums) if asked.decoy else sums


def measure(asked: Asked, part: str, progress: Progress) -> Arrays:
    """How often the embedding is a unique line, or what networks get right."""
    if part == "equations":
        return _equations(asked, progress)
    return _networks(asked, int(part.removeprefix("networks")), progress)


def _equations(asked: Asked, progress: Progress) -> Arrays:
    p, draws = asked.whole("p"), asked.whole("draws")
    inputs = all_pairs(p)
    unique = np.zeros((len(asked.seeds), len(FRACTIONS)))
    for place, seed in enumerate(asked.seeds):
        rng = np.random.default_rng(seed)
        answers = answers_of(asked, inputs, seed)
        for at, fraction in enumerate(FRACTIONS):
            for _ in range(draws):
                some = rng.permutation(len(inputs))[: round(fraction * len(inputs))]
                pairs = [(int(a), int(b)) for a, b in inputs[some]]
                rows = parallelograms(pairs, answers[some].tolist(), p)
                unique[place, at] += nullity(rows) == 2
        progress((place + 1) / len(asked.seeds), f"seed {seed}")
    return {"unique": unique / draws}


def _networks(asked: Asked, seed: int, progress: Progress) -> Arrays:
    """One network for every training set: embeddings of one number each, whose sum is decoded."""
    p, members, steps = asked.whole("p"), asked.whole("networks"), asked.whole("steps")
    inputs = all_pairs(p)
    answers = answers_of(asked, inputs, seed)
    rng = np.random.default_rng([seed, 1])
    trained = np.zeros((members, len(inputs)), dtype=bool)
    for row, fraction in zip(trained, np.linspace(0.2, 0.9, members), strict=True):
        row[rng.permutation(len(inputs))[: round(fraction * len(inputs))]] = True
    generator = torch.Generator().manual_seed(seed)
    shape = Layered((1, 100, 100, LABELS), torch.tanh)
    each = [shape.initialise(generator) for _ in range(members)]
    parameters = {name: torch.stack([one[name] for one in each]) for name in each[0]}
    parameters["E"] = torch.randn(members, p, generator=generator)
    vectors = torch.randn(2 * p - 1, LABELS, generator=generator)
    first, second = torch.from_numpy(inputs).T
    targets = vectors[torch.from_numpy(answers)]
    weights = torch.from_numpy(trained).float()
    weights /= weights.sum(dim=1, keepdim=True)

    def sums(parameters: Parameters) -> Tensor:
        E = parameters["E"]
        E = (E - E.mean(dim=1, keepdim=True)) / E.std(dim=1, keepdim=True)
        return E[:, first] + E[:, second]

    def outputs(parameters: Parameters) -> Tensor:
        return shape.outputs(parameters, sums(parameters)[..., None])

    def losses(parameters: Parameters, step: int) -> Tensor:
        if step % 200 == 0:
            progress(step / steps, f"step {step:,}")
        off = (outputs(parameters) - targets).square().mean(dim=-1)
        return (off * weights).sum(dim=1)

    rule = AdamW(asked.number("learning_rate"), asked.number("weight_decay"), undecayed=UNDECAYED)
    ended = train_together(parameters, losses, rule, steps)
    with torch.no_grad():
        nearest = torch.cdist(outputs(ended), vectors.expand(members, -1, -1)).argmin(dim=-1)
        places = sums(ended).numpy()
    if asked.decoy:
        places = np.roll(places, members // 2, axis=0)
    shown = [right_by_place(*each, answers, CLOSE) for each in zip(places, trained, strict=True)]
    by_data = [
        right_by_parallelograms(
            parallelograms([(int(a), int(b)) for a, b in inputs[row]], answers[row].tolist(), p),
            *(inputs, answers, row),
        ).mean()
        for row in trained
    ]
    right, predicted = nearest.numpy() == answers, np.array(shown)
    return {
        **{"predicted": predicted.mean(axis=1), "right": right.mean(axis=1)},
        **{"predicted_held": _held(predicted, trained), "right_held": _held(right, trained)},
        **{"fraction": trained.mean(axis=1), "by_data": np.array(by_data)},
    }


def _held(true: ndarray, trained: ndarray) -> ndarray:
    """Part of the held-out inputs of every network for which something is true."""
    return np.array([row[~of].mean() for row, of in zip(true, trained, strict=True)])


UNDECAYED = frozenset({"E"})


def critical(unique: ndarray) -> float:
    """The fraction at which half of the training sets force a line, by linear interpolation."""
    above = np.flatnonzero(unique >= 0.5)
    if not len(above) or above[0] == 0:
        return float("nan")
    at = int(above[0])
    low, high = unique[at - 1], unique[at]
    part = (0.5 - low) / (high - low)
    return FRACTIONS[at - 1] + part * (FRACTIONS[at] - FRACTIONS[at - 1])


def _correlation(x: ndarray, y: ndarray) -> float:
    return float(np.corrcoef(x, y)[0, 1]) if x.std() and y.std() else 0.0


def tell(asked: Asked, parts: Mapping[str, Arrays]) -> Told:
    """The critical fraction, and predicted accuracy against that of networks."""
    unique = parts["equations"]["unique"]
    of_networks = [each for name, each in parts.items() if name != "equations"]
    seen = {name: np.concatenate([each[name] for each in of_networks]) for name in of_networks[0]}
    predicted, right = seen["predicted_held"], seen["right_held"]
    same = _correlation(predicted, right)
    measured = {
        "critical_fraction": Measured.mean([critical(row) for row in unique]),
        "correlation": Measured(
            same,
            tuple(_correlation(each["predicted_held"], each["right_held"]) for each in of_networks),
        ),
        "correlation_over_all_pairs": Measured(_correlation(seen["predicted"], seen["right"])),
        "correlation_by_data_alone": Measured(_correlation(seen["by_data"], seen["right"])),
        "mean_difference": Measured(float(np.abs(predicted - right).mean())),
    }
    r_c = measured["critical_fraction"].value
    line = picture(
        "critical",
        "When data force the embedding to be a line",
        "Part of random training sets whose equations leave one line, by their size.",
        f"Half of them do from a fraction of {r_c:.3f} on.",
        curves(
            [Curve(FRACTIONS, row, series=None) for row in unique]
            + [Curve(FRACTIONS, unique.mean(axis=0), "mean over seeds", 0, "o-")],
            "part of the pairs that is trained on",
            "part with a unique line",
            marks=[Mark(r_c, "critical")] if r_c == r_c else [],
        ),
    )
    against = picture(
        "accuracy",
        "Predicted and real accuracy",
        "Every point is a network: the part of its held-out pairs that its embedding puts where a "
        "trained pair of the same answer is, and the part that it gets right.",
        f"The correlation is {same:.2f}.",
        curves(
            [Curve(predicted, right, "networks", 0, "o"), Curve([0, 1], [0, 1], "equal", 1, ":")],
            "predicted accuracy",
            "accuracy",
        ),
    )
    tables = (
        Table.of("critical", fraction=FRACTIONS, unique=unique.mean(axis=0)),
        Table.of("accuracy", fraction=seen["fraction"], predicted=predicted, right=right),
    )
    return Told(measured, (line, against), tables, (TRIED,))


EFFECTIVE_THEORY = Study(
    name="effective_theory",
    claim="Whether a network generalises is decided by whether its training pairs, through the "
    "parallelograms that they imply, leave one embedding.",
    source=Source(
        "Towards understanding grokking: an effective theory of representation learning",
        "arXiv 2205.10343",
        "a critical fraction of 0.4 for addition of numbers below 10",
    ),
    gates=(
        Gate(
            "critical_fraction",
            "fraction of the pairs at which half of the training sets leave a unique line",
            at_least=0.36,
            at_most=0.46,
            published="0.4",
        ),
        Gate(
            "correlation",
            "correlation over networks of predicted and real accuracy on held-out pairs",
            at_least=0.9,
            published="close, by eye",
        ),
    ),
    decoy="the same answers in random order, and the embeddings of other networks",
    settings={
        "seeds": 5,
        "p": 10,
        "draws": 200,
        "networks": 48,
        "steps": 2000,
        "learning_rate": 0.003,
        "weight_decay": 0.0,
    },
    quick={"draws": 40, "networks": 24, "steps": 1000, "seeds": 2},
    measure=measure,
    tell=tell,
    parts=parts,
    here="Embeddings of one dimension, as in the paper's toy model; decoders of 2 × 100 units.",
    kind="grokking",
)
