"""A layout's names and axis orders, applied: a file's tensors as an architecture's parameters."""

from __future__ import annotations

import difflib
import fnmatch
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import einops
from torch import Tensor

from distill.importing.layout import Layout
from distill.importing.tensors import as_weights
from distill.importing.values import LayoutError


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


def take(layout: Layout, tensors: Mapping[str, Tensor], path: Path) -> Taken:
    """Read every tensor of a file, or say why it may be left out.

    Raises:
        LayoutError: one is missing, left over, or of another shape.
    """
    ignored = {key: it for key in tensors if (it := _matching(layout.ignore, key)) is not None}
    buffers = {
        key: (tensors[key], it)
        for key in tensors
        if key not in ignored and (it := _matching(layout.buffers, key)) is not None
    }
    left = {key: tensors[key] for key in tensors if key not in ignored and key not in buffers}
    sizes: dict[str, int] = {}
    found: dict[str, Tensor] = {}
    dtypes: set[str] = set()
    for name, (pattern, axes) in layout.parameters.items():
        matches = [(key, star) for key in left if (star := _star(layout, pattern, key)) is not None]
        if not matches:
            raise LayoutError(
                f"layout '{layout.label}' finds no tensor '{layout.strip}{pattern}' in "
                f"'{path}'{_meant(layout.strip, pattern, list(tensors))}"
            )
        for key, star in matches:
            dtypes.add(str(left[key].dtype).removeprefix("torch."))
            weights = as_weights(left.pop(key), key, path)
            ours = name.replace("*", star)
            if ours in found:
                raise LayoutError(f"layout '{layout.label}' reads two tensors as {ours}: {key} too")
            found[ours] = _rearrange(weights, axes, sizes, key, layout)
    if left:
        raise LayoutError(
            f"layout '{layout.label}' does not read {', '.join(sorted(left)[:6])}"
            f"{f' and {len(left) - 6} more' if len(left) > 6 else ''} of '{path}': name them under "
            "[parameters], or under [ignore] with the reason why they change nothing"
        )
    return Taken(found, buffers, ignored, tuple(sorted(dtypes)))


def _matching(patterns: Mapping[str, str], key: str) -> str | None:
    return next((it for p, it in patterns.items() if fnmatch.fnmatchcase(key, p)), None)


def _meant(strip: str, pattern: str, keys: list[str]) -> str:
    """A key that may be the one, and the prefix that would make it so."""
    for key in keys:
        if key.endswith(f".{pattern}"):
            return f" (did you mean '{key}'? then say strip={key.removesuffix(pattern)})"
    near = difflib.get_close_matches(strip + pattern, keys[:1000], n=1)
    return f" (did you mean '{near[0]}'?)" if near else ""


def _star(layout: Layout, pattern: str, key: str) -> str | None:
    """What the star of a pattern stands for in a key; "" where there is none."""
    if not key.startswith(layout.strip):
        return None
    wanted = re.escape(pattern).replace(r"\*", r"(0|[1-9][0-9]{0,3})")
    match = re.fullmatch(wanted, key.removeprefix(layout.strip))
    if match is None:
        return None
    return match[1] if match.groups() else ""


def _rearrange(
    tensor: Tensor, axes: str, sizes: dict[str, int], key: str, layout: Layout
) -> Tensor:
    """Apply an einops pattern, and remember the sizes of its letters."""
    before = axes.split("->")[0]
    try:
        if "(" not in before:
            sizes.update(einops.parse_shape(tensor, before.strip()))
        known = {letter: sizes[letter] for letter in re.findall(r"\w+", before) if letter in sizes}
        return einops.rearrange(tensor, axes, **known).contiguous()
    except (einops.EinopsError, RuntimeError, ValueError, KeyError, TypeError) as error:
        raise LayoutError(
            f"layout '{layout.label}': '{key}' has shape {tuple(tensor.shape)}, which is not "
            f"'{axes}' with {sizes}"
        ) from error
