"""The studies that come with distill, in the order in which they are listed and run."""

from __future__ import annotations

from distill.studies.catalogue.staged_craters import STAGED_CRATERS
from distill.studies.study import Study

STUDIES: tuple[Study, ...] = (STAGED_CRATERS,)
