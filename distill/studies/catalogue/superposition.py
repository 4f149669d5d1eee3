"""The general algorithm grows from the start, beneath memorisation."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from distill.drawing.curves import Curve, Mark, curves
from distill.drawing.picture import picture
from distill.studies.gates import Gate, Measured
from distill.studies.grokking import HERE, SETTINGS, measure
from distill.studies.study import Arrays, Asked, Source, Study, Table, Told

SEEN = 0.05
"""Accuracy on held-out inputs before which nobody would see that anything but memorising goes on:
a guess has 0.02."""

ROSE = 1.1


def tell(asked: Asked, parts: Mapping[str, Arrays]) -> Told:
    """The state of every network when its held-out accuracy is still that of a guess."""
    seen = parts["all"]
    steps = seen["step"]
    early = [_before(accuracy >= SEEN) for accuracy in seen["held_accuracy"].T]
    above, rose, rest, trained = [], [], [], []
    for seed, at in enumerate(early):
        signal, keys = seen["signal"][at, seed], seen["is_key"][seed]
        above.append(bool((signal[keys] > np.median(signal)).all()) and bool(keys.any()))
        excluded = seen["excluded_loss"][: at + 1, seed]
        rose.append(excluded[-1] >= ROSE * excluded.min())
        rest.append(seen["rest_accuracy"][at, seed] / seen["train_accuracy"][at, seed])
        trained.append(seen["train_accuracy"][at, seed])
    measured = {
        "keys_above_median": Measured.part(above),
        "excluded_rose": Measured.part(rose),
        "rest_carries": Measured.mean(rest),
        "step": Measured.mean(steps[early]),
        "right_on_trained": Measured.mean(trained),
        "restricted_loss_by_then": Measured.mean(
            seen["restricted_loss"][early, np.arange(len(early))]
        ),
    }
    keys = np.flatnonzero(seen["is_key"][0])
    others = np.flatnonzero(~seen["is_key"][0])
    mark = Mark(float(steps[early[0]]), "not seen until here")
    signals = picture(
        "signals",
        "The frequencies of the end, from the start",
        "The signal of every frequency in the embedding of the first network: in colour those that "
        f"it has at the end. Left of the line its held-out accuracy is below {SEEN:.0%}.",
        f"By step {steps[early[0]]} the key frequencies have a mean signal of "
        f"{seen['signal'][early[0], 0, keys].mean():.2f}, the others "
        f"{seen['signal'][early[0], 0, others].mean():.2f}.",
        curves(
            [Curve(steps, seen["signal"][:, 0, k], series=None) for k in others]
            + [
                Curve(steps, seen["signal"][:, 0, k], str(k + 1), place)
                for place, k in enumerate(keys)
            ],
            "step",
            "signal",
            marks=[mark],
            columns=6,
        ),
    )
    accuracy = picture(
        "accuracies",
        "What each part of the logits gets right",
        "Accuracy of the first network on trained and on held-out inputs, and of the logits "
        "without their key frequencies on trained inputs.",
        f"By step {steps[early[0]]} the rest alone has {rest[0]:.0%} of the accuracy.",
        curves(
            [
                Curve(steps, seen[name][:, 0], said, series)
                for series, (name, said) in enumerate(
                    (
                        ("train_accuracy", "trained"),
                        ("held_accuracy", "held out"),
                        ("rest_accuracy", "trained, without keys"),
                    )
                )
            ],
            "step",
            "accuracy",
            marks=[mark],
        ),
    )
    columns = {f"k{k + 1}": seen["signal"][:, 0, k] for k in range(seen["signal"].shape[2])}
    return Told(measured, (signals, accuracy), (Table.of("signals", step=steps, **columns),))


def _before(true: np.ndarray) -> int:
    """The last place before something is first true; where it never is, the last of all."""
    return max(int(true.argmax()) - 1, 0) if true.any() else len(true) - 1


SUPERPOSITION = Study(
    name="superposition",
    claim="The general algorithm grows from the start of training, in superposition with "
    "memorisation, long before held-out accuracy shows it.",
    source=Source("Visible loss landscape basins (working notes); arXiv 2301.05217"),
    gates=(
        Gate(
            "keys_above_median",
            "part of the networks whose final keys are all above the median signal before "
            "held-out accuracy is 5%",
            at_least=0.8,
        ),
        Gate(
            "excluded_rose",
            "part of the networks whose excluded loss has risen from its lowest by then",
            at_least=0.8,
        ),
        Gate(
            "rest_carries",
            "accuracy on trained inputs by then without the keys, as a part of that with them",
            at_least=0.9,
        ),
    ),
    decoy="random frequencies in place of the key frequencies",
    settings=SETTINGS,
    quick={"seeds": 2, "steps": 600, "checkpoints": 30},
    measure=measure,
    tell=tell,
    here=HERE,
    kind="grokking",
)
