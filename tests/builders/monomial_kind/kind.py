"""Products of half powers: read from the gradients of the logarithm, written in one line."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from distill.kinds.kind import Kind, Written
from distill.networks.trace import BoxTrace, View
from distill.programs.program import Program
from distill.records.refusal import Refusal
from distill.records.report import Report

PROGRAM = '''"""{title}."""

import sys
from math import sqrt

__all__ = ["f"]


def f({parameters}) -> float:
    """{title}."""
    return {formula}


if __name__ == "__main__":
    print(f(*map(float, sys.argv[1:])))
'''


@dataclass(frozen=True)
class MonomialMechanism:
    """A product of powers.

    Attributes:
        halves: twice the exponent of every input.
        noise: how far the network is from it, at most.
    """

    coefficient: float
    halves: tuple[int, ...]
    names: tuple[str, ...]
    intervals: tuple[tuple[float, float], ...]
    noise: float
    kind: Literal["monomial"] = "monomial"
    format_version: int = 1

    @property
    def name(self) -> str:
        return "a product of powers"

    @property
    def remembered(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True)
class MonomialExhibits:
    """Nothing to show."""

    kind: Literal["monomial"] = "monomial"
    format_version: int = 1


def written(mechanism: MonomialMechanism) -> Program:
    parts = [repr(mechanism.coefficient)]
    for name, twice in zip(mechanism.names, mechanism.halves, strict=True):
        whole, half = divmod(abs(twice), 2)
        parts += [("* " if twice > 0 else "/ ") + name] * whole
        parts += [("* " if twice > 0 else "/ ") + f"sqrt({name})"] * half
    return Program(
        PROGRAM.format(
            title="A product of powers",
            parameters=", ".join(f"{name}: float" for name in mechanism.names),
            formula=" ".join(parts),
        )
    )


class MonomialKind(Kind[MonomialMechanism]):
    """Products of half powers."""

    name = "monomial"
    title = "Products of powers"
    about = "Networks that multiply powers of their inputs."
    noun = ("product", "products")
    mechanism = MonomialMechanism
    exhibits = MonomialExhibits

    def read(self, view: View) -> Iterator[MonomialMechanism | Refusal]:
        if not isinstance(view, BoxTrace):
            return
        points = view.network.over.draw(200, 5)
        values, slopes = view.values(points), view.gradients(points)
        exponents = (slopes * points / values[:, None]).mean(axis=0)
        halves = np.clip(np.rint(2 * exponents), -8, 8).astype(int)
        shape = np.prod(points ** (halves / 2), axis=1)
        factor = float(f"{float((values / shape).mean()):.12g}")
        off = float(np.abs(factor * shape - values).max())
        if not off <= 1e-3 * np.ptp(values):
            yield Refusal((f"the best product of powers is off by {off:.2g}",), {})
            return
        noise = 30 * math.sqrt(float(np.square(factor * shape - values).mean()))
        yield MonomialMechanism(
            *(factor, tuple(halves.tolist()), tuple(view.box), tuple(view.box.values()), noise)
        )

    def write(self, mechanism: MonomialMechanism) -> Written:
        return Written(written(mechanism), mechanism)

    def takes(self, mechanism: MonomialMechanism) -> tuple[tuple[float, float], ...]:
        return mechanism.intervals

    def tolerance(self, mechanism: MonomialMechanism) -> float:
        return mechanism.noise

    def show(self, mechanism: MonomialMechanism, view: View) -> MonomialExhibits:
        return MonomialExhibits()

    def draw(self, mechanism: MonomialMechanism, exhibits: MonomialExhibits, report: Report):
        return ()
