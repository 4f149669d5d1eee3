"""The pictures of a report, a module for each kind of mechanism."""

from __future__ import annotations

from distill.exhibits import FourierExhibits
from distill.render.picture import Picture
from distill.render.pictures.fourier import fourier_pictures
from distill.render.pictures.sequences import sequence_pictures
from distill.sequence_certificate import SequenceCertificate
from distill.store import Run

__all__ = ["pictures_of"]


def pictures_of(run: Run) -> tuple[Picture, ...]:
    """Every picture that a run's files can give, in the order in which they are looked at."""
    if isinstance(run.exhibits, FourierExhibits):
        return fourier_pictures(run.exhibits)
    if isinstance(run.certificate, SequenceCertificate):
        return sequence_pictures(run)
    return ()
