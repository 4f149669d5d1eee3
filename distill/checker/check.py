"""Check a run folder: derive everything that can be derived, and compare it with what is said.

Every leaf of `verification.json` is either derived here and compared, or listed as not derived:
there is no third way, whatever a report comes to hold.
"""

from __future__ import annotations

import hashlib
import json
import math
import secrets
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray
from safetensors.numpy import load as load_weights

from .derive import Claims, conclude, derive, derive_refusal
from .derive import draw_again as draw_inputs_again
from .derive_sequences import called, conclude_sequences, derive_sequences
from .derive_sequences import draw_again as draw_sequences_again
from .draws import uniform
from .errors import ProgramError, RunFolderError
from .read import Evidence, SequenceEvidence, read_evidence
from .sandbox import is_confined, program_of, run_command_line, run_program, run_sequences
from .statements import at, rows_that_bend_rules, words
from .verdict import is_number, verdict

VERSIONS = {"certificate.json": 2, "mechanism.json": 1, "verification.json": 2}
COVERED = ("model.safetensors", "program.py", "mechanism.json", "verification.json")
READ = (*COVERED, "certificate.json")
MAX_FILE, MAX_JSON = 1 << 30, 1 << 26
"""Bytes of the weights, and of every other file that is read."""

COMPARED = {"name", "value", "needs", "at_least", "derived"}
"""Of a row whose value is derived."""
WHOLE = ("numbers", "meaning", "runner_up", "diverges_at")
"""Fields that are listed as one."""

LOOKED_AT = {
    "fourier": {"kind", "coordinate", "waves", "exceptions", "format_version"},
    "automaton": {"kind", "symbols", "transitions", "outputs", "variables", "format_version"},
    "recurrence": {"kind", "registers", "system", "format_version"},
}
"""Parts of a mechanism that the checker holds against the program."""
WAVE = {"frequency", "amplitude", "phase", "pizza"}
"""And of a wave."""

TOLERANCE = 1e-9
"""Relative and absolute, for numbers that went through floating point."""
RELATIVE_ONLY = {"proof.rounding"}
"""Numbers that are themselves of the size of the tolerance."""


@dataclass(frozen=True)
class Finding:
    """One thing that was checked."""

    name: str
    ok: bool
    detail: str


@dataclass(frozen=True)
class Checkup:
    """All findings about a folder.

    Attributes:
        verdict: that the checker itself arrived at; "none" where it could not.
        findings: what was checked.
        not_derived: what the report says and the checker takes no position on; files that it did
            not look at stand last.
        confined: whether the program was run behind a filter of system calls.
    """

    verdict: str
    findings: tuple[Finding, ...]
    not_derived: tuple[str, ...] = ()
    confined: bool = False

    @property
    def ok(self) -> bool:
        """Whether everything that was claimed was found."""
        return all(finding.ok for finding in self.findings)


def check_run(folder: Path, seed: int | None = None) -> Checkup:
    """Derive a run's verdict from its folder alone.

    Args:
        folder: of the run.
        seed: of the inputs that are drawn anew; drawn from the operating system where it is null.

    Raises:
        RunFolderError: the folder is incomplete, truncated, or of another format version.
    """
    files, certificate, mechanism, report = _files(folder)
    findings = [_hashes(certificate, files, folder)]
    refused = report.get("verdict") == "refused"
    if not refused and "program.py" not in files:
        raise RunFolderError(f"'{folder}' has no program.py: it is not a complete run folder")
    weights = _weights(folder, files)
    seed = secrets.randbits(63) if seed is None else seed
    claims: Claims = {}
    try:
        with np.errstate(all="ignore"):
            source = "" if refused else program_of(files["program.py"].decode("utf-8")).source
            evidence = read_evidence(certificate, mechanism, source, weights)
            if refused:
                findings += _refusal(files, evidence)
                claims = derive_refusal(evidence) if isinstance(evidence, Evidence) else {}
            else:
                claims, more = _derived(evidence, report, seed)
                findings += more
        compared, not_derived = _compared(report, claims)
    except ProgramError as error:
        return Checkup("none", (*findings, Finding("program", False, str(error))))
    except Exception as error:
        detail = f"{type(error).__name__}: {str(error)[:300]}"
        return Checkup("none", (*findings, Finding("derivation", False, detail)))
    findings += compared
    if not refused and not weights:
        findings.append(Finding("network", True, "not run again: it was not stored"))
    rest = sorted(set(mechanism) - LOOKED_AT.get(str(mechanism.get("kind")), set()))
    waves = mechanism.get("waves")
    if isinstance(waves, list):
        more = {part for wave in waves if isinstance(wave, dict) for part in wave}
        rest += [f"waves: {part}" for part in sorted(more - WAVE)]
    last = [f"parts of mechanism.json: {', '.join(rest)}"] if rest else []
    others = sorted(path.name for path in _listed(folder) if path.name not in READ)
    last += [f"files not looked at: {', '.join(others)}"] if others else []
    concluded = "refused" if refused else str(claims["verdict"])
    return Checkup(concluded, tuple(findings), (*not_derived, *last), not refused and is_confined())


def evidence_of(folder: Path) -> Evidence | SequenceEvidence:
    """What the certificate of a folder holds, for checks of another's.

    Raises:
        RunFolderError, ProgramError, ValueError, KeyError: the folder cannot be read.
    """
    files, certificate, mechanism, _ = _files(folder)
    source = files.get("program.py", b"").decode("utf-8")
    return read_evidence(certificate, mechanism, source, _weights(folder, files))


Files = tuple[dict[str, bytes], dict[str, Any], dict[str, Any], dict[str, Any]]


def _files(folder: Path) -> Files:
    files = {path.name: _bytes(path) for path in _listed(folder) if path.name in READ}
    certificate, mechanism, report = (_json(folder, files, name) for name in VERSIONS)
    return files, certificate, mechanism, report


def _derived(
    evidence: Evidence | SequenceEvidence, report: Mapping[str, Any], seed: int
) -> tuple[Claims, list[Finding]]:
    """All claims, and what was found besides."""
    over_inputs = isinstance(evidence, Evidence)
    claims = derive(evidence) if over_inputs else derive_sequences(evidence)
    claims["mechanism.kind"] = evidence.mechanism["kind"]
    if not over_inputs:
        claims["mechanism.name"] = called(evidence, at(report, "mechanism.name"))
    follows = claims.pop("mechanism follows", True)
    tree = _overlaid(report, claims)
    claims |= words(tree)
    concluded = claims["verdict"] = verdict(tree)
    claims |= (
        conclude(evidence, concluded)
        if over_inputs
        else conclude_sequences(evidence, concluded, claims)
    )
    findings = [_command_line(evidence)]
    if not follows:
        detail = "the program does other than the mechanism that is stored beside it"
        findings.append(Finding("mechanism", False, detail))
    if concluded != "approximate":
        findings += _drawn_again(evidence, claims, seed)
    return claims, findings


def _drawn_again(
    evidence: Evidence | SequenceEvidence, claims: Claims, seed: int
) -> Iterator[Finding]:
    """Inputs that nobody could know before."""
    if isinstance(evidence, Evidence):
        asked, differ = draw_inputs_again(evidence, seed)
        own = False
    else:
        asked, differ = draw_sequences_again(evidence, seed, claims["holds_for.up_to_length"])
        own = evidence.draws is not None and evidence.draws["fresh"]["kind"] == "listed"
    if not asked:
        return
    detail = f"program and network differ on {differ:,} of {asked:,} (seed {seed})"
    if own and claims["verdict"] == "tested":
        detail += "; the verdict is about sequences of the task's own sampler"
        differ = 0
    yield Finding("drawn anew", not differ, detail)


def _refusal(
    files: Mapping[str, bytes], evidence: Evidence | SequenceEvidence
) -> Iterator[Finding]:
    kind = evidence.mechanism.get("kind")
    if "program.py" in files:
        yield Finding("refusal", False, "a refused run has a program.py")
    elif kind not in {"refusal", "table", None} and "reasons" not in evidence.mechanism:
        yield Finding("refusal", False, f"a refused run has a mechanism of the kind {kind!r}")
    else:
        yield Finding("refusal", True, "nothing is claimed, and there is no program")


def _overlaid(report: Mapping[str, Any], claims: Claims) -> dict[str, Any]:
    """The report with derived numbers in their places."""
    tree = deepcopy(dict(report))
    for name, value in claims.items():
        *way, last = name.split(".")
        if way == ["figures"]:
            rows = [row for row in tree["figures"] if row.get("name") == last]
            for row in rows:
                row["value"] = value
            if not rows:
                tree["figures"].append({"name": last, "value": value, "decoy": None})
            continue
        place: Any = tree
        for part in way:
            if isinstance(place, list):
                place = place[int(part)]
                continue
            if not isinstance(place.get(part), dict | list):
                place[part] = {}
            place = place[part]
        place[last] = value
    return tree


def _compared(report: Mapping[str, Any], claims: Claims) -> tuple[list[Finding], list[str]]:
    """Derived and stated, side by side; and what is stated and was not derived."""
    findings, wrong = list[Finding](), list[str]()
    for name, value in claims.items():
        stated = at(report, name)
        if not _same(name, stated, value):
            wrong.append(name)
            detail = f"the report says {_short(stated)}, derived {_short(value)}"
            findings.append(Finding(name, False, detail))
    bent = rows_that_bend_rules(report)
    if bent:
        findings.append(Finding("figures", False, f"rows that bend the rules: {', '.join(bent)}"))
    agreed = len(claims) - len(wrong)
    findings.append(Finding("verification.json", not wrong, f"{agreed} fields are the same"))
    shown = ("verdict", "located", "program_vs_model.agree", "proof.smallest_lead")
    findings += [
        Finding(name, True, _short(claims[name]))
        for name in shown
        if name in claims and name not in wrong
    ]
    return findings, list(dict.fromkeys(_not_derived(report, claims)))


def _not_derived(report: Mapping[str, Any], claims: Claims) -> Iterator[str]:
    """What a report says that no claim covers, by the name of its field or row."""
    for row in report.get("figures", []):
        if f"figures.{row['name']}" not in claims and row.get("value") is not None:
            yield row["name"]
        else:
            rest = sorted(row.keys() - COMPARED)
            yield from (f"the {part} of {row['name']}" for part in rest if row[part] is not None)
    rest = {name: value for name, value in report.items() if name not in {"figures"}}
    derived = {tuple(name.split(".")) for name in claims}
    for way, value in _leaves(rest):
        parents = {way[:depth] for depth in range(1, len(way) + 1)}
        if way == ("format_version",) or parents & derived or value in (None, [], {}, ""):
            continue
        yield way[0] if way[0] in WHOLE else ".".join(way)


def _leaves(tree: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(tree, Mapping) and tree:
        for name, value in tree.items():
            yield from _leaves(value, (*way, name))
    elif isinstance(tree, list) and any(isinstance(part, Mapping) for part in tree):
        for place, value in enumerate(tree):
            yield from _leaves(value, (*way, str(place)))
    else:
        yield way, tree


def _listed(folder: Path) -> list[Path]:
    try:
        return [path for path in sorted(folder.iterdir()) if path.is_file()]
    except OSError as error:
        raise RunFolderError(f"'{folder}' is not a readable run folder") from error


def _bytes(path: Path) -> bytes:
    most = MAX_FILE if path.suffix == ".safetensors" else MAX_JSON
    try:
        if path.stat().st_size > most:
            raise RunFolderError(f"'{path}' has more than {most:,} bytes, the most that is read")
        return path.read_bytes()
    except OSError as error:
        raise RunFolderError(f"'{path}' cannot be read ({error.strerror})") from error


def _digest(path: Path) -> str | None:
    """The hash of a file that is not read otherwise; null where it is too large, or no file."""
    try:
        if path.stat().st_size <= MAX_FILE:
            with path.open("rb") as opened:
                return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        pass
    return None


def _json(folder: Path, files: Mapping[str, bytes], name: str) -> dict[str, Any]:
    if name not in files:
        raise RunFolderError(f"'{folder}' has no {name}: it is not a complete run folder")

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) < len(pairs):
            raise ValueError("a name stands in it twice")
        return dict(pairs)

    def no_number(text: str) -> Any:
        raise ValueError(f"{text} is no number")

    try:
        read = json.loads(files[name], object_pairs_hook=once, parse_constant=no_number)
        if not isinstance(read, dict):
            raise ValueError("not a JSON object")
    except (ValueError, RecursionError) as error:
        raise RunFolderError(
            f"'{folder / name}' cannot be read ({error}): the run folder is truncated or damaged"
        ) from error
    version, reads = read.get("format_version"), VERSIONS[name]
    if type(version) is not int or version != reads:
        older = version in range(reads) and type(version) is int
        which = "made by an earlier version: run `distill run NAME ...` again"
        raise RunFolderError(
            f"'{folder / name}' is of format version {version!r}: this checker reads {reads}"
            + (f"; {which}" if older else "")
        )
    return read


def _weights(folder: Path, files: Mapping[str, bytes]) -> dict[str, ndarray]:
    if "model.safetensors" not in files:
        return {}
    try:
        return dict(load_weights(files["model.safetensors"]))
    except Exception as error:
        raise RunFolderError(
            f"'{folder / 'model.safetensors'}' cannot be read ({error}): the run folder is "
            "truncated or damaged"
        ) from error


def _hashes(certificate: Mapping[str, Any], files: Mapping[str, bytes], folder: Path) -> Finding:
    claimed = certificate.get("sha256", {})
    if not isinstance(claimed, dict):
        return Finding("sha256", False, "the certificate holds no hashes")
    found = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    others = [path for path in _listed(folder) if path.name in claimed.keys() - set(READ)]
    found |= {path.name: _digest(path) for path in others}
    changed = sorted(name for name in claimed if claimed[name] != found.get(name))
    wrong = changed + sorted(set(COVERED) & set(files) - set(claimed))
    return Finding("sha256", not wrong, f"changed: {', '.join(wrong)}" if wrong else "all the same")


def _command_line(evidence: Evidence | SequenceEvidence) -> Finding:
    """`python program.py 5 9`, or `1,0 0,1` for a list, must print what the function returns."""
    if isinstance(evidence, Evidence):
        probes = [[values[-1 - i % 2] for values in evidence.inputs] for i in range(2)]
        said = run_program(evidence.program, np.array(probes)).answers.tolist()
        asked = [list(map(str, probe)) for probe in probes]
    else:
        sequences = uniform(evidence.channels, 2, evidence.length, 0)
        numbers = run_sequences(evidence.program, sequences, evidence.outputs).tolist()
        said = [[tuple(y) if len(y) > 1 else y[0] for y in row] for row in numbers]
        asked = [[",".join(map(str, step)) for step in probe] for probe in sequences.tolist()]
    printed = [run_command_line(evidence.program, probe) for probe in asked]
    ok = printed == [str(answer) for answer in said]
    return Finding("command line", ok, f"{' '.join(asked[0])} prints {printed[0] or 'nothing'}")


def _same(name: str, stated: Any, derived: Any) -> bool:
    if isinstance(derived, float) and is_number(stated):
        absolute = 0.0 if name in RELATIVE_ONLY else TOLERANCE
        return math.isclose(stated, derived, rel_tol=TOLERANCE, abs_tol=absolute)
    if isinstance(derived, list) and isinstance(stated, list):
        return len(stated) == len(derived) and all(
            _same(name, one, other) for one, other in zip(stated, derived, strict=True)
        )
    if isinstance(derived, dict) and isinstance(stated, dict):
        return stated.keys() == derived.keys() and all(
            _same(name, stated[key], derived[key]) for key in derived
        )
    return type(stated) is type(derived) and stated == derived


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 90 else text[:87] + "..."
