"""Training over a finite domain: kinds of networks in order, until one is understood."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from distill.checker.scope import many
from distill.checker.verdict import CLAIMS
from distill.domains.finite import Domain
from distill.networks.architecture import Parameters, TokenArchitecture
from distill.networks.stored import Model
from distill.networks.trace import FIT_SEED, View, fitted_half, trace, traced_indices
from distill.records.attempts import Attempt, keep, shown_part
from distill.records.curve import TrainingCurve
from distill.records.refusal import Refusal
from distill.tasks.finite import Task
from distill.train.curve import CurveRecorder, ExplainedBy
from distill.train.data import Data
from distill.train.designs import Design
from distill.train.domain_words import end_of, progress_of
from distill.train.loop import DomainTrainer
from distill.train.trainer import Trained, TrainingState, train_in_order
from distill.train.watched import Training, Watch

PROBE = 4096
"""Unlabelled inputs that the structure score is taken on while training."""

LEARNED = 0.99
"""Part of the inputs below which a task counts as not learned: of those that are trained on, for
what is read, and of those that are held out, for what is said of a refusal at the end."""

MUCH = 0.9
"""Part of the inputs from which on it is no help to train on more."""

WORK = 4e8
"""Steps times parameters, in all trainings so far, from which on one more design is begun after a
network that is right on its training inputs and has no program, and then none: 3,000 steps of a
transformer. Work and not a clock, so that a seed gives the same run on every machine."""

SEEDS = 100
"""Seeds from which the trainings of two rounds begin lie this far apart."""

Score = Callable[[Float[ndarray, "n outputs"], Int[ndarray, "n k"]], float]
"""How structured logits at some inputs are."""


@dataclass(frozen=True)
class _Made:
    """A network, how it was trained, and what came of it."""

    design: Design
    model: Model[TokenArchitecture]
    attempt: Attempt

    @property
    def right(self) -> float:
        """The part of its training inputs that it answers right."""
        return self.attempt.trained_right or 0.0


class DomainTraining(Training):
    """The training of networks for a task over a finite domain: one design after another.

    A network that does not get its own training inputs right is not read, as long as there are
    others to train; where none does, the one that comes nearest is.

    Args:
        task: the task.
        seed: of the training inputs, the initialisation and the batches.
        designs: what is trained, in order.
        structured: how structured logits are: what stops a training, and names no answer.
        rounds: how often the designs are gone through, each time from other seeds; where it is
            more than once, whoever watches ends it, and there is no bound on the work.
        watched: whether parameters are kept along the way.
    """

    def __init__(
        self,
        task: Task,
        seed: int,
        designs: Sequence[Design],
        structured: Score,
        rounds: int = 1,
        watched: bool = False,
    ) -> None:
        self._watched = watched
        self.task, self.seed, self.structured = task, seed, structured
        self._designs = [each.later(SEEDS * turn) for turn in range(rounds) for each in designs]
        self._bounded, self._work, self._last_one = rounds == 1, 0.0, False
        self._mask = task.train_mask(seed)
        self._tried = list[Attempt]()
        self._ended: str | None = None
        self._last: _Made | None = None
        self._taken: _Made | None = None
        self._unread: _Made | None = None
        self._again: list[Design] | None = None
        self._near = False
        self._answers = list[tuple[str, Int[ndarray, " traced"]]]()
        self._alike = False
        self._recorders = dict[int, CurveRecorder]()

    @property
    def train_mask(self) -> Bool[ndarray, " domain"]:
        """The inputs that are trained on."""
        return self._mask

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """All trainings, and which made the network."""
        return keep(self._tried, self._taken.attempt.number if self._taken else 0)

    @property
    def arch(self) -> str | None:
        """What `--arch` takes for such a network."""
        return None if self._taken is None else self._taken.design.name

    @property
    def drawn(self) -> list[str]:
        """What is trained on."""
        task, count = self.task, int(self._mask.sum())
        return [f"{task.name}: {task.domain}, {count:,} to train on", *self._never_shown()]

    @property
    def remarks(self) -> tuple[str, ...]:
        """On how the network was trained, for the report of a refusal."""
        return (*self._not_learned(), *self._which(), *self._left_out(), *self._never_shown())

    @property
    def ended(self) -> str | None:
        """Why whoever watches ended it; null where nobody did."""
        return self._ended

    def next_network(self, verdict: str | None, watch: Watch) -> View | None:
        """The next network that is right on its training inputs; at last the nearest to that."""
        self._try_again(verdict)
        while self._designs and self._ended is None and not self._worked_enough(verdict):
            made = self._train(self._designs.pop(0), watch)
            if made is None:
                break
            if made.right >= LEARNED or self._ended is not None:
                return self._read(made, watch)
            if self._unread is None or made.right > self._unread.right:
                self._unread = made
        if self._unread is not None and self._last is None:
            return self._read(self._unread, watch)
        return None

    def take(self) -> None:
        """The network that was read last is that of the run."""
        self._taken = self._last

    def unlearned(self) -> Refusal:
        """Why there is no network: there always is one."""
        raise AssertionError("a network over a finite domain is always trained")

    def curve(self, explained_by: ExplainedBy | None) -> TrainingCurve:
        """How the network learned, in terms of the mechanism where there is one."""
        assert self._taken is not None, "a curve is of what was trained"
        return self._recorders[self._taken.attempt.number].curve(explained_by)

    @property
    def checkpoints(self) -> dict[int, Parameters]:
        """Parameters along the training of the network of the run, where it is watched."""
        assert self._taken is not None, "checkpoints are of what was trained"
        return self._recorders[self._taken.attempt.number].checkpoints

    def _worked_enough(self, verdict: str | None) -> bool:
        """Whether another design would hardly help: what is right and refused may be refused again.

        What is asked for is training inputs and the verdict; no label that is held out is seen.
        """
        learned = self._last is not None and self._last.right >= LEARNED
        if not (self._bounded and verdict == "refused" and learned):
            return False
        self._alike = self._alike or self._same_again()
        if self._alike or self._work < WORK:
            return self._alike
        over, self._last_one = self._last_one, True
        return over

    def _same_again(self) -> bool:
        """Whether the network that was read last answers every input as one before it does.

        Two that come to one function on inputs that neither was trained on have learned it, and
        what is read of answers alone would be refused again. Where hardly any are left out they
        have to be of two kinds. No label is seen.
        """
        (name, answers), *others = reversed(self._answers)
        told = self.task.train_fraction < MUCH
        alike = (said for other, said in others if told or other != name)
        return any(np.array_equal(answers, said) for said in alike)

    def _which(self) -> tuple[str, ...]:
        """Which of several networks the report is of."""
        taken = None if self._taken is None else self._taken.attempt.number
        if taken is None or len(self._tried) < 2:
            return ()
        why = "the first that was right on its training inputs"
        if self._taken is not None and self._taken.right < LEARNED:
            why = "the one that is right on most of its training inputs"
        return (
            f"{len(self._tried)} networks were trained, and none was understood: the report is of "
            f"network {taken}, {self.arch}, {why}",
        )

    def _left_out(self) -> tuple[str, ...]:
        """That designs were left untried, if so, and how they are tried."""
        if not self._designs or not (self._last_one or self._alike) or self._ended is not None:
            return ()
        count = many(len(self._designs), "more training")
        if self._alike:
            return (
                f"{count} had been planned and not begun, as two networks answer every input "
                "alike and were both refused; to try: --minutes 10",
            )
        return (
            f"{count} had been planned and not begun, as networks that are right on their training "
            "inputs were refused; to try: --minutes 10",
        )

    def _try_again(self, verdict: str | None) -> None:
        """Put what is tried again first, where the last design was quick and is near.

        Where one of these has a program, with exceptions, the others are more of the same.
        """
        last = self._last
        if last is None or last.right < LEARNED:
            return
        begins = bool(last.design.again)
        if begins:
            self._again, self._near = list(last.design.again), False
        elif self._again is None:
            return
        self._near |= verdict in CLAIMS
        if self._again and (self._near or begins):
            self._designs.insert(0, self._again.pop(0))
            return
        if self._near and self._bounded:
            self._designs.clear()
        self._again = None

    def _read(self, made: _Made, watch: Watch) -> View:
        self._last = made
        with watch.stage("trace") as lines:
            traced = trace(made.model, self.task.domain)
            lines.append(traced.summary)
        self._answers.append((made.design.name, traced.outputs))
        return traced

    def _train(self, design: Design, watch: Watch) -> _Made | None:
        """Train a design; null where it was ended before there was any network."""
        with watch.stage("train") as lines:
            trained = self._trained(design, watch)
            self._tried += trained.attempts
            if trained.network is not None:
                size = sum(each.numel() for each in trained.network.parameters.values())
                self._work += size * sum(each.steps for each in trained.attempts)
            self._ended = trained.ended
            if trained.network is None or trained.attempt is None:
                return None
            last = trained.attempt
            end = end_of(last) if trained.ended is None else f"ended early ({trained.ended})"
            shown = "" if last.trained_right is None else shown_part(last.trained_right)
            number = f"network {last.number}, " if last.number > 1 else ""
            lines.append(
                f"{number}{design.name}: {many(last.steps, 'step')}, {end}, right on {shown} of "
                "the training inputs"
            )
            return _Made(design, trained.network, last)

    def _trained(self, design: Design, watch: Watch) -> Trained[Model[TokenArchitecture]]:
        domain, labels = self.task.domain, self.task.labels
        tokens = domain.tokens(np.flatnonzero(self._mask))
        heldout = _heldout(domain, self._mask)
        data = Data(tokens, labels(tokens), heldout, labels(heldout))
        probe = domain.tokens(_probe(domain))
        trainer = DomainTrainer(
            *(design.architecture, data, probe, lambda logits: self.structured(logits, probe)),
            *(design.recipe, self.seed, design.at_most, design.first),
            *(design.begin, design.fixed, design.name),
        )

        def observe(state: TrainingState) -> None:
            number = state.attempt.number
            if number not in self._recorders:
                shape = design.architecture
                self._recorders[number] = CurveRecorder(
                    *(self.task, shape, self._mask, self.seed, self._watched)
                )
            losses = self._recorders[number](state)
            if losses is not None:
                watch.training(state.done, f"{design.name}: {progress_of(state, losses)}")

        return train_in_order(trainer, observe, len(self._tried))

    def _not_learned(self) -> tuple[str, ...]:
        """That no attempt learned the task, if so, and what to try then.

        A refusal alone would leave that open. Nothing is chosen by it: training is over.
        """
        known = [attempt.right for attempt in self._tried if attempt.right is not None]
        if not known or max(known) >= LEARNED:
            return ()
        count = len(self._tried)
        tried = many(count, "attempt") if count > 1 else "one attempt"
        fraction = self.task.train_fraction
        more = "" if fraction >= MUCH else f"more than {fraction:.0%} of the inputs to train on, "
        own, chosen = None if self._taken is None else self._taken.attempt, ""
        if own is not None and own.right is not None and own.right < max(known):
            chosen = f" ({own.right:.1%} in attempt {own.number}: what is held out chooses none)"
        return (
            f"the network did not learn the task: at best {max(known):.1%} of the held-out inputs "
            f"are right, in {tried}{chosen}; to try: {more}another network (--arch), or more of "
            "them (--minutes 10)",
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


def _heldout(domain: Domain, train_mask: Bool[ndarray, " n"]) -> Int[ndarray, "m k"]:
    """The traced inputs that are not trained on; where there are none, the first that is held out,
    if any is.
    """
    indices = traced_indices(domain)
    held = indices[~train_mask[indices]]
    return domain.tokens(held if len(held) else np.flatnonzero(~train_mask)[:1])


def _probe(domain: Domain) -> ndarray:
    """Inputs of the fitted half: those that are scored later never steer training."""
    indices = traced_indices(domain)
    fitted = indices[fitted_half(len(indices))]
    rng = np.random.default_rng(FIT_SEED)
    return np.sort(rng.permutation(fitted)[:PROBE])
