"""ONNX files: a graph of known operators gives its logits; any other is refused by its operator."""

import numpy as np
import pytest

from distill import DistillError
from distill.importing import import_model

onnx = pytest.importorskip("onnx")
P = 5
RNG = np.random.default_rng(0)
NUMBERS = {
    "table": RNG.normal(size=(P, 3)),
    "one": np.array(1),
    "zero": np.array(0),
    "shape": np.array([-1, 6]),
    "W": RNG.normal(size=(7, 6)),
    "V": RNG.normal(size=(2 * P, 7)),
    "b": RNG.normal(size=7),
    "s": RNG.uniform(0.5, 2, size=7),
    "U": RNG.normal(size=(7, P)),
    "c": RNG.normal(size=P),
}


def written(path, nodes, given="int", columns=2):
    """A file of these (operator, inputs, attributes), each after the last one."""
    helper, kinds = onnx.helper, onnx.TensorProto
    made, last = [], "x"
    for i, (operator, inputs, attributes) in enumerate(nodes):
        names = [last if it == "." else it for it in inputs]
        last = attributes.pop("to", f"n{i}")
        made.append(helper.make_node(operator, names, [last], **attributes))
    used = {name for node in made for name in node.input} & set(NUMBERS)
    graph = helper.make_graph(
        made,
        "network",
        [
            helper.make_tensor_value_info(
                "x", kinds.INT64 if given == "int" else kinds.FLOAT, ["n", columns]
            )
        ],
        [helper.make_tensor_value_info(last, kinds.FLOAT, ["n", P])],
        [
            onnx.numpy_helper.from_array(
                NUMBERS[it].astype(np.int64 if NUMBERS[it].dtype.kind == "i" else np.float32), it
            )
            for it in sorted(used)
        ],
    )
    opset = [helper.make_opsetid("", 20)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=9), path)


GEMM = ("Gemm", [".", "W", "b"], {"transB": 1})
END = [("MatMul", [".", "U"], {}), ("Add", [".", "c"], {})]
GRAPHS = {
    "flattened": [
        ("Gather", ["table", "x"], {}),
        ("Flatten", ["."], {}),
        GEMM,
        ("Relu", ["."], {}),
        *END,
    ],
    "columns": [
        *(("Gather", ["x", "zero"], {"axis": 1, "to": "a"}), ("Gather", ["x", "one"], {"axis": 1})),
        *(("Gather", ["table", "."], {"to": "q"}), ("Gather", ["table", "a"], {"to": "p"})),
        *(("Concat", ["p", "q"], {"axis": 1}), GEMM, ("Tanh", ["."], {}), *END),
    ],
    "normed": [
        *(("Gather", ["table", "x"], {}), ("Reshape", [".", "shape"], {}), GEMM),
        *(("LayerNormalization", [".", "s", "b"], {"epsilon": 1e-5}), ("Gelu", ["."], {}), *END),
        ("Softmax", ["."], {"axis": -1}),
    ],
    "batch normed": [
        *(("Gather", ["table", "x"], {}), ("Flatten", ["."], {}), GEMM, ("Elu", ["."], {})),
        *(("BatchNormalization", [".", "s", "b", "b", "s"], {}), *END),
    ],
}
ODD = {
    "Sin": [("Gather", ["table", "x"], {}), ("Flatten", ["."], {}), GEMM, ("Sin", ["."], {}), *END],
    "LeakyRelu": [
        *(("Gather", ["table", "x"], {}), ("Flatten", ["."], {}), GEMM),
        *(("LeakyRelu", ["."], {"alpha": 0.3}), *END),
    ],
}


def evaluated(path, rows):
    return onnx.reference.ReferenceEvaluator(str(path)).run(None, {"x": rows})[0]


@pytest.mark.parametrize("name", GRAPHS)
def test_a_graph_of_known_operators_gives_its_logits(name, tmp_path):
    import onnx.reference  # noqa: F401

    path = tmp_path / "x.onnx"
    written(path, [(a, b, dict(c)) for a, b, c in GRAPHS[name]])
    imported = import_model(path)
    assert imported.domain.shape == (P, P)
    found = imported.model.logits(imported.domain.tokens())
    expected = evaluated(path, imported.domain.tokens())
    if name == "normed":
        assert "softmax at the end is left out" in imported.notes["said"]
        found = np.exp(found) / np.exp(found).sum(1, keepdims=True)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_one_hot_inputs_are_told_by_the_task(tmp_path):
    path = tmp_path / "x.onnx"
    nodes = [("MatMul", ["x", "V"], {}), ("Add", [".", "b"], {}), ("Sigmoid", ["."], {}), *END]
    written(path, [(a, b, dict(c)) for a, b, c in nodes], "float", 2 * P)
    with pytest.raises(DistillError, match="does not say how many values it has"):
        import_model(path)
    imported = import_model(path, sizes=(P, P))
    tokens = imported.domain.tokens()
    rows = np.eye(P, dtype=np.float32)[tokens].reshape(len(tokens), -1)
    np.testing.assert_allclose(imported.model.logits(tokens), evaluated(path, rows), atol=1e-5)
    assert "one-hot vectors of the inputs side by side" in imported.notes["said"]


@pytest.mark.parametrize("name", ODD)
def test_another_operator_is_refused_by_its_name(name, tmp_path):
    written(tmp_path / "x.onnx", [(a, b, dict(c)) for a, b, c in ODD[name]])
    with pytest.raises(DistillError, match=f"has the operator {name}: expected embeddings"):
        import_model(tmp_path / "x.onnx")


def test_a_damaged_file_is_a_line(tmp_path):
    for content in (b"", b"nothing", b"\x08\x09"):
        (tmp_path / "x.onnx").write_bytes(content)
        with pytest.raises(DistillError, match=r"cannot be read"):
            import_model(tmp_path / "x.onnx")
