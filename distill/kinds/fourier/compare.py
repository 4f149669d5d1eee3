"""Key frequencies side by side: which networks share them, and how much of that is chance.

A cyclic group of order p has its characters under several names: x ↦ ux, for a unit u of Z_p, is
an automorphism, and takes frequency k to uk. Data and initial weights know no difference between
the names, so which key set a network ends with is an accident of its seed, and two key sets are
told apart by no more than an automorphism if one is u times the other (Chughtai et al.,
arXiv 2302.03025; Zhong et al., arXiv 2306.17844). What two networks share beyond that is held
against key sets of the same sizes drawn at random.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from distill.kinds.difference import Compared
from distill.kinds.fourier.coordinate import Coordinate
from distill.kinds.fourier.mechanism import FourierMechanism, Label


@dataclass(frozen=True)
class Key:
    """A key frequency, and how the network uses it; the label is null for a black box."""

    frequency: int
    label: Label | None


@dataclass(frozen=True)
class Image:
    """The key set of one run times `unit` is that of another; with 1 they are the same.

    Attributes:
        labels: whether clocks go to clocks and pizzas to pizzas.
    """

    one: int
    other: int
    unit: int
    labels: bool


@dataclass(frozen=True)
class Overlap:
    """Frequencies that two runs share, summed over all pairs of runs.

    Attributes:
        expected: for key sets of the same sizes drawn at random, n·m of p // 2 for a pair of n and
            m keys (the mean of a hypergeometric distribution).
        deviation: standard deviation of that sum. Overlaps of different pairs are uncorrelated,
            also where the pairs have a run in common, so that variances add up.
    """

    pairs: int
    shared: int
    expected: float
    deviation: float

    @property
    def deviations(self) -> float:
        """How many standard deviations more than expected is shared; 0 where none can differ."""
        return (self.shared - self.expected) / self.deviation if self.deviation else 0.0


@dataclass(frozen=True)
class Family:
    """Runs that compute with cosines of the same coordinate. Runs are given by their place.

    Attributes:
        expression: the coordinate, of the first run; frequencies of the others are in it too.
        keys: of every run, ascending by frequency.
        images: every pair of runs with the same key set up to an automorphism.
        orbits: the runs, those with the same key set up to an automorphism together.
        alike_by_chance: how many pairs of key sets of the same sizes would be images of each
            other, drawn at random.
        usage: every frequency in use, with the runs that use it; the most used first.
    """

    expression: str
    modulus: int
    runs: tuple[int, ...]
    keys: tuple[tuple[Key, ...], ...]
    images: tuple[Image, ...]
    orbits: tuple[tuple[int, ...], ...]
    alike_by_chance: float
    overlap: Overlap
    usage: tuple[tuple[int, tuple[int, ...]], ...]

    @property
    def available(self) -> int:
        """How many frequencies there are."""
        return self.modulus // 2

    @property
    def key_sets(self) -> int:
        """How many different key sets there are."""
        return len({frequencies(keys) for keys in self.keys})

    @property
    def labels(self) -> Counter[Label | None]:
        """How many key frequencies of all runs have each label."""
        return Counter(key.label for keys in self.keys for key in keys)

    @property
    def sizes(self) -> Counter[int]:
        """How many runs have how many keys."""
        return Counter(map(len, self.keys))


Domain = tuple[tuple[range, ...], range]
"""Values of every input, and of the output."""


def families(found: Mapping[int, tuple[FourierMechanism, Domain]]) -> tuple[Family, ...]:
    """Runs, given by their place, by the coordinate that they compute with; the largest first."""
    groups: list[list[tuple[int, FourierMechanism, int]]] = []
    for place, (mechanism, domain) in found.items():
        for group in groups:
            first = group[0][0]
            unit = scale(found[first][0].coordinate, mechanism.coordinate, found[first][1], domain)
            if unit is not None:
                group.append((place, mechanism, unit))
                break
        else:
            groups.append([(place, mechanism, 1)])
    return tuple(_family(group) for group in sorted(groups, key=len, reverse=True))


def scale(one: Coordinate, other: Coordinate, domain: Domain, others: Domain) -> int | None:
    """The unit u with which other = u · one + constant, in the inputs and in the output alike.

    Then frequency k of the other coordinate is frequency uk of the one. Null where there is none:
    the two compute different functions, or add up different things to do so.
    """
    if one.modulus != other.modulus or domain != others:
        return None
    p = one.modulus
    here, there = _numbers(one, domain), _numbers(other, domain)
    for unit in range(1, max(p, 2)):
        if math.gcd(unit, p) == 1 and np.array_equal(unit * here % p, there):
            return unit
    return None


def _numbers(coordinate: Coordinate, domain: Domain) -> np.ndarray:
    """All that a coordinate says up to a constant: steps from the first values, and ψ - φ there."""
    inputs, outputs = domain
    terms = [
        weight * numbering.numbers(np.array(values), coordinate.modulus)
        for weight, numbering, values in zip(
            coordinate.weights, coordinate.numberings, inputs, strict=True
        )
    ]
    psi = coordinate.output_numbers(outputs)
    phi = coordinate.offset + sum(int(term[0]) for term in terms)
    steps = [values - values[0] for values in (*terms, psi)]
    return np.concatenate([*steps, [psi[0] - phi]]) % coordinate.modulus


def _family(group: Sequence[tuple[int, FourierMechanism, int]]) -> Family:
    first = group[0][1]
    p = first.modulus
    runs = tuple(place for place, _, _ in group)
    keys = tuple(
        tuple(
            sorted(
                (Key(fold(unit * wave.frequency, p), wave.label) for wave in mechanism.waves),
                key=lambda key: key.frequency,
            )
        )
        for _, mechanism, unit in group
    )
    sets = [frequencies(each) for each in keys]
    images, chance = [], 0.0
    for i, j in combinations(range(len(runs)), 2):
        unit = automorphism(sets[i], sets[j], p)
        if unit is not None:
            moved = {Key(fold(unit * key.frequency, p), key.label) for key in keys[i]}
            images.append(Image(runs[i], runs[j], unit, moved == set(keys[j])))
        if len(sets[i]) == len(sets[j]):
            chance += chance_of_image(sets[i], p)
    users = {
        k: tuple(run for run, each in zip(runs, sets, strict=True) if k in each)
        for k in sorted(set[int]().union(*sets))
    }
    return Family(
        expression=first.coordinate.expression,
        modulus=p,
        runs=runs,
        keys=keys,
        images=tuple(images),
        orbits=_orbits(runs, images),
        alike_by_chance=chance,
        overlap=overlap(sets, p // 2),
        usage=tuple(sorted(users.items(), key=lambda item: (-len(item[1]), item[0]))),
    )


def frequencies(keys: Sequence[Key]) -> frozenset[int]:
    """The frequencies alone."""
    return frozenset(key.frequency for key in keys)


def fold(frequency: int, modulus: int) -> int:
    """The smaller of k and p - k, which are one frequency."""
    return min(frequency % modulus, -frequency % modulus)


def automorphism(one: frozenset[int], other: frozenset[int], modulus: int) -> int | None:
    """The smallest unit u with u · one = other as sets of frequencies; null where there is none."""
    if len(one) != len(other):
        return None
    return next((u for u in _units(modulus) if _image(one, u, modulus) == other), None)


def chance_of_image(keys: frozenset[int], modulus: int) -> float:
    """Probability that a key set of this size, drawn at random, is an image of this one.

    That is the size of its orbit among the (p // 2 choose n) key sets.
    """
    orbit = {_image(keys, unit, modulus) for unit in _units(modulus)}
    return len(orbit) / math.comb(modulus // 2, len(keys))


def _image(keys: frozenset[int], unit: int, modulus: int) -> frozenset[int]:
    return frozenset(fold(unit * k, modulus) for k in keys)


def _units(modulus: int) -> list[int]:
    """Of Z_p, one of every u and -u."""
    return [u for u in range(1, max(modulus // 2, 1) + 1) if math.gcd(u, modulus) == 1]


def overlap(sets: Sequence[frozenset[int]], available: int) -> Overlap:
    """What all pairs of key sets share, and what they would if they were drawn at random."""
    shared, expected, variance, pairs = 0, 0.0, 0.0, 0
    for one, other in combinations(sets, 2):
        n, m = len(one), len(other)
        pairs, shared, expected = pairs + 1, shared + len(one & other), expected + n * m / available
        if available > 1:
            within = (n / available) * (1 - n / available)
            variance += m * within * (available - m) / (available - 1)
    return Overlap(pairs, shared, expected, math.sqrt(variance))


def _orbits(runs: Sequence[int], images: Sequence[Image]) -> tuple[tuple[int, ...], ...]:
    orbits: list[list[int]] = []
    alike = {(image.one, image.other) for image in images}
    for run in runs:
        for orbit in orbits:
            if (orbit[0], run) in alike:
                orbit.append(run)
                break
        else:
            orbits.append([run])
    return tuple(tuple(orbit) for orbit in sorted(orbits, key=len, reverse=True))


class FourierCompared(Compared[FourierMechanism]):
    """Sums of cosines side by side."""

    name = "fourier"
    noun = ("sum of cosines", "sums of cosines")
    mechanism = FourierMechanism

    def families(self, found: Mapping[int, tuple[FourierMechanism, Any]]) -> tuple[Family, ...]:
        """By coordinate, with what their key frequencies share."""
        return families(
            {place: (each, (space.inputs, space.outputs)) for place, (each, space) in found.items()}
        )
