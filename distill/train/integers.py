"""Training of recurrent networks that read integers: the narrowest that learns a task.

Widths are tried in order, each as a batched ensemble of seeds (`distill.train.integer_loop`), until
a network is right on every fresh sequence. Of linear networks, those that cannot be right are
passed over (`distill.train.linear_limits`). Nothing here is told which function it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property

import numpy as np
import torch

from distill.checker.scope import many
from distill.networks.integer_recurrent import Activation, IntegerRecurrent, Readout
from distill.networks.stored import Model
from distill.records.attempts import Attempt
from distill.train.data import Data
from distill.train.integer_loop import Width, train_choice, train_value
from distill.train.integer_recipes import ChoiceRecipe, ValueRecipe
from distill.train.linear_limits import LinearLimit, linear_limit
from distill.train.trainer import Observe, TrainingState, sizes_of

ALIKE, NEARER, CLOSE = 2, 0.05, 0.5
"""Wider networks are not tried where so many widths in a row lowered the least loss by less than
this part, and none was right on this part of the fresh sequences. Of a hash of the inputs every
width has a loss of 2.27; tasks that a kind learns come a third nearer from width to width."""

AT_THE_FLOOR = 0.1
"""Part by which a loss may be above the least one and count as that: they are of other samples."""


@dataclass(frozen=True)
class IntegerCell:
    """What is trained: all of an `IntegerRecurrent` but its sizes, and the widths in order.

    Attributes:
        n_symbols: of a network that reads one-hot vectors; 0 for one that reads integers.
    """

    activation: Activation = "linear"
    readout: Readout = "value"
    n_symbols: int = 0
    widths: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7, 8, 10)

    @property
    def name(self) -> str:
        """In words: the activation, and what is done with the hidden state."""
        if self.readout == "choice":
            return f"{self.activation} choice"
        return f"{self.activation} sum" if self.n_symbols else self.activation


@dataclass(frozen=True)
class IntegerTrainer:
    """Trains ensembles of networks of one kind, from the narrowest on.

    Attributes:
        cell: the kind.
        data: sequences of integers, or of the numbers of symbols [n, length, 1].
        seed: of initialisations and batches.
        for_value, for_choice: the settings, by what the network answers with.
    """

    cell: IntegerCell
    data: Data
    seed: int
    for_value: ValueRecipe = field(default_factory=ValueRecipe)
    for_choice: ChoiceRecipe = field(default_factory=ChoiceRecipe)

    @property
    def _chooses(self) -> bool:
        return self.cell.readout == "choice"

    @property
    def _recipe(self) -> ValueRecipe | ChoiceRecipe:
        return self.for_choice if self._chooses else self.for_value

    @cached_property
    def _answers(self) -> tuple[int, ...]:
        """What a choice chooses among: answers that are trained on."""
        return tuple(int(value) for value in np.unique(self.data.labels)) if self._chooses else ()

    @cached_property
    def _limit(self) -> LinearLimit:
        """What no network of this kind does better than."""
        cell, inputs = self.cell, self.data.inputs
        if cell.activation != "linear" or self._chooses:
            return LinearLimit(0, 0.0)
        if cell.n_symbols:  # of one-hot vectors, all but one number: the rest adds up with it to 1
            inputs = (inputs == np.arange(1, cell.n_symbols)).astype(np.int64)
        return linear_limit(inputs, self.data.labels)

    def _architecture(self, width: int) -> IntegerRecurrent:
        return IntegerRecurrent(
            n_channels=self.data.inputs.shape[2],
            d_hidden=width,
            n_outputs=len(self._answers) or self.data.labels.shape[2],
            activation=self.cell.activation,
            readout=self.cell.readout,
            one_hot=self.cell.n_symbols > 0,
            n_symbols=self.cell.n_symbols,
        )

    def planned(self) -> tuple[Attempt, ...]:
        """A training for every width."""
        count, length = self.data.inputs.shape[:2]
        return tuple(
            Attempt(
                place,
                self.cell.name,
                sizes_of(self._architecture(width)),
                "cross-entropy" if self._chooses else "squared error",
                "fresh sequences",
                "Adam" if self._chooses else "Adam, then L-BFGS and Gauss-Newton steps",
                {"sequences": count, "length": length} | asdict(self._recipe),
                (self.seed * len(self.cell.widths) + place,),
            )
            for place, width in enumerate(self.cell.widths, 1)
        )

    def ruled_out(self, planned: Attempt, tried: Sequence[Attempt]) -> str | None:
        """Why no linear network of a width can be right, or none nearer than a narrower one."""
        least = self._limit.least_width
        if least is None:
            return "no linear network answers the sequences that are trained on"
        if planned.d_hidden < least:
            return (
                f"no linear network of less than {many(least, 'unit')} answers the training "
                "sequences"
            )
        reached = min((a.loss for a in tried if a.loss is not None), default=math.inf)
        if self._limit.floor and reached < self._limit.floor * (1 + AT_THE_FLOOR):
            return "a narrower network is as near to the answers as linear ones can be"
        return _no_nearer(tried)

    def prefers(self, attempt: Attempt, over: Attempt) -> bool:
        """The one that is right on more of the fresh sequences."""
        return (attempt.right or 0.0) > (over.right or 0.0)

    def train(
        self, planned: Attempt, observe: Observe
    ) -> tuple[Attempt, Model[IntegerRecurrent] | None]:
        """Train an ensemble of one width; observers are told once, at its end."""
        assert planned.seed is not None, "what is planned has a seed"
        architecture = self._architecture(planned.d_hidden)
        generator = torch.Generator().manual_seed(planned.seed[0])
        if self._chooses:
            best = train_choice(architecture, self.data, self._answers, self.for_choice, generator)
        else:
            best = train_value(architecture, self.data, self.for_value, generator)
        together = {name: weights[None] for name, weights in best.parameters.items()}
        observe(
            TrainingState(planned, best.steps, self._recipe.steps, together, best.loss, best.right)
        )
        loss = best.loss if math.isfinite(best.loss) else None
        ended = replace(planned, steps=best.steps, right=best.right, loss=loss)
        if best.right == 1:
            return replace(ended, reached_at=best.steps), self._model(architecture, best.parameters)
        if not all(bool(torch.isfinite(weights).all()) for weights in best.parameters.values()):
            return replace(ended, stopped="the weights overflowed"), None
        return replace(ended, stopped=self._why_not(best)), self._model(
            architecture, best.parameters
        )

    def _why_not(self, best: Width) -> str:
        """Why no network of a width is right."""
        if not self._chooses:
            return "no polished member is right"
        if best.steps < self.for_choice.steps:
            return (
                f"no member was right on {self.for_choice.nearly:.0%} of the fresh sequences after "
                f"{many(best.steps, 'step')}"
            )
        return "no member was right at the last look"

    def _model(
        self, architecture: IntegerRecurrent, parameters: dict[str, torch.Tensor]
    ) -> Model[IntegerRecurrent]:
        return Model(architecture, parameters, self._answers)


def _no_nearer(tried: Sequence[Attempt]) -> str | None:
    """Why further widths are not worth it where two in a row came no nearer to the answers."""
    losses = [a.loss for a in tried if a.loss is not None and a.ruled_out is None]
    if len(losses) <= ALIKE or max((a.right or 0.0 for a in tried), default=0.0) >= CLOSE:
        return None
    before, last = min(losses[:-ALIKE]), min(losses[-ALIKE:])
    if last < before * (1 - NEARER):
        return None
    return f"the last {ALIKE} widths came no nearer to the answers than a narrower network"
