"""Modules that hold one of PyTorch's recurrent layers, read as stored networks where they are.

What stands before the layer, an embedding, one-hot vectors or anything else, is asked for the
vector that it gives the layer for every symbol: it must be the same wherever the symbol stands.
What follows is taken from the linear layers that are called afterwards, with an activation between
them that is tried out. Nothing of this is believed: the network that comes of it must give what the
module's own forward pass gives, on every short sequence and random ones of several lengths, and no
other reading of the module may. Else the reason is said, and the module is a black box.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy import ndarray
from torch import Tensor

from distill.checker.draws import numbers, stress
from distill.domains.sequences import Channels
from distill.networks.calling import Convention, call, first_of
from distill.networks.forward_code import KEPT, other_ways, state_of
from distill.networks.library_cells import RecurrentModule, cell_of, taken_apart
from distill.networks.readouts import readings
from distill.networks.recurrent_layers import RecurrentLayers
from distill.networks.stored import Model

CLOSE = 1e-9
"""What outputs in double precision may differ by, as a part of the largest."""

CLOSE_IN_SINGLE = 1e-5
"""The same of a module that calculates in single precision whatever it is asked."""

MAX_SYMBOLS = 4_096
"""Symbols up to which the vector of each is asked for."""

ROWS, SEED = 64, 12
"""Sequences of every length that the module and its reading are held against each other on."""

EVERY = 1 << 12
"""Sequences of a length up to which a module is held against its layers on all of them."""

OUTPUTS = {
    "as they are": lambda y: y,
    "log softmax": lambda y: (
        y
        - np.log(np.exp(y - y.max(-1, keepdims=True)).sum(-1, keepdims=True))
        - y.max(-1, keepdims=True)
    ),
    "softmax": lambda y: (
        np.exp(y - y.max(-1, keepdims=True))
        / np.exp(y - y.max(-1, keepdims=True)).sum(-1, keepdims=True)
    ),
    "sigmoid": lambda y: 0.5 + 0.5 * np.tanh(0.5 * y),
}
BEHIND = {
    "value": ("as they are",),
    "sign": ("as they are", "sigmoid"),
    "choice": tuple(OUTPUTS),
}
"""What may stand behind the last linear layer and leaves the answer what it is, by the readout."""


class NotRecognisedError(Exception):
    """Why a module is not read by its submodules."""


class _NotRunError(NotRecognisedError):
    """A module that does not run in the precision that it was asked in."""


@dataclass(frozen=True)
class Recognised:
    """A module as a stored network.

    Attributes:
        model: the network; its outputs are logits, or numbers.
        remark: what it was read as, and how that was checked.
    """

    model: Model[RecurrentLayers]
    remark: str


@dataclass
class _Watched:
    """What the layers of a module were given, in the order of the calls."""

    given: list[tuple[Tensor, Any]] = field(default_factory=list)
    linear: list[str] = field(default_factory=list)


def recognised(
    module: torch.nn.Module, channels: Channels, convention: Convention, readout: str, length: int
) -> Recognised:
    """Read a module by its recurrent layer.

    Args:
        module: as it was handed over.
        channels: what is read.
        convention: how it is called.
        readout: "choice", "sign" or "value", as `distill.networks.calling.answers_of` has it.
        length: of the sequences that it can be trusted on.

    Raises:
        NotRecognisedError: it is something else, or its forward pass gives something else.
    """
    name, layer = _layer(module)
    if channels.size > MAX_SYMBOLS:
        raise NotRecognisedError(
            f"there are {channels.size:,} symbols, and {MAX_SYMBOLS:,} at most"
        )
    running, close = copy.deepcopy(module).double(), CLOSE
    before = state_of(running)
    try:
        table, starts, called = _in_front(running, name, channels, convention)
    except _NotRunError:  # code that asks for single precision by name
        running, close = copy.deepcopy(module), CLOSE_IN_SINGLE
        before = state_of(running)
        table, starts, called = _in_front(running, name, channels, convention)
    parameters = taken_apart(cell_of(layer), _own(layer))
    parameters["W_E"] = _kept(table, _precision(module))
    for key, value in starts.items():
        parameters[key] = _kept(value, _precision(module))
    fits: dict[RecurrentLayers, tuple[Model[RecurrentLayers], float, str]] = {}
    for model in readings(layer, parameters, module, called, table, readout):
        for behind in BEHIND[readout]:
            off = _apart(model, OUTPUTS[behind], running, channels, convention, readout, length)
            if off <= close and model.architecture not in fits:
                fits[model.architecture] = model, off, behind
    if not fits:
        raise NotRecognisedError(
            f"it holds {_article(layer)}, and its own forward pass gives something else than its "
            "submodules make one after another"
        )
    if len(fits) > 1:
        raise NotRecognisedError(
            f"it holds {_article(layer)}, and what follows that can be read twice"
        )
    way = KEPT if state_of(running) != before else other_ways(module)
    if way is not None:
        raise NotRecognisedError(
            f"it holds {_article(layer)}, and {way}: what it does on longer sequences than can be "
            "tried is not known"
        )
    (model, off, behind) = next(iter(fits.values()))
    shape = model.architecture
    width = f"{shape.d_hidden} unit{'s' if shape.d_hidden > 1 else ''}"
    squeezed = "" if behind == "as they are" else f"; {behind} behind the outputs left out"
    return Recognised(
        model,
        f"read as {shape.in_words} of {width} from the module's own layers{squeezed}: its forward "
        f"pass gives the same to {max(off, 1e-16):.0e} on every sequence of few steps, and on "
        f"random ones up to {3 * length} steps",
    )


def _article(layer: RecurrentModule) -> str:
    name = type(layer).__name__
    return f"an {name}" if name[0] in "RL" else f"a {name}"


def _layer(module: torch.nn.Module) -> tuple[str, RecurrentModule]:
    """The recurrent layer of a module, by its name."""
    found = [
        (name, each)
        for name, each in module.named_modules()
        if isinstance(each, torch.nn.RNNBase | torch.nn.RNNCellBase)
    ]
    if len(found) != 1:
        raise NotRecognisedError(
            f"it holds {len(found) or 'no'} recurrent layers of the library's, and not 1"
        )
    layer = found[0][1]
    if getattr(layer, "bidirectional", False) or getattr(layer, "proj_size", 0):
        raise NotRecognisedError("its recurrent layer is bidirectional, or has a projection")
    return found[0]


def _own(layer: RecurrentModule) -> dict[str, Tensor]:
    """A layer's tensors, those of 16 bits in 32."""
    return {
        name: weights.detach().to("cpu", torch.promote_types(weights.dtype, torch.float32))
        for name, weights in layer.named_parameters()
    }


def _precision(module: torch.nn.Module) -> torch.dtype:
    dtypes = [each.dtype for each in module.parameters()]
    return torch.float64 if torch.float64 in dtypes else torch.float32


def _kept(values: Tensor, dtype: torch.dtype) -> Tensor:
    """In the module's own precision where that holds every number."""
    narrow = values.to(dtype)
    return narrow if torch.equal(narrow.to(values.dtype), values) else values


def _in_front(
    module: torch.nn.Module, name: str, channels: Channels, convention: Convention
) -> tuple[Float[Tensor, "symbols width"], dict[str, Tensor], list[str]]:
    """The vector of every symbol, the start where one is handed in, and what is called behind."""
    seen, hooks = _Watched(), list[Any]()
    layer = module.get_submodule(name)

    def note(_: object, given: tuple[Any, ...], by_name: Mapping[str, Any]) -> None:
        hx = by_name.get("hx", given[1] if len(given) > 1 else None)
        seen.given.append((first_of(by_name.get("input", given[0] if given else None)), hx))
        seen.linear.clear()

    hooks.append(layer.register_forward_pre_hook(note, with_kwargs=True))
    for name, each in module.named_modules():
        if isinstance(each, torch.nn.Linear):
            hooks.append(
                each.register_forward_pre_hook(lambda *_, name=name: seen.linear.append(name))
            )
    rng = np.random.default_rng(SEED)
    words = rng.integers(0, channels.size, (channels.size + 3, 7))
    words[: channels.size, 0] = words[: channels.size, 5] = np.arange(channels.size)
    try:
        call(module, words, channels, convention)
    except Exception as error:
        raise _NotRunError(f"it does not run in double precision ({error})") from error
    finally:
        for hook in hooks:
            hook.remove()
    if isinstance(layer, torch.nn.RNNCellBase):
        if len(seen.given) != words.shape[1]:
            raise NotRecognisedError("its cell is not called once for every step")
        vectors = torch.stack([given for given, _ in seen.given], dim=1)
    else:
        if len(seen.given) != 1:
            raise NotRecognisedError(f"its recurrent layer is called {len(seen.given)} times")
        vectors = seen.given[0][0]
        vectors = vectors if getattr(layer, "batch_first", False) else vectors.transpose(0, 1)
    if vectors.shape[:2] != words.shape:
        raise NotRecognisedError("its recurrent layer is not given a vector for every step")
    flat, symbol = vectors.reshape(words.size, -1).double(), torch.from_numpy(words.reshape(-1))
    table = torch.zeros(channels.size, flat.shape[1], dtype=torch.float64)
    table[symbol] = flat
    if not bool(torch.allclose(table[symbol], flat, rtol=1e-12, atol=1e-12)):
        raise NotRecognisedError(
            "what its recurrent layer is given at a step is not of one symbol alone"
        )
    return table, _starts(seen.given[0][1], layer), list(dict.fromkeys(seen.linear))


def _starts(hx: Any, layer: torch.nn.Module) -> dict[str, Tensor]:
    """The states that a layer is handed before the first step."""
    if hx is None:
        return {}
    found = {}
    for name, values in zip("hc", hx if isinstance(hx, tuple) else (hx,), strict=False):
        rows = values if values.ndim == 3 else values[None]
        for place, row in enumerate(rows):
            row = row if row.ndim == 2 else row[None]
            if not bool((row == row[0]).all()):
                raise NotRecognisedError("sequences do not all begin from the same state")
            found[f"layers.{place}.{name}_0"] = row[0].detach().cpu()
    return found


def _apart(
    model: Model[RecurrentLayers],
    undone: Any,
    module: torch.nn.Module,
    channels: Channels,
    convention: Convention,
    readout: str,
    length: int,
) -> float:
    """The largest difference of outputs, as a part of the largest; infinite for other shapes."""
    worst = 0.0
    for steps in (1, 2, 3, length, 3 * length):
        words = _words(channels, steps)
        hidden = model.hidden(words)
        hidden = hidden[:, -1:] if convention.at_the_end else hidden
        found = model.values(hidden.reshape(-1, hidden.shape[2]))
        found = found.reshape(*hidden.shape[:2], -1)
        found = found[..., 1:] if readout == "sign" else found
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            found = undone(found[:, 0] if convention.at_the_end else found)
        own = call(module, words, channels, convention).double().numpy()
        if own.shape != found.shape:
            return np.inf
        off = np.abs(own - found).max() / max(1.0, float(np.abs(own).max()))
        worst = max(worst, float(off) if np.isfinite(off) else np.inf)
        if worst > CLOSE_IN_SINGLE:
            break
    return worst


def _words(channels: Channels, steps: int) -> Int[ndarray, "n length"]:
    """Every sequence, where these are few; random ones, and what these almost never contain."""
    if channels.size**steps <= EVERY:
        place = np.arange(channels.size**steps)
        return np.stack([place // channels.size**t % channels.size for t in range(steps)], axis=1)
    rng = np.random.default_rng([SEED, steps])
    rare = numbers(stress(channels.inputs, ROWS, steps, SEED), channels.inputs)
    return np.concatenate([rng.integers(0, channels.size, (ROWS, steps)), rare])
