"""Layers by the tensors that they have, and the order in which they stand."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from distill.importing.tensors import as_weights
from distill.importing.values import LayoutError

EMBEDS = re.compile(r"(?<!un)emb|wte|token", re.IGNORECASE)
PARTS = {"weight", "bias", "running_mean", "running_var", "num_batches_tracked"}
MAX_STEMS = 6


@dataclass(frozen=True)
class Module:
    """The tensors of one layer.

    Attributes:
        name: the key without the last part.
        stem, number: of the name; number is null where it has none at its end.
    """

    name: str
    parts: Mapping[str, Tensor]

    @property
    def stem(self) -> str:
        """The name without the number at its end."""
        return re.sub(r"\d+$", "", self.name)

    @property
    def number(self) -> int | None:
        """The number at its end."""
        digits = self.name[len(self.stem) :]
        return int(digits) if digits else None

    @property
    def linear(self) -> bool:
        """Whether it has a matrix."""
        return self.parts["weight"].dim() == 2

    @property
    def norm(self) -> bool:
        """Whether it is a norm without a stored mean."""
        return not self.linear and "running_mean" not in self.parts

    @property
    def reads(self) -> int:
        """How many numbers a linear layer reads."""
        return self.parts["weight"].shape[1]

    @property
    def writes(self) -> int:
        """How many numbers a linear layer answers with."""
        return self.parts["weight"].shape[0]


def modules_of(tensors: Mapping[str, Tensor], path: Path) -> list[Module] | None:
    """The layers of a file in its order; null where it has other tensors than layers have."""
    grouped: dict[str, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        name, _, part = key.rpartition(".")
        if part not in PARTS or not name:
            return None
        if part != "num_batches_tracked":
            grouped.setdefault(name, {})[part] = as_weights(tensor, key, path)
    modules = [Module(name, parts) for name, parts in grouped.items()]
    known = all("weight" in it.parts and it.parts["weight"].dim() in (1, 2) for it in modules)
    return modules if known and any(it.linear for it in modules) else None


def check_one_network(modules: Sequence[Module], place: str) -> None:
    """Two sets of the same keys are two networks, and no layers in a row.

    Raises:
        LayoutError: there are two.
    """
    tops: dict[str, set[str]] = {}
    for module in modules:
        top, _, rest = module.name.partition(".")
        tops.setdefault(top, set()).add(rest)
    for one, other in itertools.combinations(tops, 2):
        if tops[one] == tops[other] and (len(tops[one]) > 1 or tops[one] != {""}):
            raise LayoutError(
                f"'{place}' holds the same layers below '{one}.' and '{other}.': say which network "
                f"is meant, --layout feedforward,strip={one}."
            )


def check_norm(module: Module, place: str) -> None:
    """A vector of weights is a layer norm's only if there is a bias beside it.

    Raises:
        LayoutError: it may be something else.
    """
    batch = {"running_mean", "running_var"} & set(module.parts)
    if not batch and "bias" not in module.parts:
        raise LayoutError(
            f"'{module.name}' of '{place}' is a vector of weights without a bias: an RMS norm, a "
            f"PReLU, or a layer norm without bias, which is in no tensor; {how_else()}"
        )
    if len(batch) == 1:
        raise LayoutError(f"'{module.name}' of '{place}' has a mean or a variance alone, not both")


def in_a_row(
    modules: Sequence[Module], sorted_keys: bool, inputs: int, place: str
) -> tuple[list[Module], bool]:
    """The layers in their order, and whether the order is only the file's.

    Raises:
        LayoutError: their sizes follow one another in no order, or in several.
    """
    stems: dict[str, list[Module]] = {}
    for module in modules:
        stems.setdefault(module.stem if module.number is not None else module.name, []).append(
            module
        )
    groups = [sorted(it, key=lambda m: m.number or 0) for it in stems.values()]
    if len(groups) == 1:
        return groups[0], False
    if len(groups) > MAX_STEMS:
        raise LayoutError(f"'{place}' has {len(groups)} kinds of layers by name: {how_else()}")
    as_is = [module for group in groups for module in group]
    orders = [
        [module for group in order for module in group] for order in itertools.permutations(groups)
    ]
    fitting = [order for order in orders if _follows(order, inputs)]
    if not sorted_keys and _follows(as_is, inputs):
        return as_is, len(fitting) > 1
    if len(fitting) != 1:
        names = ", ".join(module.name for module in as_is[:6])
        found = "in no order" if not fitting else f"in {len(fitting)} orders"
        raise LayoutError(
            f"the sizes of {names} of '{place}' follow one another {found}: {how_else()}"
        )
    return fitting[0], False


def _follows(order: Sequence[Module], inputs: int) -> bool:
    linear = [it for it in order if it.linear]
    tables = [it for it in linear if EMBEDS.search(it.name)]
    if not order[-1].linear or tables != linear[: len(tables)]:
        return False
    chain, width = linear[len(tables) :], None
    if tables:
        width = {tables[0].reads, tables[0].reads * max(inputs, len(tables))}
    for module in chain:
        if width is not None and module.reads not in width:
            return False
        width = {module.writes}
    return bool(chain)


def how_else() -> str:
    """What to do where shapes do not tell."""
    return "write a layout (docs: Layouts), or hand the module over in Python"
