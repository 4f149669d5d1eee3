"""The certificate of a run, from what it arrived at."""

from __future__ import annotations

from distill.kinds.kind import Mechanism
from distill.networks.trace import BoxTrace, TextTrace, Trace, View, stored_in
from distill.records.refusal import Refusal
from distill.runs.box_certificate import BoxCertificate, certify_box
from distill.runs.certificate import Certificate, Split, certify_domain
from distill.runs.sequence_certificate import SequenceCertificate, certify_sequences
from distill.runs.text_certificate import TextCertificate, certify_texts
from distill.tasks.sequences import SequenceTask
from distill.verify.report import Verified


def certify(
    view: View | None,
    task: object,
    mechanism: Mechanism | Refusal,
    verified: Verified,
    split: Split | None,
    files: dict[str, bytes],
) -> Certificate | SequenceCertificate | TextCertificate | BoxCertificate:
    """What a checker needs; `files` are the other files, as they will be stored."""
    if isinstance(view, Trace):
        return certify_domain(view, mechanism, verified, split, files)
    if isinstance(view, TextTrace):
        return certify_texts(view, verified, files)
    if isinstance(view, BoxTrace):
        return certify_box(view, verified, files)
    if view is not None:
        channels, length = view.channels, view.length
    else:
        assert isinstance(task, SequenceTask), "without a network there is a task over sequences"
        channels, length = task.channels, task.length
    return certify_sequences(channels, length, stored_in(view), verified, files)
