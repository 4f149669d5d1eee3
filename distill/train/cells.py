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
A second-order network that learns slowly waits until the others were tried (`ASKED`).
Where the answers are numbers that grow along the sequence, or are very many, they are sums of
something rather than states to choose from, and the sums come first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from distill.checker.scope import many
from distill.domains.sequences import Channels
from distill.errors import DistillError
from distill.networks.architecture import StepArchitecture
from distill.networks.choice import layers_for
from distill.networks.stored import Model
from distill.train.data import Data
from distill.train.integers import IntegerCell, IntegerTrainer
from distill.train.layers import LayersTrainer
from distill.train.learning import SecondOrderRecipe
from distill.train.second_order import SecondOrderTrainer
from distill.train.trainer import Trainer

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

READINGS = 2
"""Trainings of one kind at most: another where program and network of the first part."""

APART = 1_000_003
"""Between the seeds of two trainings of one kind: further than the seeds that people try."""

ASKED = ((100, 0.5), (200, 0.95), (500, 1.0))
"""Steps, and the part of fresh sequences that a second-order ensemble has right by then, or it is
set aside until the other kinds were tried. Machines are learned soon: of the 22 tasks of the
gallery that it is trained on, 20 have 96% right after 100 steps. What is slower is mostly learned
by a wider network, or by another kind."""

CellTrainer = Trainer[Model[StepArchitecture]]


@dataclass(frozen=True)
class PlannedCell:
    """A kind of network that is to be tried.

    Attributes:
        trainers: of this kind, from one seed after another; none where it does not fit.
        unfit: why it does not fit the sequences, or null.
    """

    cell: str
    trainers: tuple[CellTrainer, ...]
    unfit: str | None = None


def plan_of_cells(
    channels: Channels, data: Data, seed: int, arch: str | None = None
) -> tuple[PlannedCell, ...]:
    """The kinds of networks in the order in which they are tried, and how each is trained.

    Args:
        channels: what is read.
        data: sequences of their values, and the answers that are due.
        seed: of initialisations, batches and noise.
        arch: layers that are trained instead, as `--arch` takes them.

    Raises:
        DistillError: a sequence holds a value that no channel has, or there are no such layers.
    """
    for name, inputs in (("inputs", data.inputs), ("fresh inputs", data.fresh)):
        if not channels.hold(inputs):
            raise DistillError(
                f"{name} hold numbers from {inputs.min()} to {inputs.max()}: expected {channels}"
            )
    if arch is not None:
        shape, numbered = layers_for(arch, channels), data.by_symbol(channels.inputs)
        seeds = [seed + APART * n for n in range(READINGS)]
        return (PlannedCell(arch, tuple(LayersTrainer(shape, numbered, each) for each in seeds)),)
    plan = []
    for cell in cells_for(channels, data):
        unfit = does_not_fit(cell, channels, data)
        count = 0 if unfit else READINGS
        trainers = (trainer_of(cell, channels, data, seed + APART * n) for n in range(count))
        plan.append(PlannedCell(cell, tuple(trainers), unfit))
    return tuple(plan)


def trainer_of(cell: str, channels: Channels, data: Data, seed: int) -> CellTrainer:
    """How networks of one kind, one of `CELLS`, are trained."""
    count = channels.size
    if cell == "second-order":
        numbered, recipe = data.by_symbol(channels.inputs), SecondOrderRecipe(asked=ASKED)
        return SecondOrderTrainer(count, numbered, seed, recipe)
    kind = {
        "linear": IntegerCell(),
        "linear choice": IntegerCell(readout="choice", n_symbols=count),
        "linear sum": IntegerCell(n_symbols=count),
        "relu sum": IntegerCell("relu", n_symbols=count, widths=RELU_SUM_WIDTHS),
        "relu": IntegerCell("relu", widths=RELU_WIDTHS),
    }[cell]
    return IntegerTrainer(kind, data.by_symbol(channels.inputs) if kind.n_symbols else data, seed)


def cells_for(channels: Channels, data: Data) -> tuple[str, ...]:
    """The kinds in the order in which they are tried."""
    if channels.size > FEW_SYMBOLS:
        return CELLS_OF_MANY_SYMBOLS
    return CELLS_OF_NUMBERS if _are_numbers(data) else CELLS


def _are_numbers(data: Data) -> bool:
    """Whether answers are very many, or still spread further in the last third of the steps."""
    low, high = (
        bound.accumulate(bound.reduce(data.labels, axis=0), axis=0)
        for bound in (np.minimum, np.maximum)
    )
    spread = high - low
    before_last = 2 * len(spread) // 3
    growing = (spread[-1] > spread[max(0, before_last - 1)]).any()
    return bool(growing) or len(data.answers) > MANY_ANSWERS


def does_not_fit(cell: str, channels: Channels, data: Data) -> str | None:
    """Why a kind of network cannot be trained on these sequences, or null if it can."""
    if cell in {"linear", "relu", "linear sum", "relu sum"}:
        return None
    if channels.outputs > 1:
        return (
            f"every answer has {many(channels.outputs, 'number')}, and a {cell} network chooses one"
        )
    answers = len(data.answers)
    if channels.size > MAX_SYMBOLS or answers > MAX_ANSWERS:
        return (
            f"{many(channels.size, 'symbol')} and at least {answers:,} different answers: beyond "
            f"{MAX_SYMBOLS} and {MAX_ANSWERS} no {cell} network is trained"
        )
    return None
