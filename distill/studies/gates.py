"""Gates: what must be measured for a claim to hold, stated first and never moved.

A gate bounds one figure. Its text is hashed into `study.json` when a run begins; a run whose gates
are no longer those that it began with is not finished.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

import numpy as np
from numpy import ndarray
from pydantic import BeforeValidator, WithJsonSchema
from scipy.special import betaincinv, stdtrit

from distill.errors import DistillError
from distill.serialise import to_json

Result = Literal["holds", "holds in part", "does not hold"]

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Gate:
    """A bound on a figure, both ends included.

    Attributes:
        measure: the name of the figure.
        says: what the figure is, in words.
        published: what others measured, with unit; empty where nothing is known.
    """

    measure: str
    says: str
    at_least: float | None = None
    at_most: float | None = None
    published: str = ""

    def __post_init__(self) -> None:
        """A gate can fail.

        Raises:
            DistillError: it bounds nothing, or nothing can be within its bounds.
        """
        if self.at_least is None and self.at_most is None:
            raise DistillError(f"the gate '{self.measure}' has no bound: give at_least or at_most")
        low, high = self.at_least, self.at_most
        if low is not None and high is not None and not low <= high:
            raise DistillError(
                f"the gate '{self.measure}' is from {low:g} to {high:g}: nothing can be, give "
                "at_least below at_most"
            )

    @property
    def needs(self) -> str:
        """The bound, in words."""
        if self.at_least is not None and self.at_most is not None:
            return f"{self.at_least:g} to {self.at_most:g}"
        if self.at_least is not None:
            return f"at least {self.at_least:g}"
        return f"at most {self.at_most:g}"

    def holds(self, value: float) -> bool:
        """Whether a figure is within the bound; one that is no number is not."""
        low = -math.inf if self.at_least is None else self.at_least
        high = math.inf if self.at_most is None else self.at_most
        return low <= value <= high


def _or_nan(value: object) -> object:
    return math.nan if value is None else value


OrNull = Annotated[
    float,
    BeforeValidator(_or_nan),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "null"}]}),
]
"""A number that may be none, as a correlation of nothing is: nan here, and null in JSON."""


@dataclass(frozen=True)
class Measured:
    """A figure.

    Attributes:
        value: what the gate is about; nan where there is none, for which no gate holds.
        by_seed: the same for every seed on its own, where there are several.
        low, high: a 95% interval over seeds; null where there are no seeds to take it over.
    """

    value: OrNull
    by_seed: tuple[OrNull, ...] = ()
    low: float | None = None
    high: float | None = None

    @classmethod
    def mean(cls, by_seed: Sequence[float] | ndarray, never_below: float = -math.inf) -> Measured:
        """The mean over seeds, with the interval of Student's t.

        Args:
            by_seed: the figure for every seed.
            never_below: what it cannot be below, whatever the seed, as 0 of an error's size: the
                interval ends there.

        Raises:
            DistillError: it is below that for some seed.
        """
        values = np.asarray(by_seed, dtype=np.float64)
        mean, count = float(values.mean()), len(values)
        if (values < never_below).any():
            raise DistillError(
                f"a figure that is never below {never_below:g} is {values.min():g} for a seed"
            )
        if count < 2 or not np.isfinite(values).all():
            return cls(mean, tuple(values.tolist()))
        error = float(values.std(ddof=1)) / math.sqrt(count)
        reach = float(stdtrit(count - 1, 0.5 + CONFIDENCE / 2)) * error
        return cls(mean, tuple(values.tolist()), max(mean - reach, never_below), mean + reach)

    @classmethod
    def part(cls, by_seed: Sequence[bool] | ndarray) -> Measured:
        """The part of the seeds for which something is true, with the exact interval (Clopper and
        Pearson 1934).
        """
        truths = np.asarray(by_seed, dtype=bool)
        true, count, beyond = int(truths.sum()), len(truths), (1 - CONFIDENCE) / 2
        low = float(betaincinv(true, count - true + 1, beyond)) if true else 0.0
        high = float(betaincinv(true + 1, count - true, 1 - beyond)) if true < count else 1.0
        values = tuple(truths.astype(float).tolist())
        return cls(float(truths.mean()), values, low, high)


@dataclass(frozen=True)
class Judged:
    """A gate with what was measured."""

    gate: Gate
    measured: Measured
    held: bool
    needs: str = field(default="")


def judged(gates: Sequence[Gate], measured: Mapping[str, Measured]) -> tuple[Judged, ...]:
    """Every gate with what was measured for it.

    Raises:
        DistillError: nothing was measured for one of them.
    """
    for gate in gates:
        if gate.measure not in measured:
            known = ", ".join(measured) or "nothing"
            raise DistillError(
                f"the gate '{gate.measure}' has no figure: `tell` measured {known}; name one of "
                "these, or measure it"
            )
    return tuple(
        Judged(gate, measured[gate.measure], gate.holds(measured[gate.measure].value), gate.needs)
        for gate in gates
    )


def result_of(gates: Sequence[Judged]) -> Result:
    """Whether a claim holds: by all of its gates, by some, or by none."""
    held = sum(each.held for each in gates)
    return "holds" if held == len(gates) else "holds in part" if held else "does not hold"


def hash_of(claim: str, gates: Sequence[Gate]) -> str:
    """SHA-256 of a claim and its gates, as text."""
    text = to_json((claim, tuple(gates)), tuple[str, tuple[Gate, ...]])
    return hashlib.sha256(text).hexdigest()
