"""The report of a run without a program, over a finite domain or over sequences."""

from __future__ import annotations

from distill.records.refusal import Refusal
from distill.records.report import Agreement, MechanismSummary, Report, Space


def refused_report(
    refusal: Refusal,
    name: str,
    space: Space,
    stored: bool,
    model_vs_task: Agreement | None,
    remarks: tuple[str, ...] = (),
) -> Report:
    """What was seen, and how good the network is; all that needs a program is null.

    Args:
        refusal: why there is no program.
        name: of the task.
        space: what the inputs are.
        stored: whether there is a network, and it can be run again.
        model_vs_task: the network against the task, where there are both.
        remarks: on how the network was trained.
    """
    return Report(
        task=name,
        space=space,
        stored=stored,
        verdict="refused",
        located=False,
        reasons=refusal.reasons,
        holds_for=None,
        mechanism=MechanismSummary(refusal.kind, "none", None),
        model_vs_task=model_vs_task,
        program_vs_task=None,
        program_vs_model=None,
        figures=(),
        program=None,
        meaning=None,
        proof=None,
        remarks=remarks,
        numbers=refusal.numbers,
    )
