"""The mechanism: a finite group, the elements that values stand for, and the key irreducibles.

The element of an output is the product of those of the inputs. Where the network's logits are made
of matrix elements of a few irreducible representations, these are its keys; where nothing of that
kind is seen, there are none, and the mechanism says what the network answers, and not how.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from distill.groups.families import AnyFamily, Family, products
from distill.groups.isomorphism import family_table
from distill.records.short import Short

FORMAT_VERSION = 1

Inverted = Literal["left", "right"]


@dataclass(frozen=True)
class Law:
    """A group, and which of its elements the values of two inputs and of the output stand for.

    The element of the output is that of the first input times that of the second.

    Attributes:
        group: with an order of its elements.
        left, right, output: the element of every value; null where values stand in the group's
            order.
        inverted: the input that stands for the inverse of its element.
        swapped: whether the second input's element comes first in the product.
    """

    group: Family
    left: tuple[int, ...] | None = None
    right: tuple[int, ...] | None = None
    output: tuple[int, ...] | None = None
    inverted: Inverted | None = None
    swapped: bool = False

    @property
    def order(self) -> int:
        """How many elements there are."""
        return self.group.order

    @property
    def lists(self) -> tuple[tuple[int, ...], ...]:
        """The lists of elements that a program must hold, each once."""
        held = dict.fromkeys((self.left, self.right, self.output))
        return tuple(listed for listed in held if listed is not None)

    def elements(self, which: Literal["left", "right", "output"]) -> Int[ndarray, " n"]:
        """The element of every token of an input, or of the output."""
        listed = getattr(self, which)
        found: Int[ndarray, " n"] = np.arange(self.order) if listed is None else np.array(listed)
        return family_table(self.group).inverse[found] if self.inverted == which else found

    def table(self) -> Int[ndarray, "n n"]:
        """The token of the output for every pair of tokens."""
        left, right = self.elements("left"), self.elements("right")
        product = products(self.group)[left[:, None], right]
        if self.swapped:
            product = products(self.group)[right, left[:, None]]
        return np.argsort(self.elements("output"))[product]

    @property
    def words(self) -> str:
        """The operation, of inputs called a and b: `a * b`."""
        first, second = "a", "b"
        if self.inverted == "left":
            first += "^-1"
        if self.inverted == "right":
            second += "^-1"
        return f"{second} * {first}" if self.swapped else f"{first} * {second}"


@dataclass(frozen=True)
class Key:
    """A real irreducible representation that the logits are made of.

    Attributes:
        sort: "real"; "complex" for a pair of conjugates; "quaternionic".
        dimension: of the complex irreducible.
        elements: how many matrix elements it has as a real one.
        character: at the first element of every conjugacy class, of the complex irreducible or of
            the sum of the pair.
        weight: of the character of a b c^-1 in the logits.
        character_share, element_share: the part of the variance of the fitted logits that the
            character accounts for, and that products of three matrix elements do.
    """

    name: str
    sort: str
    dimension: int
    elements: int
    character: tuple[float, ...]
    weight: float
    character_share: float
    element_share: float


@dataclass(frozen=True)
class Fit:
    """What the keys explain of logits, on the half of the pairs that was not fitted.

    Attributes:
        characters, elements: R² of characters of a b c^-1, and of products of matrix elements.
    """

    characters: float
    elements: float


@dataclass(frozen=True, repr=False)
class GroupMechanism(Short):
    """What a network answers, as a product of group elements, and what its logits are made of.

    Attributes:
        inputs, outputs: first and last value.
        keys: the irreducibles that its logits are made of; none where that was not seen.
        fit: null where there are no keys.
        exceptions: pairs that are answered otherwise, as values, each with its answer last.
    """

    law: Law
    inputs: tuple[tuple[int, int], ...]
    outputs: tuple[int, int]
    keys: tuple[Key, ...] = ()
    fit: Fit | None = None
    exceptions: tuple[tuple[int, ...], ...] = ()
    kind: Literal["group"] = "group"
    format_version: int = field(default=FORMAT_VERSION)

    @property
    def name(self) -> str:
        """What its program computes, in words."""
        sort = "quotient" if self.law.inverted else "product"
        return f"{sort} {self.law.words} in {self.law.group.name}"

    @property
    def remembered(self) -> tuple[str, ...]:
        """Nothing: there are no steps."""
        return ()


__all__ = ["AnyFamily", "Fit", "GroupMechanism", "Inverted", "Key", "Law"]
