"""The end of every run: its certificate, its page, and where it is stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from distill.kinds.exhibiting import Exhibits
from distill.kinds.mechanism import Mechanism
from distill.networks.stored import Model
from distill.pages.report_page import report_page
from distill.programs.program import Program
from distill.records.curve import SequenceCurve, TrainingCurve
from distill.records.refusal import Refusal
from distill.records.report import Report
from distill.runs.certificate import Certificate
from distill.runs.output import Output
from distill.runs.sequence_certificate import SequenceCertificate
from distill.runs.store import Run, RunRecord, run_files, save_run


def finish(
    record: RunRecord,
    report: Report,
    mechanism: Mechanism | Refusal,
    *,
    program: Program | None,
    model: Model | None,
    curve: TrainingCurve | SequenceCurve | None,
    exhibits: Exhibits | None,
    certify: Callable[[dict[str, bytes]], Certificate | SequenceCertificate],
    output: Output | None,
) -> Run:
    """Certify a run, draw its page, and store it where it has a place.

    Args:
        record: how it was made.
        report: what was checked.
        mechanism: what was found.
        program: what was written; null for a refusal.
        model: the network, where it can be stored.
        curve: of its training, where it was trained here.
        exhibits: what its pictures show.
        certify: the certificate of a run whose other files are these.
        output: its place; null to keep the run in memory.

    Raises:
        DistillError: it cannot be written there; the message says where it was kept.
    """
    files = run_files(report, mechanism, program, model, curve, exhibits)
    run = Run(record, report, mechanism, program, model, curve, certify(files), exhibits=exhibits)
    run = replace(run, extra={"report.html": report_page(run).encode()})
    return run if output is None else save_run(run, output)
