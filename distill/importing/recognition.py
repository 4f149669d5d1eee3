"""Which layout reads a file, and below which prefix: by names, shapes, and what a config says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from torch import Tensor

from distill.errors import DistillError
from distill.importing.config import Config, read_config
from distill.importing.layout import Layout
from distill.importing.parameters import Taken, take
from distill.importing.settle import Settled, check_settled, settle
from distill.importing.values import VALUES, LayoutError
from distill.importing.wrappers import beside

MAX_PREFIXES = 16


@dataclass(frozen=True)
class File:
    """What a layout is held against.

    Attributes:
        tensors: without wrappers.
        plain: what else the file holds, by dotted name.
        inputs: of the task that the network is held against, if there is one.
    """

    path: Path
    tensors: Mapping[str, Tensor]
    plain: Mapping[str, object]
    inputs: int | None = None


@dataclass(frozen=True)
class Read:
    """A layout that reads a file, its config, and all values settled or named as missing."""

    layout: Layout
    config: Config
    settled: Settled
    normed: bool

    def taken(self, file: File) -> Taken:
        """The parameters, once every value is there.

        Raises:
            LayoutError: a value is missing, or is not what the tensors say.
        """
        check_settled(self.settled, file.path, self.normed)
        return take(self.layout, file.tensors, file.path, self.settled.values.get("n_heads"))


def placed(layout: Layout, file: File) -> Layout:
    """A layout with the prefix below which it reads the file, where it says none itself.

    Raises:
        DistillError: it reads the file below no prefix, or below several: networks to choose from.
    """
    prefixes = _prefixes(layout, file.tensors)
    if layout.strip:
        return _without(layout, file, [it for it in prefixes if it != layout.strip])
    own = [it for it in prefixes if _reads(layout, _below(file.tensors, it, prefixes), it, file)]
    if len(own) > 1:
        places = " and ".join(f"'{it}'" for it in own[:4])
        raise LayoutError(
            f"checkpoint '{file.path}' holds {len(own)} networks of layout '{layout.name}', below "
            f"{places}: say which with --layout {layout.label},strip={own[0]}"
        )
    own = own or (prefixes if len(prefixes) == 1 else [])  # what does not fit is said below it
    return replace(layout, strip=own[0]) if own else layout


def read_by(layout: Layout, file: File) -> Read:
    """A layout with all that can be settled.

    Raises:
        DistillError: names or shapes do not fit, or a value cannot be honoured.
    """
    names = take(layout, file.tensors, file.path, _any_heads(layout)).parameters
    config = read_config(file.path, file.plain, layout.ignore)
    layers = sum(name.endswith("W_Q") for name in names)
    normed = "ln_final_weight" in names
    return Read(layout, config, settle(layout, config, layers, normed, file.inputs), normed)


def recognised(layouts: Mapping[str, Layout], file: File) -> Read | None:
    """The layout that a file is of; null where it is of none by its names and shapes.

    Several families may share names and shapes. One that leaves a field unread by which another
    says what the network computes is out; one that takes from a config what is not there comes
    after those for which nothing is missing.

    Raises:
        DistillError: it is of several, or the only one cannot honour what a config says.
    """
    fitting = [it for each in layouts.values() if (it := _fitting(each, file)) is not None]
    reads, errors = list[Read](), list[DistillError]()
    for layout in fitting:
        try:
            reads.append(read_by(layout, file))
            check = replace(reads[-1].settled, missing={})
            check_settled(check, file.path, reads[-1].normed)
        except DistillError as error:
            errors.append(error)
            reads = [it for it in reads if it.layout is not layout]
    if not reads:
        if errors:
            raise errors[0]
        return None
    told = {it.layout.name: _own(it.layout) & set(it.config.fields) for it in reads}
    reads = [
        it for it in reads if not any(fields - _understood(it.layout) for fields in told.values())
    ] or reads
    reads = [it for it in reads if not it.settled.missing] or reads
    if len(reads) > 1:
        names = ", ".join(it.layout.name for it in reads)
        raise DistillError(
            f"checkpoint '{file.path}' could be {names}: say which with --layout NAME"
        )
    return reads[0]


def _fitting(layout: Layout, file: File) -> Layout | None:
    """A layout below its prefix, if names and shapes are those of the file."""
    if not layout.parameters:
        return None
    try:
        chosen = placed(layout, file)
    except LayoutError:
        raise
    own = _below(file.tensors, chosen.strip, [])
    return chosen if _reads(chosen, own, chosen.strip, file) else None


def _reads(layout: Layout, tensors: Mapping[str, Tensor], strip: str, file: File) -> bool:
    """Whether a layout's names and shapes are those of the tensors, whatever the values are."""
    if not all(strip + mark in tensors for mark in layout.marks):
        return False
    try:
        below = replace(layout, strip=strip)
        taken = take(below, tensors, file.path, _any_heads(layout)).parameters
    except DistillError:
        return False
    if layout.architecture == "transformer":
        special = layout.values.get("special_tokens")
        inputs = file.inputs or layout.values.get("inputs", 2)
        rows = taken["W_pos"].shape[0]
        return not isinstance(special, int) or rows >= special + inputs
    embedding = taken["W_E"] if "W_E" in taken else taken["W_E0"]
    inputs = 2 if layout.values["combine"] == "concat" else 1
    return taken["W_1"].shape[0] == embedding.shape[1] * inputs


def _prefixes(layout: Layout, keys: Mapping[str, Tensor]) -> list[str]:
    """What stands before the key of the first parameter, wherever that is."""
    first = next(iter(layout.parameters.values())).key
    found = {key.removesuffix(first) for key in keys if key == first or key.endswith(f".{first}")}
    return sorted(found)[:MAX_PREFIXES]


def _below(tensors: Mapping[str, Tensor], strip: str, all_: list[str]) -> dict[str, Tensor]:
    """What is below a prefix and below no longer one, and whatever is below none."""
    longer = [it for it in all_ if it != strip and it.startswith(strip)]
    others = [it for it in all_ if it != strip and not strip.startswith(it)]
    out = (*longer, *others)
    return {key: it for key, it in tensors.items() if not (out and key.startswith(out))}


def _without(layout: Layout, file: File, others: list[str]) -> Layout:
    """A layout that was told its prefix, and leaves the other networks of the file."""
    reasons = {
        f"{it}*": "another network of the file"
        for it in others
        if it and not layout.strip.startswith(it)
        if _reads(replace(layout, strip=it), _below(file.tensors, it, [layout.strip]), it, file)
    }
    return replace(layout, ignore={**layout.ignore, **reasons})


def _any_heads(layout: Layout) -> int | None:
    """One head fits wherever any number does."""
    return 1 if "n_heads" in layout.values else None


def _own(layout: Layout) -> set[str]:
    """Fields of a config that a layout asks for."""
    return {it["config"] for it in layout.values.values() if isinstance(it, dict)}


def _understood(layout: Layout) -> set[str]:
    values = VALUES[layout.architecture].values()
    return _own(layout) | {name for value in values for name in value.fields}


def states_beside(file: File, strip: str) -> dict[str, str]:
    """States of a training beside a network, by key."""
    return beside(file.tensors, strip)
