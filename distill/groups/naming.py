"""Names of irreducible representations: by partitions, by frequencies, by kernels, or by letters.

A name says what the representation is where that is known of its family, and is otherwise its
dimension with a letter. Within a group no two are alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from distill.groups.families import Abelian, AnyFamily, Generated, Metacyclic, Symmetric
from distill.groups.irreps import Irrep, components
from distill.groups.isomorphism import family_table

CLOSE = 1e-6


@cache
def irreps(family: AnyFamily) -> tuple[Irrep, ...]:
    """All but the trivial one, the smaller first, with names that tell them apart."""
    found = components(family_table(family))
    names = [_name(family, irrep) for irrep in found]
    often, letters, told = Counter(names), Counter[str](), []
    for irrep, name in zip(found, names, strict=True):
        if often[name] > 1:
            letters[name] += 1
            name = f"{name}, {_letter(letters[name])}"
        told.append(replace(irrep, name=name))
    return tuple(told)


def _letter(number: int) -> str:
    return chr(96 + number) if number <= 26 else f"no. {number}"


def _name(family: AnyFamily, irrep: Irrep) -> str:
    if isinstance(family, Abelian):
        return _frequencies(family, irrep)
    if isinstance(family, Symmetric):
        partition = _partition(family, irrep)
        if partition is not None:
            return _spoken(family, partition)
    if isinstance(family, Metacyclic) and family.reflects and irrep.dimension == 2:
        return f"rotations, frequency {_rotation(family, irrep)}"
    if isinstance(family, Symmetric | Generated) and _is_standard(family, irrep):
        return "standard"
    if irrep.dimension == 1 and irrep.sort == "real":
        return f"sign, kernel of order {len(irrep.kernel)}"
    return f"dimension {irrep.dimension}" + (f", {irrep.sort}" if irrep.sort != "real" else "")


def _frequencies(family: Abelian, irrep: Irrep) -> str:
    """The frequency in every digit: cos 2π(k1 x1/m1 + k2 x2/m2 + ...); of bits, which are added."""
    weights, found = np.cumprod((1, *family.moduli[:0:-1]))[::-1], list[int]()
    each = np.arange(family.order)
    digits = [each // w % m for w, m in zip(weights, family.moduli, strict=True)]
    angle = np.zeros(family.order)
    for ks in _all_frequencies(family.moduli):
        angle = (
            2
            * np.pi
            * sum(k * digit / m for k, digit, m in zip(ks, digits, family.moduli, strict=True))
        )
        if np.abs(np.cos(angle) * irrep.character[0] - irrep.character).max() < CLOSE:
            found = list(ks)
            break
    if set(family.moduli) == {2}:
        return f"parity of x & {int(''.join(map(str, found)), 2)}"
    if len(family.moduli) == 1:
        return f"frequency {found[0]}"
    return f"frequencies ({', '.join(map(str, found))})"


def _all_frequencies(moduli: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    return (tuple(int(k) for k in ks) for ks in np.ndindex(*moduli))


def _rotation(family: Metacyclic, irrep: Irrep) -> int:
    """The k with the character 2 cos(2πkx/m) at r^x."""
    m = family.rotations
    turns = np.arange(m) * (2 if family.interleaved else 1)
    for k in range(1, m):
        wanted = irrep.character[0] * np.cos(2 * np.pi * k * np.arange(m) / m)
        if np.abs(irrep.character[turns] - wanted).max() < CLOSE:
            return k
    return 0


def _is_standard(family: Symmetric | Generated, irrep: Irrep) -> bool:
    """Whether it is the permutation representation without the constants."""
    fixed = np.array([sum(i == p[i] for i in range(family.points)) for p in family.elements])
    return bool(np.abs(fixed - 1 - irrep.character).max() < CLOSE)


def _spoken(family: Symmetric, partition: tuple[int, ...]) -> str:
    n, shape = family.points, f"({', '.join(map(str, partition))})"
    usual: dict[tuple[int, ...], str] = {
        (1,) * n: "sign",
        (2, *(1,) * (n - 2)): "standard x sign",
        (n - 1, 1): "standard",
    }
    if family.even:
        usual = {(n - 1, 1): "standard"}
    return f"{usual[partition]} {shape}" if partition in usual else shape


def _partition(family: Symmetric, irrep: Irrep) -> tuple[int, ...] | None:
    """The partition of a symmetric group's irreducible; of an alternating one's where it is one."""
    shapes = [_cycles(p) for p in family.elements]
    kinds = sorted(set(shapes))
    for partition in partitions(family.points):
        characters = {kind: murnaghan_nakayama(partition, kind) for kind in kinds}
        column: Float[ndarray, " n"] = np.array([characters[it] for it in shapes], dtype=float)
        if np.abs(column - irrep.character).max() < CLOSE:
            return partition
    return None


def _cycles(permutation: tuple[int, ...]) -> tuple[int, ...]:
    """Lengths of its cycles, the longest first."""
    seen, lengths = set[int](), []
    for start in range(len(permutation)):
        length, point = 0, start
        while point not in seen:
            seen.add(point)
            point, length = permutation[point], length + 1
        lengths += [length] if length else []
    return tuple(sorted(lengths, reverse=True))


def partitions(total: int, most: int | None = None) -> Iterator[tuple[int, ...]]:
    """Non-increasing sums, the longest first part first."""
    if total == 0:
        yield ()
    for first in range(min(total, most or total), 0, -1):
        yield from ((first, *rest) for rest in partitions(total - first, first))


def murnaghan_nakayama(partition: tuple[int, ...], cycles: tuple[int, ...]) -> int:
    """The character of S_n's irreducible of a partition, at permutations with such cycles.

    By hooks on an abacus: with beads at λ_i + (k - i), a hook of length r moves a bead r places
    down, with the sign of the beads that it passes.
    """
    beads = [part + len(partition) - 1 - i for i, part in enumerate(partition)]
    return _down(tuple(sorted(beads)), cycles)


def _down(beads: tuple[int, ...], cycles: tuple[int, ...]) -> int:
    if not cycles:
        return 1
    first, *rest = cycles
    total = 0
    for bead in beads:
        place = bead - first
        if place >= 0 and place not in beads:
            passed = sum(place < other < bead for other in beads)
            moved = tuple(sorted((*(it for it in beads if it != bead), place)))
            total += (-1) ** passed * _down(moved, tuple(rest))
    return total


def kernel_of(found: tuple[Irrep, ...], order: int) -> Int[ndarray, " k"]:
    """The elements that none of some irreducibles tells from the identity."""
    every = np.ones(order, dtype=bool)
    for irrep in found:
        inside = np.zeros(order, dtype=bool)
        inside[irrep.kernel] = True
        every &= inside
    return np.flatnonzero(every)
