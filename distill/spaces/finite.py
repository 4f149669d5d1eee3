"""Finite domains: tuples of values, each from a range."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jaxtyping import Bool
from numpy import ndarray

from distill.checker.scope import many
from distill.domains.finite import Domain
from distill.importing import AboutTexts, Imported, import_model
from distill.kinds.kind import Written
from distill.kinds.known import structure_score
from distill.networks.given import AnyNetwork
from distill.networks.network import HasLogits
from distill.networks.over_domain import hold_to, over_domain
from distill.networks.stored import Model
from distill.networks.trace import Trace, View, trace, traced_indices
from distill.records.refusal import Refusal
from distill.runs.certificate import Split, certify_domain
from distill.runs.stages import Stages
from distill.runs.store import AnyCertificate
from distill.spaces.space import Asked, Given, Outcome, Reach, Space, no_engine, read_at_once
from distill.tasks.finite import Task
from distill.train.designs import designs_for
from distill.train.over_domain import DomainTraining
from distill.train.watched import Training
from distill.verify.chance import no_better_than_chance
from distill.verify.finite import DomainChecks, verify_refusal
from distill.verify.report import CheckedBy, Verified


class Finite(Space):
    """Finite domains."""

    task, domain, view = Task, Domain, Trace
    mend = "set the task to the network's size"

    def of_task(self, task: Task) -> Domain:
        """Its domain."""
        return task.domain

    def told(self, domain: Domain) -> str:
        """With its outputs."""
        outputs = domain.outputs
        return f"{domain} with outputs {outputs.start}..{outputs.stop - 1}"

    def fits(self, network: Domain, task: Domain) -> bool:
        """The same inputs; the network may have answers that no task asks for."""
        more = len(network.outputs) >= len(task.outputs)
        begins = network.outputs.start == task.outputs.start
        return network.inputs == task.inputs and begins and more

    def training(self, task: Task, asked: Asked) -> Callable[[], Training]:
        """On a part of the domain, or all of it."""
        no_engine(asked)
        designs = designs_for(task, asked.architecture, asked.recipe, asked.attempts)
        given = (designs, structure_score, asked.rounds, asked.watch)
        return lambda: DomainTraining(task, asked.seed, *given)

    def split(self, task: Task, seed: int) -> Split:
        """So many of the inputs, drawn by the seed."""
        return Split(task.train_count, seed)

    def remarks(self, task: Task) -> tuple[str, ...]:
        """Where nothing was held out, that it was not."""
        if task.train_count < task.domain.size:
            return ()
        return ("every input was trained on: nothing was held out",)

    def imported(
        self, path: str | Path, task: Task, layout: str | None, at: int | None, about: AboutTexts
    ) -> Imported:
        """How many values the task's inputs have is used where the file leaves that open."""
        return import_model(path, layout, at=at, sizes=task.domain.shape, about=about)

    def given(self, imported: Imported, task: Task | None, reach: Reach) -> Given:
        """Run over its domain or a sample."""
        no_engine(reach)
        read_at_once(reach)
        model, domain = imported.model, imported.domain
        assert isinstance(domain, Domain), "a network over a finite domain"
        return Given(
            lambda stages: traced_over(model, domain, stages),
            None if task is None else accuracy(model, task),
        )

    def in_memory(
        self, network: AnyNetwork, domain: Domain, outputs: range | None, reach: Reach
    ) -> Given:
        """A stored network, a module, a callable or an estimator."""
        no_engine(reach)
        read_at_once(reach)
        read = over_domain(network, domain)

        def ask_again(view: View) -> None:
            assert isinstance(view, Trace), "of a finite domain"
            hold_to(network, view)

        return Given(
            lambda stages: traced_over(read.network, domain, stages),
            remarks=read.remarks,
            ask_again=ask_again,
        )

    def checks(
        self, view: Trace, task: Task | None, train_mask: Bool[ndarray, " domain"] | None
    ) -> CheckedBy:
        """All inputs, or a sample."""
        return lambda written: DomainChecks(written.program.source, view, task, train_mask)

    def at_chance(self, written: Written, view: Trace) -> Refusal | None:
        """Held against the commonest answer."""
        return no_better_than_chance(written.program, view)

    def refused(
        self,
        refusal: Refusal,
        view: Trace,
        task: Task | None,
        name: str,
        remarks: tuple[str, ...],
    ) -> Verified:
        """With what the network has right."""
        return verify_refusal(refusal, view, task, name, remarks)

    def certify(self, outcome: Outcome) -> AnyCertificate:
        """Of a trace, which there always is."""
        view = outcome.view
        assert isinstance(view, Trace), "a network over a finite domain is traced"
        return certify_domain(
            view, outcome.mechanism, outcome.verified, outcome.split, outcome.files
        )


def traced_over(network: HasLogits, domain: Domain, stages: Stages) -> Trace:
    """A network over a finite domain, run over all of it or a sample."""
    with stages.stage("trace") as lines:
        traced = trace(network, domain)
        lines.append(traced.summary)
    return traced


def accuracy(model: Model, task: Task) -> str:
    """How good an imported network is at a task: a layout that reads it wrongly shows here."""
    tokens = task.domain.tokens(traced_indices(task.domain))
    right = int((model.logits(tokens).argmax(axis=1) == task.labels(tokens)).sum())
    return f"{right:,} of {many(len(tokens), 'input')}"
