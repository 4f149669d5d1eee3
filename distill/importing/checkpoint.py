"""From a checkpoint and a layout to a `Model` and its domain."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import einops
import torch
from torch import Tensor

from distill.architecture import MLP, Transformer
from distill.architecture.activation import ACTIVATIONS
from distill.domain import Domain
from distill.errors import DistillError
from distill.importing.layout import Layout, builtin_layouts, read_layout, template
from distill.importing.tensors import read_tensors
from distill.model import Model


@dataclass(frozen=True)
class Imported:
    """A network from a file.

    Attributes:
        layout: name of the layout that read it.
    """

    model: Model
    domain: Domain
    layout: str


class LayoutError(DistillError):
    """A checkpoint that a layout does not read; the message may have several lines."""


def import_model(path: str | Path, layout: str | None = None) -> Imported:
    """Read a checkpoint by a layout: named, in a file, or recognised from names and shapes.

    Raises:
        DistillError: the file cannot be read, no layout or several fit, or a value that no tensor
            holds is not given.
    """
    path = Path(path)
    tensors = read_tensors(path)
    if layout is not None:
        known = builtin_layouts()
        return _apply(known.get(layout) or read_layout(Path(layout)), tensors, path)
    fitting = [each for each in builtin_layouts().values() if _fits(each, tensors)]
    if len(fitting) == 1:
        return _apply(fitting[0], tensors, path)
    if fitting:
        names = ", ".join(each.name for each in fitting)
        raise DistillError(f"checkpoint '{path}' could be {names}: say which with --layout NAME")
    shapes = {key: tuple(tensor.shape) for key, tensor in tensors.items()}
    raise LayoutError(
        f"checkpoint '{path}' is of no known layout ({', '.join(builtin_layouts())}); fill this in "
        f"and give it with --layout FILE:\n\n{template(shapes)}"
    )


def _fits(layout: Layout, tensors: Mapping[str, Tensor]) -> bool:
    """Whether a layout's names and shapes are those of the tensors, whatever the values are."""
    try:
        taken = _rearranged(layout, tensors)
    except LayoutError:
        return False
    if layout.architecture == "transformer":
        return True
    width, units = taken["W_1"].shape[0], _embedding(taken).shape[1]
    inputs = 2 if layout.values["combine"] == "concat" else 1
    return width == units * inputs


def _apply(layout: Layout, tensors: Mapping[str, Tensor], path: Path) -> Imported:
    parameters = _rearranged(layout, tensors)
    values = _values(layout, path)
    build = _transformer if layout.architecture == "transformer" else _mlp
    try:
        model, count = build(layout, parameters, values)
    except (KeyError, IndexError, RuntimeError) as error:
        raise LayoutError(
            f"checkpoint '{path}' does not fit the layout '{layout.name}': {error}"
        ) from error
    return Imported(model, Domain((range(count), range(count)), range(count)), layout.name)


def _rearranged(layout: Layout, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The layout's parameters, in the architecture's own axis order."""
    left = {key: tensor for key, tensor in tensors.items() if not _ignored(layout, key)}
    if layout.strip:
        left = {
            key.removeprefix(layout.strip): tensor
            for key, tensor in left.items()
            if key.startswith(layout.strip)
        }
    sizes: dict[str, int] = {}
    found: dict[str, Tensor] = {}
    for name, (pattern, axes) in layout.parameters.items():
        matches = [(key, star) for key in left if (star := _star(pattern, key)) is not None]
        if not matches:
            raise LayoutError(f"layout '{layout.name}' finds no tensor '{pattern}'")
        for key, star in matches:
            found[name.replace("*", star)] = _rearrange(left.pop(key), axes, sizes, key, layout)
    if left:
        raise LayoutError(
            f"layout '{layout.name}' does not read {', '.join(sorted(left))}: name them under "
            "[parameters] or ignore"
        )
    return found


def _rearrange(
    tensor: Tensor, axes: str, sizes: dict[str, int], key: str, layout: Layout
) -> Tensor:
    """Apply an einops pattern, and remember the sizes of its letters."""
    before = axes.split("->")[0]
    try:
        if "(" not in before:
            sizes |= einops.parse_shape(tensor, before.strip())
        known = {letter: sizes[letter] for letter in re.findall(r"\w+", before) if letter in sizes}
        tensor = einops.rearrange(tensor, axes, **known)
    except (einops.EinopsError, RuntimeError) as error:
        raise LayoutError(
            f"layout '{layout.name}': '{key}' has shape {tuple(tensor.shape)}, which is not "
            f"'{axes}' with {sizes}"
        ) from error
    return tensor.contiguous().to(torch.float64 if tensor.dtype == torch.float64 else torch.float32)


def _star(pattern: str, key: str) -> str | None:
    """What the star of a pattern stands for in a key; "" where there is none."""
    match = re.fullmatch(re.escape(pattern).replace(r"\*", r"(\d+)"), key)
    if match is None:
        return None
    return match[1] if match.groups() else ""


def _ignored(layout: Layout, key: str) -> bool:
    return any(fnmatch.fnmatchcase(key, pattern) for pattern in layout.ignore)


def _values(layout: Layout, path: Path) -> dict[str, Any]:
    """The layout's values; fields of a config are read by name, and no others."""
    values = {}
    for name, given in layout.values.items():
        values[name] = given
        if isinstance(given, dict):
            values[name] = _from_config(layout, name, str(given.get("config")), path)
    activation = str(values["activation"]).lower()
    if activation not in ACTIVATIONS:
        raise LayoutError(
            f"activation = {values['activation']!r} of '{path}': expected one of "
            f"{', '.join(ACTIVATIONS)}"
        )
    return {**values, "activation": activation}


def _from_config(layout: Layout, name: str, key: str, path: Path) -> Any:
    places = (path.with_suffix(".json"), path.parent / "config.json")
    for place in places:
        try:
            config = json.loads(place.read_text())
        except (OSError, ValueError):
            continue
        for part in (config, config.get("config") if isinstance(config, dict) else None):
            if isinstance(part, dict) and key in part:
                return part[key]
    raise LayoutError(
        f"layout '{layout.name}' takes {name} from '{key}' of a config beside the checkpoint "
        f"('{places[0].name}' or 'config.json'), and it is not there: no tensor holds it, so write "
        "it into a copy of the layout and give that with --layout FILE"
    )


def _transformer(
    layout: Layout, parameters: dict[str, Tensor], values: dict[str, Any]
) -> tuple[Model, int]:
    n_vocab, d_model = parameters["W_E"].shape
    special, separate = int(values["special_tokens"]), bool(values["separate_inputs"])
    count = (n_vocab - special) // (2 if separate else 1)
    heads, _, d_head = parameters["blocks.0.W_Q"].shape
    architecture = Transformer(
        n_inputs=2,
        n_vocab=n_vocab,
        n_outputs=count,
        offsets=(0, count if separate else 0),
        suffix=tuple(range(n_vocab - special, n_vocab)),
        d_model=d_model,
        n_heads=heads,
        d_mlp=parameters["blocks.0.W_in"].shape[1],
        n_layers=sum(name.endswith("W_Q") for name in parameters),
        d_head=d_head,
        activation=values["activation"],
        attention_coefficient=float(values["attention_coefficient"]),
        masked=bool(values["masked"]),
        biases="b_U" in parameters,
        layer_norm="ln_final_weight" in parameters,
    )
    parameters["W_U"] = parameters["W_U"][:, :count].contiguous()
    if "b_U" in parameters:
        parameters["b_U"] = parameters["b_U"][:count].contiguous()
    return Model(architecture, _with_zeros(layout, architecture, parameters)), count


def _mlp(
    layout: Layout, parameters: dict[str, Tensor], values: dict[str, Any]
) -> tuple[Model, int]:
    embedding = _embedding(parameters)
    layers = sum(re.fullmatch(r"W_\d+", name) is not None for name in parameters)
    architecture = MLP(
        n_inputs=2,
        n_tokens=embedding.shape[0],
        n_outputs=parameters["W_U"].shape[1],
        d_embed=embedding.shape[1],
        widths=tuple(parameters[f"W_{i + 1}"].shape[1] for i in range(layers)),
        combine=values["combine"],
        shared="W_E" in parameters,
        activation=values["activation"],
    )
    model = Model(architecture, _with_zeros(layout, architecture, parameters))
    return model, embedding.shape[0]


def _embedding(parameters: Mapping[str, Tensor]) -> Tensor:
    return parameters["W_E"] if "W_E" in parameters else parameters["W_E0"]


def _with_zeros(
    layout: Layout, architecture: Transformer | MLP, parameters: dict[str, Tensor]
) -> dict[str, Tensor]:
    absent = {
        name: torch.zeros(shape)
        for name, shape in architecture.shapes().items()
        if name in layout.zero and name not in parameters
    }
    return {**parameters, **absent}
