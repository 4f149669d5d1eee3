"""The training loop: minibatch AdamW until the network is structured, then a cosine tail.

Nanda et al. (arXiv 2301.05217) train on the full batch at a learning rate of 1e-3 for ten
thousand epochs and more. Batches of 512 at ten times the learning rate reach the same circuits in
under a thousand steps. What stops the run names no answer: every few steps the network is run on
unlabelled inputs, and a score says how structured its logits are.

A structured network may still be unsure of some inputs, which is seen without labels too: its
answer hardly leads there. Such a network is warmed up and cooled down again, and the clearest of
all ends is kept.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch.nn.functional import cross_entropy

from distill.networks.architecture import Parameters, TokenArchitecture
from distill.networks.stored import Model
from distill.records.attempts import Attempt
from distill.train.data import Data
from distill.train.trainer import Ended, Observe, TrainingState, sizes_of

STRUCTURED = {"transformer": 0.9, "mlp": 0.85}
"""The score from which the tail begins, by kind of architecture: the rectified sums of a perceptron
keep harmonics that no few directions hold, and its score hardly rises beyond this while the
learning rate is high."""


NEVER = "never became structured"
"""Why a training ended at its last step."""


@dataclass(frozen=True)
class Recipe:
    """Training settings.

    Attributes:
        warmup: steps of linear warm-up.
        check_every: steps between two takings of the structure score.
        structured: the score from which the tail begins.
        tail: steps of cosine decay, to `final_learning_rate` times the learning rate.
        max_steps: where training ends without a structured network.
        least: steps before the first tail may begin.
        lost: the loss from which on nothing is learned yet, so that no tail begins.
        given_up: steps by which the first tail has begun, or training ends; null for `max_steps`.
        clear: the smallest lead of an answer, as a part of the median lead, from which a network
            is finished: trained ones that are right everywhere have 0.25 and more, those that are
            wrong where they need not be less than this.
        again: steps at the full learning rate before another tail, a quarter as long, may begin.
        rounds: how often an unfinished network is trained on.
    """

    learning_rate: float = 1e-2
    weight_decay: float = 1.0
    betas: tuple[float, float] = (0.9, 0.98)
    batch_size: int = 512
    warmup: int = 10
    check_every: int = 50
    structured: float = 0.9
    tail: int = 600
    final_learning_rate: float = 0.05
    max_steps: int = 4000
    least: int = 0
    lost: float = 1.0
    given_up: int | None = None
    clear: float = 0.1
    again: int = 100
    rounds: int = 3

    def batch_of(self, count: int) -> int:
        """Inputs of a step, where there are so many to train on."""
        return min(self.batch_size, count)

    @classmethod
    def for_data(cls, train_count: int, domain_size: int, kind: str = "transformer") -> Recipe:
        """The default settings of a kind of architecture, scaled to how much there is to learn.

        Measured on modular addition: an epoch of more than about ten batches is too noisy for the
        learning rate. The more of the domain is trained on, the less weight decay it takes to keep
        a network from memorising: at 40% a decay of 1 keeps a difference of the inputs, which needs
        their positions, from becoming clean, and half of it does not.
        """
        fraction = train_count / domain_size
        return cls(
            batch_size=min(max(512, train_count // 8), 4096),
            weight_decay=min(1.0, max(0.5, (0.3 / fraction) ** 2)),
            structured=STRUCTURED[kind],
        )


@dataclass(frozen=True)
class _End:
    """A network at the end of a tail, and how clear its answers are.

    Ends are ranked by the 1% of the inputs that are least clear, as one alone says little.
    """

    parameters: Parameters
    tail_from: int
    clear: float


@dataclass
class _Round:
    """A time at the full learning rate, and the tail after it.

    Attributes:
        start: the step at which it began.
        least: steps before its tail may begin.
        tail: steps of its tail.
        tail_from: where that began.
    """

    start: int
    least: int
    tail: int
    tail_from: int | None = None

    def over(self, step: int) -> bool:
        """Whether the tail is."""
        return self.tail_from is not None and step - self.tail_from >= self.tail

    def done(self, step: int) -> float:
        """Part of the tail that is behind."""
        return 0.0 if self.tail_from is None else min((step - self.tail_from) / self.tail, 1.0)

    def learning_rate(self, step: int, recipe: Recipe) -> float:
        """As a part of the recipe's: warm-up, full, and a cosine down."""
        if self.tail_from is None:
            return min((step - self.start + 1) / recipe.warmup, 1.0)
        low = recipe.final_learning_rate
        return low + (1 - low) * 0.5 * (1 + math.cos(math.pi * self.done(step)))


@dataclass(frozen=True)
class DomainTrainer:
    """Trains networks over a finite domain: of one architecture, until one is structured.

    Attributes:
        architecture: what is trained.
        data: tokens [n, k] and outputs; of the fresh ones, those that are held out, nothing but
            how good the network is at the end.
        probe: unlabelled inputs that the structure score is taken on.
        score: maps centred logits [m, outputs] to a number from 0 to 1.
        recipe: the settings.
        seed: of the initialisations and of the batches.
        at_most: trainings; another begins only if the last never became structured.
        first: which of the seeds that follow from `seed` the first of them gets.
        begin: fresh parameters; null for the architecture's own.
        fixed: names of parameters that are not trained.
    """

    architecture: TokenArchitecture
    data: Data
    probe: Int[ndarray, "m k"]
    score: Callable[[ndarray], float]
    recipe: Recipe
    seed: int
    at_most: int = 1
    first: int = 0
    begin: Callable[[torch.Generator], Parameters] | None = None
    fixed: frozenset[str] = frozenset()

    def planned(self) -> tuple[Attempt, ...]:
        """The same training from one seed after another."""
        used = asdict(self.recipe) | {"batch_size": self.recipe.batch_of(len(self.data.inputs))}
        return tuple(
            Attempt(
                place + 1,
                self.architecture.kind,
                sizes_of(self.architecture),
                "cross-entropy",
                "held-out inputs",
                "AdamW",
                used,
                (self.seed, self.first + place),
            )
            for place in range(self.at_most)
        )

    def ruled_out(self, planned: Attempt, tried: Sequence[Attempt]) -> str | None:
        """Nothing is."""
        return None

    def prefers(self, attempt: Attempt, over: Attempt) -> bool:
        """The later one: which is right on more held-out inputs is not for training to see."""
        return True

    def train(self, planned: Attempt, observe: Observe) -> tuple[Attempt, Model]:
        """Train one network; observers are told before every step, and once after the last."""
        assert planned.seed is not None, "what is planned has a seed"
        states = np.random.SeedSequence(list(planned.seed)).generate_state(2)
        weights, batches = (torch.Generator().manual_seed(int(state)) for state in states)
        begin = self.architecture.initialise if self.begin is None else self.begin
        fresh = begin(weights)
        ended, parameters = self._descend(batches, fresh, planned, observe)
        model = Model(self.architecture, parameters)
        data, parts = self.data, [None, None]
        for place, (inputs, labels) in enumerate(
            ((data.inputs, data.labels), (data.fresh, data.fresh_labels))
        ):
            if len(inputs):
                parts[place] = float((model.logits(inputs).argmax(axis=1) == labels).mean())
        ended = replace(ended, trained_right=parts[0], right=parts[1])
        if not self.recipe.structured:
            ended = replace(ended, structure=None)  # no score was waited for
        if ended.reached_at is None and ended.stopped is None:
            early = self.recipe.given_up is not None and ended.steps < self.recipe.max_steps
            why = f"its loss stayed above {self.recipe.lost:g}" if early else NEVER
            ended = replace(ended, stopped=why)
        return ended, model

    def _descend(
        self, generator: torch.Generator, parameters: Parameters, planned: Attempt, observe: Observe
    ) -> tuple[Attempt, Parameters]:
        """Descend from these parameters; the generator is of the batches."""
        architecture, recipe, data = self.architecture, self.recipe, self.data
        trained = [weights for name, weights in parameters.items() if name not in self.fixed]
        leaves = [weights.requires_grad_() for weights in trained]
        optimiser = torch.optim.AdamW(
            leaves,
            lr=recipe.learning_rate,
            weight_decay=recipe.weight_decay,
            betas=recipe.betas,
            fused=True,
        )
        inputs, targets = torch.from_numpy(data.inputs), torch.from_numpy(data.labels)
        size = recipe.batch_of(len(inputs))
        order, cursor = torch.empty(0, dtype=torch.int64), 0
        step, structure, loss = 0, 0.0, None
        early: str | None = None
        now, ends = _Round(0, recipe.least, recipe.tail), list[_End]()

        def state() -> TrainingState:
            return TrainingState(
                *(planned, step, recipe.max_steps, parameters, loss),
                structure=structure,
                tail_done=now.done(step),
            )

        while step < recipe.max_steps:
            try:
                observe(state())
            except Ended as end:  # the network is what it is now
                early = str(end)
                break
            if cursor + size > len(order):  # the last partial batch of an epoch is dropped
                order, cursor = torch.randperm(len(inputs), generator=generator), 0
            batch = order[cursor : cursor + size]
            cursor += size
            for group in optimiser.param_groups:
                group["lr"] = recipe.learning_rate * now.learning_rate(step, recipe)
            logits = architecture.logits(parameters, inputs[batch])
            batch_loss = cross_entropy(logits, targets[batch])
            optimiser.zero_grad(set_to_none=True)
            batch_loss.backward()
            optimiser.step()
            loss = batch_loss.item()
            step += 1
            if now.tail_from is None and step % recipe.check_every == 0:
                structure = self.score(self._probed(parameters))
                late = step - now.start >= now.least
                if structure >= recipe.structured and loss < recipe.lost and late:
                    now.tail_from = step
                elif not ends and recipe.given_up is not None and step >= recipe.given_up:
                    break
            if now.tail_from is not None and now.over(step):
                least, low = clearness(self._probed(parameters), np.unique(data.labels))
                ends.append(_End(_copied(parameters), now.tail_from, low))
                if least >= recipe.clear or len(ends) > recipe.rounds:
                    break
                now = _Round(step, recipe.again, recipe.tail // 4)

        if ends:
            kept = max(ends, key=lambda end: end.clear)
            parameters, now.tail_from = kept.parameters, kept.tail_from
        with contextlib.suppress(Ended):
            observe(state())
        structure = self.score(self._probed(parameters))
        reached = replace(
            planned, steps=step, reached_at=now.tail_from, structure=structure, stopped=early
        )
        return reached, _copied(parameters)

    def _probed(self, parameters: Parameters) -> Float[ndarray, "m outputs"]:
        """Centred logits on the probe."""
        with torch.no_grad():
            logits = self.architecture.logits(parameters, torch.from_numpy(self.probe)).double()
        return (logits - logits.mean(dim=1, keepdim=True)).numpy()


def clearness(
    logits: Float[ndarray, "n outputs"], shown: Int[ndarray, " labels"]
) -> tuple[float, float]:
    """The smallest lead of an answer over the next, and that of the surest of the least sure 1%.

    Both as parts of the median lead; no labels are looked at.
    A network that is wrong on an input mostly hardly prefers its answer there. Where the next is
    an output that no training input had, which training can do nothing for, it does not count.
    """
    order = np.argsort(logits, axis=1)[:, -2:]
    top = np.take_along_axis(logits, order, axis=1)
    leads = top[:, 1] - top[:, 0]
    counted = leads[np.isin(order[:, 0], shown)]
    if not len(counted):
        return 0.0, 0.0
    least, low = np.quantile(counted, [0, 0.01]) / max(np.median(leads), 1e-300)
    return float(least), float(low)


def _copied(parameters: Parameters) -> Parameters:
    return {name: weights.detach().clone() for name, weights in parameters.items()}
