"""Recurrent networks from a file: PyTorch's own state dicts, and others by a layout.

All that was taken for granted is named, and what cannot be is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path

import torch
from torch import Tensor

from distill.checker.scope import many
from distill.domains.sequences import Channels
from distill.errors import DistillError, NotFiniteError
from distill.importing.config import Config, read_config
from distill.importing.notes import enumerated, left_out, unread
from distill.importing.recurrent_layout import (
    VALUES,
    RecurrentLayout,
    TakenTensors,
    checked,
    is_recurrent,
    read_recurrent_layout,
    take_tensors,
)
from distill.importing.torch_recurrent import TORCH, library_layout
from distill.importing.values import LayoutError
from distill.networks.recurrent_layers import GATES, RecurrentLayers
from distill.networks.stored import Model

SAID = ("reset", "update")
"""Values that a config may say under their own names."""

FIELDS = {
    "cell": ("cell", "cell_type", "rnn_type", "rnn"),
    "activation": ("nonlinearity", "activation", "rnn_activation"),
    "d_hidden": ("hidden_size", "d_hidden", "hidden_dim", "units"),
    "n_layers": ("num_layers", "n_layers", "layers"),
    "bidirectional": ("bidirectional",),
}
"""What configs call what is read here; what they say of it must be so."""

MAX_SYMBOLS = 100_000


@dataclass(frozen=True)
class ImportedLayers:
    """A recurrent network from a file; the notes are by kind, as `distill.importing` has them."""

    model: Model[RecurrentLayers]
    channels: Channels
    layout: str
    notes: Mapping[str, str]


def import_recurrent(
    tensors: Mapping[str, Tensor], plain: Mapping[str, object], path: Path, layout: str | None
) -> ImportedLayers | None:
    """Read a recurrent network; null where the file, or the layout, is of no such network.

    Args:
        tensors: of the file, without what wrappers put around them.
        plain: what stands beside them, by dotted name.
        path: of the file, for messages and for the config beside it.
        layout: `NAME` or `FILE`, with `,VALUE=...`; null for what is recognised.

    Raises:
        LayoutError: it is one, and cannot be read, or something is not said that must be.
    """
    name, *given = (layout or TORCH).split(",")
    if layout is not None and name != TORCH and not is_recurrent(Path(name)):
        return None
    if name == TORCH:
        found = library_layout(tensors, path)
        if found is None:
            if layout is None:
                return None
            raise LayoutError(
                f"checkpoint '{path}' has no tensor weight_ih_l0, as PyTorch's recurrent layers "
                "have: expected one, or a layout file"
            )
        chosen = found
    else:
        chosen = read_recurrent_layout(Path(name))
    chosen = chosen.with_options(given)
    taken = take_tensors(chosen, tensors, path)
    config = read_config(path, plain, chosen.ignore)
    try:
        return _built(chosen, taken, config, path)
    except LayoutError:
        raise
    except NotFiniteError:
        raise  # told with the names of the file
    except DistillError as error:
        raise LayoutError(f"checkpoint '{path}', layout '{chosen.label}': {error}") from error


def _built(
    layout: RecurrentLayout, taken: TakenTensors, config: Config, path: Path
) -> ImportedLayers:
    """The network, once all that no tensor says is settled."""
    tensors, told = dict(taken.parameters), list[str]()
    assumed = [
        said for said in layout.conventions if not ("reset" in said and "reset" in layout.told)
    ]
    values = _settled(layout, tensors, config, path, assumed, told)
    cell, d = values["cell"], _units(tensors, layout, path)
    layers = 1 + max(int(key.split(".")[1]) for key in tensors if key.startswith("layers."))
    width = tensors[f"layers.0.W_x{GATES[cell][-1]}"].shape[1]  # pyright: ignore[reportArgumentType]
    channels = _channels(values, tensors, width, layout, path, assumed)
    for layer in range(layers):
        for state in ("h", "c") if cell == "lstm" else ("h",):
            key = f"layers.{layer}.{state}_0"
            if key not in tensors:
                tensors[key] = torch.zeros(d)
                assumed += ["starts at 0"] if "starts at 0" not in assumed else []
    head = tuple(
        len(tensors[f"head.{place}.W"]) for place in range(sum(_is_head(key) for key in tensors))
    )
    if "W_out" not in tensors:
        tensors["W_out"] = torch.eye(head[-1] if head else d)
        assumed.append("the hidden state itself as the outputs")
    for name, weights in [(name, it) for name, it in tensors.items() if _is_linear(name)]:
        bias = "b_out" if name == "W_out" else f"{name[:-1]}b"
        tensors.setdefault(bias, torch.zeros(len(weights)))
    if values["readout"] == "sign":
        for name in ("W_out", "b_out"):
            tensors[name] = torch.cat([torch.zeros_like(tensors[name]), tensors[name]])
    beside = [f"layers.0.b_{of}{GATES[cell][-1]}" in tensors for of in "xh"]  # pyright: ignore[reportArgumentType]
    shape = RecurrentLayers(
        n_symbols=channels.size,
        n_outputs=len(tensors["W_out"]),
        d_input=tensors["W_E"].shape[1],
        cell=cell,  # pyright: ignore[reportArgumentType]
        d_hidden=d,
        n_layers=layers,
        biases=sum(beside),
        activation=values.get("activation", "tanh"),  # pyright: ignore[reportArgumentType]
        reset=values.get("reset", "after"),  # pyright: ignore[reportArgumentType]
        update=values.get("update", "keeps"),  # pyright: ignore[reportArgumentType]
        coupled=cell == "lstm" and "layers.0.W_xi" not in tensors,
        peepholes=any(".p_" in name for name in tensors),
        head=head,
        head_activation=values.get("head_activation", "relu"),  # pyright: ignore[reportArgumentType]
        readout="value" if values["readout"] == "value" else "choice",
    )
    _agrees(config, shape)
    answers = _answers(values, shape, layout, path)
    model = Model(shape, tensors, answers)
    return ImportedLayers(
        model, channels, layout.label, _notes(layout, taken, config, shape, assumed, told)
    )


def _settled(
    layout: RecurrentLayout,
    tensors: Mapping[str, Tensor],
    config: Config,
    path: Path,
    assumed: list[str],
    told: list[str],
) -> dict[str, str]:
    """Every value, from an option, a config or the layout.

    Raises:
        LayoutError: one is said nowhere, or a config contradicts an option.
    """
    values, missing = dict[str, str](), list[str]()
    heads = any(_is_head(key) for key in tensors)
    for name, choice in VALUES.items():
        said = layout.value(name)
        for key in {"activation": FIELDS["activation"]}.get(name, (name,) * (name in SAID)):
            for found in config.get(key):
                by_config = checked(name, found.value, f"'{found.place}'")
                if said is not None and said != by_config:
                    raise LayoutError(
                        f"'{found.place}' says {key} = {by_config}, and --layout or the layout "
                        f"{said}: expected the same; move the config away if it is of another "
                        "network"
                    )
                said = by_config
                told.append(f"{name} {by_config} by '{found.place}'")
        needed = values.get("cell") in choice.cells or name == "cell"
        needed = needed or (name == "head_activation" and heads)
        if said is None and needed:
            missing.append(name)
        if said is None:
            continue
        values[name] = said
        if name in layout.told:
            told.append(f"{name} {said} by --layout")
    if missing:
        lists = "; ".join(f"{name}: {_allowed(name)}" for name in missing)
        options = ",".join(f"{name}=..." for name in missing)
        raise LayoutError(
            f"checkpoint '{path}' is read by layout '{layout.label}', and nothing says "
            f"{', '.join(missing)}: say --layout {layout.label},{options} ({lists})"
        )
    if values["readout"] != "value" and "readout" not in layout.told:
        assumed.append(
            "the largest output as the answer"
            if values["readout"] == "choice"
            else "1 where the output is above 0"
        )
    return values


def _allowed(name: str) -> str:
    allowed = VALUES[name].allowed
    return allowed if isinstance(allowed, str) else ", ".join(allowed)


def _units(tensors: Mapping[str, Tensor], layout: RecurrentLayout, path: Path) -> int:
    recurring = [key for key in tensors if re.fullmatch(r"layers\.0\.W_h\w", key)]
    if not recurring or tensors[recurring[0]].ndim != 2:
        raise LayoutError(
            f"checkpoint '{path}': layout '{layout.label}' names no layers.*.W_h of any gate"
        )
    return tensors[recurring[0]].shape[1]


def _channels(
    values: Mapping[str, str],
    tensors: dict[str, Tensor],
    width: int,
    layout: RecurrentLayout,
    path: Path,
    assumed: list[str],
) -> Channels:
    """What is read at a step, with vectors for all of it."""
    rows = len(tensors["W_E"]) if "W_E" in tensors else width
    sizes = [int(size) for size in values["inputs"].split("x")] if "inputs" in values else [rows]
    first = int(values.get("first", "0"))
    channels = Channels(tuple(range(first, first + size) for size in sizes))
    if "W_E" not in tensors:
        if sum(sizes) != width or channels.size > MAX_SYMBOLS:
            raise LayoutError(
                f"checkpoint '{path}' has no embedding, and its recurrent layer "
                f"{many(width, 'input')}: "
                f"expected {many(width, 'value')} of its channels together, for one-hot "
                "vectors; say how "
                f"many each has, --layout {layout.label},inputs=..."
            )
        hot = [torch.eye(size)[torch.arange(size)] for size in sizes]
        places = torch.cartesian_prod(*map(torch.arange, sizes)).reshape(-1, len(sizes))
        tensors["W_E"] = torch.cat([hot[i][places[:, i]] for i in range(len(sizes))], dim=1)
        assumed.append(f"one-hot vectors of {' and '.join(map(str, sizes))} symbols as inputs")
    elif prod(sizes) != rows:
        raise LayoutError(
            f"checkpoint '{path}': inputs={values['inputs']} are "
            f"{many(prod(sizes), 'symbol')}, and the "
            f"embedding has {many(rows, 'row')}: expected as many"
        )
    if "inputs" not in values and "first" not in values:
        assumed.append(f"one channel of symbols {first} to {first + rows - 1}")
    return channels


def _answers(
    values: Mapping[str, str], shape: RecurrentLayers, layout: RecurrentLayout, path: Path
) -> tuple[int, ...]:
    if shape.readout == "value":
        return ()
    if "answers" not in values:
        return tuple(range(shape.n_outputs))
    found = tuple(int(each) for each in re.findall(r"(?:(?<=-)-|^-)?[0-9]+", values["answers"]))
    if len(found) != shape.n_outputs or len(set(found)) != len(found):
        raise LayoutError(
            f"checkpoint '{path}': answers={values['answers']} of layout '{layout.label}' are "
            f"{len(found)}, and the network has {many(shape.n_outputs, 'output')}: expected "
            "as many, all "
            "different"
        )
    return found


def _is_head(key: str) -> bool:
    return re.fullmatch(r"head\.\d+\.W", key) is not None


def _is_linear(key: str) -> bool:
    return key == "W_out" or _is_head(key)


def _agrees(config: Config, shape: RecurrentLayers) -> None:
    """Hold what a config says against what was read."""
    so = {"cell": shape.cell, "d_hidden": shape.d_hidden, "n_layers": shape.n_layers}
    # a model of somebody's own has a name of its own: one of a cell must be that of the cell
    kinds = [found for found in config.get("model_type") if str(found.value).lower() in GATES]
    for name, value in {**so, "bidirectional": False}.items():
        for key in (*FIELDS[name], *(["model_type"] if name == "cell" else [])):
            for found in kinds if key == "model_type" else config.get(key):
                same = found.value == value or str(found.value).lower() == str(value).lower()
                if not same and found.value is not None:
                    raise LayoutError(
                        f"'{found.place}' says {key} = {str(found.value)[:60]!r}, and the network "
                        f"is read with {value}: check that the config belongs to the checkpoint"
                    )


def _notes(
    layout: RecurrentLayout,
    taken: TakenTensors,
    config: Config,
    shape: RecurrentLayers,
    assumed: list[str],
    told: list[str],
) -> dict[str, str]:
    """All that a reader must know beside the tensors, by kind."""
    notes = {"assumed": ""}
    said = [shape.in_words]
    if shape.cell == "gru" and layout.label.split(",")[0] != TORCH:
        part = "old" if shape.update == "keeps" else "new"
        said.append(f"reset gate {shape.reset}, z the part of the {part} state")
    if shape.head:
        said.append(f"{shape.head_activation} in the readout")
    notes["assumed"] = (
        f"by layout {layout.label.split(',')[0]}, as neither the file nor a config says so: "
        + ", ".join([*said, *assumed])
    )
    if told:
        notes["said"] = "; ".join(told)
    if set(taken.dtypes) - {"float32", "float64"}:
        notes["precision"] = f"stored as {' and '.join(taken.dtypes)}, every number of it kept"
    if taken.ignored:
        notes["left_out"] = enumerated(left_out(taken.ignored))
    return notes | unread(config)
