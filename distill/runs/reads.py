"""What a run's network reads, from its certificate: all of it that needs no torch, at once.

A certificate is the same file and has more (`distill.runs.certificate` and its counterparts).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from distill.checker.files import TEXTS_VERSION
from distill.domains.boxes import Box
from distill.domains.finite import Domain
from distill.domains.sequences import Channels
from distill.domains.texts import Form, Texts
from distill.runs.record import CERTIFICATE_VERSION


@dataclass(frozen=True)
class CertificateDomain:
    """First and last value of every input, and of the output."""

    inputs: tuple[tuple[int, int], ...]
    outputs: tuple[int, int]


class OverDomain:
    """Of a certificate over a finite domain."""

    domain: CertificateDomain

    @property
    def space(self) -> Domain:
        """What the network is a function of."""
        first, last = self.domain.outputs
        inputs = tuple(range(low, high + 1) for low, high in self.domain.inputs)
        return Domain(inputs, range(first, last + 1))


class OverSequences:
    """Of a certificate over sequences."""

    inputs: tuple[tuple[int, int], ...]
    outputs: int

    @property
    def space(self) -> Channels:
        """What is read at every step, and how many numbers answer."""
        return Channels(tuple(range(low, high + 1) for low, high in self.inputs), self.outputs)


class OverTexts:
    """Of a certificate over texts."""

    tokens: tuple[int, int]
    longest: int
    form: Form | None

    @property
    def space(self) -> Texts:
        """What a text is made of."""
        return Texts(range(self.tokens[0], self.tokens[1] + 1), self.longest, self.form)


class OverBox:
    """Of a certificate over a box."""

    names: tuple[str, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    @property
    def space(self) -> Box:
        """What the network is a function of."""
        return Box(self.names, self.low, self.high)


@dataclass(frozen=True)
class ReadsDomain(OverDomain):
    """What is read of it; `sha256` of the other files, among them the network's weights."""

    domain: CertificateDomain
    sha256: dict[str, str]
    kind: Literal["domain"]
    tolerance: None = None
    format_version: int = CERTIFICATE_VERSION


@dataclass(frozen=True)
class ReadsSequences(OverSequences):
    """The same over sequences."""

    inputs: tuple[tuple[int, int], ...]
    outputs: int
    sha256: dict[str, str]
    kind: Literal["sequences"]
    tolerance: None = None
    format_version: int = CERTIFICATE_VERSION


@dataclass(frozen=True)
class ReadsTexts(OverTexts):
    """The same over texts."""

    tokens: tuple[int, int]
    longest: int
    form: Form | None
    sha256: dict[str, str]
    kind: Literal["texts"]
    tolerance: None = None
    format_version: int = TEXTS_VERSION


@dataclass(frozen=True)
class ReadsBox(OverBox):
    """The same over a box: `tolerance` is how far apart is the same, null of a refusal."""

    names: tuple[str, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    tolerance: float | None
    sha256: dict[str, str]
    kind: Literal["box"]
    format_version: int = CERTIFICATE_VERSION


Reads = ReadsDomain | ReadsSequences | ReadsTexts | ReadsBox
ReadsJson = Annotated[Reads, Field(discriminator="kind")]
