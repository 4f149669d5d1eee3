"""Whether a program is right for the task, apart from whether it is what the network does.

A proof that program and network agree says nothing of what was to be learned: a network that is
wrong on five inputs has a program, proved, that is wrong on the same five. So this stands beside
every verdict, computed from the counts that a checker derives again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from distill.checker.scope import many
from distill.checker.statements import things
from distill.records.counts import Agreement
from distill.records.report import Report

Grade = Literal["right", "partly", "wrong", "unknown"]
"""Right wherever it was held against the task; right at the lengths that were trained on and not
at longer ones; wrong somewhere; never held against a task."""


@dataclass(frozen=True)
class Rightness:
    """How far a program is right for the task; of a refusal, how far the network is.

    Attributes:
        text: a few words, such as "right on 1,595 of 1,600".
        said: the same in a sentence.
    """

    grade: Grade
    text: str
    said: str


def rightness(report: Report) -> Rightness:
    """How far what a report is about is right for the task."""
    counted = report.program_vs_model
    if counted is None:
        return _of_network(report.model_vs_task)
    versus = report.program_vs_task
    if versus is None:
        return Rightness(
            "unknown",
            "right for the task: not known",
            "Whether the program is right is not known: there was no task to hold it against.",
        )
    if versus.agree < versus.total:
        return Rightness(
            "wrong",
            f"right on {_of(versus)}",
            f"For the task the program is wrong on {versus.total - versus.agree:,} of "
            f"{versus.total:,} {things(report.tree)}.",
        )
    if report.over_sequences:
        return _along_lengths(report, counted.length)
    tried = "" if counted.exhaustive else " tried"
    return Rightness(
        "right",
        f"right on all {versus.total:,}{tried}",
        f"The program has the task's answer on all {many(versus.total, 'input')}"
        f"{'' if counted.exhaustive else ' that were tried'}.",
    )


def _of(versus: Agreement) -> str:
    return f"{versus.agree:,} of {versus.total:,}"


def _of_network(versus: Agreement | None) -> Rightness:
    """Of a network that has no program."""
    if versus is None:
        said = "Whether the network is right is not known: there was no task to hold it against."
        return Rightness("unknown", "right for the task: not known", said)
    if versus.agree == versus.total:
        said = f"The network has the task's answer on all {versus.total:,} that were checked."
        return Rightness("right", f"network right on all {versus.total:,}", said)
    said = f"For the task the network is wrong on {versus.total - versus.agree:,} of "
    return Rightness("wrong", f"network right on {_of(versus)}", f"{said}{versus.total:,}.")


def _along_lengths(report: Report, trained: int | None) -> Rightness:
    """Of a program that is right on all sequences of the training length: how far beyond it."""
    held, reached = [(at.length, at.program_vs_task) for at in report.longer], trained
    for length, versus in held:
        if versus is None:
            break
        if versus.agree < versus.total:
            text = "right" if reached is None else f"right to length {reached:,}"
            said = (
                f"The program has the task's answers on all {things(report.tree)} tried"
                f"{'' if reached is None else f' up to length {reached:,}'}, and at length "
                f"{length:,} on {_of(versus)}."
            )
            return Rightness("partly", text, said)
        reached = length
    if reached is None:
        total = 0 if report.program_vs_task is None else report.program_vs_task.total
        text, up_to = f"right on all {total:,} tried", ""
    else:
        text, up_to = f"right to length {reached:,}", f", up to length {reached:,}"
    said = (
        f"The program has the task's answers on all {things(report.tree)} that were tried{up_to}."
    )
    return Rightness("right", text, said)
