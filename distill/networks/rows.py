"""What a network's first layers do to its inputs, followed as values, until there are layers alone.

A network that is handed over in memory, or as a graph of operators, begins with tokens: it takes
columns of them, embeds them or makes one-hot vectors, adds or joins what comes of it. These values
say how far that has come. From the first layer that mixes all inputs on, there is nothing but
layers in a row (`layers`). What is none of this is not understood, and ends in `Unreadable`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from distill.checker.scope import many
from distill.errors import DistillError
from distill.networks.feedforward import FeedForward
from distill.networks.layers import (
    Function,
    Layer,
    Linear,
    Reads,
    Tables,
    assembled,
    shift,
    tables_of,
)
from distill.networks.stored import Model

READS: Mapping[Reads, str] = {
    "onehot": "one-hot vectors of the inputs side by side",
    "added": "the sum of one-hot vectors of the inputs",
    "numbers": "the inputs' positions as numbers",
}


class Unreadable(Exception):  # noqa: N818  what the network is
    """A network does something that no list of layers does; the message is what."""


@dataclass(frozen=True)
class Tokens:
    """Columns of the input.

    Attributes:
        columns: which inputs.
        kept: whether there is an axis of columns still, [n, k], or one column alone, [n].
        floats: whether they were made numbers of, for a layer that reads numbers.
    """

    columns: tuple[int, ...]
    kept: bool = True
    floats: bool = False


@dataclass(frozen=True)
class Rows:
    """A vector for every input, from a table.

    Attributes:
        tables: the number of an input and its table [values, d].
        form: a stack [n, k, d]; joined [n, k d]; or added [n, d].
        one_hot: whether the tables are one-hot vectors.
    """

    tables: tuple[tuple[int, Float[Tensor, "values d"]], ...]
    form: Literal["stack", "joined", "added"]
    one_hot: bool


@dataclass(frozen=True)
class Hidden:
    """Layers behind the inputs.

    Attributes:
        finished: what stands behind the last linear layer and moves no arg max: softmax, say.
    """

    tables: Tables
    layers: tuple[Layer, ...]
    finished: str = ""


Value = Tokens | Rows | Hidden


@dataclass(frozen=True)
class Reading:
    """A network as a list of layers, and what was taken for granted.

    Attributes:
        finished: what was left out at the end, as it moves no arg max.
    """

    model: Model[FeedForward]
    remarks: tuple[str, ...]
    finished: str = ""


class Follower:
    """Follows values through a network's first layers.

    Args:
        sizes: how many values every input has.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = tuple(sizes)
        self.remarks: list[str] = []

    @property
    def tokens(self) -> Tokens:
        """The input."""
        return Tokens(tuple(range(len(self.sizes))))

    def column(self, value: Value, place: int) -> Tokens:
        """One of the inputs."""
        if not isinstance(value, Tokens) or not value.kept:
            raise Unreadable("a part is taken of something else than the inputs")
        return replace(value, columns=(value.columns[place],), kept=False)

    def embed(self, value: Value, table: Float[Tensor, "values d"]) -> Rows:
        """Rows of a table at the inputs."""
        if not isinstance(value, Tokens) or value.floats:
            raise Unreadable("an embedding of something else than tokens")
        if any(self.sizes[i] > len(table) for i in value.columns):
            raise Unreadable(f"a table of {len(table)} rows, for {many(max(self.sizes), 'value')}")
        tables = tuple((i, table) for i in value.columns)
        return Rows(tables, "stack" if value.kept else "joined", False)

    def one_hot(self, value: Value, classes: int) -> Rows:
        """One-hot vectors of the inputs."""
        return replace(self.embed(value, torch.eye(classes)), one_hot=True)

    def floats(self, value: Value) -> Value:
        """Another precision: what is computed in it is the weights' own."""
        return replace(value, floats=True) if isinstance(value, Tokens) else value

    def flat(self, value: Value) -> Value:
        """All axes but the first in one."""
        if isinstance(value, Rows) and value.form == "stack":
            return replace(value, form="joined")
        return value

    def summed(self, value: Value) -> Rows:
        """The sum over the inputs."""
        if not isinstance(value, Rows) or value.form != "stack":
            raise Unreadable("a sum of something else than the rows of the inputs")
        return replace(value, form="added")

    def joined(self, values: Sequence[Value]) -> Rows:
        """Side by side."""
        return self._together(values, "joined")

    def added(self, one: Value, other: Value) -> Rows:
        """The sum of two."""
        return self._together((one, other), "added")

    def _together(self, values: Sequence[Value], form: Literal["joined", "added"]) -> Rows:
        found = [it for it in values if isinstance(it, Rows)]
        single = all(it.form == form or len(it.tables) == 1 for it in found)
        if len(found) < len(values) or not single or any(it.form == "stack" for it in found):
            raise Unreadable("things are added or joined that are no rows of the inputs")
        if len({it.one_hot for it in found}) > 1:
            raise Unreadable("one-hot vectors and rows of a table side by side")
        return Rows(tuple(t for it in found for t in it.tables), form, found[0].one_hot)

    def linear(self, value: Value, layer: Linear) -> Hidden:
        """A linear layer."""
        bias = () if layer.bias is None else (shift(layer.bias),)
        if isinstance(value, Hidden):
            return self.then(value, layer)
        if isinstance(value, Tokens):
            if value.columns != self.tokens.columns or not value.kept:
                raise Unreadable("a linear layer reads some of the inputs alone")
            return Hidden(tables_of(layer, self.sizes, self._reads(layer, value)), bias)
        order = [i for i, _ in value.tables]
        if order != list(range(len(self.sizes))) or value.form == "stack":
            raise Unreadable("a linear layer reads the inputs in another order, or some of them")
        tables = tuple(table for _, table in value.tables)
        if value.one_hot:
            if value.form == "added":
                return Hidden(Tables((layer.weight,), "sum"), bias)
            parts = layer.weight.split([len(table) for table in tables])
            if len({len(it) for it in parts}) > 1:
                parts = tables_of(layer, [len(it) for it in parts], "onehot").rows
            return Hidden(Tables(tuple(parts), "sum"), bias)
        if any(it.shape != tables[0].shape for it in tables):
            raise Unreadable("tables of several shapes")
        if all(it is tables[0] for it in tables):
            tables = tables[:1]
        return Hidden(Tables(tables, "sum" if value.form == "added" else "concat"), (layer,))

    def then(self, value: Value, layer: Layer) -> Hidden:
        """Any further layer."""
        if isinstance(value, Rows) and isinstance(layer, Function) and value.form != "stack":
            tables = tuple(table for _, table in value.tables)
            shared = all(it is tables[0] for it in tables)
            kind = "sum" if value.form == "added" else "concat"
            value = Hidden(Tables(tables[:1] if shared else tables, kind), ())
        if not isinstance(value, Hidden):
            raise Unreadable("an activation or a norm of the inputs themselves")
        if value.finished:
            raise Unreadable(f"a layer behind a {value.finished}")
        return replace(value, layers=(*value.layers, layer))

    def biased(self, value: Hidden, bias: Float[Tensor, " width"]) -> Hidden:
        """A bias of its own, behind a linear layer as a rule."""
        last = value.layers[-1] if value.layers else None
        if isinstance(last, Linear) and last.bias is None:
            return replace(value, layers=(*value.layers[:-1], replace(last, bias=bias)))
        return self.then(value, shift(bias))

    def finish(self, value: Value, name: str) -> Hidden:
        """What moves no arg max, at the end: it is left out, and that is said."""
        if not isinstance(value, Hidden) or not isinstance(value.layers[-1], Linear):
            raise Unreadable(f"a {name} that is not behind a linear layer")
        self.remarks.append(f"the {name} at the end is left out: it moves no arg max")
        return replace(value, finished=name)

    def network(self, value: Value) -> Reading:
        """The network, when all has been followed."""
        if not isinstance(value, Hidden):
            raise Unreadable("no layer that answers")
        try:
            model = assembled(value.tables, value.layers, len(self.sizes))
        except DistillError as error:
            raise Unreadable(str(error)) from error
        if model.architecture.n_tokens != max(self.sizes):
            raise Unreadable(
                f"a table of {model.architecture.n_tokens} rows for "
                f"{many(max(self.sizes), 'value')}"
            )
        return Reading(model, tuple(dict.fromkeys(self.remarks)), value.finished)

    def _reads(self, layer: Linear, value: Tokens) -> Reads:
        """What a first layer's numbers are: where it says nothing of it, its width decides."""
        wide, count = len(layer.weight), len(self.sizes)
        alike = count > 1 and set(self.sizes) == {wide}
        fits = {"onehot": wide == sum(self.sizes), "added": alike, "numbers": wide == count}
        if value.floats:
            return "numbers"
        chosen: list[Reads] = [name for name in READS if fits[name]]
        if len(chosen) != 1:
            found = " or ".join(chosen) if chosen else "none of these"
            raise Unreadable(
                f"a first layer that reads {many(wide, 'number')}, for inputs of "
                f"{', '.join(map(str, self.sizes))} values: one-hot vectors side by side, added, "
                f"or numbers ({found})"
            )
        how = READS[chosen[0]]
        self.remarks.append(f"the first layer reads {many(wide, 'number')}: taken for {how}")
        return chosen[0]
