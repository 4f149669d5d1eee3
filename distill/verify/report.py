"""Put counts, evidence and proof together, and draw the verdict."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Int
from numpy import ndarray

from distill.checker.derive import upper_bound
from distill.checker.forward import FORWARD_PASSES, SINGLE, margins
from distill.checker.sandbox import run_program
from distill.emit import Emitted
from distill.mechanism import FourierMechanism, Refusal
from distill.model import BlackBox, Model
from distill.planes import has_embedding
from distill.report import (
    Disagreement,
    FloatBound,
    HoldsFor,
    Inside,
    MechanismSummary,
    ProgramSize,
    ProgramVsModel,
    Proof,
    Report,
    Verdict,
)
from distill.tasks import Task
from distill.trace import Trace
from distill.verify.agreement import Checked, agreement, check_network, first_where
from distill.verify.inside import (
    decoded,
    decoys,
    embedding_evidence,
    logit_evidence,
    losses,
)
from distill.verify.pizza import pizza_evidence
from distill.verify.refused import refused_report
from distill.verify.second_search import least_sure

LOCATED = {"kept": 0.99, "removed": 0.5, "decode": 0.8, "interchange": 0.9, "decoy": 0.5}
"""What the tests of the inside must show before a program's variables count as located."""


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
    inside = _look_inside(trace, checked, mechanism, source, trained[checked.indices])
    if task is not None:
        traced_labels = task.labels(trace.tokens)
        inside = replace(inside, **losses(trace, mechanism, traced_labels, trained[trace.indices]))
    expected = None if labels is None else labels + domain.outputs.start
    stored = isinstance(network, Model)
    located, doubts = _located(inside, stored)
    report = Report(
        task=name,
        verdict=_verdict(counted, proof, stored),
        located=located,
        reasons=tuple(doubts + _remarks(counted, proof, stored)),
        holds_for=HoldsFor(
            str(domain), domain.size, checked.sample is not None, _sampling(checked)
        ),
        mechanism=MechanismSummary(mechanism.kind, mechanism.name, emitted.program.ast_nodes),
        model_vs_task=None if expected is None else agreement(model_answers, expected),
        program_vs_task=None if expected is None else agreement(answers, expected),
        program_vs_model=counted,
        inside=inside,
        program=ProgramSize(
            emitted.program.lines,
            emitted.program.ast_nodes,
            emitted.program.data_literals,
            len(mechanism.exceptions),
        ),
        meaning=emitted.meaning,
        proof=proof,
    )
    return Verified(report, checked, labels)


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
    counted = None
    if task is not None:
        counted = agreement(trace.outputs, task.labels(trace.tokens))
    return Verified(refused_report(refusal, name, counted, remarks), None, None)


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
        visited = least_sure(lambda rows: _lead(trace.network.logits(rows)), domain.shape)
        said = run_program(source, domain.values(visited)).answers
        truth = trace.network.logits(visited).argmax(axis=1) + domain.outputs.start
        searched, found = len(visited), int((said != truth).sum())
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


def _lead(logits: ndarray) -> ndarray:
    top_two = np.partition(logits, -2, axis=1)[:, -2:]
    return top_two[:, 1] - top_two[:, 0]


def _prove(model: Model, checked: Checked) -> Proof | None:
    """Rigorous lower bounds on the lead of every answer, where the whole domain is checked."""
    if checked.sample is not None or model.architecture.kind not in FORWARD_PASSES:
        return None
    forward = FORWARD_PASSES[model.architecture.kind]
    shape = vars(model.architecture)
    weights = {name: weights.numpy() for name, weights in model.parameters.items()}
    balls = forward(shape, weights)(checked.tokens)
    smallest = float(margins(balls)[2].min())
    single = float(margins(forward(shape, weights, SINGLE)(checked.tokens))[2].min())
    statement = (
        "on every input the network's answer leads by more than rounding can move a logit, for "
        "its stored weights in real arithmetic"
        if smallest > 0
        else "on some input the network's two best answers are closer than rounding can tell"
    )
    return Proof(statement, smallest, float(balls.rad.max()), FloatBound(single > 0, single))


def _look_inside(
    trace: Trace,
    checked: Checked,
    mechanism: FourierMechanism,
    source: str,
    trained: Bool[ndarray, " n"],
) -> Inside:
    domain = trace.domain
    rest = domain.values(trace.tokens[~trace.fitted])
    said = run_program(source, rest, outputs=len(domain.outputs)).logits
    assert said is not None, "emitted Fourier programs define logits()"
    wrong = decoys(trace, mechanism)
    inside = replace(
        logit_evidence(trace, said),
        decoys=wrong,
        decoy_best=max(decoy.logit_r2 for decoy in wrong) if wrong else None,
        smallest_margin=float(checked.lead.min()),
        mean_margin_train=float(checked.lead[trained].mean()) if trained.any() else None,
        mean_margin_heldout=float(checked.lead[~trained].mean()),
        float32_drift=checked.drift,
        float32_agree=checked.single_agree,
    )
    if isinstance(trace.network, Model | BlackBox):
        key, decoy = decoded(trace, trace.network, mechanism)
        inside = replace(inside, decode_r2=key, decode_decoy_r2=decoy)
    if has_embedding(trace.network, trace.domain):
        found = embedding_evidence(trace, trace.network, mechanism, checked.tokens, checked.answers)
        inside = replace(inside, **found, **pizza_evidence(trace, mechanism))
    return inside


def _located(inside: Inside, stored: bool) -> tuple[bool, list[str]]:
    """Whether the network was shown to hold the program's variables, and if not, why not."""
    if not stored:
        return False, [
            "not located: the network is a black box, nothing in it was removed or exchanged"
        ]
    tests = {
        "answers kept by the key planes alone": (inside.kept_only_accuracy, LOCATED["kept"], True),
        "answers left without the key planes": (inside.removed_accuracy, LOCATED["removed"], False),
        "R² of decoding the waves": (inside.decode_r2, LOCATED["decode"], True),
        "answers that follow an interchange": (
            inside.interchange_accuracy,
            LOCATED["interchange"],
            True,
        ),
        "R² of the best decoy": (inside.decoy_best, LOCATED["decoy"], False),
    }
    doubts = [
        f"not located: {name}: {value:.3f}, needs {'at least' if least else 'at most'} {bound}"
        for name, (value, bound, least) in tests.items()
        if value is not None and (value < bound if least else value > bound)
    ]
    return not doubts, doubts


def _verdict(counted: ProgramVsModel, proof: Proof | None, stored: bool) -> Verdict:
    if counted.agree < counted.total or counted.search_disagreements:
        return "approximate"
    if not counted.exhaustive or not stored:
        return "tested"
    return "proved" if proof is not None and proof.smallest_lead > 0 else "exhaustive"


def _remarks(counted: ProgramVsModel, proof: Proof | None, stored: bool) -> list[str]:
    remarks = []
    if not stored:
        remarks.append("at best tested: the network was not stored, so nobody can run it again")
    if not counted.exhaustive:
        remarks.append("at best tested: the domain is too large to go through")
    if proof is not None and proof.smallest_lead <= 0:
        remarks.append(f"not proved: {proof.statement}")
    if counted.search_disagreements:
        remarks.append(f"a search found {counted.search_disagreements} more disagreements")
    return remarks


def _sampling(checked: Checked) -> str | None:
    return None if checked.sample is None else str(checked.sample)
