"""From a view of a network to what was found in it: read, write, verify, and when again.

A network that is trained here is trained again where its program is not what it does. One that
somebody else trained is what it is: where it follows no program as far as was asked for, what it
does on shorter sequences is found, and the report says so.
"""

from __future__ import annotations

import dataclasses

from distill.checker.scope import many
from distill.domains.boxes import Box
from distill.domains.finite import Domain
from distill.domains.texts import Texts
from distill.errors import DistillError
from distill.importing import Imported
from distill.kinds.kind import Mechanism, Written
from distill.kinds.known import check_engine, kind_of, read, write
from distill.networks.called_function import real_function
from distill.networks.network import HasLogits
from distill.networks.stored import reads_texts
from distill.networks.text_network import TextNetwork
from distill.networks.trace import BoxTrace, SequenceTrace, TextTrace, Trace, View, trace
from distill.records.counts import SequenceDisagreement
from distill.records.refusal import Refusal
from distill.runs.stages import Stages
from distill.tasks.built import BuiltTask
from distill.tasks.finite import Task
from distill.tasks.reals import RealTask
from distill.train.watched import Training
from distill.verify.report import Verified, verify_best
from distill.verify.spaces import at_chance, checks_of, refused

SHORTEST, MAX_SHORTER = 5, 4
"""Steps of the shortest sequences that a verdict is sought for, and how often for shorter ones."""


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
    def rank(self) -> tuple[int, int]:
        """Of several networks for a task, the one of the lowest rank is taken, the first of them.

        Nothing of the task is in it.
        """
        if self.understood:
            return 0, self.exceptions
        return (2, 0) if self.written is None else (1, 0)

    def under(self, assumptions: tuple[str, ...]) -> Found:
        """The same, with what it rests on among the remarks of its report."""
        report = self.verified.report
        report = dataclasses.replace(report, remarks=(*report.remarks, *assumptions))
        return dataclasses.replace(self, verified=dataclasses.replace(self.verified, report=report))


def first_understood(training: Training, task: BuiltTask, stages: Stages) -> Found:
    """The first network whose program no check found to differ, and that lists no exceptions.

    Otherwise the one with the fewest, else the first with a program, else the first.
    """
    taken: Found | None = None
    verdict = None
    while (view := training.next_network(verdict, stages)) is not None:
        found = distilled(view, task, task.name, stages, training)
        verdict = found.verified.report.verdict
        if taken is None or found.rank < taken.rank:
            taken = found
            training.take()
        if found.understood and not found.exceptions:
            break
    if taken is not None:
        return _told_at_the_end(taken, training, task)
    refusal = training.unlearned()
    with stages.stage("verify") as lines:
        verified = refused(refusal, None, task, task.name, ())
        lines.append(verified.report.verdict)
    return Found(None, refusal, None, verified)


def _told_at_the_end(found: Found, training: Training, task: BuiltTask) -> Found:
    """The same; where nothing was understood, with what is to be said once all was trained."""
    if not isinstance(found.mechanism, Refusal) or found.view is None:
        return found
    verified = refused(found.mechanism, found.view, task, task.name, training.remarks)
    return dataclasses.replace(found, verified=verified)


def distill_given(view: SequenceTrace, task: BuiltTask | None, name: str, stages: Stages) -> Found:
    """Distill a network over sequences that somebody else trained, as far as it holds.

    Where program and network part on sequences of the length that was asked for, and agree on all
    shorter ones, the verdict is about those; that it is, and where they part, is among the remarks.
    """
    found = first = distilled(view, task, name, stages)
    tried = view
    for _ in range(MAX_SHORTER):
        parting = _parting(found)
        if parting is None or len(parting) - 1 < SHORTEST:
            return first
        tried = dataclasses.replace(tried, length=len(parting) - 1)
        found = distilled(tried, task, name, stages)
        if found.understood:
            inputs = " ".join(",".join(map(str, step)) for step in parting)
            return found.under(
                (
                    f"asked for {many(view.length, 'step')}, as far as which no program was "
                    "found that the "
                    f"network follows: the verdict is about {many(tried.length, 'step')}, "
                    "since after "
                    f"{inputs} it and a program of few states part",
                )
            )
    return first


def _parting(found: Found) -> tuple[tuple[int, ...], ...] | None:
    """A sequence within what was claimed at whose end program and network part, if one is known."""
    counted = found.verified.report.program_vs_model
    if found.verified.report.verdict != "approximate" or counted is None:
        return None
    seen = counted.disagreement
    return seen.inputs if isinstance(seen, SequenceDisagreement) else None


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
    with stages.stage("extract") as lines:
        mechanisms, refusals = read(view)
        lines += [kind_of(each).summary(each) for each in mechanisms] or [_refused(refusals[0])]
    programs = list[Written]()
    if mechanisms:
        with stages.stage("emit") as lines:
            for mechanism in mechanisms:
                written = write(mechanism)
                if isinstance(written, Written):
                    written = at_chance(written, view) or written
                lines.append(_refused(written) if isinstance(written, Refusal) else written.summary)
                if isinstance(written, Refusal):
                    refusals = (*refusals, written)
                else:
                    programs.append(written)
    with stages.stage("verify") as lines:
        if programs:
            mask = None if training is None else training.train_mask
            taken, verified = verify_best(programs, view, name, checks_of(view, task, mask))
            found = Found(view, taken.mechanism, taken, verified)
        else:
            refusal = _together(refusals)
            remarks = () if training is None else training.remarks
            found = Found(view, refusal, None, refused(refusal, view, task, name, remarks))
        lines.append(found.verified.report.verdict)
    return found


def _together(refusals: tuple[Refusal, ...]) -> Refusal:
    """All that was said by those that looked."""
    return Refusal(
        tuple(reason for refusal in refusals for reason in refusal.reasons),
        {key: value for refusal in refusals for key, value in refusal.numbers.items()},
    )


def _refused(refusal: Refusal) -> str:
    return f"refused: {refusal.reasons[0]}"


def view_of(imported: Imported, stages: Stages) -> View:
    """What extraction may look at of an imported network that reads its input at once."""
    if isinstance(imported.domain, Box):
        return BoxTrace(real_function(imported.model, imported.domain)[0])
    if isinstance(imported.domain, Texts):
        assert reads_texts(imported.model), "a network over texts"
        return TextTrace(TextNetwork(imported.model, imported.domain))
    assert isinstance(imported.domain, Domain), "any other network has a finite domain"
    return traced_over(imported.model, imported.domain, stages)


def traced_over(network: HasLogits, domain: Domain, stages: Stages) -> Trace:
    """A network over a finite domain, run over all of it or a sample."""
    with stages.stage("trace") as lines:
        traced = trace(network, domain)
        lines.append(traced.summary)
    return traced


def check_fits_kind(task: BuiltTask, engine: str | None, watch: bool) -> None:
    """Raise DistillError where an engine cannot be asked, or checkpoints are not kept."""
    if watch and not isinstance(task, Task):
        raise DistillError(f"--watch is of finite domains, and {task.name} has none: leave it out")
    if engine is not None:
        check_engine(engine)
        if not isinstance(task, RealTask):
            raise DistillError(
                f"--engine {engine}: engines propose formulas over boxes of reals: leave it out"
            )
