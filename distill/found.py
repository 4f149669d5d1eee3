"""From a view of a network to what was found in it: read, write, verify, and when again.

A network that is trained here is trained again where its program is not what it does. One that
somebody else trained is what it is: where it follows no program as far as was asked for, what it
does on shorter sequences is found, and the report says so.
"""

from __future__ import annotations

import dataclasses

from distill.kinds.kind import Mechanism, Written
from distill.kinds.known import kind_of, read, write
from distill.networks.trace import View
from distill.records.refusal import Refusal, distance, together
from distill.runs.stages import Stages
from distill.spaces.known import space_of_task, space_of_view
from distill.tasks.built import BuiltTask
from distill.train.watched import Training
from distill.verify.report import Verified, verify_best

MAX_NARROWER = 4
"""How often a verdict is sought for a part of what was asked for."""


@dataclasses.dataclass(frozen=True)
class Found:
    """What the stages after training arrived at.

    Attributes:
        view: of the network; null where none was trained.
        written: null for a refusal.
    """

    view: View | None
    mechanism: Mechanism | Refusal
    written: Written | None
    verified: Verified

    @property
    def understood(self) -> bool:
        """Whether there is a program that no check found to differ from the network."""
        return self.verified.report.verdict not in {"refused", "approximate"}

    @property
    def exceptions(self) -> int:
        """Inputs that the program answers from a list."""
        return 0 if self.written is None else self.written.exceptions

    @property
    def rank(self) -> tuple[float, ...]:
        """Of several networks for a task, the one of the lowest rank is taken, the first of them.

        Of refusals the one with the nearest expression. Nothing of the task is in it.
        """
        if self.understood:
            return 0, self.exceptions
        if self.written is not None:
            return 1, self.parted
        return 2, *(distance(self.mechanism) if isinstance(self.mechanism, Refusal) else ())

    @property
    def parted(self) -> int:
        """On how many inputs a program was found to differ from its network."""
        counted = self.verified.report.program_vs_model
        if counted is None:
            return 0
        return counted.total - counted.agree + (counted.search_disagreements or 0)

    def under(self, assumptions: tuple[str, ...]) -> Found:
        """The same, with what it rests on among the remarks of its report."""
        report = self.verified.report
        report = dataclasses.replace(report, remarks=(*report.remarks, *assumptions))
        return dataclasses.replace(self, verified=dataclasses.replace(self.verified, report=report))


def first_understood(training: Training, task: BuiltTask, stages: Stages) -> Found:
    """The first network whose program no check found to differ, and that lists no exceptions.

    Otherwise the one with the fewest, else that whose program parts from it least often, of those
    that were seen, else the first.
    """
    taken: Found | None = None
    verdict = None
    while (view := training.next_network(verdict, stages)) is not None:
        found = distilled(view, task, task.name, stages, training)
        verdict = found.verified.report.verdict
        training.parted(found.verified.differ)
        if taken is None or found.rank < taken.rank:
            taken = found
            training.take()
        if found.understood and not found.exceptions:
            break
    if taken is not None:
        return _told_at_the_end(taken, training, task)
    refusal = training.unlearned()
    with stages.stage("verify") as lines:
        verified = space_of_task(task).refused(refusal, None, task, task.name, ())
        lines.append(verified.report.verdict)
    return Found(None, refusal, None, verified)


def _told_at_the_end(found: Found, training: Training, task: BuiltTask) -> Found:
    """The same; where nothing was understood, with what is to be said once all was trained."""
    if not isinstance(found.mechanism, Refusal) or found.view is None:
        return found
    verified = space_of_view(found.view).refused(
        found.mechanism, found.view, task, task.name, training.remarks
    )
    return dataclasses.replace(found, verified=verified)


def distill_given(view: View, task: BuiltTask | None, name: str, stages: Stages) -> Found:
    """Distill a network that somebody else trained, as far as it holds.

    Where program and network part over what was asked for, and agree over a part of it (shorter
    sequences), the verdict is about that part; that it is, and where they part, is among the
    remarks.
    """
    space = space_of_view(view)
    found = first = distilled(view, task, name, stages)
    for _ in range(MAX_NARROWER):
        narrower = space.narrower(found.view, found.verified.report)
        if narrower is None:
            return first
        tried, said = narrower
        found = distilled(tried, task, name, stages)
        if found.understood:
            return found.under((f"asked for {space.extent(view)}, {said}",))
    return first


def distilled(
    view: View,
    task: BuiltTask | None,
    name: str,
    stages: Stages,
    training: Training | None = None,
) -> Found:
    """Read, write, verify. Reading gets the view, and nothing of the task.

    The training is asked for the inputs that were trained on, and for remarks on a refusal.
    """
    space = space_of_view(view)
    with stages.stage("extract") as lines:
        mechanisms, refusals = read(view)
        lines += [kind_of(each).summary(each) for each in mechanisms] or [
            _refused(together(refusals))
        ]
    programs = list[Written]()
    if mechanisms:
        with stages.stage("emit") as lines:
            for mechanism in mechanisms:
                written = write(mechanism)
                if isinstance(written, Written):
                    written = space.at_chance(written, view) or written
                lines.append(_refused(written) if isinstance(written, Refusal) else written.summary)
                if isinstance(written, Refusal):
                    refusals = (*refusals, written)
                else:
                    programs.append(written)
    with stages.stage("verify") as lines:
        if programs:
            mask = None if training is None else training.train_mask
            taken, verified = verify_best(programs, view, name, space.checks(view, task, mask))
            found = Found(view, taken.mechanism, taken, verified)
        else:
            refusal = together(refusals)
            remarks = () if training is None else training.remarks
            found = Found(view, refusal, None, space.refused(refusal, view, task, name, remarks))
        lines.append(found.verified.report.verdict)
    return found


def _refused(refusal: Refusal) -> str:
    return f"refused: {refusal.reasons[0]}"
