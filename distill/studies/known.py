"""The studies that come with distill, in the order in which they are listed and run."""

from __future__ import annotations

from distill.studies.catalogue.effective_theory import EFFECTIVE_THEORY
from distill.studies.catalogue.equal_losses import EQUAL_LOSSES
from distill.studies.catalogue.grokking_phases import GROKKING_PHASES
from distill.studies.catalogue.high_precision import HIGH_PRECISION
from distill.studies.catalogue.infinity import INFINITY
from distill.studies.catalogue.leap_complexity import LEAP_COMPLEXITY
from distill.studies.catalogue.learning_coefficient import LEARNING_COEFFICIENT
from distill.studies.catalogue.lu_mechanism import LU_MECHANISM
from distill.studies.catalogue.quantization import QUANTIZATION
from distill.studies.catalogue.staged_craters import STAGED_CRATERS
from distill.studies.catalogue.superposition import SUPERPOSITION
from distill.studies.catalogue.survival import SURVIVAL
from distill.studies.study import Study

STUDIES: tuple[Study, ...] = (
    GROKKING_PHASES,
    SUPERPOSITION,
    SURVIVAL,
    LU_MECHANISM,
    EFFECTIVE_THEORY,
    INFINITY,
    LEAP_COMPLEXITY,
    QUANTIZATION,
    EQUAL_LOSSES,
    LEARNING_COEFFICIENT,
    HIGH_PRECISION,
    STAGED_CRATERS,
)
