"""Modules in memory, read as layers: `nn.Sequential`, modules of their own, scikit-learn's.

A module is traced with stand-ins for its tensors (`torch.fx`), and every step that is known is
followed; a step that is not, or a branch on a value, and the module stays a callable of which
nothing is known but what it answers. What was read is held against the module's own answers, so
that nothing rests on a step that was misunderstood.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard, TypeVar

import numpy as np
import torch
from torch import Tensor, fx, nn
from torch.nn import functional as F  # noqa: N812

from distill.domains.finite import Domain
from distill.errors import DistillError
from distill.networks.forward_code import keeps, state_of
from distill.networks.layers import Function, Linear, Norm, batch_norm
from distill.networks.rows import Follower, Hidden, Reading, Rows, Tokens, Unreadable, Value
from distill.networks.transformer import NORM_EPSILON

CLOSE = 1e-5
"""How far logits may be off, in parts of the largest: a module may be of float32."""

PROBES = 256

PLAIN: Mapping[type[nn.Module], str] = {
    nn.ReLU: "relu",
    nn.Tanh: "tanh",
    nn.Sigmoid: "sigmoid",
    nn.SiLU: "silu",
}
CALLED: Mapping[Any, str] = {
    F.relu: "relu",
    torch.relu: "relu",
    "relu": "relu",
    F.gelu: "gelu",
    F.silu: "silu",
    torch.tanh: "tanh",
    "tanh": "tanh",
    torch.sigmoid: "sigmoid",
    "sigmoid": "sigmoid",
    torch.square: "square",
    "square": "square",
    torch.abs: "abs",
    "abs": "abs",
}
"""Activations that are functions or methods, called with one argument."""

NOTHING = (nn.Dropout, nn.Dropout1d, nn.Identity, nn.AlphaDropout)
LAST = {nn.Softmax: "softmax", nn.LogSoftmax: "log softmax"}
CASTS = {"float", "double", "to", "type", "contiguous", "half"}


def read_module(module: nn.Module, domain: Domain) -> Reading:
    """A module as a stored network.

    Raises:
        Unreadable: it does something that no list of layers does, or answers otherwise.
    """
    was = module.training
    module.eval()
    try:
        reading = _traced(module, domain)
        _held_against(reading, module, domain)
    finally:
        module.train(was)
    return reading


def read_coefficients(network: Any, domain: Domain) -> Reading:
    """A perceptron that was fitted by scikit-learn.

    Raises:
        DistillError: its classes are not the outputs, or what it reads is not known.
    """
    follower = Follower(domain.shape)
    value: Value = follower.tokens
    name = "sigmoid" if network.activation == "logistic" else str(network.activation)
    weights, biases = (
        [torch.from_numpy(np.array(it, dtype=np.float64)) for it in arrays]
        for arrays in (network.coefs_, network.intercepts_)
    )
    classes = [int(it) for it in network.classes_]
    if classes != list(domain.outputs):
        raise DistillError(
            f"the classifier was fitted on the classes {str(classes)[:60]}: expected those of the "
            f"domain, {domain.outputs}"
        )
    if network.out_activation_ == "logistic":  # one number for the second of two classes
        weights[-1] = torch.cat([torch.zeros_like(weights[-1]), weights[-1]], dim=1)
        biases[-1] = torch.cat([torch.zeros_like(biases[-1]), biases[-1]])
    try:
        for i, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
            value = follower.linear(value, Linear(weight, bias))
            if i < len(weights) - 1:
                value = follower.then(value, Function(name))
        reading = follower.network(value)
    except Unreadable as error:
        raise DistillError(f"the classifier cannot be read: it has {error}") from error
    return Reading(reading.model, (*reading.remarks, f"activation {name} by the classifier"))


def _traced(module: nn.Module, domain: Domain) -> Reading:
    if any(part._forward_hooks or part._forward_pre_hooks for part in module.modules()):
        raise Unreadable("hooks")
    before = state_of(module)
    try:
        graph = fx.symbolic_trace(module).graph
    except Exception as error:  # whatever a module does with stand-ins
        first = (str(error).strip() or type(error).__name__).splitlines()[0][:120]
        raise Unreadable(f"a step that cannot be followed ({first})") from error
    if keeps(module) or state_of(module) != before:
        raise Unreadable("forward code that keeps something between calls")
    follower, values = Follower(domain.shape), dict[fx.Node, Any]()
    modules = dict(module.named_modules())
    for node in graph.nodes:
        if node.op == "placeholder":
            if any(isinstance(it, Tokens) for it in values.values()):
                raise Unreadable("several arguments")
            values[node] = follower.tokens
        elif node.op == "output":
            return follower.network(_argument(node.args[0], values))
        elif node.op == "get_attr":
            values[node] = operator.attrgetter(str(node.target))(module)
        else:
            arguments = [_argument(it, values) for it in node.args]
            options = {key: _argument(it, values) for key, it in node.kwargs.items()}
            if node.op == "call_module":
                values[node] = _layer(follower, modules[str(node.target)], arguments)
            else:
                values[node] = _function(follower, node.target, arguments, options)
    raise Unreadable("no answer")


def _argument(given: Any, values: Mapping[fx.Node, Any]) -> Any:
    if isinstance(given, fx.Node):
        return values[given]
    if isinstance(given, list | tuple):
        return tuple(_argument(it, values) for it in given)
    return given


M = TypeVar("M", bound=nn.Module)


def _is(module: nn.Module, kind: type[M]) -> TypeGuard[M]:
    """Whether a module computes what one of the library's does."""
    return isinstance(module, kind) and type(module).forward is kind.forward


def _layer(follower: Follower, module: nn.Module, given: list[Any]) -> Value:
    if len(given) != 1:
        raise Unreadable(f"a {type(module).__name__} of several things")
    (value,) = given
    if _is(module, nn.Embedding) and module.max_norm is None:
        return follower.embed(value, module.weight.detach())
    if _is(module, nn.Linear):
        bias = None if module.bias is None else module.bias.detach()
        return follower.linear(value, Linear(module.weight.detach().T, bias))
    if _is(module, nn.Flatten) and (module.start_dim, module.end_dim) == (1, -1):
        return follower.flat(value)
    if any(_is(module, kind) for kind in NOTHING):
        return value
    if (name := _activation(module)) is not None:
        return follower.then(value, Function(name))
    usual = isinstance(module, nn.LayerNorm) and module.eps == NORM_EPSILON
    if _is(module, nn.LayerNorm) and usual and len(module.normalized_shape) == 1:
        plain = torch.ones(module.normalized_shape)
        weight = plain if module.weight is None else module.weight.detach()
        bias = torch.zeros_like(plain) if module.bias is None else module.bias.detach()
        return follower.then(value, Norm(weight, bias))
    if _is(module, nn.BatchNorm1d) and isinstance(module.running_mean, Tensor):
        weight, bias = (None if it is None else it.detach() for it in (module.weight, module.bias))
        assert module.running_var is not None, "kept beside the mean"
        means = module.running_mean, module.running_var
        return follower.then(value, batch_norm(weight, bias, *means, module.eps))
    for kind, name in LAST.items():
        if _is(module, kind) and getattr(module, "dim", None) in (1, -1):
            return follower.finish(value, name)
    raise Unreadable(f"a layer of the kind {type(module).__name__}")


def _activation(module: nn.Module) -> str | None:
    for kind, name in PLAIN.items():
        if _is(module, kind):
            return name
    if _is(module, nn.GELU):
        return "gelu" if module.approximate == "none" else "gelu_tanh"
    if _is(module, nn.LeakyReLU) and module.negative_slope == 0.01:
        return "leaky_relu"
    return "elu" if _is(module, nn.ELU) and module.alpha == 1 else None


def _function(follower: Follower, target: Any, given: list[Any], options: Mapping[str, Any]) -> Any:
    """What a function or a method makes of values; of sizes, a word that stands for them."""
    if not given:
        raise Unreadable(f"the step {getattr(target, '__name__', target)}")
    value, *rest = given
    if target in CALLED and not rest and not set(options) - {"inplace"}:
        return follower.then(value, Function(CALLED[target]))
    if target is operator.getitem and rest and isinstance(rest[0], tuple):
        rows, place = (*rest[0], None)[:2]
        if rows == slice(None) and isinstance(place, int):
            return follower.column(value, place)
    if target in (F.one_hot, torch.nn.functional.one_hot):
        classes = rest[0] if rest else options.get("num_classes", -1)
        if isinstance(classes, int) and classes > 0:
            return follower.one_hot(value, classes)
    axis = (rest or [options.get("dim")])[0]
    if target in (torch.cat, torch.concat) and axis in (1, -1):
        return follower.joined(value)
    if target in (operator.add, torch.add, "add") and len(rest) == 1 and not options:
        return follower.added(value, _value(rest[0]))
    if target in (torch.sum, "sum") and axis == 1 and len(rest) < 2:
        return follower.summed(value)
    if target in (torch.flatten, "flatten") and [*rest, *options.values()] == [1]:
        return follower.flat(value)
    if target in ("view", "reshape", torch.reshape) and _flattens(rest):
        return follower.flat(value)
    if target in ("size", getattr, operator.getitem):
        return "size"  # of the rows: only ever to keep them apart
    if isinstance(target, str) and target in CASTS:
        return follower.floats(value)
    logs = target in (F.log_softmax, torch.log_softmax, "log_softmax")
    if (logs or target in (F.softmax, torch.softmax, "softmax")) and axis in (1, -1):
        return follower.finish(value, "log softmax" if logs else "softmax")
    raise Unreadable(f"the step {getattr(target, '__name__', target)}")


def _value(given: Any) -> Value:
    if isinstance(given, Tokens | Rows | Hidden):
        return given
    raise Unreadable("something added that is computed of no input")


def _flattens(shape: list[Any]) -> bool:
    shape = list(shape[0]) if len(shape) == 1 and isinstance(shape[0], tuple) else shape
    return len(shape) == 2 and shape[0] in ("size", -1) and shape[1] != shape[0]


def _held_against(reading: Reading, module: nn.Module, domain: Domain) -> None:
    """The layers that were read answer as the module does, on some inputs."""
    count = min(domain.size, PROBES)
    tokens = domain.tokens(np.linspace(0, domain.size - 1, count).astype(np.int64))
    expected = reading.model.logits(tokens)
    found = _answers(module, torch.from_numpy(tokens), domain)
    if found.shape != expected.shape:
        raise Unreadable(f"answers of shape {found.shape}")
    if reading.finished:
        expected = np.exp(expected - np.logaddexp.reduce(expected, axis=1, keepdims=True))
        found = np.exp(found) if reading.finished == "log softmax" else found
    if np.abs(expected - found).max() > CLOSE * max(1.0, float(np.abs(expected).max())):
        raise Unreadable("answers that its layers do not give")


def _answers(module: Callable[..., Any], tokens: Tensor, domain: Domain) -> np.ndarray:
    with torch.no_grad():
        for given in _conventions(module, tokens, domain):
            try:
                return torch.as_tensor(module(given)).double().numpy()
            except (RuntimeError, TypeError, IndexError):
                continue
    raise Unreadable("no answer to tokens or one-hot vectors")


def _conventions(module: Any, tokens: Tensor, domain: Domain) -> list[Tensor]:
    """Tokens, and what a module that reads numbers may be given in their place."""
    weight = next(iter(module.parameters()), torch.zeros(1))
    vectors = [
        F.one_hot(tokens[:, i], size).to(weight.dtype) for i, size in enumerate(domain.shape)
    ]
    given = [tokens, torch.cat(vectors, dim=1), tokens.to(weight.dtype)]
    if len(set(domain.shape)) == 1:
        given.append(torch.stack(vectors).sum(0))
    return given
