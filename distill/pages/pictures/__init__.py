"""The pictures of a report: those of its kind of mechanism, and those that any run has."""

from __future__ import annotations

from distill.drawing.picture import Picture
from distill.kinds.known import kind_of
from distill.kinds.refused import kind as refused
from distill.pages.pictures.lengths import lengths_picture
from distill.pages.pictures.located import located_picture
from distill.pages.pictures.losses import training_pictures
from distill.pages.pictures.rivals import decoys
from distill.pages.pictures.sequence_training import training_picture
from distill.records.curve import TrainingCurve
from distill.records.refusal import Refusal
from distill.runs.sequence_certificate import SequenceCertificate
from distill.runs.store import Run
from distill.runs.text_certificate import TextCertificate

__all__ = ["pictures_of"]


def pictures_of(run: Run) -> tuple[Picture, ...]:
    """Every picture that a run's files can give, in the order in which they are looked at."""
    report, curve, certificate = run.report, run.curve, run.certificate
    drawn: list[Picture | None] = [*_of_mechanism(run)]
    if isinstance(certificate, SequenceCertificate):
        drawn.append(located_picture(report))
        if not isinstance(run.mechanism, Refusal) and run.exhibits is not None:
            drawn.append(lengths_picture(report, certificate.length))
        assert not isinstance(curve, TrainingCurve), "of a run over sequences"
        drawn.append(training_picture(curve, run.record.attempts))
    elif isinstance(certificate, TextCertificate):
        drawn.append(located_picture(report))
    else:
        drawn += training_pictures(curve) if isinstance(curve, TrainingCurve) else ()
        drawn.append(decoys(report))
    if not isinstance(run.mechanism, Refusal):
        drawn += kind_of(run.mechanism).draw_rivals(run.mechanism, report)
    return tuple(each for each in drawn if each is not None)


def _of_mechanism(run: Run) -> tuple[Picture, ...]:
    if isinstance(run.mechanism, Refusal):
        return refused.draw(run.exhibits, _heldout(run))
    if run.exhibits is None:
        return ()
    return kind_of(run.mechanism).draw(run.mechanism, run.exhibits, run.report)


def _heldout(run: Run) -> float | None:
    """What the network has right of inputs that it was not trained on; null if not known."""
    used = run.record.used
    return None if used is None else used.right
