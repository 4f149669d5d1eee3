"""Counts, evidence and proof put together, and the verdict: one way for every space and kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from distill.checker.verdict import STRENGTH
from distill.evidence.figures import rows_of
from distill.kinds.kind import Proved, Written
from distill.kinds.known import kind_of
from distill.networks.trace import View
from distill.records.counts import Agreement
from distill.records.refusal import Refusal
from distill.records.report import (
    HoldsFor,
    MechanismSummary,
    ProgramSize,
    Report,
    Space,
    in_its_own_words,
)
from distill.verify.counted import Checks
from distill.waits import tell

CheckedBy = Callable[[Written], Checks]
"""From a program to its checks against one network, and one task."""


@dataclass(frozen=True)
class Verified:
    """The report, and what the certificate keeps as data.

    Attributes:
        checked: of the space: what was drawn and answered; null where nothing was emitted.
        proved: of the kind: what its proof goes over.
        differ: inputs on which program and network part that were met; those over texts.
    """

    report: Report
    checked: Any = None
    proved: Any = None
    differ: tuple[Any, ...] = ()


def shortest_first(written: list[Written]) -> list[Written]:
    """Programs without lists first; of these what says how before what says what alone, and then
    the shorter ones.
    """
    return sorted(
        written,
        key=lambda each: (
            each.tabulated,
            kind_of(each.mechanism).functional_of(each.mechanism),
            each.program.ast_nodes,
        ),
    )


def verify_best(
    written: list[Written], view: View, name: str, checked_by: CheckedBy
) -> tuple[Written, Verified]:
    """The program that is most surely what the network does, of several; then the shortest.

    What a program lists comes last. Of the others a proof counts most, then whether the network
    was shown to hold the program's variables: `total % 5` answers as a counter modulo 5 does, and
    a network that turns in a circle holds no total.

    Args:
        written: programs of the same network.
        view: of that network.
        name: of the task, for the report.
        checked_by: the checks of a program.
    """
    best: tuple[tuple[bool, int, bool], Written, Verified] | None = None
    written = shortest_first(written)
    for program in written:
        others = tuple(other for other in written if other is not program)
        verified = verify(program, others, view, name, checked_by)
        report = verified.report
        rank = (not program.tabulated, STRENGTH.index(report.verdict), report.located)
        if best is None or rank > best[0]:
            best = rank, program, verified
        if report.verdict == "proved" and (report.located or not program.mechanism.remembered):
            break
    assert best is not None, "there is a program to verify"
    return best[1], best[2]


def verify(
    written: Written,
    others: tuple[Written, ...],
    view: View,
    name: str,
    checked_by: CheckedBy,
) -> Verified:
    """Check an emitted program against its network, and both against the task.

    Args:
        written: the program and its mechanism.
        others: programs of the same network that were not taken, the best first.
        view: of the network.
        name: of the task, for the report.
        checked_by: the checks of a program.
    """
    kind, program = kind_of(written.mechanism), written.program
    # how long each takes nobody knows before
    tell(0.0, f"{program.name}: program and network run on the same inputs")
    checks = checked_by(written)
    tell(0.0, f"{program.name}: a proof is looked for")
    proved: Proved = kind.prove(written, view)
    tell(0.0, f"{program.name}: the inside of the network is exchanged and removed")
    figures = kind.probe(written, view, checks.sample)
    tell(0.0, f"{program.name}: inputs are looked for on which the two part")
    counted = checks.counted([*kind.hunt(written.mechanism, view), *proved.differ], proved.settles)
    figures |= counted.figures
    if checks.labelled is not None:
        figures |= kind.losses(written.mechanism, view, *checks.labelled)
    stored = view.stored is not None
    report = in_its_own_words(
        Report(
            task=name,
            space=checks.space,
            stored=stored,
            verdict="refused",
            located=False,
            reasons=(),
            remarks=(*written.remarks, *proved.remarks),
            holds_for=None,
            mechanism=_summary(written),
            model_vs_task=counted.model_vs_task,
            program_vs_task=counted.program_vs_task,
            program_vs_model=counted.program_vs_model,
            figures=rows_of(kind.name, figures, stored),
            program=ProgramSize(
                program.lines, program.ast_nodes, program.data_literals, written.exceptions
            ),
            meaning=written.meaning,
            proof=proved.proof or counted.proof,
            diverges_at=counted.diverges_at,
            longer=counted.longer,
            deviation=counted.deviation,
            runner_up=_summary(others[0]) if others else None,
        )
    )
    up_to = None if report.proof is None else report.proof.up_to_length
    held = checks.held(report.verdict, counted.draw, up_to)
    report = replace(report, holds_for=HoldsFor(**held))
    return Verified(report, counted.data, proved.data, counted.differ)


def _summary(written: Written) -> MechanismSummary:
    mechanism = written.mechanism
    nodes = written.program.ast_nodes
    return MechanismSummary(mechanism.kind, mechanism.name, nodes, mechanism.remembered)


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
        mechanism=MechanismSummary(refusal.kind, "no mechanism", None),
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
