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
from distill.train.schedule import RISE, Recipe, Risen, Round, is_late
from distill.train.trainer import Ended, Observe, TrainingState, sizes_of


@dataclass(frozen=True)
class _End:
    """A network at the end of a tail, and how clear its answers are.

    Ends are ranked by the 1% of the inputs that are least clear, as one alone says little.
    """

    parameters: Parameters
    tail_from: int
    clear: float


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
    name: str = ""

    def planned(self) -> tuple[Attempt, ...]:
        """The same training from one seed after another."""
        used = asdict(self.recipe) | {"batch_size": self.recipe.batch_of(len(self.data.inputs))}
        return tuple(
            Attempt(
                place + 1,
                self.name or self.architecture.kind,
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
        data = self.data
        right = _right(model, data.fresh, data.fresh_labels) if len(data.fresh) else None
        trained_right = _right(model, data.inputs, data.labels)
        ended = replace(ended, trained_right=trained_right, right=right)
        if not self.recipe.structured:
            ended = replace(ended, structure=None)  # no score was waited for
        if ended.reached_at is None and ended.stopped is None:
            ended = replace(ended, stopped=_why_none(self.recipe, ended.steps))
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
        now, ends, most = Round(0, recipe.least, recipe.tail), list[_End](), recipe.max_steps
        risen = Risen(recipe.stalled)

        def state() -> TrainingState:
            return TrainingState(
                *(planned, step, most, parameters, loss),
                structure=structure,
                tail_done=now.done(step),
            )

        while step < most:
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
                structure = self._structure(parameters)
                late = step - now.start >= now.least
                if structure >= recipe.structured and loss < recipe.lost and late:
                    now.tail_from = step
                elif ends and step - now.start > recipe.stalled:
                    break  # it was structured once, and has not been since
                elif not ends and (is_late(recipe, step) or risen.stalled(step, structure)):
                    break
            if step == recipe.max_steps and now.tail_from is None and not ends:
                most = recipe.most(structure)
            if now.tail_from is not None and now.over(step):
                least, low = clearness(self._probed(parameters), np.unique(data.labels))
                ends.append(_End(_copied(parameters), now.tail_from, low))
                if least >= recipe.clear or len(ends) > recipe.rounds:
                    break
                now = Round(step, recipe.again, recipe.tail // 4)

        if ends:
            kept = max(ends, key=lambda end: end.clear)
            parameters, now.tail_from = kept.parameters, kept.tail_from
        with contextlib.suppress(Ended):
            observe(state())
        structure = self._structure(parameters)
        reached = replace(
            planned, steps=step, reached_at=now.tail_from, structure=structure, stopped=early
        )
        return reached, _copied(parameters)

    def _structure(self, parameters: Parameters) -> float:
        """The score, where one is waited for."""
        return self.score(self._probed(parameters)) if self.recipe.structured else 0.0

    def _probed(self, parameters: Parameters) -> Float[ndarray, "m outputs"]:
        """Centred logits on the probe."""
        with torch.no_grad():
            logits = self.architecture.logits(parameters, torch.from_numpy(self.probe)).double()
        return (logits - logits.mean(dim=1, keepdim=True)).numpy()


def _why_none(recipe: Recipe, steps: int) -> str:
    """Why a training ended that had no tail, whatever its score and its loss are at the end."""
    if is_late(recipe, steps) and not recipe.structured:
        return f"its loss was not below {recipe.lost:g} by step {steps:,}"
    if is_late(recipe, steps) or steps in (recipe.max_steps, recipe.most(1)):
        return f"its {steps:,} steps were over before it was cooled down"
    return f"its score had not risen by {RISE:g} in {recipe.stalled:,} steps"


def _right(model: Model, tokens: Int[ndarray, "n k"], labels: Int[ndarray, " n"]) -> float:
    """The part of some inputs that a network answers right."""
    return float((model.logits(tokens).argmax(axis=1) == labels).mean())


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
