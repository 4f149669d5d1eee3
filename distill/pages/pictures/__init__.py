"""The pictures of a report, a module for each kind of mechanism."""

from __future__ import annotations

from distill.drawing.picture import Picture
from distill.kinds.exhibiting import FourierExhibits, RefusalExhibits
from distill.kinds.fourier.mechanism import FourierMechanism
from distill.kinds.fourier.pictures import fourier_pictures
from distill.kinds.fourier.rival_pictures import decoys, isolated
from distill.kinds.fourier.training_pictures import training_pictures
from distill.kinds.refused.pictures import refusal_pictures
from distill.pages.pictures.sequences import sequence_pictures
from distill.records.curve import TrainingCurve
from distill.runs.sequence_certificate import SequenceCertificate
from distill.runs.store import Run

__all__ = ["pictures_of"]


def pictures_of(run: Run) -> tuple[Picture, ...]:
    """Every picture that a run's files can give, in the order in which they are looked at."""
    if isinstance(run.certificate, SequenceCertificate):
        return sequence_pictures(run)
    training = training_pictures(run.curve) if isinstance(run.curve, TrainingCurve) else ()
    rivals = [decoys(run.report)]
    if isinstance(run.mechanism, FourierMechanism):
        rivals.append(isolated(run.report, run.mechanism))
    drawn = (each for each in rivals if each is not None)
    return (*_mechanism_pictures(run), *training, *drawn)


def _mechanism_pictures(run: Run) -> tuple[Picture, ...]:
    exhibits, mechanism = run.exhibits, run.mechanism
    if isinstance(exhibits, FourierExhibits) and isinstance(mechanism, FourierMechanism):
        return fourier_pictures(mechanism, exhibits)
    if not isinstance(exhibits, RefusalExhibits):
        return ()
    used = run.record.used
    return refusal_pictures(exhibits, None if used is None else used.right)
