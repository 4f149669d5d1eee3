"""Copies, as a kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from builders.copy_kind.emit import emit_copy
from builders.copy_kind.evidence import untouched
from builders.copy_kind.extract import extract_copy
from builders.copy_kind.mechanism import CopyMechanism
from distill.drawing.picture import SERIES, Picture, picture
from distill.evidence.figures import Measured
from distill.kinds.kind import Kind, Written
from distill.kinds.notation import Notation
from distill.networks.trace import Trace, View
from distill.records.refusal import Refusal
from distill.records.report import Report


@dataclass(frozen=True)
class CopyExhibits:
    """How often every value is answered."""

    counts: tuple[int, ...]
    kind: Literal["copy"] = "copy"
    format_version: int = 1


class CopyKind(Kind[CopyMechanism]):
    """The answer is one of the inputs."""

    name = "copy"
    title = "Copies"
    about = "Networks that answer one of their inputs."
    noun = ("copy", "copies")
    mechanism = CopyMechanism
    exhibits = CopyExhibits
    notations = ("latex",)

    def read(self, view: View) -> Iterator[CopyMechanism | Refusal]:
        if isinstance(view, Trace):
            yield extract_copy(view)

    def write(self, mechanism: CopyMechanism) -> Written:
        return Written(emit_copy(mechanism), mechanism)

    def takes(self, mechanism: CopyMechanism) -> tuple[range, ...]:
        return tuple(range(low, high + 1) for low, high in mechanism.inputs)

    def probe(self, written: Written, view: View, sample: Any) -> Measured:
        return untouched(written.mechanism, view)

    def show(self, mechanism: CopyMechanism, view: View) -> CopyExhibits:
        return CopyExhibits(tuple(np.bincount(view.outputs).tolist()))

    def draw(
        self, mechanism: CopyMechanism, exhibits: CopyExhibits, report: Report
    ) -> tuple[Picture, ...]:
        def bars(figure: Any) -> None:
            axes = figure.add_subplot()
            axes.bar(range(len(exhibits.counts)), exhibits.counts, color=SERIES[0])

        said = "How often every value is answered."
        return (picture("copied", "Answers", said, said, bars),)

    def notation(self, mechanism: CopyMechanism, form: Notation) -> str:
        return mechanism.names[mechanism.copied]
