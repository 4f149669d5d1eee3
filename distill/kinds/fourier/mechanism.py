"""A sum of cosines of a linear function of the inputs, as a plain value."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.domains.finite import Domain
from distill.kinds.fourier.coordinate import Coordinate
from distill.records.refusal import FORMAT_VERSION
from distill.records.short import Short

Label = Literal["clock", "pizza", "mixed"]
"""How a frequency, isolated, depends on the difference of the inputs (arXiv 2306.17844)."""


GOOD_R2 = 0.97
"""R² from which a size is clearly a constant, or clearly a |cos|.

An even mixture, 1 + |cos|, is 0.966 constant; a constant is 0.81 of a |cos|, and the reverse.
Published clocks and pizzas, and those trained here, are beyond 0.99.
"""


@dataclass(frozen=True)
class Wave:
    """One frequency of a Fourier mechanism: size(d) · cos(2π frequency · s / p + phase).

    Its size is amplitude + pizza · |cos(π frequency · d / p)|, with d the difference of the two
    terms of the coordinate: a constant in most networks.

    Attributes:
        frequency: in turns per modulus, from 1 to p // 2.
        amplitude: in logits.
        phase: in radians, as fitted.
        share: the part of the variance of the centred logits, on the fitted inputs, that this
            wave accounts for.
        pizza: in logits; 0 where the dependence on d is too small to be written.
        label: what the size depends on when this frequency is all that the embedding holds (in
            the full logits the frequencies make up for each other); null for a black box.
        clock_r2, pizza_r2: part of that isolated size which a constant, and which
            |cos(π frequency · d / p)| explains.
    """

    frequency: int
    amplitude: float
    phase: float
    share: float
    pizza: float = 0.0
    label: Label | None = None
    clock_r2: float | None = None
    pizza_r2: float | None = None

    @property
    def form(self) -> Label:
        """What the program makes of it: "clock" where its size is a constant, "pizza" where that is
        clearly a |cos| (over a whole turn of d), "mixed" where it is the sum of both.

        `label` is measured on this frequency alone, and says nothing of the full logits, which the
        program is written from.
        """
        if not self.pizza:
            return "clock"
        constant, varying = self.amplitude, self.pizza
        along = constant * 2 / math.pi + varying / 2  # the means of |cos| and of its square
        total = constant**2 + constant * varying * 4 / math.pi + varying**2 / 2
        return "pizza" if along**2 >= GOOD_R2 * total / 2 else "mixed"


@dataclass(frozen=True)
class Candidate:
    """A coordinate that was tried, with the R² of the best waves in it on the fitted inputs."""

    expression: str
    r2: float
    chosen: bool


@dataclass(frozen=True)
class TableStructure:
    """What the network's own output table is, as a multiplication table (two inputs only).

    Attributes:
        latin: part of the rows and columns that hold every output exactly once.
        associative: part of sampled triples that associate after Albert's normalisation, or null
            where no row and no column to normalise by holds every output once.
        cyclic: whether one element then generates all, or null where it is not a group's table.
        affine: the coefficients of the inputs, modulo the order, where the powers of a generator
            are affine in the values of inputs and output; null where they are not.
    """

    latin: float
    associative: float | None
    cyclic: bool | None
    affine: tuple[int, int] | None

    def __str__(self) -> str:
        if self.associative is None:
            return f"its output table is no Latin square ({self.latin:.1%} of the lines are)"
        if self.cyclic is None:
            return (
                f"its output table is that of no group ({self.latin:.1%} of the lines hold every "
                f"output once, {self.associative:.1%} of the triples associate)"
            )
        if not self.cyclic:
            return "its output table is that of a group that is not cyclic"
        relabelled = "" if self.affine else ", its elements relabelled"
        return f"its output table is that of the cyclic group{relabelled}"


@dataclass(frozen=True)
class Fit:
    """Which inputs the waves were fitted on, and how much of the logits they explain elsewhere.

    Attributes:
        seed: of the draw of the fitted half (`distill.domains.finite.choose`).
        inputs: how many inputs were traced; fitted: how many of them were used for fitting.
        r2: on the fitted inputs. The coordinate was chosen by it, so it is not evidence.
        heldout_r2: on the rest. Both are of the logits without their constant part: what each
            output has on average moves no answer towards any input.
        constant_share: part of the variance of the logits that this constant part holds. The
            program leaves it out, and the row `logit_r2` of the report counts it as unexplained.
    """

    seed: int
    inputs: int
    fitted: int
    r2: float
    heldout_r2: float
    constant_share: float


@dataclass(frozen=True, repr=False)
class FourierMechanism(Short):
    """logit(c) = Σ_k A_k(d) cos(2πk(ψ - φ)/p + θ_k), and the answer is the arg max over c.

    ψ is the number of the output c, in most networks c itself. A_k(d) is a constant, but for the
    frequencies that depend on the difference d (`Wave`).

    Attributes:
        coordinate: φ as a function of the inputs, and ψ as one of the output.
        waves: the key frequencies, in ascending order.
        exceptions: (token of every input, ..., token of the output) where the network answers
            otherwise, over the whole domain.
        agreement: part of the traced inputs on which the waves alone give the network's answer.
        fit: where the numbers come from.
        candidates: the coordinates that were tried, best first.
        table: what the network's own output table is.
        inputs: first and last value of every input; none in runs that were stored without.
        outputs: first and last value of the output.
    """

    coordinate: Coordinate
    waves: tuple[Wave, ...]
    exceptions: tuple[tuple[int, ...], ...]
    agreement: float
    fit: Fit
    candidates: tuple[Candidate, ...]
    table: TableStructure | None
    inputs: tuple[tuple[int, int], ...] = ()
    outputs: tuple[int, int] = (0, 1)
    kind: Literal["fourier"] = "fourier"
    format_version: int = FORMAT_VERSION

    @property
    def domain(self) -> Domain:
        """What the network is over.

        Raises:
            TaskError: it was stored without.
        """
        first, last = self.outputs
        ranges = tuple(range(low, high + 1) for low, high in self.inputs)
        return Domain(ranges, range(first, last + 1))

    @property
    def modulus(self) -> int:
        """The order p of the cyclic group."""
        return self.coordinate.modulus

    @property
    def key_frequencies(self) -> tuple[int, ...]:
        """Frequencies of the waves."""
        return tuple(wave.frequency for wave in self.waves)

    @property
    def remembered(self) -> tuple[str, ...]:
        """Nothing is held from step to step: there are no steps."""
        return ()

    @property
    def name(self) -> str:
        """What a table of runs prints: the program's form, where the network could be looked into.

        Clock and pizza are words for what a network does inside, so that a black box, whose labels
        are null, is called neither.
        """
        forms = {wave.form for wave in self.waves if wave.label is not None}
        kind = f"{next(iter(forms))} " if len(forms) == 1 else ""
        keys = ", ".join(
            f"{wave.frequency} ({wave.form})" if len(forms) > 1 else str(wave.frequency)
            for wave in self.waves
        )
        return f"{kind}cosines of {self.coordinate.expression} mod {self.modulus} at {keys}"


def wave_profile(waves: tuple[Wave, ...], modulus: int) -> Float[ndarray, " modulus"]:
    """Σ_k A_k cos(2πks/p + θ_k) for s = 0, ..., p - 1: the logit of an answer that is off by s."""
    s = np.arange(modulus)
    profile = np.zeros(modulus)
    for wave in waves:
        turns = (wave.frequency * s) % modulus / modulus
        profile += wave.amplitude * np.cos(2 * np.pi * turns + wave.phase)
    return profile


def wave_logits(
    profile: Float[ndarray, " modulus"], phi: Int[ndarray, " n"], psi: Int[ndarray, " outputs"]
) -> Float[ndarray, "n outputs"]:
    """The profile laid out around φ: entry (i, j) is profile[ψ[j] - φ[i]]."""
    return profile[(psi[None, :] - phi[:, None]) % len(profile)]


def midpoint_radius(
    frequency: int, difference: Int[ndarray, " n"], modulus: int
) -> Float[ndarray, " n"]:
    """|cos(πkd/p)|: how far from the centre of a circle the middle between two of its points is.

    The points are d steps of 2πk/p apart. This is what is left of the sum of two embeddings in
    the plane of frequency k: its angle is right, and its length depends on d.
    """
    return np.abs(np.cos(np.pi * (frequency * difference % (2 * modulus)) / modulus))


def mechanism_logits(
    coordinate: Coordinate,
    waves: tuple[Wave, ...],
    values: Int[ndarray, "n k"],
    outputs: range,
) -> Float[ndarray, "n outputs"]:
    """What waves in a coordinate say: Σ_k A_k(d) cos(2πk(ψ - φ)/p + θ_k), A_k(d) as in `Wave`."""
    phi, difference = coordinate.phi(values), coordinate.difference
    psi = coordinate.output_numbers(outputs)
    logits = wave_logits(wave_profile(waves, coordinate.modulus), phi, psi)
    for wave in waves:
        if wave.pizza and difference is not None:
            varying = replace(wave, amplitude=wave.pizza)
            radius = midpoint_radius(wave.frequency, difference.phi(values), coordinate.modulus)
            profile = wave_profile((varying,), coordinate.modulus)
            logits += radius[:, None] * wave_logits(profile, phi, psi)
    return logits
