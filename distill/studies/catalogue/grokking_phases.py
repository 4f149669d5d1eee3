"""The three phases of grokking, found by a rule that is written (arXiv 2301.05217)."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from distill.drawing.curves import Curve, Mark, curves
from distill.drawing.picture import picture
from distill.records.phases import RULE, phases_of
from distill.studies.gates import Gate, Measured
from distill.studies.grokking import HERE, SETTINGS, curve_of, measure
from distill.studies.study import Arrays, Asked, Source, Study, Table, Told

NAMES = ("memorisation", "circuit formation", "clean-up")

LONGER = (
    "Here they have 2,500 steps: clean-up goes on for 2,000 in the slowest of the "
    "pilots, and after "
    "1,500 the key frequencies explained only 0.843 of the logits' variance with seeds 10 to 14."
)


def tell(asked: Asked, parts: Mapping[str, Arrays]) -> Told:
    """Phases of every network, and the losses that tell them."""
    seen = parts["all"]
    steps, seeds = seen["step"], range(len(asked.seeds))
    phases = [phases_of(curve_of(seen, seed)) for seed in seeds]
    in_order = [tuple(each.name for each in one.found) == NAMES for one in phases]
    restricted, held, excluded = (
        seen[name].T for name in ("restricted_loss", "held_loss", "excluded_loss")
    )
    halved = [
        _first(steps, restricted[s] < restricted[s][0] / 2)
        < _first(steps, _for_good(held[s] < held[s].max() / 2))
        for s in seeds
    ]
    measured = {
        "in_order": Measured.part(in_order),
        "restricted_first": Measured.part(halved),
        "excluded_at_end": Measured.mean(excluded[:, -1] / math.log(asked.whole("p"))),
        "key_r2": Measured.mean(seen["key_r2"][-1]),
        "right_on_held_out": Measured.mean(seen["held_accuracy"][-1]),
        "gini_of_embedding": Measured.mean(seen["gini_E"][-1]),
    }
    for place, name in enumerate(NAMES):
        ends = [one.found[place].end for one in phases if one.found]
        if ends:
            measured[f"end_of_{name.replace(' ', '_').replace('-', '_')}"] = Measured.mean(ends)
    lines = (
        ("trained inputs", "train_loss", 0, "-"),
        ("held-out inputs", "held_loss", 1, "-"),
        ("its waves alone (restricted)", "restricted_loss", 2, "--"),
        ("all but its waves (excluded)", "excluded_loss", 3, ":"),
    )
    marks = [Mark(max(each.start, 1), each.name.split()[0]) for each in phases[0].found]
    losses = picture(
        "losses",
        "Three phases of one training",
        f"Losses of the first network. {RULE[0].upper()}{RULE[1:]}.",
        "; ".join(f"{each.name}: steps {each.start} to {each.end}" for each in phases[0].found)
        or str(phases[0].why_none),
        curves(
            [Curve(steps[1:], seen[field][1:, 0], n, s, style) for n, field, s, style in lines],
            "step",
            "loss",
            "xy",  # memorisation is over in a hundredth of the steps
            marks,
        ),
    )
    structure = picture(
        "structure",
        "Weights and their spectra",
        "The norm of all weights, and the Gini coefficient of the Fourier amplitudes of embedding "
        "and unembedding, of the first network, each as a part of its largest value.",
        f"The Gini coefficient of the embedding ends at {seen['gini_E'][-1, 0]:.2f}.",
        curves(
            [
                Curve(steps[1:], seen[name][1:, 0] / seen[name][:, 0].max(), said, series)
                for series, (name, said) in enumerate(
                    (
                        ("weight_norm", "norm of weights"),
                        ("gini_E", "Gini of embedding"),
                        ("gini_U", "Gini of unembedding"),
                    )
                )
            ],
            "step",
            "part of its largest value",
            "x",
        ),
    )
    columns = {field: seen[field][:, 0] for _, field, _, _ in lines}
    return Told(measured, (losses, structure), (Table.of("losses", step=steps, **columns),))


def _first(steps: np.ndarray, true: np.ndarray) -> float:
    """The first step at which something is true; infinite where it never is."""
    return float(steps[true.argmax()]) if true.any() else math.inf


def _for_good(true: np.ndarray) -> np.ndarray:
    """From when on something stays true."""
    return np.logical_and.accumulate(true[::-1])[::-1]


GROKKING_PHASES = Study(
    name="grokking_phases",
    claim="A network that groks first memorises, then forms a circuit of a few frequencies while "
    "nothing of it is seen in held-out loss, and at last gets rid of what it memorised.",
    source=Source(
        "Progress measures for grokking via mechanistic interpretability",
        "arXiv 2301.05217",
        "memorisation to 1,400 epochs, circuit formation to 9,400, clean-up to 14,000 at p = 113",
    ),
    gates=(
        Gate(
            "in_order",
            "part of the networks in which the rule finds the three phases, in this order",
            at_least=0.8,
            published="1 network, by eye",
        ),
        Gate(
            "restricted_first",
            "part of the networks whose restricted loss halves before held-out loss does",
            at_least=0.8,
            published="yes",
        ),
        Gate(
            "excluded_at_end",
            "excluded loss at the end, in units of ln p, that of a guess",
            at_least=1.0,
            published="above 1",
        ),
        Gate(
            "key_r2",
            "part of the logits' variance in cosines of the key frequencies at the end (R²)",
            at_least=0.85,
            published="0.95",
        ),
    ),
    decoy="random frequencies in place of the key frequencies",
    settings={**SETTINGS, "steps": 2500, "checkpoints": 100},
    quick={"seeds": 2, "steps": 600, "checkpoints": 30},
    measure=measure,
    tell=tell,
    here=f"{HERE} {LONGER}",
    kind="grokking",
)
