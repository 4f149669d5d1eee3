"""Put counts, evidence and proof together, and draw the verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from distill.checker.count import upper_bound
from distill.checker.forward import (
    DOUBLE,
    FORWARD_PASSES,
    SINGLE,
    Pass,
    covers,
    margins,
)
from distill.checker.sandbox import program_of, run_program
from distill.checker.scope import holds_for
from distill.emit import Emitted
from distill.mechanism import FourierMechanism, Refusal
from distill.model import BlackBox, Model
from distill.planes import has_embedding
from distill.report import (
    Disagreement,
    FloatBound,
    HoldsFor,
    MechanismSummary,
    ProgramSize,
    ProgramVsModel,
    Proof,
    Report,
    in_its_own_words,
)
from distill.search.search import Asked, Searched, search_inputs
from distill.tasks import Task
from distill.trace import Trace
from distill.verify.agreement import Checked, agreement, check_network, first_where
from distill.verify.figures import Measure, Measured, rows_of
from distill.verify.inside import (
    EMBEDDED,
    decoded,
    decoys,
    embedding_evidence,
    logit_evidence,
    losses,
)
from distill.verify.pizza import pizza_evidence
from distill.verify.refused import refused_report


@dataclass(frozen=True)
class Verified:
    """The report, and the answers that the certificate keeps as data.

    Attributes:
        checked: the network on the inputs that were checked; null where nothing was emitted.
        labels: the task's answers at these inputs, or null where there is no task.
    """

    report: Report
    checked: Checked | None
    labels: Int[ndarray, " n"] | None


def verify(
    emitted: Emitted,
    mechanism: FourierMechanism,
    trace: Trace,
    task: Task | None,
    name: str,
    train_mask: Bool[ndarray, " domain"] | None,
) -> Verified:
    """Check an emitted program against its network, and both against the task.

    Args:
        emitted: the program and what it was proved to mean.
        mechanism: what it was written from.
        trace: of the network.
        task: the task, if there is one; it is used for two separate counts and two losses.
        name: of the task, for the report.
        train_mask: the inputs that the network was trained on, if that is known.
    """
    network, domain = trace.network, trace.domain
    checked = check_network(network, domain)
    source = emitted.program.source
    answers = run_program(source, domain.values(checked.tokens)).answers
    model_answers = checked.answers + domain.outputs.start
    trained = np.zeros(domain.size, bool) if train_mask is None else train_mask
    proof = _prove(network, checked) if isinstance(network, Model) else None
    known = None if train_mask is None else trained[checked.indices]
    counted = _count(trace, checked, source, answers, model_answers, known)
    labels = None if task is None else task.labels(checked.tokens)
    figures = _look_inside(trace, checked, mechanism, source, trained[checked.indices])
    if task is not None:
        traced_labels = task.labels(trace.tokens)
        figures |= losses(trace, mechanism, traced_labels, trained[trace.indices])
    expected = None if labels is None else labels + domain.outputs.start
    stored = isinstance(network, Model)
    report = in_its_own_words(
        Report(
            task=name,
            space="domain",
            stored=stored,
            verdict="refused",
            located=False,
            reasons=(),
            holds_for=None,
            mechanism=MechanismSummary(mechanism.kind, mechanism.name, emitted.program.ast_nodes),
            model_vs_task=None if expected is None else agreement(model_answers, expected),
            program_vs_task=None if expected is None else agreement(answers, expected),
            program_vs_model=counted,
            figures=rows_of(mechanism.kind, figures, stored),
            program=ProgramSize(
                emitted.program.lines,
                emitted.program.ast_nodes,
                emitted.program.data_literals,
                len(mechanism.exceptions),
            ),
            meaning=emitted.meaning,
            proof=proof,
        )
    )
    ends = [(values[0], values[-1]) for values in (*domain.inputs, domain.outputs)]
    draw = {"kind": "every"} if checked.sample is None else checked.sample.draw
    held = holds_for("domain", ends[:-1], ends[-1], report.verdict, draw, None)
    return Verified(replace(report, holds_for=HoldsFor(**held)), checked, labels)


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
    report = refused_report(
        refusal, name, "domain", isinstance(trace.network, Model), counted, remarks
    )
    return Verified(report, None, labels)


def _count(
    trace: Trace,
    checked: Checked,
    source: str,
    answers: Int[ndarray, " n"],
    model_answers: Int[ndarray, " n"],
    trained: Bool[ndarray, " n"] | None,
) -> ProgramVsModel:
    agree = answers == model_answers
    domain = trace.domain
    first = first_where(~agree)
    searched = found = None
    if checked.sample is not None:
        looked = _search(trace, source)
        searched, found = looked.visited, looked.disagreements
    return ProgramVsModel(
        agree=int(agree.sum()),
        total=len(agree),
        heldout_agree=None if trained is None else int(agree[~trained].sum()),
        heldout_total=None if trained is None else int((~trained).sum()),
        exhaustive=checked.sample is None,
        upper_bound_99=0.0
        if checked.sample is None and agree.all()
        else upper_bound(int((~agree).sum()), len(agree)),
        disagreement=None
        if first is None
        else Disagreement(
            tuple(domain.values(checked.tokens[first : first + 1])[0].tolist()),
            int(answers[first]),
            int(model_answers[first]),
        ),
        searched=searched,
        search_disagreements=found,
    )


def _search(trace: Trace, source: str) -> Searched:
    """Search for disagreements; of a stored network by the checker's own forward pass."""
    domain, network = trace.domain, trace.network

    def ask(rows: Int[ndarray, "n k"]) -> Asked:
        said = run_program(source, domain.values(rows)).answers
        if isinstance(network, Model):
            truth, lead, _ = margins(_forward(network)(rows))
        else:
            logits = network.logits(rows)
            top_two = np.partition(logits, -2, axis=1)[:, -2:]
            truth, lead = logits.argmax(axis=1), top_two[:, 1] - top_two[:, 0]
        return Asked(said != truth + domain.outputs.start, lead)

    first = domain.inputs[0].start
    hints = [value - first for value in program_of(source).constants]
    return search_inputs(ask, domain.shape, constants=hints)


def _forward(model: Model, roundoff: float = DOUBLE) -> Pass:
    weights = {name: weights.numpy() for name, weights in model.parameters.items()}
    shape = vars(model.architecture)
    return FORWARD_PASSES[model.architecture.kind](shape, weights, roundoff)


def _prove(model: Model, checked: Checked) -> Proof | None:
    """Rigorous lower bounds on the lead of every answer, where the whole domain is checked."""
    if checked.sample is not None or model.architecture.kind not in FORWARD_PASSES:
        return None
    balls, inner = _forward(model)(checked.tokens), _forward(model, SINGLE)
    smallest = float(margins(balls)[2].min())
    single = float(margins(inner(checked.tokens))[2].min())
    bound = FloatBound(covers(inner, single), single)
    return Proof("margins", smallest, float(balls.rad.max()), bound)


def _look_inside(
    trace: Trace,
    checked: Checked,
    mechanism: FourierMechanism,
    source: str,
    trained: Bool[ndarray, " n"],
) -> Measured:
    domain, network = trace.domain, trace.network
    rest = domain.values(trace.tokens[~trace.fitted])
    said = run_program(source, rest, outputs=len(domain.outputs)).logits
    assert said is not None, "emitted Fourier programs define logits()"
    wrong = decoys(trace, mechanism)
    found = logit_evidence(trace, said, wrong)
    embedded = has_embedding(network, domain)
    if embedded:
        found |= embedding_evidence(trace, network, mechanism, checked.tokens, checked.answers)
    else:
        found |= dict.fromkeys(EMBEDDED, Measure(None))
    found["decode_r2"] = Measure(None)
    if isinstance(network, Model | BlackBox):
        found["decode_r2"] = decoded(trace, network, mechanism)
    if embedded:
        found |= pizza_evidence(trace, mechanism)
    lead = checked.lead
    found |= {
        "smallest_margin": Measure(float(lead.min())),
        "mean_margin_train": Measure(float(lead[trained].mean()) if trained.any() else None),
        "mean_margin_heldout": Measure(None if trained.all() else float(lead[~trained].mean())),
        "float32_drift": Measure(checked.drift),
        "float32_agree": Measure(float(checked.single_agree)),
    }
    return found
