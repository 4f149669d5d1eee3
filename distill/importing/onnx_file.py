"""Networks in the ONNX format: a graph of operators, read where all of them are known.

Operators are followed as the steps of a module are (`networks.rows`). What was read is held against
the library's own evaluation of the graph; a graph with another operator is refused by its name, and
can still be handed over in Python as a callable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from distill.domains.finite import Domain
from distill.errors import DistillError
from distill.networks.layers import Function, Linear, Norm, batch_norm
from distill.networks.rows import Follower, Hidden, Reading, Rows, Tokens, Unreadable, Value
from distill.networks.transformer import NORM_EPSILON

MAX_BYTES = 512 * 1024**2
CLOSE = 1e-5
PROBES = 256

ACTIVATIONS: Mapping[str, str] = {
    "Relu": "relu",
    "Tanh": "tanh",
    "Sigmoid": "sigmoid",
    "Abs": "abs",
}
LAST = {"Softmax": "softmax", "LogSoftmax": "log softmax"}
NOTHING = {"Identity", "Dropout"}


@dataclass(frozen=True)
class Graph:
    """A file's graph, as far as it matters here.

    Attributes:
        nodes: (operator, inputs, output, attributes) in order.
        constants: tensors by name.
        given: the name of the input, how many columns it has (0 if that is open), and whether it
            holds integers.
    """

    nodes: tuple[tuple[str, tuple[str, ...], str, Mapping[str, Any]], ...]
    constants: Mapping[str, Tensor]
    given: tuple[str, int, bool]
    answer: str
    evaluate: Callable[[np.ndarray], np.ndarray]


def read_onnx(path: Path, sizes: Sequence[int] | None) -> tuple[Reading, Domain]:
    """A network from a file.

    Args:
        path: of the file.
        sizes: how many values every input has, where the task says so.

    Raises:
        DistillError: the library is not here, the file is damaged, or its graph is not known.
    """
    graph = _graph(path)
    try:
        counts = tuple(sizes) if sizes is not None else _sizes(graph)
        follower = Follower(counts)
        reading = _followed(graph, follower)
        domain = Domain(tuple(map(range, counts)), range(reading.model.architecture.n_outputs))
        _held_against(graph, reading, domain)
    except Unreadable as error:
        raise DistillError(
            f"the graph of '{path}' has {error}: expected embeddings, linear layers, activations "
            "and norms in a row; hand it over in Python as a callable, distill.distill(...)"
        ) from error
    return reading, domain


def _graph(path: Path) -> Graph:
    try:
        onnx: Any = import_module("onnx")
        reference: Any = import_module("onnx.reference")
    except ImportError as error:
        raise DistillError(
            f"checkpoint '{path}' is in the ONNX format, which needs a library: install "
            "distill[onnx], or save the network's state_dict()"
        ) from error
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError("it is too large")
        model = onnx.load(str(path), load_external_data=False)
        onnx.checker.check_model(model)
        graph = model.graph
        constants = {it.name: onnx.numpy_helper.to_array(it) for it in graph.initializer}
        inputs = [it for it in graph.input if it.name not in constants]
        if len(inputs) != 1 or len(graph.output) != 1:
            raise ValueError(f"{len(inputs)} inputs and {len(graph.output)} outputs: expected one")
        nodes = []
        for node in graph.node:
            attributes = {it.name: onnx.helper.get_attribute_value(it) for it in node.attribute}
            if node.op_type == "Constant" and "value" in attributes:
                constants[node.output[0]] = onnx.numpy_helper.to_array(attributes["value"])
            elif node.domain not in {"", "ai.onnx"}:
                nodes.append((f"{node.domain}.{node.op_type}", (), node.output[0], {}))
            else:
                nodes.append((node.op_type, tuple(node.input), node.output[0], attributes))
        kind = inputs[0].type.tensor_type
        shape = [it.dim_value for it in kind.shape.dim]
        integers = kind.elem_type in {onnx.TensorProto.INT64, onnx.TensorProto.INT32}
        evaluator = reference.ReferenceEvaluator(model)
        name = inputs[0].name
        dtype = onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type)
    except DistillError:
        raise
    except Exception as error:  # the library fails on damaged files as it likes
        first = (str(error).strip() or type(error).__name__).splitlines()[0][:120]
        raise DistillError(
            f"checkpoint '{path}' cannot be read ({first}): expected an ONNX file of one input "
            "and one output, weights inside"
        ) from error
    return Graph(
        nodes=tuple(nodes),
        constants={key: torch.from_numpy(np.array(it)) for key, it in constants.items()},
        given=(name, shape[1] if len(shape) == 2 else 0, integers),
        answer=graph.output[0].name,
        evaluate=lambda rows: np.asarray(evaluator.run(None, {name: rows.astype(dtype)})[0]),
    )


def _sizes(graph: Graph) -> tuple[int, ...]:
    """How many values the inputs have: as many as the first table has rows."""
    _, columns, integers = graph.given
    for operator, inputs, _, attributes in graph.nodes:
        first = graph.constants.get(inputs[0]) if inputs else None
        if operator == "Gather" and first is not None and not attributes.get("axis", 0):
            if integers and columns:
                return (len(first),) * columns
            break
    raise Unreadable(
        f"an input of {columns or 'open'} columns that does not say how many values it has (name "
        "the task, with its settings)"
    )


def _followed(graph: Graph, follower: Follower) -> Reading:
    values: dict[str, Any] = {graph.given[0]: follower.tokens}
    for operator, inputs, output, attributes in graph.nodes:
        given = [values[it] if it in values else graph.constants.get(it) for it in inputs]
        values[output] = _step(follower, operator, given, attributes)
    return follower.network(values[graph.answer])


def _step(follower: Follower, operator: str, given: list[Any], options: Mapping[str, Any]) -> Value:
    if operator == "Gather" and isinstance(given[0], Tensor) and not options.get("axis", 0):
        return follower.embed(given[1], given[0])
    value, rest = (given[0] if given else None), given[1:]
    if not isinstance(value, Tokens | Rows | Hidden):
        value, rest = next(iter(rest), None), [value]
        if operator != "Add" or not isinstance(value, Tokens | Rows | Hidden):
            raise Unreadable(f"the operator {operator}")
    axis = options.get("axis", -1)
    if operator == "Gather" and axis == 1 and isinstance(rest[0], Tensor) and not rest[0].dim():
        return follower.column(value, int(rest[0]))
    if operator in ACTIVATIONS:
        return follower.then(value, Function(ACTIVATIONS[operator]))
    if operator == "LeakyRelu" and abs(options.get("alpha", 0.01) - 0.01) < 1e-8:
        return follower.then(value, Function("leaky_relu"))
    if operator == "Elu" and options.get("alpha", 1.0) == 1:
        return follower.then(value, Function("elu"))
    if operator == "Gelu":
        tanh = options.get("approximate", b"none") == b"tanh"
        return follower.then(value, Function("gelu_tanh" if tanh else "gelu"))
    if operator in NOTHING and (len(rest) < 2 or rest[1] is None):
        return value
    if operator == "Cast":
        return follower.floats(value)
    if operator in LAST and axis in (1, -1):
        return follower.finish(value, LAST[operator])
    if operator == "Concat" and axis in (1, -1):
        return follower.joined([value, *(_value(it, operator) for it in rest)])
    if operator == "Flatten" and options.get("axis", 1) == 1:
        return follower.flat(value)
    if operator == "Reshape" and isinstance(rest[0], Tensor) and len(rest[0]) == 2:
        return follower.flat(value)
    return _layer(follower, operator, value, rest, options)


def _layer(
    follower: Follower, operator: str, value: Value, rest: list[Any], options: Mapping[str, Any]
) -> Value:
    """An operator with weights."""
    tensors = [it for it in rest if isinstance(it, Tensor)]
    plain = options.get("alpha", 1) == options.get("beta", 1) == 1 and not options.get("transA", 0)
    if operator == "Gemm" and tensors and plain:
        weight = tensors[0].T if options.get("transB", 0) else tensors[0]
        return follower.linear(value, Linear(weight, *tensors[1:]))
    if operator == "MatMul" and tensors and tensors[0].dim() == 2:
        return follower.linear(value, Linear(tensors[0]))
    if operator == "Add":
        if not tensors:
            return follower.added(value, _value(rest[0], operator))
        if isinstance(value, Hidden) and tensors[0].dim() == 1:
            return follower.biased(value, tensors[0])
    epsilon = float(options.get("epsilon", 1e-5))
    usual = abs(epsilon - NORM_EPSILON) < 1e-11 and options.get("axis", -1) == -1
    if operator == "LayerNormalization" and len(tensors) == 2 and usual:
        return follower.then(value, Norm(*tensors))
    if operator == "BatchNormalization" and len(tensors) == 4 and not options.get("training_mode"):
        scale, bias, mean, variance = tensors
        return follower.then(value, batch_norm(scale, bias, mean, variance, epsilon))
    raise Unreadable(f"the operator {operator}")


def _value(given: Any, operator: str) -> Value:
    if isinstance(given, Tokens | Rows | Hidden):
        return given
    raise Unreadable(f"the operator {operator} on a constant")


def _held_against(graph: Graph, reading: Reading, domain: Domain) -> None:
    """What was read answers as the library's own evaluation of the graph does."""
    tokens = domain.tokens(np.linspace(0, domain.size - 1, min(domain.size, PROBES)).astype(int))
    vectors = [np.eye(size)[tokens[:, i]] for i, size in enumerate(domain.shape)]
    wide = graph.given[1]
    rows = tokens
    if not graph.given[2] and wide != len(domain.shape):
        rows = np.concatenate(vectors, axis=1) if wide == sum(domain.shape) else sum(vectors)
    found, expected = graph.evaluate(np.asarray(rows)), reading.model.logits(tokens)
    if reading.finished:
        expected = np.exp(expected - np.logaddexp.reduce(expected, axis=1, keepdims=True))
        found = np.exp(found) if reading.finished == "log softmax" else found
    if found.shape != expected.shape or np.abs(found - expected).max() > CLOSE * max(
        1.0, float(np.abs(expected).max())
    ):
        raise Unreadable("answers that its layers do not give")
