"""Findings as people read them: what has a key in a file is called by what it is.

Findings that failed stay as they are: their keys say where to look.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from .check import Finding
from .scope import at_least, at_most, many
from .statements import things

Tree = Mapping[str, Any]


def told(findings: Iterable[Finding], report: Tree) -> tuple[Finding, ...]:
    """Findings in words.

    Args:
        findings: about a folder.
        report: of the folder, as `verification.json` has it.
    """
    return tuple(_told(finding, report) for finding in findings)


def _told(finding: Finding, report: Tree) -> Finding:
    if not finding.ok or finding.name not in TOLD:
        return finding
    name, detail = TOLD[finding.name](finding.detail, report)
    return replace(finding, name=name, detail=detail)


def _located(detail: str, report: Tree) -> tuple[str, str]:
    """Whether it is, and how much of what that follows from is only read."""
    if detail != "True":
        return "located", "no"
    tests = [row for row in report["figures"] if row["needs"] is not None]
    taken = sum(not row["derived"] for row in tests)
    read = {0: "all of them derived again", len(tests): "all of them taken from the report"}
    some = f"{taken} of them taken from the report"
    return "located", f"yes, by {many(len(tests), 'test')} of the inside, {read.get(taken, some)}"


def _agreement(detail: str, report: Tree) -> tuple[str, str]:
    total = report["program_vs_model"]["total"]
    name = "program = network" if report["stored"] else "program = recorded answers"
    return name, f"{int(detail):,} of {total:,} {things(report)}"


def _proved(detail: str, report: Tree) -> tuple[str, str]:
    """The lead of every answer; over a box how far program and network are apart."""
    proof, apart = report["proof"], report.get("deviation")
    if report["space"] == "box" and apart is not None and proof["error"] is not None:
        same = at_most(apart["tolerance"])
        return "proved bound", f"at most {at_most(proof['error'])}; up to {same} is the same"
    return "proved lead", f"at least {at_least(float(detail))}"


def _command(detail: str, report: Tree) -> tuple[str, str]:
    """Six digits of every number."""
    short = re.sub(r"\d+\.\d{6,}(?:e-?\d+)?", lambda number: f"{float(number[0]):.6g}", detail)
    return "command line", short


TOLD: Mapping[str, Callable[[str, Tree], tuple[str, str]]] = {
    "command line": _command,
    "located": _located,
    "program_vs_model.agree": _agreement,
    "proof.smallest_lead": _proved,
}
"""By the names of findings: their names and details in words."""
