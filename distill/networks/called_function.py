"""Networks over a box that are not stored: modules, callables and estimators in memory.

A module that is linear layers with one activation between them is read as the stored perceptron
that it is; of anything else nothing is known but what it answers.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from numpy import ndarray
from torch import Tensor

from distill.checker.scope import many
from distill.domains.boxes import Box
from distill.errors import DistillError, quoted_with_line
from distill.networks.function import RealFunction, StoredFunction, shape_in_words
from distill.networks.real_perceptron import RealPerceptron
from distill.networks.stored import Model

STENCIL, STEP = 7, 2.0**-9
"""Points along an input that a derivative is taken from where nothing gives it, and their distance
as a part of half the input's interval."""

PROBES = 5
"""Points on which a callable is tried."""

AGAIN, BESIDE, TIMES = 200, 50, 15
"""Points that a network is asked about at the beginning and again at the end, so many of them
without the others, and how often all are asked at the end: an answer that is otherwise once in 500
is seen in all of 400 runs but one."""

THE_SAME, ALIKE = 1e-12, 1e-5
"""Part of the largest answer that a function may be off what it answered to the same points; to
some of them alone, where float32 adds up in another order."""

AS_READ = 1e-9
"""The same, for a module in float64 beside the perceptron that was read of its layers."""


@dataclass(frozen=True)
class CalledFunction(RealFunction):
    """A module or a callable in memory, over a box. It cannot be stored.

    Attributes:
        ask: from points [n, d] to answers [n], float64 both.
        how: what it was read as, in words.
        differentiable: the same from tensors to tensors, where derivatives can be had from it.
        noise: how far its values are off, where its precision says so.
    """

    ask: Callable[[ndarray], ndarray]
    over: Box
    how: str
    differentiable: Callable[[Tensor], Tensor] | None = None
    noise: float | None = None

    def _values(self, points: Float[ndarray, "n d"]) -> Float[ndarray, " n"]:
        try:
            said = self.ask(points.copy())  # who changes what it is given changes nothing here
        except (Exception, SystemExit) as error:
            raise DistillError(
                f"asked about {many(len(points), 'point')} of the box, the network raised "
                f"{quoted_with_line(error)}: expected it to answer everywhere in the box"
            ) from error
        if said.shape != (len(points),):
            raise DistillError(
                f"the network answered {list(said.shape)} to {many(len(points), 'point')}: "
                "expected one number to each"
            )
        return said

    def gradients(self, points: Float[ndarray, "n d"], /) -> Float[ndarray, "n d"]:
        """The derivative of the answer by every input: of a module its own, else by differences."""
        if self.differentiable is not None:
            given = torch.from_numpy(np.array(points, dtype=np.float64)).requires_grad_()
            return torch.autograd.grad(self.differentiable(given).sum(), given)[0].numpy()
        return self._differences(points)

    def _differences(self, points: Float[ndarray, "n d"]) -> Float[ndarray, "n d"]:
        """Derivatives of the polynomial through points in a row, none of them outside the box."""
        found = np.empty_like(points)
        for column, half in enumerate(self.over.half):
            step, middle = STEP * half, STENCIL // 2
            low, high = self.over.low[column], self.over.high[column]
            room = np.floor((points[:, column] - low) / step)
            ahead = np.floor((high - points[:, column]) / step)
            first = np.clip(-middle, -room, None)
            first = np.where(ahead < middle, np.maximum(-(STENCIL - 1) + ahead, -room), first)
            offsets = first[:, None] + np.arange(STENCIL)
            asked = np.repeat(points[:, None], STENCIL, axis=1)
            asked[:, :, column] = np.clip(points[:, column, None] + offsets * step, low, high)
            values = self.values(asked.reshape(-1, points.shape[1])).reshape(-1, STENCIL)
            powers = offsets[:, None, :] ** np.arange(STENCIL)[None, :, None]
            wanted = np.zeros((len(points), STENCIL, 1))
            wanted[:, 1] = 1.0
            weights = np.linalg.solve(powers, wanted)[..., 0]
            found[:, column] = (weights * values).sum(axis=1) / step
        return found


def real_function(network: Any, over: Box) -> tuple[RealFunction, tuple[str, ...]]:
    """A network over a box as it will be read, and what is to be said of that.

    Args:
        network: a stored perceptron; a module from points [n, d] to answers [n] or [n, 1]; a
            callable of an array of points, or of one number for each input; or an estimator with
            `predict`. A sequence of linear layers and one activation between them is read as a
            stored perceptron.
        over: the box.

    Raises:
        DistillError: it cannot be called so, or answers something else.
    """
    if isinstance(network, Model):
        if not isinstance(network.architecture, RealPerceptron):
            raise DistillError(
                f"a network of kind '{network.architecture.kind}' over a box: expected one that "
                "reads real numbers"
            )
        return StoredFunction(network, over), ()
    if isinstance(network, torch.nn.Module):
        model = perceptron_of(network)
        if model is not None:
            stored = StoredFunction(model, over)
            if _is_as_read(network, stored):
                remark = f"read by its layers, in float64: {shape_in_words(model.architecture)}"
                return stored, (remark,)
        return _module(network, over)
    called = network.predict if hasattr(network, "predict") else network
    if not callable(called):
        raise DistillError(
            f"the network is a {type(network).__name__}: expected a module, a callable of points, "
            "or an estimator with predict"
        )
    return _callable(called, over)


def asked_again(network: RealFunction) -> Callable[[], None]:
    """Ask a network in memory about some points; what is returned asks about them once more.

    What counts its calls, draws at random, or answers to all points together, is no function of
    the inputs. One that changes after the last question cannot be told.

    Raises:
        DistillError: by the function that is returned: the network answers otherwise than it did.
    """
    if not isinstance(network, CalledFunction):
        return lambda: None
    points = network.over.draw(AGAIN, 0)
    before = network.values(points)
    size = float(np.abs(before).max())

    def ask() -> None:
        again = network.values(np.tile(points, (TIMES, 1)))
        off = np.abs(again - np.tile(before, TIMES))
        alone = np.abs(network.values(points[:BESIDE][::-1])[::-1] - before[:BESIDE])
        if (off > max(THE_SAME * size, network.noise or 0.0)).any():
            raise DistillError(
                f"the network answers otherwise than at the beginning, by up to {off.max():.2g}: "
                "expected a function of its inputs, and it draws at random, or keeps something "
                "between calls"
            )
        if (alone > ALIKE * size).any():
            raise DistillError(
                f"the network answers otherwise to some points than to these and others, by up to "
                f"{alone.max():.2g}: expected a function of the inputs of each point"
            )

    return ask


def _is_as_read(module: torch.nn.Module, read: StoredFunction) -> bool:
    """Whether a module answers as the perceptron does that its layers seem to be.

    A layer may compute something else than its class does.
    """
    points = np.concatenate([read.over.draw(AGAIN, 0), read.over.corners])
    try:
        with torch.no_grad():
            own = copy.deepcopy(module).eval().double()
            said = own(torch.from_numpy(points)).numpy().reshape(len(points))
    except Exception:
        return False
    expected = read.values(points)
    room = AS_READ * float(np.abs(expected).max(initial=0.0))
    return bool((np.abs(said - expected) <= room).all())


LAYERS: dict[type[torch.nn.Module], str] = {
    torch.nn.Tanh: "tanh",
    torch.nn.Sigmoid: "sigmoid",
    torch.nn.SiLU: "silu",
    torch.nn.ReLU: "relu",
    torch.nn.Identity: "identity",
}
"""Modules that are an activation function, whatever their settings."""


def perceptron_of(module: torch.nn.Module) -> Model[RealPerceptron] | None:
    """A module that is linear layers with one activation between them; null where it is not."""
    flat = _flattened(module)
    if flat is None or not flat or not isinstance(flat[-1], torch.nn.Linear):
        return None
    linear = flat[::2]
    names = {_activation(each) for each in flat[1::2]} or {"tanh"}
    if not all(isinstance(each, torch.nn.Linear) for each in linear) or len(names) != 1:
        return None
    (name,) = names
    if name is None or flat[-1].out_features != 1:
        return None
    parameters: dict[str, Tensor] = {}
    for place, layer in enumerate(linear, start=1):
        assert isinstance(layer, torch.nn.Linear), "as was looked at"
        end = "out" if place == len(linear) else str(place)
        bias = layer.bias if layer.bias is not None else torch.zeros(layer.out_features)
        parameters |= {f"W_{end}": layer.weight.detach().double().T.contiguous()}
        parameters |= {f"b_{end}": bias.detach().double()}
    widths = tuple(int(it.shape[0]) for name, it in parameters.items() if name[0] == "b")[:-1]
    first = linear[0]
    assert isinstance(first, torch.nn.Linear), "as was looked at"
    return Model(RealPerceptron(first.in_features, widths, name), parameters)  # type: ignore[arg-type]  # a name of LAYERS


def _flattened(module: torch.nn.Module) -> list[torch.nn.Module] | None:
    """The layers of sequences within sequences; null where there is anything with hooks."""
    if module._forward_hooks or module._forward_pre_hooks:
        return None
    if type(module) is not torch.nn.Sequential:
        return [module]
    found = list[torch.nn.Module]()
    for part in module:
        below = _flattened(part)
        if below is None:
            return None
        found += below
    return found


def _activation(module: torch.nn.Module) -> str | None:
    if type(module) is torch.nn.GELU:
        return "gelu" if module.approximate == "none" else "gelu_tanh"
    return LAYERS.get(type(module))


def _module(module: torch.nn.Module, over: Box) -> tuple[RealFunction, tuple[str, ...]]:
    """A module of any making, run in evaluation mode and in its own precision."""
    own = copy.deepcopy(module).eval()
    kinds = {it.dtype for it in own.parameters() if it.is_floating_point()}
    dtype = torch.float64 if kinds <= {torch.float64} else torch.float32

    def asked(points: Tensor) -> Tensor:
        said = own(points.to(dtype))
        return (said[:, 0] if said.ndim == 2 and said.shape[1] == 1 else said).double()

    def ask(points: ndarray) -> ndarray:
        with torch.no_grad():
            return asked(torch.from_numpy(np.ascontiguousarray(points))).numpy()

    said = _tried(ask, over, "a module from points [n, inputs] to answers [n]")
    how = f"a module in {str(dtype).removeprefix('torch.')}"
    noise = float(np.abs(said).max() * 2.0**-22) if dtype == torch.float32 else None
    return CalledFunction(ask, over, how, asked, noise), (f"read as {how}, which is not stored",)


def _callable(called: Callable[..., Any], over: Box) -> tuple[RealFunction, tuple[str, ...]]:
    """A callable of a number for every input where it takes them; else of an array of points.

    Of one input it may take both, and do with an array what it does with no number; numbers come
    first, as points are.
    """

    def rows(points: ndarray) -> ndarray:
        return np.array([float(_real(called(*row))) for row in points.tolist()])

    def whole(points: ndarray) -> ndarray:
        said = _real(called(points))
        return said[:, 0] if said.ndim == 2 and said.shape[1] == 1 else said

    try:
        _tried(rows, over, "")
    except DistillError as error:
        first = error
    else:
        how = "a callable of one number for every input"
        return CalledFunction(rows, over, how), (f"read as {how}, which is not stored",)
    try:
        _tried(whole, over, "")
    except DistillError as error:
        raise DistillError(
            f"the network can be called neither with an array of points ({error}) nor with a "
            f"number for every input ({first}): expected one of them to give finite numbers"
        ) from error
    how = "a callable of an array of points"
    return CalledFunction(whole, over, how), (f"read as {how}, which is not stored",)


def _real(said: Any) -> ndarray:
    """An answer as floats.

    Raises:
        TypeError: it is made of something else, as complex numbers or text.
    """
    found = np.asarray(said)
    if found.dtype.kind not in "fiubO":  # objects: fractions, say
        raise TypeError(f"it answered {found.dtype.name}, and no real number")
    return found.astype(np.float64)


def _tried(ask: Callable[[ndarray], ndarray], over: Box, expected: str) -> ndarray:
    """What a network answers to a few points.

    Raises:
        DistillError: it failed, or answered with another shape.
    """
    points = over.draw(PROBES, 0)
    wanted = f"; expected {expected}" if expected else ""
    try:
        said = ask(points)
    except (Exception, SystemExit) as error:
        raise DistillError(f"it raised {quoted_with_line(error)}{wanted}") from error
    if said.shape != (PROBES,):
        raise DistillError(f"it answered {list(said.shape)} to {PROBES} points{wanted}")
    return said
