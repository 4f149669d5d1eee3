"""The mechanism: a linear inequality of the inputs, and the answers on its two sides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.domains.finite import input_names
from distill.records.short import Short

FORMAT_VERSION = 1


@dataclass(frozen=True, repr=False)
class ComparisonMechanism(Short):
    """`then` where Σ weights[i] · input i >= threshold, and `otherwise` elsewhere.

    Attributes:
        weights: one for every input, without a common divisor.
        threshold: a value that the weighted sum has on an input of the domain.
        then, otherwise: the answers; `then` is the larger.
        inputs: first and last value of every input.
    """

    weights: tuple[int, ...]
    threshold: int
    then: int
    otherwise: int
    inputs: tuple[tuple[int, int], ...]
    kind: Literal["comparison"] = "comparison"
    format_version: int = FORMAT_VERSION

    @property
    def name(self) -> str:
        """What its program computes, in words."""
        if (self.then, self.otherwise) == (1, 0):
            return f"whether {self.condition}"
        return f"{self.then} where {self.condition}, else {self.otherwise}"

    @property
    def remembered(self) -> tuple[str, ...]:
        """Nothing: there are no steps."""
        return ()

    @property
    def condition(self) -> str:
        """The inequality as it is read most easily, in Python."""
        return inequality(self.weights, self.threshold)

    def form(self, values: Int[ndarray, "n k"]) -> Int[ndarray, " n"]:
        """The weighted sum of every row of inputs."""
        return values @ np.array(self.weights)


def inequality(weights: tuple[int, ...], threshold: int) -> str:
    """Σ weights[i] · input i >= threshold, without minus signs where it can be: `a < b`."""
    names = input_names(len(weights))
    terms = [(weight, name) for weight, name in zip(weights, names, strict=True) if weight]
    above = [_term(weight, name) for weight, name in terms if weight > 0]
    below = [_term(-weight, name) for weight, name in terms if weight < 0]
    if not above:
        return f"{' + '.join(below)} <= {-threshold}"
    if not below:
        return f"{' + '.join(above)} >= {threshold}"
    large, small = " + ".join(above), " + ".join(below)
    strict = threshold == 1
    if threshold > 1:
        small += f" + {threshold}"
    elif threshold < 0:
        large += f" + {-threshold}"
    if terms[0][0] > 0:
        return f"{large} {'>' if strict else '>='} {small}"
    return f"{small} {'<' if strict else '<='} {large}"


def _term(weight: int, name: str) -> str:
    return name if weight == 1 else f"{weight} * {name}"
