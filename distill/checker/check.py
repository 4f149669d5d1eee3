"""Check a run folder: derive everything that can be derived, and compare it with the claims."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray
from safetensors.numpy import load as load_weights

from distill.checker.derive import Claims, Evidence, derive
from distill.checker.derive_sequences import SequenceEvidence, cross_check, derive_sequences
from distill.checker.draws import uniform
from distill.checker.located import DERIVED
from distill.checker.read import read_evidence
from distill.checker.sandbox import (
    check_syntax,
    run_command_line,
    run_program,
    run_sequences,
)
from distill.checker.statements import at, not_derived, rows_that_bend_rules, words
from distill.errors import ProgramError, RunFolderError

VERSIONS = {"certificate.json": 1, "mechanism.json": 1, "verification.json": 2}
"""Format version of every file that is read."""

TOLERANCE = 1e-9
"""Relative and absolute, for numbers that went through floating point."""

RELATIVE_ONLY = {"proof.rounding"}
"""Numbers that are themselves of the size of the tolerance."""

FILES = tuple(VERSIONS)


@dataclass(frozen=True)
class Finding:
    """One thing that was checked."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True)
class Checkup:
    """All findings about a folder, and the verdict that the checker itself arrived at."""

    verdict: str
    findings: tuple[Finding, ...]
    not_derived: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether everything that was claimed was found."""
        return all(finding.ok for finding in self.findings)


def check_run(folder: Path) -> Checkup:
    """Derive a run's verdict from its folder alone.

    Raises:
        RunFolderError: the folder is incomplete, truncated, or of another format version.
    """
    files = {path.name: path.read_bytes() for path in _listed(folder)}
    certificate, mechanism, verification = (_json(folder, files, name) for name in FILES)
    findings = [_hashes(certificate, files)]
    if verification.get("verdict") == "refused":
        claimed = certificate.get("claims", {}).get("verdict")
        findings.append(_finding("verdict", claimed, "refused"))
        return Checkup("refused", tuple(findings))
    weights = _weights(folder, files) if certificate.get("architecture") else {}
    if "program.py" not in files:
        raise RunFolderError(f"'{folder}' has no program.py: it is not a complete run folder")
    source = files["program.py"].decode(errors="replace")
    try:
        evidence = read_evidence(certificate, mechanism, source, weights)
        derived = _derived(evidence)
        findings.append(_command_line(folder / "program.py", evidence))
    except ProgramError as error:
        return Checkup("none", (*findings, Finding("program", False, str(error))))
    except Exception as error:
        detail = f"{type(error).__name__}: {error}"
        return Checkup("none", (*findings, Finding("derivation", False, detail)))
    claims = certificate.get("claims", {})
    compared = [_compare(name, claims, derived) for name in sorted({*derived, *claims})]
    longer = [finding for finding in compared if finding.name.startswith("longer.")]
    if longer and all(finding.ok for finding in longer):  # a line for each says no more
        compared = [finding for finding in compared if finding not in longer]
        compared.append(Finding("longer", True, f"{len(longer)} figures are the same"))
    findings += compared
    findings += _report_findings(verification, derived)
    if isinstance(evidence, SequenceEvidence):
        crossed = cross_check(evidence)
        findings += [] if crossed is None else [Finding("active learner", *crossed)]
    if not weights:
        findings.append(Finding("network", True, "model not re-run: it was not stored"))
    findings.append(_words(verification))
    return Checkup(str(derived["verdict"]), tuple(findings), tuple(not_derived(verification)))


def _derived(evidence: Evidence | SequenceEvidence) -> Claims:
    return derive(evidence) if isinstance(evidence, Evidence) else derive_sequences(evidence)


def _listed(folder: Path) -> list[Path]:
    try:
        return [path for path in sorted(folder.iterdir()) if path.is_file()]
    except OSError as error:
        raise RunFolderError(f"'{folder}' is not a readable run folder") from error


def _json(folder: Path, files: dict[str, bytes], name: str) -> dict[str, Any]:
    if name not in files:
        raise RunFolderError(f"'{folder}' has no {name}: it is not a complete run folder")
    try:
        read = json.loads(files[name])
        if not isinstance(read, dict):
            raise ValueError("not a JSON object")
    except ValueError as error:
        raise RunFolderError(
            f"'{folder / name}' cannot be read ({error}): the run folder is truncated or damaged"
        ) from error
    version, reads = read.get("format_version"), VERSIONS[name]
    if version != reads:
        told = f"'{folder / name}' is of format version {version!r}: this checker reads {reads}"
        if version in range(reads):
            told += "; made by an earlier version: run `distill run NAME ...` again"
        raise RunFolderError(told)
    return read


def _weights(folder: Path, files: dict[str, bytes]) -> dict[str, ndarray]:
    try:
        return dict(load_weights(files["model.safetensors"]))
    except Exception as error:
        raise RunFolderError(
            f"'{folder / 'model.safetensors'}' is missing or cannot be read ({error}): the run "
            "folder is truncated or damaged"
        ) from error


def _hashes(certificate: dict[str, Any], files: dict[str, bytes]) -> Finding:
    claimed = certificate.get("sha256", {})
    found = {name: hashlib.sha256(files.get(name, b"")).hexdigest() for name in claimed}
    changed = sorted(name for name in claimed if claimed[name] != found[name])
    uncovered = {"model.safetensors", "program.py", *FILES[1:]} & set(files) - set(claimed)
    wrong = changed + sorted(uncovered)
    return Finding("sha256", not wrong, f"changed: {', '.join(wrong)}" if wrong else "all the same")


def _command_line(path: Path, evidence: Evidence | SequenceEvidence) -> Finding:
    """`python program.py 5 9`, or `1,0 0,1` for a list, must print what the function returns."""
    check_syntax(evidence.program)
    if isinstance(evidence, Evidence):
        probes = [[values[-1 - i % 2] for values in evidence.inputs] for i in range(2)]
        said = run_program(evidence.program, np.array(probes)).answers.tolist()
        words = [list(map(str, probe)) for probe in probes]
    else:
        sequences = uniform(evidence.channels, 2, evidence.length, 0)
        said = run_sequences(evidence.program, sequences, evidence.outputs).tolist()
        said = [[tuple(y) if len(y) > 1 else y[0] for y in row] for row in said]
        words = [[",".join(map(str, step)) for step in probe] for probe in sequences.tolist()]
    printed = [run_command_line(path, probe) for probe in words]
    ok = printed == [str(answer) for answer in said]
    return Finding("command line", ok, f"{' '.join(words[0])} prints {printed[0] or 'nothing'}")


def _report_findings(verification: dict[str, Any], derived: Claims) -> list[Finding]:
    """The same numbers, as the report states them; and none where there is none to derive."""
    numbers = {name: value for name, value in derived.items() if name != "mechanism.follows"}
    for name in DERIVED if derived["stored"] else ():
        numbers.setdefault(f"figures.{name}", None)
    if not any(name.startswith("proof.") for name in numbers):
        numbers["proof"] = None
    wrong = [name for name in numbers if not _same(name, at(verification, name), numbers[name])]
    detail = f"differs in {', '.join(wrong)}" if wrong else f"{len(numbers)} figures are the same"
    return [Finding("verification.json", not wrong, detail)]


def _words(verification: dict[str, Any]) -> Finding:
    """Verdict, `located` and every sentence, computed again from the numbers of the report."""
    try:
        said = words(verification)
        wrong = [name for name, value in said.items() if at(verification, name) != value]
        wrong += [f"figures.{name}" for name in rows_that_bend_rules(verification)]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return Finding("words", False, f"{type(error).__name__}: {error}")
    detail = f"say more than the numbers: {', '.join(wrong)}" if wrong else "follow the numbers"
    return Finding("words", not wrong, detail)


def _compare(name: str, claims: dict[str, Any], derived: Claims) -> Finding:
    if name not in claims or name not in derived:
        where = "the certificate" if name not in claims else "what could be derived"
        return Finding(name, False, f"is missing from {where}")
    ok = _same(name, claims[name], derived[name])
    detail = f"{derived[name]}" if ok else f"claimed {claims[name]}, derived {derived[name]}"
    return Finding(name, ok, detail)


def _finding(name: str, found: Any, expected: Any) -> Finding:
    return Finding(name, found == expected, f"{found}, expected {expected}")


def _same(name: str, claimed: Any, derived: Any) -> bool:
    if isinstance(derived, float) and isinstance(claimed, int | float):
        absolute = 0.0 if name in RELATIVE_ONLY else TOLERANCE
        return math.isclose(claimed, derived, rel_tol=TOLERANCE, abs_tol=absolute)
    return type(claimed) is type(derived) and claimed == derived
