"""A layout's names and axis orders, applied: a file's tensors as an architecture's parameters."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import einops
from torch import Tensor

from distill.errors import nearest
from distill.importing.layout import Layout, Source
from distill.importing.tensors import as_weights
from distill.importing.values import LayoutError
from distill.importing.wrappers import beside


@dataclass(frozen=True)
class Taken:
    """Every tensor of a file, by what it is to a layout.

    Attributes:
        parameters: by the architecture's own name, in its own axis order.
        buffers: by key, with what they must be.
        ignored: keys and reasons.
        dtypes: of the parameters, in the file.
    """

    parameters: dict[str, Tensor]
    buffers: dict[str, tuple[Tensor, str]]
    ignored: dict[str, str]
    dtypes: tuple[str, ...]


def take(
    layout: Layout, tensors: Mapping[str, Tensor], path: Path, heads: int | None = None
) -> Taken:
    """Read every tensor of a file, or say why it may be left out.

    Args:
        layout: names and axis orders.
        tensors: of the file.
        path: of the file, for messages.
        heads: how many there are, where no axis of a tensor says so.

    Raises:
        LayoutError: one is missing, left over, or of another shape.
    """
    ignored = beside(tensors, layout.strip) | _matching(layout.ignore, layout.strip, tensors)
    buffers = {
        key: (tensors[key], it)
        for key, it in _matching(layout.buffers, layout.strip, tensors).items()
        if key not in ignored
    }
    own = {key: tensors[key] for key in tensors if key not in ignored and key not in buffers}
    sizes: dict[str, int] = {} if heads is None else {"h": heads}
    found: dict[str, Tensor] = {}
    dtypes: set[str] = set()
    used: set[str] = set()
    for name, source in layout.parameters.items():
        matches = [
            (key, star) for key in own if (star := _star(layout, source.key, key)) is not None
        ]
        if not matches:
            raise LayoutError(
                f"layout '{layout.label}' finds no tensor '{layout.strip}{source.key}' in "
                f"'{path}'{_meant(layout.strip, source.key, list(tensors))}"
            )
        for key, star in matches:
            used.add(key)
            dtypes.add(str(own[key].dtype).removeprefix("torch."))
            weights = as_weights(own[key], key, path)
            ours = name.replace("*", star)
            if ours in found:
                raise LayoutError(f"layout '{layout.label}' reads two tensors as {ours}: {key} too")
            found[ours] = _rearrange(weights, source, sizes, key, layout)
    left = set(own) - used
    if left:
        raise LayoutError(
            f"layout '{layout.label}' does not read {', '.join(sorted(left)[:6])}"
            f"{f' and {len(left) - 6} more' if len(left) > 6 else ''} of '{path}': name them under "
            "[parameters], or under [ignore] with the reason why they change nothing"
        )
    return Taken(found, buffers, ignored, tuple(sorted(dtypes)))


def _matching(patterns: Mapping[str, str], strip: str, keys: Iterable[str]) -> dict[str, str]:
    """What the first pattern says that a key fits, with the prefix or without."""
    found = {}
    for key in keys:
        for pattern, it in patterns.items():
            names = (key, key.removeprefix(strip))
            if any(fnmatch.fnmatchcase(name, pattern) for name in names):
                found.setdefault(key, it)
    return found


def _meant(strip: str, pattern: str, keys: list[str]) -> str:
    """A key that may be the one, and the prefix that would make it so."""
    for key in keys:
        if key.endswith(f".{pattern}"):
            return f" (did you mean '{key}'? then say strip={key.removesuffix(pattern)})"
    near = nearest(strip + pattern, keys[:1000])
    return f" (did you mean '{near}'?)" if near else ""


def _star(layout: Layout, pattern: str, key: str) -> str | None:
    """What the star of a pattern stands for in a key; "" where there is none."""
    if not key.startswith(layout.strip):
        return None
    match = _wanted(pattern).fullmatch(key.removeprefix(layout.strip))
    if match is None:
        return None
    return match[1] if match.groups() else ""


@cache
def _wanted(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", r"(0|[1-9][0-9]{0,3})"))


def _rearrange(
    tensor: Tensor, source: Source, sizes: dict[str, int], key: str, layout: Layout
) -> Tensor:
    """Apply an einops pattern, and remember the sizes of its letters."""
    before, after = source.axes.split("->")
    try:
        if "(" not in before:
            sizes.update(einops.parse_shape(tensor, before.strip()))
        known = {letter: sizes[letter] for letter in re.findall(r"\w+", before) if letter in sizes}
        if source.places:
            known[after.split()[0]] = source.places
        made = einops.rearrange(tensor, source.axes, **known)
        return (made[source.place] if source.places else made).contiguous()
    except (einops.EinopsError, RuntimeError, ValueError, KeyError, TypeError, IndexError) as error:
        raise LayoutError(
            f"layout '{layout.label}': '{key}' has shape {tuple(tensor.shape)}, which is not "
            f"'{source.axes}' with {sizes}"
        ) from error
