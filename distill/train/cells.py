"""Kinds of recurrent networks, from the simplest on, in the order in which they are tried.

    linear         reads integers, h' = A h + B x + b, and its answer is y = C h' + d, rounded
    second-order   reads symbols, h' = tanh(W[x] h + b[x]), and chooses among the answers
    linear sum     reads symbols, h' = A h + B[x] + b, and its answer is y = C h' + d, rounded
    relu sum       as the linear sum, with a ReLU around the hidden state
    linear choice  as the linear sum, and chooses among the answers
    relu           as the linear kind, with a ReLU around the hidden state

Of each kind the narrowest of a few widths that learns the task is taken; the next kind is for
tasks that none of this one learns, or whose networks cannot be read. Where there are more
than a few symbols, a map of its own for each is no simple kind any more, and relu comes second.
Where the answers are numbers that grow along the sequence, or are very many, they are sums of
something rather than states to choose from, and the sums come first.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.checker.draws import numbers
from distill.domains.sequences import Channels
from distill.networks.architecture import StepArchitecture
from distill.networks.stored import Model
from distill.records.attempts import CellAttempt
from distill.train.integer_loop import IntegerData, IntegerRecipe
from distill.train.integers import IntegerCell, TrainedIntegers, train_integers
from distill.train.ladder import train_in_order
from distill.train.sequences import SequenceRecipe, label_numbers

CELLS = ("linear", "second-order", "linear sum", "relu sum", "linear choice", "relu")
CELLS_OF_NUMBERS = ("linear", "linear sum", "relu sum", "relu", "second-order", "linear choice")
CELLS_OF_MANY_SYMBOLS = ("linear", "relu", "second-order", "linear choice")

FEW_SYMBOLS = 64
"""Symbols up to which a map of its own for each of them is among the simplest kinds."""

MANY_ANSWERS = 40
"""Different answers beyond which they are taken for numbers and not for states."""

MAX_ANSWERS = 256
"""Values that a network which chooses among its outputs tells apart."""

MAX_SYMBOLS = 512
"""Symbols that a network with a map of its own for each of them is trained on."""

RELU_WIDTHS = (2, 4, 6, 8, 12)
RELU_SUM_WIDTHS = (1, 2, 4, 6)

Observe = Callable[[int, int, int, float, float], None]
"""Called with units, step, most steps, the best part right so far, and the smallest loss."""


@dataclass(frozen=True)
class CellData:
    """What a task is trained on: values of its channels, and the answers at every step."""

    channels: Channels
    sequences: Int[ndarray, "n length channels"]
    labels: Int[ndarray, "n length outputs"]
    fresh: Int[ndarray, "m length channels"]
    fresh_labels: Int[ndarray, "m length outputs"]

    @property
    def answers(self) -> tuple[int, ...]:
        """The values that occur as answers."""
        both = (np.unique(self.labels), np.unique(self.fresh_labels))
        return tuple(int(value) for value in np.unique(np.concatenate(both)))


@dataclass(frozen=True)
class TrainedCell:
    """The narrowest network of a kind that learned the task, or the best of all widths.

    Attributes:
        model: null where every width was ruled out.
        right: part of the fresh sequences on which it answers every step right.
    """

    model: Model[StepArchitecture] | None
    right: float
    attempts: tuple[CellAttempt, ...]


def cells_for(data: CellData) -> tuple[str, ...]:
    """The kinds in the order in which they are tried."""
    if data.channels.size > FEW_SYMBOLS:
        return CELLS_OF_MANY_SYMBOLS
    return CELLS_OF_NUMBERS if _are_numbers(data) else CELLS


def _are_numbers(data: CellData) -> bool:
    """Whether answers are very many, or still spread further in the last third of the steps."""
    low, high = (
        bound.accumulate(bound.reduce(data.labels, axis=0), axis=0)
        for bound in (np.minimum, np.maximum)
    )
    spread = high - low
    before_last = 2 * len(spread) // 3
    growing = (spread[-1] > spread[max(0, before_last - 1)]).any()
    return bool(growing) or len(data.answers) > MANY_ANSWERS


def does_not_fit(cell: str, data: CellData) -> str | None:
    """Why a kind of network cannot be trained on these sequences, or null if it can."""
    if cell in {"linear", "relu", "linear sum", "relu sum"}:
        return None
    channels = data.channels
    if channels.outputs > 1:
        return f"every answer has {channels.outputs} numbers, and a {cell} network chooses one"
    answers = len(data.answers)
    if channels.size > MAX_SYMBOLS or answers > MAX_ANSWERS:
        return (
            f"{channels.size:,} symbols and at least {answers:,} different answers: beyond "
            f"{MAX_SYMBOLS} and {MAX_ANSWERS} no {cell} network is trained"
        )
    return None


def train_cell(
    cell: str, data: CellData, seed: int, recipe: SequenceRecipe, observe: Observe
) -> TrainedCell:
    """Train networks of one kind, width by width.

    Args:
        cell: one of `CELLS` that fits the data.
        data: what is trained on.
        seed: of initialisations, batches and noise.
        recipe: of second-order networks.
        observe: is told how far it is.
    """
    if cell == "second-order":
        return _second_order(data, seed, recipe, observe)
    count = data.channels.size
    kind = {
        "linear": IntegerCell(),
        "linear choice": IntegerCell(readout="choice", n_symbols=count),
        "linear sum": IntegerCell(n_symbols=count),
        "relu sum": IntegerCell("relu", n_symbols=count, widths=RELU_SUM_WIDTHS),
        "relu": IntegerCell("relu", widths=RELU_WIDTHS),
    }[cell]
    sequences, fresh = data.sequences, data.fresh
    if kind.n_symbols:
        sequences, fresh = (
            numbers(part, data.channels.inputs)[..., None] for part in (sequences, fresh)
        )
    given = IntegerData(sequences, data.labels, fresh, data.fresh_labels)
    trained = train_integers(
        kind,
        given,
        seed,
        None,
        lambda _, d, step, most, right, loss: observe(d, step, most, right, loss),
    )
    return TrainedCell(trained.model, trained.right, _attempts(cell, trained))


CHOOSES = {"second-order", "linear choice"}
"""Kinds whose answer is the one of the values that occur which has the largest logit."""

OF_A_VALUE = (
    *("members", "batch_size", "learning_rate", "betas", "warmup", "steps", "finalists"),
    *("polish_steps", "polished_on", "enough", "sharpenings", "glance"),
)
OF_A_CHOICE = (
    *("members", "batch_size", "learning_rate", "betas", "warmup", "choice_steps"),
    *("check_every", "glance"),
)
"""Settings of an `IntegerRecipe` that the training of a network uses, by what it answers."""


def objective_of(cell: str) -> str:
    """What a kind of network is trained on."""
    return "cross-entropy" if cell in CHOOSES else "squared error"


def recipe_of(cell: str, data: CellData, recipe: SequenceRecipe) -> dict[str, Any]:
    """What a network of a kind is trained with: all that was used, and nothing else."""
    sizes = {"sequences": len(data.sequences), "length": data.sequences.shape[1]}
    said = {"cell": cell, "objective": objective_of(cell), "optimiser": "Adam"}
    if cell == "second-order":
        used = asdict(recipe)
        used["batch_size"] = recipe.batch_of(sizes["length"], len(data.answers))
        return said | sizes | used
    if cell not in CHOOSES:
        said["optimiser"] = "Adam, then L-BFGS and Gauss-Newton steps"
    settings = asdict(IntegerRecipe())
    names = OF_A_CHOICE if cell in CHOOSES else OF_A_VALUE
    return said | sizes | {name: settings[name] for name in names}


def shown_part(right: float) -> str:
    """A part in percent, rounded down: 100.0% only where all are right."""
    return f"{math.floor(right * 1000) / 10:.1f}%"


def _attempts(cell: str, trained: TrainedIntegers) -> tuple[CellAttempt, ...]:
    return tuple(
        CellAttempt(
            cell,
            attempt.d_hidden,
            attempt.steps,
            attempt.right,
            attempt.steps if attempt.right == 1 else None,
            ruled_out=attempt.ruled_out,
            seed=attempt.seed,
        )
        for attempt in trained.attempts
    )


def _second_order(
    data: CellData, seed: int, recipe: SequenceRecipe, observe: Observe
) -> TrainedCell:
    count = len(data.labels)
    labels, answers = label_numbers(np.concatenate([data.labels, data.fresh_labels])[..., 0])
    made = train_in_order(
        data.channels.size,
        len(answers),
        numbers(data.sequences, data.channels.inputs),
        labels[:count],
        numbers(data.fresh, data.channels.inputs),
        labels[count:],
        seed,
        recipe,
        observe=lambda _, d, step, most, right, loss: observe(d, step, most, right, loss),
    )
    attempts = tuple(
        CellAttempt(
            "second-order",
            attempt.d_hidden,
            attempt.steps,
            attempt.right,
            attempt.learned_at,
            attempt.noise,
            attempt.radius,
            seed=attempt.seed,
        )
        for attempt in made.attempts
    )
    model = Model(made.architecture, made.trained.parameters, answers)
    return TrainedCell(model, made.trained.right, attempts)
