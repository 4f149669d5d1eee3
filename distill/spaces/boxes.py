"""Boxes of real numbers: an interval for every input."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jaxtyping import Bool
from numpy import ndarray

from distill.domains.boxes import Box
from distill.errors import DistillError
from distill.importing import AboutTexts, Imported, import_over_box
from distill.kinds.known import check_engine, kind_of
from distill.networks.called_function import asked_again, real_function
from distill.networks.given import AnyNetwork
from distill.networks.trace import BoxTrace
from distill.records.refusal import Refusal
from distill.runs.box_certificate import certify_box
from distill.runs.store import AnyCertificate
from distill.spaces.space import Asked, Given, Outcome, Reach, Space, no_checkpoints, read_at_once
from distill.tasks.reals import RealTask
from distill.train.over_box import BoxTraining
from distill.train.watched import Training
from distill.verify.boxes import BoxChecks, verify_box_refusal
from distill.verify.report import CheckedBy, Verified


class Boxes(Space):
    """Boxes of reals."""

    task, domain, view = RealTask, Box, BoxTrace
    mend = "leave it out, or give the box of the task"

    def of_task(self, task: RealTask) -> Box:
        """Its box."""
        return task.box

    def told(self, domain: Box) -> str:
        """The intervals."""
        return f"the box {domain}"

    def fits(self, network: Box, task: Box) -> bool:
        """The same box."""
        return network == task

    def training(self, task: RealTask, asked: Asked) -> Callable[[], Training]:
        """On points of the box."""
        no_checkpoints(asked, task)
        engine = _engine(asked)
        return lambda: BoxTraining(
            task, asked.seed, asked.architecture, asked.attempts, engine=engine
        )

    def imported(
        self,
        path: str | Path,
        task: RealTask,
        layout: str | None,
        at: int | None,
        about: AboutTexts,
    ) -> Imported:
        """No file says what its inputs range over: the task's box does."""
        return import_over_box(path, task.box, layout, at)

    def given(self, imported: Imported, task: RealTask | None, reach: Reach) -> Given:
        """The function of its stored weights."""
        read_at_once(reach)
        engine = _engine(reach)
        assert isinstance(imported.domain, Box), "a network over a box"
        read = real_function(imported.model, imported.domain)[0]
        return Given(lambda stages: BoxTrace(read, engine))

    def in_memory(
        self, network: AnyNetwork, domain: Box, outputs: range | None, reach: Reach
    ) -> Given:
        """A module, a callable or an estimator."""
        engine = _engine(reach)
        if (outputs, reach.length, reach.max_states) != (None, None, None):
            raise DistillError(
                "outputs, length and max_states are of networks over finite domains and "
                "sequences: leave them out beside a box"
            )
        read, remarks = real_function(network, domain)
        ask_again = asked_again(read)
        return Given(
            lambda stages: BoxTrace(read, engine),
            remarks=remarks,
            ask_again=lambda view: ask_again(),
        )

    def checks(
        self,
        view: BoxTrace,
        task: RealTask | None,
        train_mask: Bool[ndarray, " domain"] | None,
    ) -> CheckedBy:
        """Drawn points, and how far apart the two may be at most."""
        return lambda written: BoxChecks(
            *(written.program.source, view, task),
            allowed=kind_of(written.mechanism).tolerance(written.mechanism),
            known=kind_of(written.mechanism).hunt(written.mechanism, view),
        )

    def refused(
        self,
        refusal: Refusal,
        view: BoxTrace,
        task: RealTask | None,
        name: str,
        remarks: tuple[str, ...],
    ) -> Verified:
        """With how far the network is from the task."""
        return verify_box_refusal(refusal, view, task, name, remarks)

    def certify(self, outcome: Outcome) -> AnyCertificate:
        """Of a network, which there always is."""
        assert isinstance(outcome.view, BoxTrace), "over a box"
        return certify_box(outcome.view, outcome.verified, outcome.files)


def _engine(asked: Asked | Reach) -> str:
    """The engine that was asked for, which is there."""
    engine = asked.engine or "auto"
    check_engine(engine)
    return engine
