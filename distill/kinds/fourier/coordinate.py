"""Coordinates: what a network adds up, and how it numbers inputs and outputs to do so.

A cyclic group of order m has its elements under any names. A coordinate says which number modulo m
every value of every input stands for, how these numbers are combined to φ, and which output has
which number: a + b, a² + b², or log a + log b, where the answer is the c with log c = φ.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.domains.finite import input_names


@dataclass(frozen=True)
class Polynomial:
    """The number of x is Σ_j coefficients[j] · x^(j + 1)."""

    coefficients: tuple[int, ...] = (1,)
    kind: Literal["polynomial"] = "polynomial"

    def numbers(self, values: Int[ndarray, "..."], modulus: int) -> Int[ndarray, "..."]:
        """Number of every value, from 0 to modulus - 1."""
        powers, numbers = values % modulus, np.zeros_like(values)
        power = powers
        for coefficient in self.coefficients:
            numbers = (numbers + coefficient * power) % modulus
            power = power * powers % modulus
        return numbers

    def expression(self, name: str, constant: str) -> str:
        """The number of a variable as Python, without the modulus, largest power first."""
        terms = [
            (coefficient, name if power == 1 else f"{name}**{power}")
            for power, coefficient in enumerate(self.coefficients, start=1)
        ]
        return signed_sum(terms[::-1])

    @property
    def terms(self) -> int:
        """How many powers have a coefficient."""
        return sum(coefficient != 0 for coefficient in self.coefficients)


@dataclass(frozen=True)
class Logarithm:
    """The number of x is the n with base^n ≡ x modulo a prime, for x from 1 to prime - 1."""

    base: int
    prime: int
    kind: Literal["logarithm"] = "logarithm"

    def numbers(self, values: Int[ndarray, "..."], modulus: int) -> Int[ndarray, "..."]:
        """Number of every value, from 0 to modulus - 1."""
        numbers = np.zeros(self.prime, dtype=np.int64)
        element = 1
        for n in range(self.prime - 1):
            numbers[element] = n
            element = element * self.base % self.prime
        return numbers[values % self.prime] % modulus

    def expression(self, name: str, constant: str) -> str:
        """The number of a variable as Python."""
        return f"{constant}[{name}]"


@dataclass(frozen=True)
class Listed:
    """The number of `first` + i is `numbered[i]`: no rule was found, so they are listed."""

    first: int
    numbered: tuple[int, ...]
    kind: Literal["listed"] = "listed"

    def numbers(self, values: Int[ndarray, "..."], modulus: int) -> Int[ndarray, "..."]:
        """Number of every value, from 0 to modulus - 1."""
        return np.array(self.numbered)[values - self.first] % modulus

    def expression(self, name: str, constant: str) -> str:
        """The number of a variable as Python."""
        return f"{constant}[{name}]"


Numbering = Polynomial | Logarithm | Listed

IDENTITY = Polynomial()


@dataclass(frozen=True)
class Coordinate:
    """φ = Σ weights[i] · number of x[i] + offset, modulo `modulus`; x[i] is the value of input i.

    Attributes:
        inputs: how every input is numbered; empty where each value is its own number.
        output: how the outputs are numbered, one to one with the residues.
    """

    weights: tuple[int, ...]
    offset: int
    modulus: int
    inputs: tuple[Numbering, ...] = ()
    output: Numbering = IDENTITY
    kind: Literal["affine"] = "affine"

    @property
    def numberings(self) -> tuple[Numbering, ...]:
        """Of every input."""
        return self.inputs or (IDENTITY,) * len(self.weights)

    @property
    def plain(self) -> bool:
        """Whether every value, of inputs and output, is its own number."""
        return all(numbering == IDENTITY for numbering in (*self.numberings, self.output))

    def phi(self, values: Int[ndarray, "n k"]) -> Int[ndarray, " n"]:
        """The coordinate of every row of input values."""
        total = np.full(len(values), self.offset)
        for i, (weight, numbering) in enumerate(zip(self.weights, self.numberings, strict=True)):
            total = total + weight * numbering.numbers(values[:, i], self.modulus)
        return total % self.modulus

    def output_numbers(self, outputs: range) -> Int[ndarray, " outputs"]:
        """The number of every output."""
        return self.output.numbers(np.array(outputs), self.modulus)

    def by_number(
        self, logits: Float[ndarray, "n outputs"], outputs: range
    ) -> Float[ndarray, "n outputs"]:
        """Logits with the output of number 0 first, that of number 1 next, and so on."""
        return logits[:, np.argsort(self.output_numbers(outputs))]

    @property
    def difference(self) -> Coordinate | None:
        """How far apart the two terms are: d = u·a - v·b where this is u·a + v·b + w.

        Its sign is chosen so that it reads well, as nothing that is made of it depends on the
        sign. Null where there are not two terms.
        """
        if len(self.weights) != 2 or not all(weight % self.modulus for weight in self.weights):
            return None
        u, v = self.weights
        weights = (-u, v) if u < 0 else (u, -v)
        return replace(self, weights=weights, offset=0)

    @cached_property
    def constants(self) -> dict[Numbering, str]:
        """A name for every numbering that a program must hold as a constant."""
        held = dict.fromkeys((*self.numberings, self.output))
        listed = [numbering for numbering in held if isinstance(numbering, Listed)]
        names: dict[Numbering, str] = {
            numbering: "NUMBER" if len(listed) == 1 else f"NUMBER_{place}"
            for place, numbering in enumerate(listed, start=1)
        }
        return names | {held: "LOG" for held in held if isinstance(held, Logarithm)}

    def _named(self, numbering: Numbering, variable: str) -> str:
        return numbering.expression(variable, self.constants.get(numbering, ""))

    def output_expression(self, variable: str) -> str:
        """The number of an output as Python: `c`, `LOG[c]`."""
        return self._named(self.output, variable)

    @property
    def expression(self) -> str:
        """φ as Python, without the modulus: `a + b`, `2 * a - b + 7`, `a**2 + b**2`."""
        terms = []
        names = input_names(len(self.weights))
        for name, weight, numbering in zip(names, self.weights, self.numberings, strict=True):
            text = self._named(numbering, name)
            several = isinstance(numbering, Polynomial) and numbering.terms > 1
            terms.append((weight, f"({text})" if several else text))
        return signed_sum([*terms, (self.offset, "")])


def signed_sum(terms: list[tuple[int, str]]) -> str:
    """A sum as Python: coefficients of 0 are left out, those of 1 not written; "" stands for 1."""
    text = ""
    for coefficient, factor in terms:
        if not coefficient:
            continue
        size = str(abs(coefficient)) if not factor or abs(coefficient) != 1 else ""
        sign = ("-" if coefficient < 0 else "") if not text else " - " if coefficient < 0 else " + "
        text += sign + " * ".join(part for part in (size, factor) if part)
    return text or "0"


def balanced(value: int, modulus: int) -> int:
    """The representative of a residue between -modulus/2 and modulus/2."""
    value %= modulus
    return value - modulus if value > modulus // 2 else value


def logarithm_of(outputs: range) -> Logarithm | None:
    """The discrete logarithm that numbers 1, ..., q - 1 for a prime q, to the smallest base."""
    q = len(outputs) + 1
    if outputs.start != 1 or q < 3 or any(q % d == 0 for d in range(2, int(q**0.5) + 1)):
        return None
    for base in range(2, q):
        order, element = 1, base
        while element != 1:
            element, order = element * base % q, order + 1
        if order == q - 1:
            return Logarithm(base, q)
    return Logarithm(2, 3) if q == 3 else None
