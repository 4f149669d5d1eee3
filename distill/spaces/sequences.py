"""Sequences that are read step by step, of one channel or several."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from distill.checker.scope import many
from distill.domains.sequences import Channels
from distill.errors import DistillError
from distill.importing import Imported
from distill.networks.choice import layers_for
from distill.networks.given import AnyNetwork, OverSequences, over_sequences
from distill.networks.sequence_network import SequenceNetwork
from distill.networks.trace import SequenceTrace, View
from distill.records.counts import SequenceDisagreement
from distill.records.refusal import Refusal
from distill.records.report import Report
from distill.runs.sequence_certificate import certify_sequences
from distill.runs.store import AnyCertificate
from distill.spaces.space import Asked, Given, Outcome, Reach, Space, no_checkpoints, no_engine
from distill.tasks.sequences import SequenceTask
from distill.train.over_sequences import SequenceTraining
from distill.train.watched import Training
from distill.verify.report import CheckedBy, Verified
from distill.verify.sequences import SequenceChecks, verify_sequence_refusal

SHORTEST = 5
"""Steps of the shortest sequences that a verdict is sought for."""

ACCURACY_OF = 1_000
"""Sequences on which an imported network is held against a task."""


AGAIN, AGAIN_SEED = 1_000, 23
"""Sequences that a network in memory is asked about at the beginning and again at the end."""


class Sequences(Space):
    """Sequences of one channel or several."""

    task, domain, view = SequenceTask, Channels, SequenceTrace
    mend = "set the task to the network's size"

    def of_task(self, task: SequenceTask) -> Channels:
        """Its channels."""
        return task.channels

    def told(self, domain: Channels) -> str:
        """What the steps of a sequence hold."""
        return f"sequences of {domain}"

    def fits(self, network: Channels, task: Channels) -> bool:
        """The same channels."""
        return network == task

    def training(self, task: SequenceTask, asked: Asked) -> Callable[[], Training]:
        """On sequences of the task's length."""
        no_checkpoints(asked, task)
        no_engine(asked)
        if asked.architecture is not None:
            layers_for(asked.architecture, task.channels)  # before anything is drawn
        return lambda: SequenceTraining(task, asked.seed, asked.architecture)

    def given(self, imported: Imported, task: SequenceTask | None, reach: Reach) -> Given:
        """Trusted on the length that was asked for, or that of the task."""
        no_engine(reach)
        channels = imported.domain
        assert isinstance(channels, Channels), "a network over sequences"
        length = task.length if task is not None and reach.length is None else reach.length
        over = over_sequences(imported.model, channels, None, length)
        right = None if task is None else accuracy_along(over.network, task)
        return Given(lambda stages: _trusted(over, reach), right)

    def in_memory(
        self, network: AnyNetwork, domain: Channels, outputs: range | None, reach: Reach
    ) -> Given:
        """A stored network, a module, a callable, or three callables."""
        no_engine(reach)
        over = over_sequences(network, domain, outputs, reach.length)
        rows = drawn(np.random.default_rng(AGAIN_SEED), AGAIN, over.length, domain)
        before = over.network.run(rows)

        def ask_again(view: View) -> None:
            # read afresh, as what is kept of answers would be said again
            now = over_sequences(network, domain, outputs, reach.length)
            hold_along(before, now.network.run(rows))

        return Given(
            lambda stages: _trusted(over, reach), remarks=over.remarks, ask_again=ask_again
        )

    def extent(self, view: SequenceTrace) -> str:
        """How many steps."""
        return many(view.length, "step")

    def narrower(self, view: SequenceTrace, report: Report) -> tuple[View, str] | None:
        """Shorter sequences than those at whose end program and network part."""
        counted = report.program_vs_model
        if report.verdict != "approximate" or counted is None:
            return None
        seen = counted.disagreement
        if not isinstance(seen, SequenceDisagreement) or len(seen.inputs) - 1 < SHORTEST:
            return None
        length = len(seen.inputs) - 1
        inputs = " ".join(",".join(map(str, step)) for step in seen.inputs)
        return replace(view, length=length, parted=seen.inputs), (
            f"as far as which no program was found that the network follows: the verdict is about "
            f"{many(length, 'step')}, since after {inputs} it and a program of few states part"
        )

    def checks(
        self,
        view: SequenceTrace,
        task: SequenceTask | None,
        train_mask: Bool[ndarray, " domain"] | None,
    ) -> CheckedBy:
        """Drawn sequences, of the length that it is trusted on and beyond."""
        return lambda written: SequenceChecks(written.program.source, view, task)

    def refused(
        self,
        refusal: Refusal,
        view: SequenceTrace | None,
        task: SequenceTask | None,
        name: str,
        remarks: tuple[str, ...],
    ) -> Verified:
        """Without a network there is a task."""
        return verify_sequence_refusal(refusal, view, task, name, remarks)

    def certify(self, outcome: Outcome) -> AnyCertificate:
        """Where nothing was learned, of the task's sequences."""
        view, task = outcome.view, outcome.task
        if view is None:
            assert isinstance(task, SequenceTask), "without a network there is a task"
            over, stored = (task.channels, task.length), None
        else:
            assert isinstance(view, SequenceTrace), "over sequences"
            over, stored = (view.channels, view.length), view.stored
        return certify_sequences(*over, stored, outcome.verified, outcome.files)


def drawn(
    rng: np.random.Generator, count: int, length: int, channels: Channels
) -> Int[ndarray, "n length channels"]:
    """Sequences of channels, evenly."""
    columns = [rng.integers(v.start, v.stop, (count, length)) for v in channels.inputs]
    return np.stack(columns, axis=-1)


def hold_along(
    before: Int[ndarray, "n length outputs"], now: Int[ndarray, "n length outputs"]
) -> None:
    """Hold what a network answers against what it answered to the same sequences.

    Raises:
        DistillError: it answers otherwise than it did.
    """
    changed = int((before != now).any(axis=(1, 2)).sum())
    if changed:
        raise DistillError(
            f"the network answers otherwise than at the beginning, to {many(changed, 'sequence')} "
            f"of {len(before):,}: expected a function of its inputs, and it keeps something "
            "between calls, or draws at random"
        )


def _trusted(over: OverSequences, reach: Reach) -> SequenceTrace:
    return SequenceTrace(over.network, over.length, True, reach.max_states)


def accuracy_along(network: SequenceNetwork, task: SequenceTask) -> str:
    """Whole sequences that an imported network has right at every step."""
    sequences = task.sample(np.random.default_rng(0), ACCURACY_OF)
    right = int((network.run(sequences) == task.labels(sequences)).all(axis=(1, 2)).sum())
    return f"{right:,} of {len(sequences):,} sequences of {task.length} steps"
