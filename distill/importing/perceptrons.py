"""Perceptrons by the shapes of their tensors: linear layers, embeddings and norms in a row.

`nn.Sequential` numbers its layers and leaves out those without weights, so that a gap tells where
an activation stands, but not which. In any other module the order is that of the file, where the
sizes follow one another, and an activation stands between linear layers. What follows from no
tensor (which activation; whether a first layer reads tokens or one-hot vectors) is said by an
option, a config, the task's inputs, or is named as assumed; what stays open is refused.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from distill.checker.scope import many
from distill.importing.rows import (
    EMBEDS,
    Module,
    check_norm,
    check_one_network,
    how_else,
    in_a_row,
)
from distill.importing.values import LayoutError
from distill.networks.feedforward import FeedForward
from distill.networks.layers import (
    Function,
    Layer,
    Linear,
    Norm,
    Scale,
    Tables,
    assembled,
    batch_norm,
    shift,
    tables_of,
)
from distill.networks.stored import Model

EPSILON = 1e-5
"""Of a batch norm, where nothing says another."""


@dataclass(frozen=True)
class Perceptron:
    """A network that was read, how many values its inputs have, and what was assumed."""

    model: Model[FeedForward]
    count: int
    assumed: tuple[str, ...]
    folded: tuple[str, ...]


def perceptron(
    modules: Sequence[Module],
    *,
    sorted_keys: bool,
    activation: str,
    inputs: int,
    first: str,
    sizes: tuple[int, ...] | None,
    place: str,
) -> Perceptron:
    """A network of layers in a row.

    Args:
        modules: in the order of the file.
        sorted_keys: whether that order is the alphabet's, and tells nothing.
        activation: its name, for every place where one stands.
        inputs: how many there are.
        first: "embedding", "onehot" or "added"; empty where nobody said so.
        sizes: how many values every input has, where the task says so.
        place: the file, for messages.

    Raises:
        LayoutError: the layers are not in a row, or could be so in several ways.
    """
    check_one_network(modules, place)
    ordered, by_sizes = in_a_row(modules, sorted_keys, inputs, place)
    tables, count, rest, said = _first(ordered, inputs, first, sizes, place)
    layers, acts, folded = _layers(rest, activation, place)
    if tables is None:
        head, *behind = layers
        assert isinstance(head, Linear)
        reads = "added" if first_reads(said) == "added" else "onehot"
        tables = tables_of(head, sizes or (count,) * inputs, reads)
        layers = [*([] if head.bias is None else [shift(head.bias)]), *behind]
    assumed = [said] if said else []
    if len({it.stem for it in ordered}) > 1:
        names = ", ".join(it.name for it in ordered)
        assumed.append(f"layers in the order {names}{' of the file' if by_sizes else ''}")
    assumed += [f"{it.name} is a layer norm, epsilon 1e-05" for it in ordered if it.norm]
    assumed.append("weights are [out, in]")
    if acts:
        assumed.append(f"the activation behind {' and '.join(acts)}")
    return Perceptron(assembled(tables, layers, inputs), count, tuple(assumed), tuple(folded))


def first_reads(said: str) -> str:
    """Which way of reading a sentence about the first layer names."""
    return "added" if "added" in said else "onehot"


def _first(
    order: list[Module],
    inputs: int,
    first: str,
    sizes: tuple[int, ...] | None,
    place: str,
) -> tuple[Tables | None, int, list[Module], str]:
    """What reads the inputs: tables, or null for a linear layer on one-hot vectors.

    Returns:
        The tables, how many values an input has, the layers behind, and what was assumed.
    """
    tables = list(itertools.takewhile(lambda it: it.linear and EMBEDS.search(it.name), order))
    head = order[0]
    if not head.linear or "running_mean" in head.parts:
        raise LayoutError(f"'{head.name}' of '{place}' is no layer that reads inputs: {how_else()}")
    embeds = bool(tables) or _can_embed(order, inputs)
    onehot = not tables and (
        len(order) == 1 or not order[1].linear or order[1].reads == head.writes
    )
    if first == "embedding" or (not first and embeds and not onehot):
        tables = tables or [head]
        if not embeds or len(tables) not in (1, inputs):
            raise LayoutError(
                f"'{head.name}' of '{place}' cannot embed {many(inputs, 'input')}: what is "
                "behind it reads "
                "another number of values; say first=onehot, or inputs=N"
            )
        behind = order[len(tables) :]
        width, d = behind[0].reads, tables[0].reads
        rows = tuple(it.parts["weight"] for it in tables)
        if any(it.shape != rows[0].shape for it in rows):
            raise LayoutError(f"the embeddings of '{place}' are of several shapes: {how_else()}")
        _check_gap(tables[-1], behind[0], width != d, place)
        made = Tables(rows, "sum" if width == d else "concat")
        count = len(rows[0])
        if sizes is not None and max(sizes) > count:
            raise LayoutError(
                f"the embedding of '{place}' has {many(count, 'row')}, and the task has inputs of "
                f"{many(max(sizes), 'value')}: set the task to the network's size"
            )
        return made, count, behind, "" if first else "the first layer is an embedding"
    if not onehot or (embeds and not first):
        raise LayoutError(
            f"'{head.name}' of '{place}' may read tokens or one-hot vectors: say "
            "first=embedding, first=onehot or first=added (--layout feedforward,first=...)"
        )
    return None, *_one_hot(head, order, inputs, first, sizes, place)


def _one_hot(
    head: Module,
    order: list[Module],
    inputs: int,
    first: str,
    sizes: tuple[int, ...] | None,
    place: str,
) -> tuple[int, list[Module], str]:
    reads, outputs = head.reads, order[-1].writes
    beside = {"onehot": reads // inputs if reads % inputs == 0 else 0, "added": reads}
    if sizes is not None:
        fits = {"onehot": reads == sum(sizes), "added": set(sizes) == {reads}}
        count = {"onehot": max(sizes), "added": reads}
    else:
        fits = {name: count > 0 and outputs == count for name, count in beside.items()}
        count = beside
    if first:
        fits = {name: name == first and beside[name] > 0 for name in fits}
    chosen = [name for name, fit in fits.items() if fit]
    if len(chosen) != 1:
        raise LayoutError(
            f"'{head.name}' of '{place}' reads {many(reads, 'number')}: expected to be told "
            "what they are, "
            f"first=onehot for {inputs} one-hot vectors side by side, first=added for their sum, "
            "and inputs=N (--layout feedforward,first=...,inputs=...)"
        )
    name = chosen[0]
    how = f"{inputs} one-hot vectors " + ("side by side" if name == "onehot" else "added")
    why = " by the task" if sizes is not None else " by --layout" if first else ""
    return count[name], order, f"the first layer reads {how}{why}"


def _can_embed(order: list[Module], inputs: int) -> bool:
    head, behind = order[0], order[1:]
    if "bias" in head.parts or not behind or not behind[0].linear:
        return False
    return behind[0].reads in (head.reads, inputs * head.reads)


def _check_gap(table: Module, behind: Module, beside: bool, place: str) -> None:
    """Between an embedding and a linear layer of a sequence there is a flattening, if anything."""
    gap = _gap(table, behind)
    if gap is not None and gap > (1 if beside else 0):
        raise LayoutError(
            f"between '{table.name}' and '{behind.name}' of '{place}' stand "
            f"{many(gap, 'layer')} without "
            f"weights, and what they do is in no tensor: {how_else()}"
        )


def _gap(one: Module, other: Module) -> int | None:
    """How many layers without weights stand between two of a sequence; null where that is open."""
    same = one.stem == other.stem and one.stem.endswith(".") | (one.stem == "")
    if not same or one.number is None or other.number is None:
        return None
    return other.number - one.number - 1


def _layers(
    order: list[Module], activation: str, place: str
) -> tuple[list[Layer], list[str], list[str]]:
    """Layers with activations between, the names that activations follow, and what was folded."""
    layers, acts, folded = list[Layer](), list[str](), list[str]()
    linear = [i for i, module in enumerate(order) if module.linear]
    if not linear or linear[-1] != len(order) - 1:
        raise LayoutError(f"'{order[-1].name}' of '{place}', the last layer, is no linear one")
    for i, module in enumerate(order):
        if not module.linear:
            check_norm(module, place)
        layers.append(_layer(module))
        if isinstance(layers[-1], Scale):
            folded.append(f"{module.name} (batch norm, epsilon 1e-05)")
        if i + 1 < len(order) and _activated(order, i, linear, place):
            layers.append(Function(activation))
            acts.append(module.name)
    return layers, acts, folded


def _activated(order: list[Module], i: int, linear: list[int], place: str) -> bool:
    """Whether an activation stands behind a layer."""
    here, behind = order[i], order[i + 1]
    gap = _gap(here, behind)
    start = max(it for it in linear if it <= i)
    end = min(it for it in linear if it > i)
    gaps = [_gap(order[j], order[j + 1]) for j in range(start, end)]
    if end - start == 1:  # a name without a number leaves it open: there it is the convention
        if gap == 0:
            raise LayoutError(
                f"'{here.name}' and '{behind.name}' of '{place}' are linear layers one behind the "
                "other: a list of modules with activations between, or a sequence without, which "
                "is in no tensor; hand the module over in Python, distill.distill(module, ...)"
            )
        return True
    if None in gaps or sum(it != 0 for it in gaps) > 1:
        raise LayoutError(
            f"between '{order[start].name}' and '{order[end].name}' of '{place}' stands a norm, "
            "and whether the activation is before or behind it is in no tensor: hand the module "
            "over in Python, distill.distill(module, ...)"
        )
    return gap != 0


def _layer(module: Module) -> Layer:
    parts = module.parts
    if module.linear:
        return Linear(parts["weight"].T.contiguous(), parts.get("bias"))
    if "running_mean" in parts:
        means = parts["running_mean"], parts["running_var"]
        return batch_norm(parts["weight"], parts.get("bias"), *means, EPSILON)
    return Norm(parts["weight"], parts["bias"])
