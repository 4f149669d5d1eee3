"""The report of a run without a program, over a finite domain or over sequences."""

from __future__ import annotations

from distill.mechanism import Refusal
from distill.report import Agreement, Inside, MechanismSummary, Report


def refused_report(
    refusal: Refusal, name: str, model_vs_task: Agreement | None, remarks: tuple[str, ...] = ()
) -> Report:
    """What was seen, and how good the network is; all that needs a program is null.

    Args:
        refusal: why there is no program.
        name: of the task.
        model_vs_task: the network against the task, where there are both.
        remarks: on how the network was trained; they come first.
    """
    return Report(
        task=name,
        verdict="refused",
        located=False,
        reasons=(*remarks, *refusal.reasons),
        holds_for=None,
        mechanism=MechanismSummary(refusal.kind, "none", None),
        model_vs_task=model_vs_task,
        program_vs_task=None,
        program_vs_model=None,
        inside=Inside(),
        program=None,
        meaning=None,
        proof=None,
        numbers=refusal.numbers,
    )
