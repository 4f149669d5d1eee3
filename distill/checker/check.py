"""Check a run folder: derive everything that can be derived, and compare it with what is said."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .boxes import BoxEvidence
from .compare import not_derived, other_than_derived, overlaid, short
from .derive import AnyEvidence, More, derive, read_evidence
from .errors import ProgramError, RunFolderError
from .files import Folder, read_folder
from .kind import FOLLOWS, ROOM, Claims, not_looked_at
from .kinds import KINDS
from .language import Program
from .sandbox import is_confined, program_of, run_command_line
from .statements import at, rows_that_bend_rules, words
from .text_transformer import taken_as_told
from .texts import TextEvidence
from .verdict import verdict

SHOWN = ("verdict", "located", "program_vs_model.agree", "proof.smallest_lead")
"""Claims that stand among the findings where they are right."""


@dataclass(frozen=True)
class Finding:
    """One thing that was checked.

    Attributes:
        ok: whether nothing speaks against it.
        taken: whether it was no more than taken from the folder: not checked, and not wrong.
    """

    name: str
    ok: bool
    detail: str
    taken: bool = False


@dataclass(frozen=True)
class Checkup:
    """All findings about a folder.

    Attributes:
        verdict: that the checker itself arrived at; "none" where it could not.
        findings: what was checked.
        not_derived: what the report says and the checker takes no position on; files that it did
            not look at stand last.
        confined: whether the program was run behind a filter of system calls; null where it was
            not run.
    """

    verdict: str
    findings: tuple[Finding, ...]
    not_derived: tuple[str, ...] = ()
    confined: bool | None = None

    @property
    def ok(self) -> bool:
        """Whether everything that was claimed was found."""
        return all(finding.ok for finding in self.findings)


def _hashes(folder: Folder) -> Finding:
    """Whether every file has the hash that the certificate says."""
    wrong = folder.changed()
    there = {*folder.contents, *(path.name for path in folder.others)}
    sorts = {
        "changed": [name for name in wrong if name in there],
        "not there": [name for name in wrong if name not in there],
    }
    said = "; ".join(f"{how}: {', '.join(names)}" for how, names in sorts.items() if names)
    return Finding("sha256", not wrong, said or "all the same")


def check_run(path: Path, seed: int | None = None, more: More | None = None) -> Checkup:
    """Derive a run's verdict from its folder alone.

    Args:
        path: of the folder.
        seed: of the inputs that are drawn anew; drawn from the operating system where it is null.
        more: what else is derived of a run, and compared with its report.

    Raises:
        RunFolderError: the folder is incomplete, truncated, or of another format version.
    """
    folder = read_folder(path)
    refused = folder.report.get("verdict") == "refused"
    if not refused and "program.py" not in folder.contents:
        raise RunFolderError(f"'{path}' has no program.py: it is not a complete run folder")
    findings = [_hashes(folder)]
    seed = secrets.randbits(63) if seed is None else seed
    try:
        with np.errstate(all="ignore"):
            claims, more_found = _refusal(folder) if refused else _derived(folder, seed, more)
        findings += [*more_found, *_compared(folder.report, claims)]
        listed = not_derived(folder.report, claims)
    except ProgramError as error:
        return Checkup("none", (*findings, Finding("program", False, str(error))))
    except Exception as error:
        detail = f"{type(error).__name__}: {str(error)[:300]}"
        return Checkup("none", (*findings, Finding("derivation", False, detail)))
    if not refused and not folder.weights:
        recorded = "not run again: it was not stored, and its answers are those that were recorded"
        findings.append(Finding("network", True, recorded, taken=True))
    parts = not_looked_at(KINDS.get(str(folder.mechanism.get("kind"))), folder.mechanism)
    listed += [f"parts of mechanism.json: {', '.join(parts)}"] if parts else []
    listed += _taken_as_told(folder)
    listed += [] if refused else ["words of program.py: its names, docstrings and comments"]
    others = ", ".join(file.name for file in folder.others)
    listed += [f"files not looked at: {others}"] if others else []
    concluded = "refused" if refused else str(claims["verdict"])
    confined = None if refused else is_confined()
    return Checkup(concluded, tuple(findings), tuple(listed), confined)


def evidence_of(path: Path) -> AnyEvidence:
    """What the certificate of a folder holds, for checks of another's.

    Raises:
        RunFolderError, ProgramError, ValueError, KeyError: the folder cannot be read.
    """
    return _evidence(read_folder(path))


def claims_of(evidence: AnyEvidence, report: Mapping[str, Any], more: More | None = None) -> Claims:
    """All claims: those that follow from a folder, and the words that follow from these."""
    claims = derive(evidence, at(report, "mechanism.name"), more)
    tree = overlaid(report, claims)
    claims |= {**words(tree), "verdict": verdict(tree)}
    held = evidence.held(claims)
    return claims | {f"holds_for.{name}": value for name, value in held.items()}


def _evidence(folder: Folder) -> AnyEvidence:
    return read_evidence(folder.certificate, folder.mechanism, folder.source, folder.weights)


def _derived(folder: Folder, seed: int, more: More | None) -> tuple[Claims, list[Finding]]:
    """All claims, and what was found besides."""
    program = program_of(folder.source)
    evidence = _evidence(folder)
    claims = claims_of(evidence, folder.report, more)
    asked, expected = evidence.probes()
    printed = [run_command_line(evidence.program, words) for words in asked]
    detail = f"{' '.join(asked[0])} prints {printed[0] or 'nothing'}"
    findings = [Finding("command line", printed == expected, detail)]
    findings.append(_domain(program, evidence))
    if not claims.pop(FOLLOWS, True):
        detail = "the program does other than the mechanism that is stored beside it"
        findings.append(Finding("mechanism", False, detail))
    if claims["verdict"] != "approximate":
        findings += _drawn_again(evidence, claims, seed)
    return claims, findings


def _taken_as_told(folder: Folder) -> list[str]:
    """What a certificate says of how outputs are read, of a network over texts."""
    told = folder.certificate.get("architecture")
    if not isinstance(told, dict) or told.get("kind") != "text_transformer":
        return []
    return [f"of the network: {each}" for each in taken_as_told(told)]


def _domain(program: Program, evidence: AnyEvidence) -> Finding:
    """Whether a program refuses what is outside of the network's domain, and nothing else."""
    guard = program.guard
    if guard is None:
        said = "the program states none, and answers whatever it is asked: run the task again"
        return Finding("domain", False, said)
    longest = evidence.longest if isinstance(evidence, TextEvidence) else None
    if (guard.ranges, guard.longest) != (evidence.takes, longest):
        return Finding("domain", False, f"the program states {guard.words}, which is another")
    if isinstance(evidence, BoxEvidence) and guard.names != evidence.names:
        said = f"the program reads {', '.join(guard.names)}, and other inputs are said to be read"
        return Finding("domain", False, said)
    return Finding("domain", True, f"asked outside of {guard.words}, the program raises ValueError")


def _drawn_again(evidence: AnyEvidence, claims: Claims, seed: int) -> list[Finding]:
    """Inputs that nobody could know before."""
    up_to = claims["holds_for.up_to_length"]
    asked, differ = evidence.draw_again(seed, up_to)
    detail = f"program and network differ on {differ:,} of {asked:,} (seed {seed})"
    if evidence.own_sampler and claims["verdict"] == "tested":
        detail += "; the verdict is about sequences of the task's own sampler"
        differ = 0
    return [Finding("drawn anew", not differ, detail)] if asked else []


def _refusal(folder: Folder) -> tuple[Claims, list[Finding]]:
    """What is said of a network that was not understood."""
    evidence, kind = _evidence(folder), folder.mechanism.get("kind")
    said = None
    if "program.py" in folder.contents:
        said = "a refused run has a program.py"
    elif kind not in {"refusal", "table", None} and "reasons" not in folder.mechanism:
        said = f"a refused run has a mechanism of the kind {kind!r}"
    fine = "nothing is claimed, and there is no program"
    findings = [Finding("refusal", said is None, said or fine)]
    return evidence.derive_refusal(), findings


def _compared(report: Mapping[str, Any], claims: Claims) -> list[Finding]:
    """Derived and stated, side by side."""
    wrong = dict(other_than_derived(report, claims))
    findings = [Finding(name, False, detail) for name, detail in wrong.items()]
    bent = rows_that_bend_rules(report)
    if bent:
        findings.append(Finding("figures", False, f"rows that bend the rules: {', '.join(bent)}"))
    agreed = f"{len(claims.keys() - {ROOM}) - len(wrong)} fields are the same"
    findings.append(Finding("verification.json", not wrong, agreed))
    right = [name for name in SHOWN if name in claims and name not in wrong]
    return findings + [Finding(name, True, short(claims[name])) for name in right]
