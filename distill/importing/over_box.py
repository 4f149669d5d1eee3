"""A perceptron over a box of reals, from a file of its linear layers.

What stands in no tensor is asked for, never assumed: the box, since a file does not know on which
numbers its network was trained, and the activation between the layers.
"""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import get_args

from torch import Tensor

from distill.checker.scope import many
from distill.domains.boxes import Box
from distill.errors import DistillError
from distill.importing.checkpoint import Imported
from distill.importing.files import find
from distill.importing.own import own_run
from distill.importing.rows import Module, check_one_network, in_a_row, modules_of
from distill.importing.values import LayoutError
from distill.networks.activation import Activation
from distill.networks.real_perceptron import RealPerceptron
from distill.networks.stored import Model, reads_reals

LAYOUT = "perceptron"
"""The layout of such files, as `--layout` takes it."""


def import_over_box(
    path: str | Path, box: Box, layout: str | None = None, at: int | None = None
) -> Imported:
    """Read a perceptron whose inputs are real numbers.

    Args:
        path: a file of tensors, or a run of distill; nothing in it is executed.
        box: the intervals of its inputs, in their order.
        layout: `perceptron,activation=tanh`.
        at: which network of a file that holds a list of them.

    Raises:
        DistillError: the file cannot be read, its layers are not in a row, it answers more than
            one number or reads other inputs than the box has, or nobody said which activation.
    """
    own = own_run(Path(path)) if layout is None and at is None else None
    if own is not None and reads_reals(own[0]):
        return Imported(own[0], box, "distill", {"found": own[2]})
    activation = _activation(layout)
    found = find(Path(path), at)
    modules = modules_of(found.contents.tensors, found.path)
    if modules is None or not all(module.linear for module in modules):
        raise LayoutError(
            f"checkpoint '{path}' has other tensors than linear layers have: expected a weight and "
            "a bias of every layer of a perceptron over a box"
        )
    check_one_network(modules, str(path))
    layers, _ = in_a_row(modules, found.sorted_keys, len(box.names), str(path))
    for one, other in itertools.pairwise(layers):
        if one.writes != other.reads:
            raise LayoutError(
                f"checkpoint '{path}': {one.name} answers {one.writes} numbers, and {other.name} "
                f"reads {other.reads}: expected layers that follow one another"
            )
    if layers[-1].writes != 1 or layers[0].reads != len(box.names):
        raise DistillError(
            f"checkpoint '{path}' reads {many(layers[0].reads, 'input')} and answers "
            f"{many(layers[-1].writes, 'number')}: expected the {len(box.names)} of the box ({box})"
            ", and one number"
        )
    if len(layers) > 1 and activation is None:
        raise LayoutError(
            f"checkpoint '{path}' is {many(len(layers), 'linear layer')}, and which activation "
            "stands between them is in no tensor: say it, --layout perceptron,activation=tanh"
        )
    model = _perceptron(layers, activation or "tanh")
    label = f"{LAYOUT},activation={activation}" if activation else LAYOUT
    widths = "-".join(map(str, model.architecture.widths)) or "no"
    told = f"a perceptron of {widths} units over {many(len(box.names), 'input')}"
    between = f"{activation} stands between its layers, and " if activation else ""
    notes = {
        "found": f"by the tensors: {told}",
        "said": f"as it was said: {between}inputs are of the box {box}",
    }
    return Imported(model, box, label, notes)


def _activation(layout: str | None) -> Activation | None:
    """What a layout says of the activation."""
    if layout is None:
        return None
    name, *values = layout.split(",")
    told = {key: value for key, _, value in (each.partition("=") for each in values)}
    known = get_args(Activation)
    if name != LAYOUT or set(told) - {"activation"}:
        raise LayoutError(
            f"layout '{layout}' of a network over a box: expected perceptron,activation=tanh"
        )
    activation = told.get("activation")
    if activation is not None and activation not in known:
        raise LayoutError(f"activation={activation}: expected one of {', '.join(known)}")
    return activation  # type: ignore[return-value]  # one of them


def _perceptron(layers: list[Module], activation: Activation) -> Model[RealPerceptron]:
    """The layers as they are stored: matrices the other way round, in float64."""
    parameters: dict[str, Tensor] = {}
    for place, layer in enumerate(layers, start=1):
        end = "out" if place == len(layers) else str(place)
        weight = layer.parts["weight"].double().T.contiguous()
        bias = layer.parts.get("bias")
        zeros = weight.new_zeros(layer.writes)
        parameters |= {f"W_{end}": weight, f"b_{end}": zeros if bias is None else bias.double()}
    widths = tuple(layer.writes for layer in layers[:-1])
    return Model(RealPerceptron(layers[0].reads, widths, activation), parameters)
