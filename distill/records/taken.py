"""What a checker took as it is, in words: it lists fields and rows by their names in the files."""

from __future__ import annotations

import re
from collections.abc import Iterable

from distill.records.figures import words_of
from distill.records.report import Report
from distill.records.sentences import TAKEN

FIELDS = {
    **TAKEN,
    "reasons": "the reasons of the refusal",
    "proof.history": "how many of the last inputs a box of the proof is for",
    "program_vs_model.searched": "how many points the search for disagreements asked",
}
"""Fields of a report, in words."""

OF_A_ROW = r"(?P<part>the \w+ of |that no decoy stands beside )?(?P<name>.+)"


def in_words(report: Report, names: Iterable[str]) -> list[str]:
    """Every name in words, each once.

    Args:
        report: of the run.
        names: as a checker lists them: fields, rows, parts of rows, and texts that are words.
    """
    return list(dict.fromkeys(_said(report, name) for name in names))


def _said(report: Report, name: str) -> str:
    if name in FIELDS:
        return FIELDS[name]
    found = re.fullmatch(OF_A_ROW, name)
    row = None if found is None else report.figure(found["name"])
    if found is not None and row is not None:
        words = words_of(report, row)
        part = found["part"] or ""
        return f"{part}{words.title}" if part else words.taken or words.title
    if re.fullmatch(r"[\w.]+", name):  # a field: its parts are words
        *whole, last = name.replace("_", " ").split(".")
        return f"{last} of {' of '.join(reversed(whole))}" if whole else last
    return name
