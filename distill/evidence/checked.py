"""The network's answers on the inputs of a finite domain that are checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from jaxtyping import Float, Int
from numpy import ndarray


@dataclass(frozen=True)
class Sample:
    """How the checked inputs of a large domain were drawn (`distill.domains.finite.choose`)."""

    count: int
    seed: int

    @property
    def draw(self) -> dict[str, Any]:
        """What it takes to draw it again, for whoever puts it in words."""
        return {"kind": "sample", "count": self.count, "seed": self.seed}


@dataclass(frozen=True)
class Checked:
    """The network's answers on the inputs that are checked.

    Attributes:
        indices: row-major positions in the domain, ascending.
        answers: arg max of the float64 logits.
        lead: of the answer over the runner-up.
        single_agree: how many float32 answers are the same.
        drift: the largest difference between a float32 and a float64 logit.
    """

    sample: Sample | None
    indices: Int[ndarray, " n"]
    tokens: Int[ndarray, "n k"]
    answers: Int[ndarray, " n"]
    lead: Float[ndarray, " n"]
    single_agree: int
    drift: float
