"""Checks over a finite domain: every input or a sample, and rigorous margins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from distill.checker.count import differ_at_most
from distill.checker.forward import DOUBLE, SINGLE, Pass, covers, margins
from distill.checker.perceptrons import FORWARD_PASSES
from distill.checker.sandbox import program_of, run_program
from distill.evidence.checked import Checked
from distill.evidence.figures import Measure
from distill.networks.architecture import TokenArchitecture
from distill.networks.stored import Model, reads_tokens
from distill.networks.trace import Trace
from distill.records.counts import Disagreement, ProgramVsModel
from distill.records.refusal import Refusal
from distill.records.report import FloatBound, Proof, Space
from distill.search.search import Asked, Searched, search_inputs
from distill.tasks.finite import Task
from distill.verify.agreement import agreement, check_network, first_where
from distill.verify.counted import Checks, Counted
from distill.verify.report import Verified, refused_report


@dataclass(frozen=True)
class DomainChecked:
    """What a certificate keeps of the checks over a finite domain.

    Attributes:
        checked: the network on the inputs that were checked; null of a refusal.
        labels: the task's answers at these inputs, or null where there is no task.
    """

    checked: Checked | None
    labels: Int[ndarray, " n"] | None


class DomainChecks(Checks):
    """The checks of a program over the domain of a trace.

    Args:
        source: the program.
        trace: of the network.
        task: the task, if there is one; it is used for two separate counts and two losses.
        train_mask: the inputs that the network was trained on, if that is known.
    """

    space: Space = "domain"

    def __init__(
        self,
        source: str,
        trace: Trace,
        task: Task | None,
        train_mask: Bool[ndarray, " domain"] | None,
    ) -> None:
        domain = trace.domain
        self.source, self.trace, self.task = source, trace, task
        self.checked = check_network(trace.network, domain)
        self.answers = run_program(source, domain.values(self.checked.tokens)).answers
        self.known = train_mask is not None
        self.trained = np.zeros(domain.size, bool) if train_mask is None else train_mask
        ends = [(values[0], values[-1]) for values in (*domain.inputs, domain.outputs)]
        self.ends, self.outputs = tuple(ends[:-1]), ends[-1]

    @property
    def sample(self) -> Checked:
        """The network on the inputs that were checked."""
        return self.checked

    @property
    def labelled(self) -> tuple[Int[ndarray, " n"], Bool[ndarray, " n"]] | None:
        """The task's labels of the traced inputs, and which of them were trained on."""
        if self.task is None:
            return None
        return self.task.labels(self.trace.tokens), self.trained[self.trace.indices]

    def counted(self, hunted: list[Int[ndarray, "n k"]], settled: bool = False) -> Counted:
        """Count; beside a sample, search for disagreements."""
        checked, trace, task = self.checked, self.trace, self.task
        first = trace.domain.outputs.start
        labels = None if task is None else task.labels(checked.tokens)
        expected = None if labels is None else labels + first
        model_answers = checked.answers + first
        trained, lead = self.trained[checked.indices], checked.lead
        return Counted(
            model_vs_task=None if expected is None else agreement(model_answers, expected),
            program_vs_task=None if expected is None else agreement(self.answers, expected),
            program_vs_model=self._against_network(model_answers, trained if self.known else None),
            figures={
                "smallest_margin": Measure(float(lead.min())),
                "mean_margin_train": Measure(
                    float(lead[trained].mean()) if trained.any() else None
                ),
                "mean_margin_heldout": Measure(
                    None if trained.all() else float(lead[~trained].mean())
                ),
                "float32_drift": Measure(checked.drift),
                "float32_agree": Measure(float(checked.single_agree)),
            },
            draw={"kind": "every"} if checked.sample is None else checked.sample.draw,
            data=DomainChecked(checked, labels),
            proof=_margins(trace.network, checked) if reads_tokens(trace.network) else None,
        )

    def _against_network(
        self, model_answers: Int[ndarray, " n"], trained: Bool[ndarray, " n"] | None
    ) -> ProgramVsModel:
        agree, domain = self.answers == model_answers, self.trace.domain
        first = first_where(~agree)
        sample = self.checked.sample
        looked = None if sample is None else _search(self.trace, self.source)
        return ProgramVsModel(
            agree=int(agree.sum()),
            total=len(agree),
            heldout_agree=None if trained is None else int(agree[~trained].sum()),
            heldout_total=None if trained is None else int((~trained).sum()),
            exhaustive=sample is None,
            upper_bound_99=differ_at_most(int(agree.sum()), len(agree), sample is None),
            disagreement=None
            if first is None
            else Disagreement(
                tuple(domain.values(self.checked.tokens[first : first + 1])[0].tolist()),
                int(self.answers[first]),
                int(model_answers[first]),
            ),
            searched=None if looked is None else looked.visited,
            search_disagreements=None if looked is None else looked.disagreements,
        )


def verify_refusal(
    refusal: Refusal, trace: Trace, task: Task | None, name: str, remarks: tuple[str, ...] = ()
) -> Verified:
    """The report of a run without a program: what was seen, and how good the network is.

    Args:
        refusal: why there is no program.
        trace: of the network.
        task: the task, if there is one.
        name: of the task, for the report.
        remarks: on how the network was trained; they come first.
    """
    counted = labels = None
    if task is not None:
        labels = task.labels(trace.tokens)
        counted = agreement(trace.outputs, labels)
    stored = reads_tokens(trace.network)
    report = refused_report(refusal, name, "domain", stored, counted, remarks)
    return Verified(report, DomainChecked(None, labels))


def _search(trace: Trace, source: str) -> Searched:
    """Search for disagreements; of a stored network by the checker's own forward pass."""
    domain, network = trace.domain, trace.network

    def ask(rows: Int[ndarray, "n k"]) -> Asked:
        said = run_program(source, domain.values(rows)).answers
        if reads_tokens(network):
            truth, lead, _ = margins(_forward(network)(rows))
        else:
            logits = network.logits(rows)
            top_two = np.partition(logits, -2, axis=1)[:, -2:]
            truth, lead = logits.argmax(axis=1), top_two[:, 1] - top_two[:, 0]
        return Asked(said != truth + domain.outputs.start, lead)

    first = domain.inputs[0].start
    hints = [value - first for value in program_of(source).constants]
    return search_inputs(ask, domain.shape, constants=hints)


def _forward(model: Model[TokenArchitecture], roundoff: float = DOUBLE) -> Pass:
    weights = {name: weights.numpy() for name, weights in model.parameters.items()}
    shape = vars(model.architecture)
    return FORWARD_PASSES[model.architecture.kind](shape, weights, roundoff)


def _margins(model: Model[TokenArchitecture], checked: Checked) -> Proof | None:
    """Rigorous lower bounds on the lead of every answer, where the whole domain is checked."""
    if checked.sample is not None or model.architecture.kind not in FORWARD_PASSES:
        return None
    balls, inner = _forward(model)(checked.tokens), _forward(model, SINGLE)
    smallest = float(margins(balls)[2].min())
    single = float(margins(inner(checked.tokens))[2].min())
    bound = FloatBound(covers(inner, single), single)
    return Proof("margins", smallest, float(balls.rad.max()), bound)
