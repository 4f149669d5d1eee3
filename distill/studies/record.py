"""What a run of a study leaves as JSON: what was stated at its start, and what came of it.

`study.schema.json` is the schema of the latter, held against this module in the tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from distill.studies.gates import Gate, Judged, Measured, Result
from distill.studies.study import Setting, Source

FORMAT_VERSION = 1


@dataclass(frozen=True)
class Stated:
    """`stated.json`: written before anything is measured.

    Attributes:
        gates_sha256: of claim and gates.
        code_sha256: of the file of the study: parts of other code are not gone on with.
    """

    study: str
    claim: str
    gates: tuple[Gate, ...]
    gates_sha256: str
    settings: dict[str, Setting]
    seed: int
    quick: bool
    decoy: bool
    code_sha256: str
    format_version: int = FORMAT_VERSION


@dataclass(frozen=True)
class StudyRecord:
    """`study.json`: written at the end, when everything else is there.

    Attributes:
        gates_sha256: as it was stated at the start.
        measured: all figures, those without a gate too.
        seconds: of measuring, by part.
        files: tables, beside this file.
    """

    study: str
    claim: str
    source: Source
    result: Result
    gates: tuple[Judged, ...]
    gates_sha256: str
    measured: dict[str, Measured]
    decoy: str
    is_decoy: bool
    settings: dict[str, Setting]
    seed: int
    quick: bool
    here: str
    remarks: tuple[str, ...]
    seconds: Mapping[str, float]
    files: tuple[str, ...]
    distill: str
    torch: str
    format_version: int = FORMAT_VERSION
