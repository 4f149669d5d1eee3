"""From a checkpoint and a layout to a `Model` and its domain, with all that was assumed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from distill.domains.finite import Domain
from distill.domains.sequences import Channels
from distill.errors import DistillError
from distill.importing.buffers import BUFFERS
from distill.importing.config import Config, check_config, read_config
from distill.importing.layout import Layout, builtin_layouts, chosen_layout, template
from distill.importing.outputs import Dropped, without_last_outputs
from distill.importing.parameters import Taken, take
from distill.importing.recurrent import import_recurrent
from distill.importing.settle import Settled, settle
from distill.importing.tensors import Contents, read_contents
from distill.importing.values import LayoutError
from distill.networks.architecture import MLP, Transformer
from distill.networks.stored import Model

SENTENCES = {
    "assumed": "assumed {}",
    "said": "{}",
    "dropped": "dropped {}",
    "precision": "{}",
    "left_out": "left out: {}",
    "config_not_read": "fields of the config that were not read: {}",
}
"""The notes on an import, by kind."""


@dataclass(frozen=True)
class Imported:
    """A network from a file.

    Attributes:
        layout: the layout that read it, as `--layout` takes it.
        notes: what was assumed, said by an option or a config, dropped or left out, and in what
            precision the file holds its numbers: in words, by kind.
    """

    model: Model
    domain: Domain | Channels
    layout: str
    notes: Mapping[str, str]

    @property
    def lines(self) -> tuple[str, ...]:
        """The notes as sentences."""
        return tuple(SENTENCES[kind].format(note) for kind, note in self.notes.items())

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a verdict rests on: the notes, but for what no network is made of."""
        return tuple(line for line in self.lines if not line.startswith("fields"))


def import_model(path: str | Path, layout: str | None = None) -> Imported:
    """Read a checkpoint by a layout: named, in a file, or recognised from names and shapes.

    Args:
        path: a file of tensors; nothing in it is executed.
        layout: `NAME` or `FILE`, with `,VALUE=...` for what is to be other than the layout says.

    Raises:
        DistillError: the file cannot be read, no layout or several fit, or a value that no tensor
            holds is not given.
    """
    path = Path(path)
    try:
        contents = read_contents(path)
        layers = import_recurrent(contents.tensors, contents.plain, path, layout)
        if layers is not None:
            return Imported(layers.model, layers.channels, layers.layout, layers.notes)
        chosen = _recognised(contents, path) if layout is None else chosen_layout(layout)
        return _apply(chosen, contents, path)
    except RecursionError as error:
        raise DistillError(
            f"checkpoint '{path}' is nested too deep: expected a plain state dict"
        ) from error


def _recognised(contents: Contents, path: Path) -> Layout:
    fitting = [each for each in builtin_layouts().values() if _fits(each, contents.tensors, path)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = ", ".join(each.name for each in fitting)
        raise DistillError(f"checkpoint '{path}' could be {names}: say which with --layout NAME")
    if (below := _below_a_prefix(contents.tensors, path)) is not None:
        raise DistillError(
            f"checkpoint '{path}' is of no known layout by its names, and of '{below.name}' below "
            f"'{below.strip}': read it with --layout {below.name},strip={below.strip}"
        )
    shapes = {key: tuple(tensor.shape) for key, tensor in contents.tensors.items()}
    raise LayoutError(
        f"checkpoint '{path}' is of no known layout ({', '.join(builtin_layouts())}); fill this in "
        f"and give it with --layout FILE:\n\n{template(shapes)}"
    )


def _fits(layout: Layout, tensors: Mapping[str, Tensor], path: Path) -> bool:
    """Whether a layout's names and shapes are those of the tensors, whatever the values are."""
    if not all(mark in tensors for mark in layout.marks):
        return False
    try:
        taken = take(layout, tensors, path).parameters
    except DistillError:
        return False
    if layout.architecture == "transformer":
        return True
    width, units = taken["W_1"].shape[0], _embedding(taken).shape[1]
    inputs = 2 if layout.values["combine"] == "concat" else 1
    return width == units * inputs


def _below_a_prefix(tensors: Mapping[str, Tensor], path: Path) -> Layout | None:
    """A known layout that fits once a prefix is taken off, as wrappers put them on."""
    for layout in builtin_layouts().values():
        first = next(iter(layout.parameters.values()))[0]
        for key in tensors:
            if key.endswith(f".{first}"):
                below = replace(layout, strip=key.removesuffix(first))
                if _fits(below, tensors, path):
                    return below
    return None


def _apply(layout: Layout, contents: Contents, path: Path) -> Imported:
    taken = take(layout, contents.tensors, path)
    config = read_config(path, contents.plain, layout.ignore)
    layers = sum(name.endswith("W_Q") for name in taken.parameters)
    settled = settle(layout, config, path, layers, "ln_final_weight" in taken.parameters)
    build = _transformer if layout.architecture == "transformer" else _mlp
    try:
        shape, parameters, count = build(layout, taken.parameters, settled.values)
        model = Model(shape, _complete(layout, shape, parameters))
    except KeyError as error:
        raise LayoutError(
            f"checkpoint '{path}' does not fit the layout '{layout.label}': no {error}; name it "
            "under [parameters]"
        ) from error
    except (IndexError, ValueError) as error:  # of a shape with too few axes, or too many
        raise LayoutError(
            f"checkpoint '{path}' does not fit the layout '{layout.label}' ({error}): a parameter "
            "has another number of axes than the architecture's; check the axis orders"
        ) from error
    except DistillError as error:
        raise LayoutError(f"checkpoint '{path}', layout '{layout.label}': {error}") from error
    position_table = taken.parameters.get("W_pos")
    positions = 0 if position_table is None else position_table.shape[0]
    check_config(config, shape, shape.n_outputs, positions)
    _check_buffers(layout, taken, shape, path)
    inputs = (range(count),) * shape.n_inputs
    answers = shape.n_outputs if settled.values.get("answers") != "values" else count
    domain = Domain(inputs, range(min(answers, shape.n_outputs)))
    dropped = None
    if answers < shape.n_outputs:
        model, dropped = without_last_outputs(model, domain)
    return Imported(model, domain, layout.label, _notes(settled, taken, config, shape, dropped))


def _transformer(
    layout: Layout, parameters: dict[str, Tensor], values: dict[str, Any]
) -> tuple[Transformer, dict[str, Tensor], int]:
    """Shape, parameters, and how many values an input has."""
    n_vocab, d_model = parameters["W_E"].shape
    special, separate, inputs = (
        values[name] for name in ("special_tokens", "separate_inputs", "inputs")
    )
    count, rest = divmod(n_vocab - special, inputs if separate else 1)
    if rest or count < 1:
        raise LayoutError(
            f"the vocabulary has {n_vocab} rows: expected {inputs} inputs of as many rows each"
            f" and {special} special tokens (separate_inputs, special_tokens)"
        )
    heads, _, d_head = parameters["blocks.0.W_Q"].shape
    shape = Transformer(
        n_inputs=inputs,
        n_vocab=n_vocab,
        n_outputs=parameters["W_U"].shape[1],
        offsets=tuple(count * i if separate else 0 for i in range(inputs)),
        suffix=tuple(range(n_vocab - special, n_vocab)),
        d_model=d_model,
        n_heads=heads,
        d_mlp=parameters["blocks.0.W_in"].shape[1],
        n_layers=sum(name.endswith("W_Q") for name in parameters),
        d_head=d_head,
        activation=values["activation"],
        attention_coefficient=values["attention_coefficient"],
        masked=values["masked"],
        biases="b_U" in parameters,
        layer_norm=values["normalization"] != "none",
    )
    rows = parameters["W_pos"].shape[0]
    if rows != shape.positions and (rows < shape.positions or "inputs" not in layout.told):
        raise LayoutError(
            f"the position table has {rows} rows, and {inputs} inputs with {special} special "
            f"tokens are {shape.positions} positions: say how many inputs there are, inputs=N, and "
            "the first rows are used"
        )
    if values["normalization"] == "LNPre":
        norms = {name: it for name, it in shape.shapes().items() if "ln_" in name}
        parameters = {
            **parameters,
            **{
                name: torch.ones(it) if name.endswith("_weight") else torch.zeros(it)
                for name, it in norms.items()
            },
        }
    used = {**parameters, "W_pos": parameters["W_pos"][: shape.positions].contiguous()}
    return shape, used, count


def _mlp(
    layout: Layout, parameters: dict[str, Tensor], values: dict[str, Any]
) -> tuple[MLP, dict[str, Tensor], int]:
    """Shape, parameters, and how many values an input has."""
    embedding = _embedding(parameters)
    layers = sum(re.fullmatch(r"W_\d+", name) is not None for name in parameters)
    shape = MLP(
        n_inputs=2,
        n_tokens=embedding.shape[0],
        n_outputs=parameters["W_U"].shape[1],
        d_embed=embedding.shape[1],
        widths=tuple(parameters[f"W_{i + 1}"].shape[1] for i in range(layers)),
        combine=values["combine"],
        shared="W_E" in parameters,
        activation=values["activation"],
    )
    return shape, parameters, embedding.shape[0]


def _embedding(parameters: Mapping[str, Tensor]) -> Tensor:
    return parameters["W_E"] if "W_E" in parameters else parameters["W_E0"]


def _complete(
    layout: Layout, shape: Transformer | MLP, parameters: dict[str, Tensor]
) -> dict[str, Tensor]:
    absent = {
        name: torch.zeros(size)
        for name, size in shape.shapes().items()
        if name in layout.zero and name not in parameters
    }
    return {**parameters, **absent}


def _check_buffers(layout: Layout, taken: Taken, shape: Transformer | MLP, path: Path) -> None:
    for key, (tensor, kind) in taken.buffers.items():
        if not BUFFERS[kind](tensor, shape, taken.parameters):
            raise LayoutError(
                f"'{key}' of '{path}' is no {kind}, as layout '{layout.label}' has it: it may "
                "change what the network computes; check the layout"
            )


def _notes(
    settled: Settled,
    taken: Taken,
    config: Config,
    shape: Transformer | MLP,
    dropped: Dropped | None,
) -> dict[str, str]:
    """All that a reader must know beside the tensors, by kind."""
    assumed = list(settled.assumed)
    if isinstance(shape, Transformer):
        if "attn_scale" not in config.fields:
            assumed.append("scores over the root of d_head")
        if shape.layer_norm and not {"eps", "layer_norm_eps"} & set(config.fields):
            assumed.append("layer norm with epsilon 1e-05")
        assumed.append("read at the last position")
    else:
        assumed.append("2 inputs")
    absent = sorted(set(shape.shapes()) - set(taken.parameters))
    assumed += [f"no {name}" for name in absent if "ln_" not in name]
    notes = {
        "assumed": f"by layout {settled.layout}, as neither the file nor a config says so: "
        + ", ".join(assumed)
    }
    if settled.told:
        notes["said"] = "; ".join(settled.told)
    if dropped is not None:
        notes["dropped"] = str(dropped)
    if set(taken.dtypes) - {"float32", "float64"}:
        notes["precision"] = f"stored as {' and '.join(taken.dtypes)}, every number of it kept"
    left = [f"{key} ({reason})" for key, reason in (taken.ignored | dict(config.ignored)).items()]
    left += [f"{key} ({kind})" for key, (_, kind) in taken.buffers.items()]
    position_table = taken.parameters.get("W_pos")
    if isinstance(shape, Transformer) and position_table is not None:
        unused = range(shape.positions, position_table.shape[0])
        if unused:
            left.insert(0, f"positions {unused[0]} to {unused[-1]} (read by no input)")
    if left:
        notes["left_out"] = _listed(left)
    if config.unread:
        notes["config_not_read"] = _listed(list(config.unread))
    return notes


def _listed(names: list[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
