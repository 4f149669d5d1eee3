"""What was done to the heads of a network over texts, and what came of it, in sentences."""

from __future__ import annotations

from distill.records.figures import ELSEWHERE
from distill.records.report import Report

REPLACED, FOLLOWED = "replaced_accuracy", "followed_accuracy"
"""The tests that put selections in place of attention, and others in place of these."""


def way_of_heads(selects: bool) -> str:
    """How a program over texts is located, in a few words.

    Args:
        selects: whether it has selections.
    """
    if selects:
        return "putting the program's selections in place of its attention"
    return f"giving its heads {ELSEWHERE}"


def of_heads(report: Report) -> list[str]:
    """What came of selections in place of attention, and of those of another text."""
    said, selects = list[str](), bool(report.mechanism.variables)
    replaced, followed = report.figure(REPLACED), report.figure(FOLLOWED)
    if replaced is not None and replaced.value is not None:
        given = "their selections in place of their attention, and all others " if selects else ""
        said.append(
            f"Heads were given {given}{ELSEWHERE}: {replaced.value:.1%} of the answers stayed."
        )
    if followed is not None and followed.value is not None:
        stayed = "" if followed.decoy is None else f", and stayed in {followed.decoy:.1%}"
        given = "heads were given selections" if selects else "the network was given tokens"
        given = followed.note or f"{given} of another text"
        said.append(
            f"{given[0].upper()}{given[1:]}: where the program's answers change with "
            f"these, the network's became the same in {followed.value:.1%}{stayed}."
        )
    return said
