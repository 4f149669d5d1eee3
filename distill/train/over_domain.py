"""Training over a finite domain: one network, trained again where it never became structured."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from distill.checker.scope import many
from distill.domains.finite import Domain
from distill.networks.architecture import TokenArchitecture
from distill.networks.choice import describe
from distill.networks.stored import Model
from distill.networks.trace import FIT_SEED, View, fitted_half, trace, traced_indices
from distill.records.attempts import Attempt, keep
from distill.records.curve import TrainingCurve
from distill.records.refusal import Refusal
from distill.tasks.finite import Task
from distill.train.curve import CurveRecorder, ExplainedBy
from distill.train.data import Data
from distill.train.loop import DomainTrainer, Recipe
from distill.train.trainer import Trained, TrainingState, train_in_order
from distill.train.watched import Training, Watch

PROBE = 4096
"""Unlabelled inputs that the structure score is taken on while training."""

LEARNED = 0.99
"""Held-out accuracy below which a task counts as not learned."""

Score = Callable[[Float[ndarray, "n outputs"], Int[ndarray, "n k"]], float]
"""How structured logits at some inputs are."""


class DomainTraining(Training):
    """The training of a network for a task over a finite domain.

    Args:
        task: the task.
        seed: of the training inputs, the initialisation and the batches.
        architecture: of the network.
        recipe: training settings; null for those of `Recipe.for_data`.
        at_most: trainings; another begins only if the last never became structured.
        structured: how structured logits are: what stops the training, and names no answer.
    """

    def __init__(
        self,
        task: Task,
        seed: int,
        architecture: TokenArchitecture,
        recipe: Recipe | None,
        at_most: int,
        structured: Score,
    ) -> None:
        self.task, self.seed, self.shape = task, seed, architecture
        kind = architecture.kind
        self.used = recipe or Recipe.for_data(task.train_count, task.domain.size, kind)
        self.at_most, self.structured = at_most, structured
        self._mask = task.train_mask(seed)
        self._trained: Trained[Model[TokenArchitecture]] | None = None
        self._recorders = dict[int, CurveRecorder]()

    @property
    def train_mask(self) -> Bool[ndarray, " domain"]:
        """The inputs that are trained on."""
        return self._mask

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """All trainings, the last of which made the network."""
        if self._trained is None or self._trained.attempt is None:
            return ()
        return keep(self._trained.attempts, self._trained.attempt.number)

    @property
    def arch(self) -> str:
        """What `--arch` takes for such a network."""
        return describe(self.shape)

    @property
    def drawn(self) -> list[str]:
        """What is trained on."""
        task, count = self.task, int(self._mask.sum())
        return [f"{task.name}: {task.domain}, {count:,} to train on", *self._never_shown()]

    @property
    def remarks(self) -> tuple[str, ...]:
        """On how the network was trained, for the report of a refusal."""
        return (*self._not_learned(), *self._never_shown())

    @property
    def ended(self) -> str | None:
        """Why whoever watches ended it; null where nobody did."""
        return None if self._trained is None else self._trained.ended

    def next_network(self, verdict: str | None, watch: Watch) -> View | None:
        """The network, once; null after it, whatever came of it."""
        if self._trained is not None:
            return None
        with watch.stage("train") as lines:
            self._trained = trained = self._train(watch)
            model, last = trained.network, trained.attempt
            assert model is not None, "over a finite domain nothing is ruled out"
            assert last is not None, "a network is of an attempt"
            end = "structured" if trained.learned else "never became structured"
            end = end if trained.ended is None else f"ended early ({trained.ended})"
            lines.append(f"{many(last.steps, 'step')}, {end} (score {last.structure:.2f})")
        with watch.stage("trace") as lines:
            traced = trace(model, self.task.domain)
            lines.append(traced.summary)
        return traced

    def take(self) -> None:
        """There is one network, and it is taken."""

    def unlearned(self) -> Refusal:
        """Why there is no network: there always is one."""
        raise AssertionError("a network over a finite domain is always trained")

    def curve(self, explained_by: ExplainedBy | None) -> TrainingCurve:
        """How the network learned, in terms of the mechanism where there is one."""
        assert self._trained is not None, "a curve is of what was trained"
        assert self._trained.attempt is not None, "a network is of an attempt"
        return self._recorders[self._trained.attempt.number].curve(explained_by)

    def _train(self, watch: Watch) -> Trained[Model[TokenArchitecture]]:
        domain, labels = self.task.domain, self.task.labels
        tokens = domain.tokens(np.flatnonzero(self._mask))
        heldout = _heldout(domain, self._mask)
        data = Data(tokens, labels(tokens), heldout, labels(heldout))
        probe = domain.tokens(_probe(domain))
        trainer = DomainTrainer(
            *(self.shape, data, probe, lambda logits: self.structured(logits, probe)),
            *(self.used, self.seed, self.at_most),
        )

        def observe(state: TrainingState) -> None:
            number = state.attempt.number
            if number not in self._recorders:
                recorder = CurveRecorder(self.task, self.shape, self._mask, self.seed)
                self._recorders[number] = recorder
            losses = self._recorders[number](state)
            if losses is not None:
                watch.training(state.done, _progress(state, losses))

        return train_in_order(trainer, observe)

    def _not_learned(self) -> tuple[str, ...]:
        """That no attempt learned the task, if so: a refusal alone would leave that open."""
        best = max(attempt.right or 0.0 for attempt in self.attempts)
        if best >= LEARNED:
            return ()
        count = len(self.attempts)
        tried = many(count, "attempt") if count > 1 else "one attempt"
        return (
            f"the network did not learn the task: at best {best:.1%} of the held-out inputs are "
            f"right, in {tried}",
        )

    def _never_shown(self) -> tuple[str, ...]:
        """That no training input has some answer, if so: nothing tells a network when to give it.

        Only answers that are trained on are counted, and the reference is not asked for others.
        """
        domain = self.task.domain
        shown = np.unique(self.task.labels(domain.tokens(np.flatnonzero(self._mask))))
        missing = len(domain.outputs) - len(shown)
        if not missing:
            return ()
        outputs = "output never occurs" if missing == 1 else "outputs never occur"
        return (f"{missing:,} {outputs} among the answers that were trained on",)


def _progress(state: TrainingState, losses: tuple[float, float]) -> str:
    return (
        f"step {state.step:,}  loss: train {losses[0]:.3g}, held-out {losses[1]:.3g}  "
        f"structure {state.structure:.2f}"
    )


def _heldout(domain: Domain, train_mask: Bool[ndarray, " n"]) -> Int[ndarray, "m k"]:
    """The traced inputs that are not trained on, or the first held-out input if there are none."""
    indices = traced_indices(domain)
    held = indices[~train_mask[indices]]
    return domain.tokens(held if len(held) else np.flatnonzero(~train_mask)[:1])


def _probe(domain: Domain) -> ndarray:
    """Inputs of the fitted half: those that are scored later never steer training."""
    indices = traced_indices(domain)
    fitted = indices[fitted_half(len(indices))]
    rng = np.random.default_rng(FIT_SEED)
    return np.sort(rng.permutation(fitted)[:PROBE])
